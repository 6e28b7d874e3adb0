"""Which texts link to which articles, a row for each link: it was one setting, written anew for each text."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of the links, and lay into it what the setting knew."""
    op.create_table(
        "crosslink",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
    for column in ("path", "name"):
        op.create_index(f"ix_crosslink_{column}", "crosslink", [column])
    conn = op.get_bind()
    known = conn.scalar(sa.text("SELECT value FROM setting WHERE key = 'content_links'"))
    rows = [
        {"path": path, "name": name}
        for path, names in json.loads(known or "{}").items()
        for name in names
        if len(name.encode()) <= 1000 and "\0" not in name
    ]
    if rows:
        conn.execute(sa.text("INSERT INTO crosslink (path, name) VALUES (:path, :name)"), rows)
    conn.execute(sa.text("DELETE FROM setting WHERE key = 'content_links'"))

"""When an article became new to newsletters again: because it came back, or asked to be mailed once more."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen the articles, and read again what files say of themselves."""
    op.add_column("article", sa.Column("again_at", _moment))
    op.add_column("article", sa.Column("resend", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("article", sa.Column("resent_at", _moment))
    again = sa.text("again_at IS NOT NULL")
    op.create_index("ix_article_again", "article", ["again_at"], sqlite_where=again, postgresql_where=again)
    op.execute("UPDATE parsed SET version = ''")

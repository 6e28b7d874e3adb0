"""What is known of each article in the article's own row, so that no feed needs all of them in memory.

What the files said is forgotten but for their sizes and times: they are read again, and nothing of that
counts as an edit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_moment = sa.DateTime(timezone=True)
_no = sa.false()
_empty = sa.text("''")


def upgrade() -> None:
    """Widen the articles, make the tables beside them, and lay the cache of readings anew."""
    for column in (
        sa.Column("title", sa.Text, nullable=False, server_default=_empty),
        sa.Column("language", sa.Text, nullable=False, server_default=_empty),
        sa.Column("published_at", _moment),
        sa.Column("updated_at", _moment),
        sa.Column("visible_at", _moment),
        sa.Column("expires_at", _moment),
        sa.Column("hidden", sa.Boolean, nullable=False, server_default=_no),
        sa.Column("address", sa.Text, nullable=False, server_default=_empty),
        sa.Column("aliases", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("permalink", sa.Boolean, nullable=False, server_default=_no),
        sa.Column("missing_at", _moment),
    ):
        op.add_column("article", column)
    op.create_index("ix_article_published_at", "article", ["published_at"])
    missing = sa.text("state = 'missing'")
    op.create_index("ix_article_missing", "article", ["path"], sqlite_where=missing, postgresql_where=missing)
    expires = sa.text("expires_at IS NOT NULL")
    op.create_index(
        "ix_article_expiring", "article", ["expires_at"], sqlite_where=expires, postgresql_where=expires
    )
    _beside()
    _readings()
    dated, held = sa.text("dated = 1"), sa.text("dated")
    op.create_index("ix_parsed_dated", "parsed", ["section"], sqlite_where=dated, postgresql_where=held)
    faulty = sa.text("faults IS NOT NULL")
    for table in ("parsed", "body"):
        op.create_index(f"ix_{table}_faulty", table, ["path"], sqlite_where=faulty, postgresql_where=faulty)


def _beside() -> None:
    op.create_table(
        "article_tag",
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("published_at", _moment, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("tag", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("folder", "published_at", "article_id", name="pk_article_tag"),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name="fk_article_tag_article_id",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_tag_article_id", "article_tag", ["article_id"])
    op.create_table(
        "stale",
        sa.Column("folder", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("folder", name="pk_stale"),
    )
    op.create_table(
        "folded",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_folded"),
    )
    op.create_index("ix_folded_article_id", "folded", ["article_id"])
    op.create_table(
        "body",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("others", sa.Text, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("faults", sa.Text),
        sa.PrimaryKeyConstraint("path", name="pk_body"),
    )


def _readings() -> None:
    op.add_column("parsed", sa.Column("meta", sa.Boolean, nullable=False, server_default=_no))
    op.add_column("parsed", sa.Column("section", sa.Text, nullable=False, server_default=_empty))
    op.add_column("parsed", sa.Column("dated", sa.Boolean, nullable=False, server_default=_no))
    op.add_column("parsed", sa.Column("faults", sa.Text))
    op.execute("UPDATE parsed SET version = '', payload = NULL")
    with op.batch_alter_table("parsed") as batch:
        batch.drop_column("fault_line")
        batch.drop_column("fault")

"""What hubs are to be told of, and articles that are held until their pages are there."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of what hubs are to be told, and what tells of held articles."""
    op.create_table(
        "ping",
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("noted_at", _moment, nullable=False),
        sa.Column("due_at", _moment),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("tried_at", _moment),
        sa.Column("answer", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("hub", "topic", name="pk_ping"),
    )
    op.add_column("article", sa.Column("held_since", _moment))
    held = sa.text("held_since IS NOT NULL")
    op.create_index("ix_article_held", "article", ["held_since"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "held",
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("asked_at", _moment, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("article_id", name="pk_held"),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name="fk_held_article_id_article",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )

"""Feeds of categories, authors and languages beside those of tags, in the order of becoming visible.

Each article knows the volume of the main feed's history that it is in. The files are read again, as only they
say who wrote what; nothing of that counts as an edit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of folders, fill it with the tags' as far as they are known, and widen the articles."""
    op.add_column("article", sa.Column("volume", sa.Integer))
    op.create_index("ix_article_volume", "article", ["volume"])
    op.create_index("ix_article_visible_at", "article", ["visible_at"])
    op.create_table(
        "article_folder",
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("folder", "visible_at", "article_id", name="pk_article_folder"),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name="fk_article_folder_article_id",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_folder_article_id", "article_folder", ["article_id"])
    op.execute(
        "INSERT INTO article_folder (folder, visible_at, article_id, name) "
        "SELECT folder, coalesce(visible_at, article_tag.published_at), article_id, tag "
        "FROM article_tag JOIN article ON article.id = article_id"
    )
    op.drop_table("article_tag")
    op.execute("UPDATE parsed SET version = ''")

"""An index of the withdrawn articles: for the tombstones of the main feed all articles were asked."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the index."""
    gone = sa.text("state = 'withdrawn'")
    op.create_index(
        "ix_article_withdrawn", "article", ["missing_at"], sqlite_where=gone, postgresql_where=gone
    )

"""What hubs are to be told of."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"

_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of what hubs are to be told."""
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

"""The ledger in chunks: who sends which deliveries, every attempt that failed, and letters of no edition.

Deliveries that are there already get chunks of 500 per edition, in the order in which they were queued.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_moment = sa.DateTime(timezone=True)
_none = sa.text("0")

_SPANS = """
SELECT edition_id, number, min(id) AS first, max(id) AS last, count(*) AS size,
    count(*) FILTER (WHERE state = 'sent') AS sent,
    count(*) FILTER (WHERE state = 'deferred') AS deferred,
    count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'skipped') AS skipped,
    count(*) FILTER (WHERE state = 'sending') AS sending,
    min(due_at) FILTER (WHERE state IN ('pending', 'deferred', 'unknown', 'sending')) AS due_at
FROM (
    SELECT id, edition_id, state, due_at,
        (row_number() OVER (PARTITION BY edition_id ORDER BY id) - 1) / 500 AS number
    FROM delivery
) AS numbered
GROUP BY edition_id, number ORDER BY edition_id, number
"""

# What an older syndicate left as sending is owned by nobody who lives: the next sender finds it so.
_FILL = """
INSERT INTO chunk (edition_id, number, size, sent, deferred, unknown, failed, skipped, due_at,
    owner, leased_until)
VALUES (:edition_id, :number, :size, :sent, :deferred, :unknown, :failed, :skipped, :due_at,
    :owner, :leased_until)
"""
_PLACE = """
UPDATE delivery SET chunk_id = (SELECT id FROM chunk WHERE edition_id = :edition_id AND number = :number)
WHERE id BETWEEN :first AND :last AND +edition_id = :edition_id
"""  # the plus keeps SQLite from reading the whole edition by the index of its people, for each chunk


def upgrade() -> None:
    """Make the new tables, lay the deliveries into chunks, and drop the indexes that held their state."""
    _chunks()
    _notes()
    op.add_column("subscriber", sa.Column("bounces", sa.Integer, nullable=False, server_default=_none))
    op.add_column("edition", sa.Column("stale_at", _moment))
    op.add_column("edition", sa.Column("state", sa.Text, nullable=False, server_default=sa.text("'open'")))
    op.add_column("edition", sa.Column("reason", sa.Text, nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("rendition") as batch:
        batch.alter_column("edition_id", existing_type=_serial, nullable=True)
    for name in ("waiting", "sending", "edition_id_state", "subscriber_id"):
        op.drop_index(f"ix_delivery_{name}", "delivery")
    for column in (sa.Column("chunk_id", _serial), sa.Column("key", sa.Text), sa.Column("relay", sa.Text)):
        op.add_column("delivery", column)
    _lay()
    _deliveries()


def _chunks() -> None:
    counts = ("sent", "deferred", "unknown", "failed", "skipped")
    op.create_table(
        "chunk",
        sa.Column("id", _serial, nullable=False),
        sa.Column("edition_id", _serial),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False, server_default=sa.text("10")),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("fence", sa.Integer, nullable=False, server_default=_none),
        sa.Column("leased_until", _moment),
        sa.Column("due_at", _moment),
        *(sa.Column(state, sa.Integer, nullable=False, server_default=_none) for state in counts),
        sa.PrimaryKeyConstraint("id", name="pk_chunk"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_chunk_edition_id"),
        sa.UniqueConstraint("edition_id", "number", name="uq_chunk_edition_id_number"),
    )
    due, owned = sa.text("due_at IS NOT NULL"), sa.text("owner IS NOT NULL")
    columns = ["priority", "due_at", "id"]
    op.create_index("ix_chunk_due", "chunk", columns, sqlite_where=due, postgresql_where=due)
    op.create_index("ix_chunk_owned", "chunk", ["id"], sqlite_where=owned, postgresql_where=owned)


def _notes() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", _serial, nullable=False),
        sa.Column("delivery_id", _serial, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended_at", _moment, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("reply", sa.Text),
        sa.Column("relay", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id"),
    )
    op.create_index("ix_attempt_delivery_id", "attempt", ["delivery_id"])
    op.create_table(
        "owed",
        sa.Column("newsletter", sa.Text, nullable=False),
        sa.Column("subscriber_id", _serial, nullable=False),
        sa.Column("rendition_id", _serial, nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "subscriber_id", "rendition_id", name="pk_owed"),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"], name="fk_owed_rendition_id"),
    )
    op.create_table(
        "relay",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_relay"),
    )
    op.create_table(
        "alert",
        sa.Column("id", _serial, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("raised_at", _moment, nullable=False),
        sa.Column("posted_at", _moment),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("key", name="uq_alert_key"),
    )


def _lay() -> None:
    conn = op.get_bind()
    spans = [dict(row) for row in conn.execute(sa.text(_SPANS)).mappings()]
    for span in spans:
        abandoned = span["sending"] > 0
        span["owner"] = "an older syndicate" if abandoned else None
        span["leased_until"] = span["due_at"] if abandoned else None
    if spans:
        conn.execute(sa.text(_FILL), spans)
        conn.execute(sa.text(_PLACE), spans)


def _deliveries() -> None:
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("chunk_id", existing_type=_serial, nullable=False)
        batch.alter_column("edition_id", existing_type=_serial, nullable=True)
        batch.alter_column("due_at", existing_type=_moment, nullable=True)
        batch.drop_constraint("uq_delivery_edition_id_subscriber_id", type_="unique")
        batch.create_unique_constraint(
            "uq_delivery_subscriber_id_edition_id", ["subscriber_id", "edition_id"]
        )
        batch.create_foreign_key("fk_delivery_chunk_id", "chunk", ["chunk_id"], ["id"])
    op.create_index("ix_delivery_chunk_id", "delivery", ["chunk_id"])
    keyed = sa.text("key IS NOT NULL")
    op.create_index(
        "ix_delivery_key", "delivery", ["key"], unique=True, sqlite_where=keyed, postgresql_where=keyed
    )

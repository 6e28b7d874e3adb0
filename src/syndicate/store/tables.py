"""The tables, as the newest migration leaves them; the migration tests hold the two together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant: stored in UTC, returned aware. SQLite would lose the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _column(name: str, kind: Any, *rest: Any, null: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *rest, nullable=null, **options)


# An identity: kept for ever, even when the article is withdrawn.
article = sa.Table(
    "article",
    metadata,
    _column("id", sa.Text, primary_key=True),
    _column("path", sa.Text, index=True),
    _column("slug", sa.Text, unique=True),
    _column("fingerprint", sa.Text, index=True),
    _column("state", sa.Text),
    _column("first_seen_at", UtcDateTime),
    _column("floor_at", UtcDateTime),
    _column("undated_at", UtcDateTime),
    _column("changed_at", UtcDateTime, null=True),
)

# A cache of what each file said last time: safe to delete.
parsed = sa.Table(
    "parsed",
    metadata,
    _column("path", sa.Text, primary_key=True),
    _column("size", sa.BigInteger),
    _column("mtime_ns", sa.BigInteger),
    _column("version", sa.Text),
    _column("payload", sa.Text, null=True),  # null: the file was never readable
    _column("fault_line", sa.Integer, null=True),
    _column("fault", sa.Text, null=True),  # null: it was readable; else why not, payload holds the last good
)

# Ids minted for anything that is not an article, such as feeds; key -> urn:uuid.
identity = sa.Table(
    "identity", metadata, _column("key", sa.Text, primary_key=True), _column("urn", sa.Text, unique=True)
)

setting = sa.Table("setting", metadata, _column("key", sa.Text, primary_key=True), _column("value", sa.Text))

newsletter = sa.Table(
    "newsletter", metadata, _column("name", sa.Text, primary_key=True), _column("started_at", UtcDateTime)
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    _column("id", Serial, primary_key=True),
    _column("email", sa.Text),
    _column("email_key", sa.Text, unique=True),
    _column("extra", sa.Text, server_default=sa.text("'{}'")),  # other columns of an import, as JSON
    _column("created_at", UtcDateTime),
)

subscription = sa.Table(
    "subscription",
    metadata,
    _column("id", Serial, primary_key=True),
    _column("subscriber_id", Serial, sa.ForeignKey("subscriber.id", ondelete="CASCADE")),
    _column("newsletter", sa.Text),
    _column("state", sa.Text),
    _column("token", sa.Text, unique=True),
    _column("started_at", UtcDateTime),
    _column("ended_at", UtcDateTime, null=True),
    sa.UniqueConstraint("subscriber_id", "newsletter"),
    sa.Index(None, "newsletter", "state"),
)

edition = sa.Table(
    "edition",
    metadata,
    _column("id", Serial, primary_key=True),
    _column("uid", sa.Text, unique=True),
    _column("newsletter", sa.Text),
    _column("occasion", sa.Text),
    _column("occasion_at", UtcDateTime),
    _column("frozen_at", UtcDateTime),
    sa.UniqueConstraint("newsletter", "occasion"),
)

rendition = sa.Table(
    "rendition",
    metadata,
    _column("id", Serial, primary_key=True),
    _column("edition_id", Serial, sa.ForeignKey("edition.id"), index=True),
    _column("language", sa.Text),
    _column("subject", sa.Text),
    _column("body", sa.LargeBinary),
)

rendition_article = sa.Table(
    "rendition_article",
    metadata,
    _column("rendition_id", Serial, sa.ForeignKey("rendition.id"), primary_key=True),
    _column(
        "article_id", sa.Text, sa.ForeignKey("article.id", onupdate="CASCADE"), primary_key=True, index=True
    ),
    _column("position", sa.Integer),
)

# The outbox and the ledger in one. `email` and `token` are frozen with the edition, so that every attempt
# sends the same bytes; `subscriber_id` becomes null when the person is removed, so that the sums still hold.
delivery = sa.Table(
    "delivery",
    metadata,
    _column("id", Serial, primary_key=True),
    _column("edition_id", Serial, sa.ForeignKey("edition.id")),
    _column("rendition_id", Serial, sa.ForeignKey("rendition.id")),
    _column("subscriber_id", Serial, sa.ForeignKey("subscriber.id", ondelete="SET NULL"), null=True),
    _column("email", sa.Text),
    _column("token", sa.Text),
    _column("state", sa.Text),
    _column("attempts", sa.Integer, server_default=sa.text("0")),
    _column("queued_at", UtcDateTime),
    _column("due_at", UtcDateTime),
    _column("changed_at", UtcDateTime),
    _column("code", sa.Integer, null=True),
    _column("reply", sa.Text, null=True),
    sa.UniqueConstraint("edition_id", "subscriber_id"),
    sa.Index(None, "subscriber_id"),  # a removed person's letters are found without a scan
    sa.Index(None, "edition_id", "state"),  # an edition is tallied from this index alone
)

# What waits, in the order it leaves. An index over all rows by (state, due_at) could not give this order for
# three states at once: a million letters due at the same instant would be sorted for every claim.
_WAITING = sa.text("state IN ('pending', 'deferred', 'unknown')")
_SENDING = sa.text("state = 'sending'")
sa.Index(
    "ix_delivery_waiting",
    delivery.c.due_at,
    delivery.c.id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
sa.Index("ix_delivery_sending", delivery.c.id, sqlite_where=_SENDING, postgresql_where=_SENDING)

# What is wrong with the inputs now; each scan or publish replaces its own kinds.
fault = sa.Table(
    "fault",
    metadata,
    _column("id", Serial, primary_key=True),
    _column("kind", sa.Text),
    _column("path", sa.Text),
    _column("line", sa.Integer, null=True),
    _column("message", sa.Text),
    _column("seen_at", UtcDateTime),
)

# When each recurring work last ran and how it ended: scan, publish, newsletter:NAME, send.
tick = sa.Table(
    "tick",
    metadata,
    _column("name", sa.Text, primary_key=True),
    _column("started_at", UtcDateTime),
    _column("ended_at", UtcDateTime, null=True),
    _column("detail", sa.Text, server_default=sa.text("''")),
    _column("error", sa.Text, null=True),
)

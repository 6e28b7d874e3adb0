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


def column(name: str, kind: Any, *rest: Any, null: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *rest, nullable=null, **options)


# An identity: kept for ever, even when the article is withdrawn.
article = sa.Table(
    "article",
    metadata,
    column("id", sa.Text, primary_key=True),
    column("path", sa.Text, index=True),
    column("slug", sa.Text, unique=True),
    column("fingerprint", sa.Text, index=True),
    column("state", sa.Text),
    column("first_seen_at", UtcDateTime),
    column("floor_at", UtcDateTime),
    column("undated_at", UtcDateTime),
    column("changed_at", UtcDateTime, null=True),
    column("title", sa.Text, server_default=sa.text("''")),
    column("language", sa.Text, server_default=sa.text("''")),
    column("published_at", UtcDateTime, null=True, index=True),
    column("updated_at", UtcDateTime, null=True),
    column("visible_at", UtcDateTime, null=True, index=True),
    column("expires_at", UtcDateTime, null=True),
    column("hidden", sa.Boolean, server_default=sa.false()),
    column("address", sa.Text, server_default=sa.text("''")),
    column("aliases", sa.Text, server_default=sa.text("'[]'")),  # as JSON
    column("permalink", sa.Boolean, server_default=sa.false()),
    column("missing_at", UtcDateTime, null=True),
    column("volume", sa.Integer, null=True, index=True),
    column("held_since", UtcDateTime, null=True),
    column("again_at", UtcDateTime, null=True),
    column("resend", sa.Text, server_default=sa.text("''")),
    column("resent_at", UtcDateTime, null=True),
)

_AGAIN = sa.text("again_at IS NOT NULL")
sa.Index("ix_article_again", article.c.again_at, sqlite_where=_AGAIN, postgresql_where=_AGAIN)
_EXPIRES = sa.text("expires_at IS NOT NULL")
sa.Index("ix_article_expiring", article.c.expires_at, sqlite_where=_EXPIRES, postgresql_where=_EXPIRES)
_MISSING = sa.text("state = 'missing'")
sa.Index("ix_article_missing", article.c.path, sqlite_where=_MISSING, postgresql_where=_MISSING)

_WITHDRAWN = sa.text("state = 'withdrawn'")
sa.Index(
    "ix_article_withdrawn",
    article.c.missing_at,
    sqlite_where=_WITHDRAWN,
    postgresql_where=_WITHDRAWN,
)

# The folders of the feeds, beside the main one, in which each article is that is shown or will be: those of
# its tags, categories, authors, its language. `name` is what the article calls it.
article_folder = sa.Table(
    "article_folder",
    metadata,
    column("folder", sa.Text, primary_key=True),
    column("visible_at", UtcDateTime, primary_key=True),
    column(
        "article_id",
        sa.Text,
        sa.ForeignKey("article.id", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    column("name", sa.Text),
    sqlite_with_rowid=False,
)

_HELD = sa.text("held_since IS NOT NULL")
sa.Index("ix_article_held", article.c.held_since, sqlite_where=_HELD, postgresql_where=_HELD)

# Of articles that are held until their pages are there: when that was asked last, what was answered, and
# whether the operator was told.
held = sa.Table(
    "held",
    metadata,
    column(
        "article_id",
        sa.Text,
        sa.ForeignKey("article.id", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    column("asked_at", UtcDateTime),
    column("answer", sa.Text),
    column("told", sa.Boolean, server_default=sa.false()),
)

# The folders of the feeds that are to be made again; "" is the main feed's.
stale = sa.Table("stale", metadata, column("folder", sa.Text, primary_key=True))

# Files that say what another says: they are no articles while that one says it.
folded = sa.Table(
    "folded",
    metadata,
    column("path", sa.Text, primary_key=True),
    column("article_id", sa.Text, index=True),
)

# Which texts that were shown link to which articles, by the names their links have for these.
crosslink = sa.Table(
    "crosslink",
    metadata,
    column("path", sa.Text, index=True),
    column("name", sa.Text, index=True),
)

# A cache of what each file said of itself last time: safe to delete.
parsed = sa.Table(
    "parsed",
    metadata,
    column("path", sa.Text, primary_key=True),
    column("size", sa.BigInteger),
    column("mtime_ns", sa.BigInteger),
    column("meta", sa.Boolean, server_default=sa.false()),
    column("version", sa.Text),  # "" where it is to be read again
    column("section", sa.Text, server_default=sa.text("''")),
    column("dated", sa.Boolean, server_default=sa.false()),
    column("payload", sa.Text, null=True),  # null: the file was never readable
    column("faults", sa.Text, null=True),  # null: nothing is wrong; else JSON, payload holds the last good
)

# A cache of texts that were shown, with what their making met: safe to delete. `others` marks the files that
# it hangs on, "" where it hangs on none but its own.
body = sa.Table(
    "body",
    metadata,
    column("path", sa.Text, primary_key=True),
    column("size", sa.BigInteger),
    column("mtime_ns", sa.BigInteger),
    column("version", sa.Text),
    column("others", sa.Text),
    column("payload", sa.Text, null=True),
    column("faults", sa.Text, null=True),
)

sa.Index(
    "ix_parsed_dated",
    parsed.c.section,
    sqlite_where=sa.text("dated = 1"),
    postgresql_where=sa.text("dated"),
)
_FAULTY = sa.text("faults IS NOT NULL")
sa.Index("ix_parsed_faulty", parsed.c.path, sqlite_where=_FAULTY, postgresql_where=_FAULTY)
sa.Index("ix_body_faulty", body.c.path, sqlite_where=_FAULTY, postgresql_where=_FAULTY)

# Ids minted for anything that is not an article, such as feeds; key -> urn:uuid.
identity = sa.Table(
    "identity", metadata, column("key", sa.Text, primary_key=True), column("urn", sa.Text, unique=True)
)

setting = sa.Table("setting", metadata, column("key", sa.Text, primary_key=True), column("value", sa.Text))

newsletter = sa.Table(
    "newsletter", metadata, column("name", sa.Text, primary_key=True), column("started_at", UtcDateTime)
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    column("id", Serial, primary_key=True),
    column("email", sa.Text),
    column("email_key", sa.Text, unique=True),
    column("extra", sa.Text, server_default=sa.text("'{}'")),  # other columns of an import, as JSON
    column("bounces", sa.Integer, server_default=sa.text("0")),  # refusals that count against the address
    column("created_at", UtcDateTime),
)

# What subscribers of a newsletter want of it, one row for all who want the same; "" is as the newsletter has
# it, `topics` is JSON. `occasion` is the last one that was decided. What became new up to `covered_at` and
# matches was brought to those whose own `after_at` is null.
choice = sa.Table(
    "choice",
    metadata,
    column("id", Serial, primary_key=True),
    column("newsletter", sa.Text),
    *(
        column(name, sa.Text, server_default=sa.text("''"))
        for name in ("frequency", "zone", "at", "language", "topics")
    ),
    column("pictures", sa.Boolean, server_default=sa.true()),
    column("created_at", UtcDateTime),
    column("occasion", sa.Text, server_default=sa.text("''")),
    column("covered_at", UtcDateTime, null=True),
    sa.UniqueConstraint("newsletter", "frequency", "zone", "at", "language", "topics", "pictures"),
)

# `after_at` is the moment after which a person may lack articles that are due to him; null: his choice's
# `covered_at` says it. He gets nothing until `paused_until`. `reason` is why he left, as he wrote it.
subscription = sa.Table(
    "subscription",
    metadata,
    column("id", Serial, primary_key=True),
    column("subscriber_id", Serial, sa.ForeignKey("subscriber.id", ondelete="CASCADE")),
    column("newsletter", sa.Text),
    column("state", sa.Text),
    column("token", sa.Text, unique=True),
    column("started_at", UtcDateTime),
    column("ended_at", UtcDateTime, null=True),
    column("choice_id", Serial, sa.ForeignKey("choice.id"), index=True),
    column("after_at", UtcDateTime, null=True),
    column("paused_until", UtcDateTime, null=True),
    column("reason", sa.Text, server_default=sa.text("''")),
    sa.UniqueConstraint("subscriber_id", "newsletter"),
    sa.Index(None, "newsletter", "state"),
)
_OWN = sa.text("after_at IS NOT NULL")
sa.Index(
    "ix_subscription_own",
    subscription.c.choice_id,
    subscription.c.after_at,
    sqlite_where=_OWN,
    postgresql_where=_OWN,
)

# `state` is open, paused or cancelled, `reason` says why. From `stale_at` on what is still open is skipped.
edition = sa.Table(
    "edition",
    metadata,
    column("id", Serial, primary_key=True),
    column("uid", sa.Text, unique=True),
    column("newsletter", sa.Text),
    column("occasion", sa.Text),
    column("occasion_at", UtcDateTime),
    column("frozen_at", UtcDateTime),
    column("stale_at", UtcDateTime, null=True),
    column("state", sa.Text, server_default=sa.text("'open'")),
    column("reason", sa.Text, server_default=sa.text("''")),
    sa.UniqueConstraint("newsletter", "occasion"),
)

rendition = sa.Table(
    "rendition",
    metadata,
    column("id", Serial, primary_key=True),
    column("edition_id", Serial, sa.ForeignKey("edition.id"), index=True, null=True),  # null: of no edition
    column("language", sa.Text),
    column("subject", sa.Text),
    column("body", sa.LargeBinary),
    column("after_at", UtcDateTime, null=True),  # none of its articles was new to newsletters before
)

rendition_article = sa.Table(
    "rendition_article",
    metadata,
    column("rendition_id", Serial, sa.ForeignKey("rendition.id"), primary_key=True),
    column(
        "article_id", sa.Text, sa.ForeignKey("article.id", onupdate="CASCADE"), primary_key=True, index=True
    ),
    column("position", sa.Integer),
)

# A few hundred deliveries, fixed at the freeze, worked on by one sender at a time: what its owner writes
# holds only while `fence` is the one he was given, which each taking raises. A letter of no edition is a
# chunk of its own, with a lower `priority`: lower ones leave first. `due_at` is the earliest of its waiting
# deliveries, null where none waits. The counts are those of the moment it was last given back; the rest of
# `size` is pending.
chunk = sa.Table(
    "chunk",
    metadata,
    column("id", Serial, primary_key=True),
    column("edition_id", Serial, sa.ForeignKey("edition.id"), null=True),
    column("number", sa.Integer),
    column("priority", sa.Integer, server_default=sa.text("10")),
    column("size", sa.Integer),
    column("owner", sa.Text, null=True),
    column("fence", sa.Integer, server_default=sa.text("0")),
    column("leased_until", UtcDateTime, null=True),
    column("due_at", UtcDateTime, null=True),
    *(
        column(state, sa.Integer, server_default=sa.text("0"))
        for state in ("sent", "deferred", "unknown", "failed", "skipped")
    ),
    sa.UniqueConstraint("edition_id", "number"),
)
_DUE = sa.text("due_at IS NOT NULL")
sa.Index(
    "ix_chunk_due",
    chunk.c.priority,
    chunk.c.due_at,
    chunk.c.id,
    sqlite_where=_DUE,
    postgresql_where=_DUE,
)
_OWNED = sa.text("owner IS NOT NULL")
sa.Index("ix_chunk_owned", chunk.c.id, sqlite_where=_OWNED, postgresql_where=_OWNED)

# The outbox and the ledger in one. `email` and `token` are frozen with the edition, so that every attempt
# sends the same bytes; `subscriber_id` becomes null when the person is removed, so that the sums still hold.
# A letter of no edition has a `key`, unique for ever. No index holds the state: it changes twice a letter.
# `due_at` is null for an unknown letter that is held for the operator.
delivery = sa.Table(
    "delivery",
    metadata,
    column("id", Serial, primary_key=True),
    column("chunk_id", Serial, sa.ForeignKey("chunk.id"), index=True),
    column("edition_id", Serial, sa.ForeignKey("edition.id"), null=True),
    column("rendition_id", Serial, sa.ForeignKey("rendition.id")),
    column("subscriber_id", Serial, sa.ForeignKey("subscriber.id", ondelete="SET NULL"), null=True),
    column("key", sa.Text, null=True),
    column("email", sa.Text),
    column("token", sa.Text),
    column("state", sa.Text),
    column("attempts", sa.Integer, server_default=sa.text("0")),
    column("queued_at", UtcDateTime),
    column("due_at", UtcDateTime, null=True),
    column("changed_at", UtcDateTime),
    column("code", sa.Integer, null=True),
    column("reply", sa.Text, null=True),
    column("relay", sa.Text, null=True),
    sa.UniqueConstraint("subscriber_id", "edition_id"),  # this way round a person's letters are found too
)
_KEYED = sa.text("key IS NOT NULL")  # or a million deliveries of an edition would weigh on the index
sa.Index(None, delivery.c.key, unique=True, sqlite_where=_KEYED, postgresql_where=_KEYED)

# The attempts that did not end in sent: with the delivery's own row, a letter's whole story.
attempt = sa.Table(
    "attempt",
    metadata,
    column("id", Serial, primary_key=True),
    column("delivery_id", Serial, sa.ForeignKey("delivery.id"), index=True),
    column("number", sa.Integer),
    column("state", sa.Text),
    column("ended_at", UtcDateTime),
    column("code", sa.Integer, null=True),
    column("reply", sa.Text, null=True),
    column("relay", sa.Text, null=True),
)

# What a relay's limits and rests must know after a restart, as JSON.
relay = sa.Table(
    "relay",
    metadata,
    column("name", sa.Text, primary_key=True),
    column("state", sa.Text),
    column("changed_at", UtcDateTime),
)

# What the operator was told: one per cause and day.
alert = sa.Table(
    "alert",
    metadata,
    column("id", Serial, primary_key=True),
    column("key", sa.Text, unique=True),
    column("cause", sa.Text),
    column("message", sa.Text),
    column("raised_at", UtcDateTime),
    column("posted_at", UtcDateTime, null=True),
)

# The documents of which hubs are to be told that they changed, one row for each however often they did:
# `changes` counts that. `due_at` is null where a hub refused, or was given up, and `answer` says why.
ping = sa.Table(
    "ping",
    metadata,
    column("hub", sa.Text, primary_key=True),
    column("topic", sa.Text, primary_key=True),
    column("changes", sa.Integer),
    column("noted_at", UtcDateTime),
    column("due_at", UtcDateTime, null=True),
    column("attempts", sa.Integer, server_default=sa.text("0")),
    column("tried_at", UtcDateTime, null=True),
    column("answer", sa.Text, server_default=sa.text("''")),
)

# What is wrong with the inputs now; each scan or publish replaces its own kinds.
fault = sa.Table(
    "fault",
    metadata,
    column("id", Serial, primary_key=True),
    column("kind", sa.Text),
    column("path", sa.Text),
    column("line", sa.Integer, null=True),
    column("message", sa.Text),
    column("seen_at", UtcDateTime),
)

# When each recurring work last ran and how it ended: scan, publish, newsletter:NAME, send.
tick = sa.Table(
    "tick",
    metadata,
    column("name", sa.Text, primary_key=True),
    column("started_at", UtcDateTime),
    column("ended_at", UtcDateTime, null=True),
    column("detail", sa.Text, server_default=sa.text("''")),
    column("error", sa.Text, null=True),
)

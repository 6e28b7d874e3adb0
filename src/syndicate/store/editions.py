"""Queries: newsletters' starts, frozen editions with their renditions, and the sums over deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import DeliveryState, Edition, Rendition, SubscriptionState, Tally
from syndicate.store.batches import insert, upsert
from syndicate.store.tables import (
    delivery,
    edition,
    newsletter,
    rendition,
    rendition_article,
    subscriber,
    subscription,
)


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition with the number the database gave it."""

    id: int
    edition: Edition


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze wrote: the edition's number and how many deliveries wait."""

    edition_id: int
    deliveries: int


def newsletter_start(conn: sa.Connection, name: str) -> datetime | None:
    """Return the moment from which articles count as new for newsletter `name`."""
    return conn.scalar(sa.select(newsletter.c.started_at).where(newsletter.c.name == name))


def set_newsletter_start(conn: sa.Connection, name: str, started_at: datetime) -> None:
    """Set the moment from which articles count as new for newsletter `name`."""
    upsert(conn, newsletter, [{"name": name, "started_at": started_at}], keys=["name"])


_EDITION = sa.select(
    edition.c.id,
    edition.c.uid,
    edition.c.newsletter,
    edition.c.occasion,
    edition.c.occasion_at,
    edition.c.frozen_at,
)


def find(conn: sa.Connection, name: str, occasion: str) -> EditionRow | None:
    """Return the edition of newsletter `name` for `occasion`."""
    his = _EDITION.where(edition.c.newsletter == name, edition.c.occasion == occasion)
    rows = _rows(conn, his)
    return rows[0] if rows else None


def editions(conn: sa.Connection, name: str | None = None, *, limit: int = 50) -> list[EditionRow]:
    """Return the newest editions, of newsletter `name` or of all, the last frozen first."""
    statement = _EDITION.order_by(edition.c.id.desc()).limit(limit)
    return _rows(conn, statement if name is None else statement.where(edition.c.newsletter == name))


def count_editions(conn: sa.Connection) -> int:
    """Return how many editions were ever frozen."""
    return conn.scalar(sa.select(sa.func.count()).select_from(edition)) or 0


def last_edition(conn: sa.Connection, name: str) -> EditionRow | None:
    """Return the edition of newsletter `name` that was frozen last."""
    return next(iter(editions(conn, name, limit=1)), None)


def newest_number(conn: sa.Connection) -> int:
    """Return the number of the edition that was frozen last, 0 where there is none."""
    return conn.scalar(sa.select(sa.func.max(edition.c.id))) or 0


def has_editions(conn: sa.Connection, name: str) -> bool:
    """Tell whether newsletter `name` was ever mailed."""
    return last_edition(conn, name) is not None


def _rows(
    conn: sa.Connection, statement: sa.Select[int, str, str, str, datetime, datetime]
) -> list[EditionRow]:
    return [EditionRow(row[0], Edition(*row[1:])) for row in conn.execute(statement)]


def mailed_articles(conn: sa.Connection, name: str) -> set[str]:
    """Return the ids of the articles that any edition of newsletter `name` holds."""
    statement = (
        sa.select(rendition_article.c.article_id)
        .distinct()
        .join_from(rendition_article, rendition)
        .join(edition)
        .where(edition.c.newsletter == name)
    )
    return set(conn.scalars(statement))


def freeze(
    conn: sa.Connection, frozen: Edition, renditions: Sequence[Rendition], *, now: datetime
) -> Frozen | None:
    """Write the edition, its renditions and one delivery, due now, for each active subscriber.

    All of them get the first rendition. Returns None, and writes nothing, where the newsletter has an
    edition for this occasion, also when another process made it a moment ago.
    """
    if not renditions:
        raise ValueError("an edition needs at least one rendition")
    number = _insert_edition(conn, frozen)
    if number is None:
        return None
    first, *_ = [_insert_rendition(conn, number, one) for one in renditions]
    return Frozen(number, _enqueue(conn, number, first, now))


def _insert_edition(conn: sa.Connection, frozen: Edition) -> int | None:
    statement = (
        insert(conn, edition)
        .values(
            uid=frozen.uid,
            newsletter=frozen.newsletter,
            occasion=frozen.occasion,
            occasion_at=frozen.occasion_at,
            frozen_at=frozen.frozen_at,
        )
        .on_conflict_do_nothing(index_elements=["newsletter", "occasion"])
        .returning(edition.c.id)
    )
    return conn.execute(statement).scalar_one_or_none()


def _insert_rendition(conn: sa.Connection, edition_id: int, one: Rendition) -> int:
    values = {"language": one.language, "subject": one.subject, "body": one.body}
    statement = sa.insert(rendition).values(edition_id=edition_id, **values).returning(rendition.c.id)
    number = conn.execute(statement).scalar_one()
    rows = [
        {"rendition_id": number, "article_id": article_id, "position": position}
        for position, article_id in enumerate(one.article_ids)
    ]
    if rows:
        conn.execute(sa.insert(rendition_article), rows)
    return int(number)


def _enqueue(conn: sa.Connection, edition_id: int, rendition_id: int, now: datetime) -> int:
    moment = sa.literal(now, delivery.c.due_at.type)
    recipients = (
        sa.select(
            sa.literal(edition_id),
            sa.literal(rendition_id),
            subscriber.c.id,
            subscriber.c.email,
            subscription.c.token,
            sa.literal(DeliveryState.PENDING.value),
            moment,
            moment,
            moment,
        )
        .join_from(subscription, subscriber)
        .join(edition, edition.c.id == edition_id)
        .where(
            subscription.c.newsletter == edition.c.newsletter,
            subscription.c.state == SubscriptionState.ACTIVE.value,
        )
        .order_by(subscription.c.id)
        .with_for_update(read=True, key_share=True, of=subscriber)  # or a removal breaks the freeze
    )
    queue = sa.insert(delivery).from_select(_QUEUED, recipients)
    return conn.execute(queue, execution_options={"preserve_rowcount": True}).rowcount


_QUEUED = (
    *("edition_id", "rendition_id", "subscriber_id", "email", "token"),
    *("state", "queued_at", "due_at", "changed_at"),
)


def rendition_body(conn: sa.Connection, rendition_id: int) -> bytes:
    """Return the bytes of a rendition, with its slots; KeyError where there is none of that number."""
    body = conn.scalar(sa.select(rendition.c.body).where(rendition.c.id == rendition_id))
    if body is None:
        raise KeyError(rendition_id)
    return bytes(body)


def tally(conn: sa.Connection, edition_id: int | None = None) -> Tally:
    """Return the deliveries of one edition, or of all, counted by state."""
    statement = sa.select(delivery.c.state, sa.func.count()).group_by(delivery.c.state)
    if edition_id is not None:
        statement = statement.where(delivery.c.edition_id == edition_id)
    return Tally({DeliveryState(state): count for state, count in conn.execute(statement)})


def refusals(conn: sa.Connection, edition_id: int, *, limit: int = 3) -> list[tuple[str, int]]:
    """Return the commonest words with which letters of an edition failed, and how many with each."""
    number = sa.func.count()
    statement = (
        sa.select(delivery.c.code, delivery.c.reply, number)
        .where(delivery.c.edition_id == edition_id, delivery.c.state == DeliveryState.FAILED.value)
        .group_by(delivery.c.code, delivery.c.reply)
        .order_by(number.desc(), delivery.c.reply)
        .limit(limit)
    )
    return [(f"{code or ''} {reply or ''}".strip(), count) for code, reply, count in conn.execute(statement)]

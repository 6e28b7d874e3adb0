"""The freeze: an edition, its renditions and its deliveries in chunks, written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import DeliveryState, Edition, Rendition, SubscriptionState
from syndicate.store.batches import insert
from syndicate.store.tables import (
    chunk,
    delivery,
    edition,
    rendition,
    rendition_article,
    subscriber,
    subscription,
)

CHUNK = 500  # deliveries that one sender works on at a time
STALE = "stale"  # the reason with which a delivery that nobody should get any more is skipped


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze wrote: the edition's number and how many deliveries wait."""

    edition_id: int
    deliveries: int


def freeze(
    conn: sa.Connection,
    frozen: Edition,
    renditions: Sequence[Rendition],
    *,
    now: datetime,
    audiences: Mapping[int, int] | None = None,
) -> Frozen | None:
    """Write the edition, its renditions and one delivery, due now, for each active subscriber.

    All get the first rendition but those of `audiences`: it says for the number of a rendition of this
    newsletter that was skipped as stale which of `renditions`, from 0, the people get whose last letter it
    was. Returns None, and writes nothing, where the newsletter has an edition for this occasion, also when
    another process made it a moment ago.
    """
    if not renditions:
        raise ValueError("an edition needs at least one rendition")
    number = _insert_edition(conn, frozen)
    if number is None:
        return None
    ids = [insert_rendition(conn, one, edition_id=number) for one in renditions]
    which = _rendition_for(ids, audiences or {}, number, frozen.newsletter)
    chunks = _allot(conn, number, frozen.newsletter)
    count = _enqueue(conn, number, which, chunks - 1, now) if chunks else 0
    _measure(conn, number, now)
    return Frozen(number, count)


def _insert_edition(conn: sa.Connection, frozen: Edition) -> int | None:
    statement = (
        insert(conn, edition)
        .values(
            uid=frozen.uid,
            newsletter=frozen.newsletter,
            occasion=frozen.occasion,
            occasion_at=frozen.occasion_at,
            frozen_at=frozen.frozen_at,
            stale_at=frozen.stale_at,
        )
        .on_conflict_do_nothing(index_elements=["newsletter", "occasion"])
        .returning(edition.c.id)
    )
    return conn.execute(statement).scalar_one_or_none()


def insert_rendition(conn: sa.Connection, one: Rendition, *, edition_id: int | None) -> int:
    """Write a rendition with its articles; return its number. One of no edition has no `edition_id`."""
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


def last_letter(edition_id: int | sa.ColumnElement[int], newsletter: str, person: Any) -> Any:
    """Return, as SQL, the rendition of a person's last delivery of `newsletter` where that was stale.

    Only editions before `edition_id` count. NULL where the last was not skipped as stale.
    """
    d, e = delivery.alias(), edition.alias()
    stale = sa.and_(d.c.state == DeliveryState.SKIPPED.value, d.c.reply == STALE)
    return (
        sa.select(sa.case((stale, d.c.rendition_id)))
        .join_from(d, e, e.c.id == d.c.edition_id)
        .where(d.c.subscriber_id == person, e.c.newsletter == newsletter, e.c.id < edition_id)
        .order_by(d.c.edition_id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _rendition_for(ids: Sequence[int], audiences: Mapping[int, int], number: int, newsletter: str) -> Any:
    first = sa.literal(ids[0])
    if not audiences:
        return first
    stale = last_letter(number, newsletter, subscriber.c.id)
    return sa.case({old: ids[which] for old, which in audiences.items()}, value=stale, else_=first)


def _audience(newsletter: str | sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return sa.and_(
        subscription.c.newsletter == newsletter, subscription.c.state == SubscriptionState.ACTIVE.value
    )


def _allot(conn: sa.Connection, number: int, newsletter: str) -> int:
    """Make as many chunks as there are people for; the last takes those who come meanwhile, on PostgreSQL."""
    people = sa.select(sa.func.count()).select_from(subscription).where(_audience(newsletter))
    chunks = -(-conn.execute(people).scalar_one() // CHUNK)
    rows = [{"edition_id": number, "number": one, "size": 0} for one in range(chunks)]
    if rows:
        conn.execute(sa.insert(chunk), rows)
    return chunks


def _enqueue(conn: sa.Connection, number: int, which: Any, last: int, now: datetime) -> int:
    moment = sa.literal(now, delivery.c.due_at.type)
    people = (
        sa.select(subscriber.c.id, subscriber.c.email, subscription.c.token, which.label("rendition_id"))
        .join_from(subscription, subscriber)
        .join(edition, edition.c.id == number)
        .where(_audience(edition.c.newsletter))
        .order_by(subscription.c.id)
        .with_for_update(read=True, key_share=True, of=subscriber)  # or a removal breaks the freeze
        .subquery("people")
    )
    place = (sa.func.row_number().over() - 1) // CHUNK
    numbered = sa.select(people, place.label("number")).subquery("numbered")
    mine = sa.case((numbered.c.number > last, last), else_=numbered.c.number)
    its = sa.select(chunk.c.id).where(chunk.c.edition_id == number, chunk.c.number == mine)
    recipients = sa.select(
        its.scalar_subquery(),  # joined, PostgreSQL would mix up the order of the people
        sa.literal(number),
        numbered.c.rendition_id,
        numbered.c.id,
        numbered.c.email,
        numbered.c.token,
        sa.literal(DeliveryState.PENDING.value),
        *[moment] * 3,
    )
    queue = sa.insert(delivery).from_select(_QUEUED, recipients)
    return conn.execute(queue, execution_options={"preserve_rowcount": True}).rowcount


_QUEUED = (
    *("chunk_id", "edition_id", "rendition_id", "subscriber_id", "email", "token"),
    *("state", "queued_at", "due_at", "changed_at"),
)


def _measure(conn: sa.Connection, number: int, now: datetime) -> None:
    """Write the size of the chunks, which are due now; those that stayed empty go."""
    held = sa.select(sa.func.count()).where(delivery.c.chunk_id == chunk.c.id).scalar_subquery()
    his = chunk.c.edition_id == number
    conn.execute(sa.update(chunk).where(his).values(size=held, due_at=now))
    conn.execute(sa.delete(chunk).where(his, chunk.c.size == 0))

"""The freeze: an edition, its renditions and its deliveries in chunks, written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import DeliveryState, Edition, Rendition, SubscriptionState
from syndicate.store.batches import insert
from syndicate.store.owed import pay, rendition_for
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

    All get the first rendition but those of `audiences`: it says for each number of `stale_renditions`
    which of `renditions`, from 0, the people get who are owed it, and that they are owed it no more.
    Returns None, and writes nothing, where the newsletter has an edition for this occasion, also when
    another process made it a moment ago.
    """
    if not renditions:
        raise ValueError("an edition needs at least one rendition")
    number = _insert_edition(conn, frozen)
    if number is None:
        return None
    ids = [insert_rendition(conn, one, edition_id=number) for one in renditions]
    others = {owed: ids[which] for owed, which in (audiences or {}).items()}
    people = _people(conn, frozen.newsletter, ids[0], others)
    chunks = _allot(conn, number, frozen.newsletter)
    count = _enqueue(conn, number, people, chunks - 1, now) if chunks else 0
    pay(conn, number, frozen.newsletter, others)
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


def _audience(newsletter: str) -> sa.ColumnElement[bool]:
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


def _people(conn: sa.Connection, newsletter: str, first: int, others: Mapping[int, int]) -> sa.Select[Any]:
    """Select who gets the edition, in the order of subscription, each with his rendition."""
    which = sa.literal(first, sa.BigInteger)
    if others:
        which = rendition_for(conn, newsletter, subscriber.c.id, others, first)
    columns = (subscriber.c.id, subscriber.c.email, subscription.c.token, which.label("rendition_id"))
    people = sa.select(*columns).join_from(subscription, subscriber).where(_audience(newsletter))
    locked = people.with_for_update(
        read=True, key_share=True, of=subscriber
    )  # else a removal breaks the freeze
    return locked.order_by(subscription.c.id)


def _enqueue(conn: sa.Connection, number: int, them: sa.Select[Any], last: int, now: datetime) -> int:
    """Write a delivery for each of `them`, 500 a chunk; the chunk numbered `last` takes all that are left."""
    moment = sa.literal(now, delivery.c.due_at.type)
    people = them.subquery("people")
    place = (sa.func.row_number(type_=sa.Integer).over() - 1) // CHUNK
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

"""The freeze: an edition, its renditions and its deliveries in chunks, written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import DeliveryState, Edition, Portion, Rendition, SubscriptionState
from syndicate.store.audience import Audience
from syndicate.store.batches import insert
from syndicate.store.tables import (
    UtcDateTime,
    chunk,
    delivery,
    edition,
    rendition,
    rendition_article,
    subscriber,
    subscription,
)

CHUNK = 500  # deliveries that one sender works on at a time
HELD = "held until you resume it"  # why an edition that waits for the operator's word is paused

# Who gets which rendition, for the time of a freeze.
portion = sa.Table(
    "portion",
    sa.MetaData(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("rendition_id", sa.BigInteger),
    sa.Column("after", UtcDateTime),
    prefixes=["TEMPORARY"],
)


class Changed(Exception):
    """Somebody changed since the groups were found: they are to be found again."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What each group of an audience gets, by the groups' keys; `strict`: there must be no other group."""

    audience: Audience
    portions: Mapping[str, Portion]
    strict: bool = True


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
    sharing: Sharing | None = None,
    held: bool = False,
) -> Frozen | None:
    """Write the edition, its renditions and one delivery, due now, for each subscriber who gets one.

    Without a `sharing` every active subscriber gets the first rendition. `held`, nothing leaves until the
    operator says so. Returns None, and writes nothing, where the newsletter has an edition for this occasion,
    also when another process made it a moment ago. Raises Changed where somebody is in none of the groups
    that were shared to.
    """
    if not renditions:
        raise ValueError("an edition needs at least one rendition")
    number = _insert_edition(conn, frozen, held)
    if number is None:
        return None
    ids = [insert_rendition(conn, one, edition_id=number) for one in renditions]
    if sharing is None:
        people, size = _everybody(frozen.newsletter, ids[0]), _count(conn, frozen.newsletter)
    else:
        key = sharing.audience.key(conn.dialect.name, before=number)
        people, size = _sharers(conn, sharing, key, ids)
    chunks = _allot(conn, number, size)
    count = _enqueue(conn, number, people, chunks - 1, now) if chunks else 0
    if sharing is not None:
        _move_on(conn, sharing, key)
        portion.drop(conn)
    _measure(conn, number, now)
    return Frozen(number, count)


def _insert_edition(conn: sa.Connection, frozen: Edition, held: bool) -> int | None:
    statement = (
        insert(conn, edition)
        .values(
            uid=frozen.uid,
            newsletter=frozen.newsletter,
            occasion=frozen.occasion,
            occasion_at=frozen.occasion_at,
            frozen_at=frozen.frozen_at,
            stale_at=frozen.stale_at,
            state="paused" if held else "open",
            reason=HELD if held else "",
        )
        .on_conflict_do_nothing(index_elements=["newsletter", "occasion"])
        .returning(edition.c.id)
    )
    return conn.execute(statement).scalar_one_or_none()


def insert_rendition(conn: sa.Connection, one: Rendition, *, edition_id: int | None) -> int:
    """Write a rendition with its articles; return its number. One of no edition has no `edition_id`."""
    values = {"language": one.language, "subject": one.subject, "body": one.body, "after_at": one.after}
    statement = sa.insert(rendition).values(edition_id=edition_id, **values).returning(rendition.c.id)
    number = conn.execute(statement).scalar_one()
    rows = [
        {"rendition_id": number, "article_id": article_id, "position": position}
        for position, article_id in enumerate(one.article_ids)
    ]
    if rows:
        conn.execute(sa.insert(rendition_article), rows)
    return int(number)


def _active(newsletter: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        subscription.c.newsletter == newsletter, subscription.c.state == SubscriptionState.ACTIVE.value
    )


def _count(conn: sa.Connection, newsletter: str) -> int:
    people = sa.select(sa.func.count()).select_from(subscription).where(_active(newsletter))
    return conn.execute(people).scalar_one()


def _allot(conn: sa.Connection, number: int, people: int) -> int:
    """Make as many chunks as there are people for; the last takes those who come meanwhile, on PostgreSQL."""
    chunks = -(-people // CHUNK)
    rows = [{"edition_id": number, "number": one, "size": 0} for one in range(chunks)]
    if rows:
        conn.execute(sa.insert(chunk), rows)
    return chunks


def _everybody(newsletter: str, first: int) -> sa.Select[Any]:
    """Select every active subscriber, in the order of subscription, with one rendition."""
    people = sa.select(*_RECIPIENT, sa.literal(first, sa.BigInteger).label("rendition_id"))
    return _in_order(people.join_from(subscription, subscriber).where(_active(newsletter)))


def _sharers(
    conn: sa.Connection, sharing: Sharing, key: sa.ColumnElement[str], ids: Sequence[int]
) -> tuple[sa.Select[Any], int]:
    """Select the people of the groups that get a rendition, in the order of subscription, and count them.

    Raises Changed for somebody in no group.
    """
    portion.create(conn)
    rows = [
        {
            "key": name,
            "rendition_id": None if one.rendition is None else ids[one.rendition],
            "after": one.after,
        }
        for name, one in sharing.portions.items()
    ]
    if rows:
        conn.execute(sa.insert(portion), rows)
    sizes = sa.select(key.label("key"), sa.literal(1).label("one")).select_from(subscription)
    each = sizes.where(sharing.audience.who).subquery()
    counted = sa.select(portion.c.key, portion.c.rendition_id, sa.func.count()).join_from(
        each, portion, portion.c.key == each.c.key, isouter=True
    )
    size = 0
    for known, rendition_id, people in conn.execute(counted.group_by(portion.c.key, portion.c.rendition_id)):
        if known is None and sharing.strict:
            raise Changed
        size += people if rendition_id is not None else 0
    those = sa.select(*_RECIPIENT, portion.c.rendition_id).join_from(subscription, subscriber)
    those = those.join(portion, portion.c.key == key)
    return _in_order(those.where(sharing.audience.who, portion.c.rendition_id.is_not(None))), size


_RECIPIENT = (subscriber.c.id, subscriber.c.email, subscription.c.token)


def _in_order(people: sa.Select[Any]) -> sa.Select[Any]:
    locked = people.with_for_update(
        read=True, key_share=True, of=subscriber
    )  # else a removal breaks the freeze
    return locked.order_by(subscription.c.id)


def move_on(conn: sa.Connection, sharing: Sharing) -> None:
    """Write from when on people may lack something now, where no edition was made for them."""
    key = sharing.audience.key(conn.dialect.name)
    _sharers(conn, replace(sharing, strict=False), key, [])
    _move_on(conn, sharing, key)
    portion.drop(conn)


def _move_on(conn: sa.Connection, sharing: Sharing, key: sa.ColumnElement[str]) -> None:
    """Write from when on people with a moment of their own may lack something; most have none any more."""
    his = sa.select(portion.c.after).where(portion.c.key == key).scalar_subquery()
    own = sa.and_(sharing.audience.who, subscription.c.after_at.is_not(None))
    shared = sa.select(portion.c.key).where(portion.c.key == key).exists()
    if conn.dialect.name == "postgresql":  # whoever skips what is stale locks them in the same order
        conn.execute(sa.select(subscription.c.id).where(own).order_by(subscription.c.id).with_for_update())
    conn.execute(sa.update(subscription).where(own, shared).values(after_at=his))


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

"""Queries: letters that had ended, or are held, and that the operator wants tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import DeliveryState, Tally
from syndicate.store import chunks
from syndicate.store.batches import KEYS, batched
from syndicate.store.operations import HELD
from syndicate.store.plain import Plain
from syndicate.store.tables import chunk, delivery, subscriber

_AGAIN = {
    DeliveryState.FAILED: delivery.c.state == DeliveryState.FAILED.value,
    DeliveryState.UNKNOWN: HELD,
}


@dataclass(frozen=True, slots=True)
class Again:
    """Which letters of an edition are to be tried again: failed ones, held unknown ones, or both.

    `people` are address keys; None asks for everybody's.
    """

    edition_id: int
    states: frozenset[DeliveryState]
    people: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """The letters that can be tried again: how many by state, in which chunks, whose if any were named."""

    counts: Tally
    people: frozenset[str]
    chunks: tuple[int, ...]


def candidates(conn: sa.Connection, wish: Again) -> Candidates:
    """Return which letters `retry` would take up again."""
    counts: dict[DeliveryState, int] = {}
    places: set[int] = set()
    people: set[str] = set()
    for batch in _batches(wish):
        number = sa.func.count()
        where = _waits(wish, batch)
        found = sa.select(delivery.c.chunk_id, delivery.c.state, number).join_from(chunk, delivery)
        grouped = found.where(where, chunk.c.edition_id == wish.edition_id).group_by(
            delivery.c.chunk_id, delivery.c.state
        )
        for place, state, count in conn.execute(grouped):
            places.add(place)
            counts[DeliveryState(state)] = counts.get(DeliveryState(state), 0) + count
        if batch is not None:
            whose = sa.select(subscriber.c.email_key).join_from(delivery, subscriber)
            people |= set(conn.scalars(whose.where(where, delivery.c.edition_id == wish.edition_id)))
    return Candidates(Tally(counts), frozenset(people), tuple(sorted(places)))


def retry(conn: sa.Connection, wish: Again, ids: Sequence[int], *, now: datetime) -> int:
    """Let the wanted letters in these chunks be due now, with all of the retry time before them.

    Return how many. Their bytes and Message-ID are the same, and who unsubscribed is still passed over. A
    chunk that a sender owns is no obstacle: he knows nothing of letters that had ended before he took it,
    and they are counted again when he gives it back.
    """
    plain = Plain(conn.connection.dbapi_connection, conn.dialect)
    chunks.lock(plain, ids)
    again = sa.case(
        (delivery.c.state == DeliveryState.FAILED.value, DeliveryState.DEFERRED.value),
        else_=DeliveryState.UNKNOWN.value,
    )
    due = {"state": again, "due_at": now, "queued_at": now, "changed_at": now}
    number = 0
    for batch in _batches(wish):
        those = sa.and_(delivery.c.chunk_id.in_(list(ids)), _waits(wish, batch))
        number += conn.execute(sa.update(delivery).where(those).values(due)).rowcount
    chunks.count(plain, ids)
    return number


def _batches(wish: Again) -> list[list[str] | None]:
    return [None] if wish.people is None else list(batched(wish.people, KEYS))


def _waits(wish: Again, people: list[str] | None) -> sa.ColumnElement[bool]:
    """Tell, as SQL, which deliveries are meant; those of people who were removed never are."""
    which = sa.or_(sa.false(), *(_AGAIN[state] for state in sorted(wish.states) if state in _AGAIN))
    known = delivery.c.subscriber_id.is_not(None)
    if people is None:
        return sa.and_(known, which)
    his = sa.select(subscriber.c.id).where(subscriber.c.email_key.in_(people))
    return sa.and_(delivery.c.subscriber_id.in_(his), which)

"""Queries: the sums over deliveries, quick by the counters of chunks and exact at any moment."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from syndicate.model import DeliveryState, EditionStanding, Tally
from syndicate.store.tables import chunk, delivery, edition

COUNTED = ("sent", "deferred", "unknown", "failed", "skipped")  # what a chunk counts; the rest is pending
RESUMED = "resumed"  # the reason of an edition that the operator let go on after a pause


def tally(conn: sa.Connection, edition_id: int | None = None) -> Tally:
    """Return the deliveries of one edition, or of all, counted by state; states with none are left out.

    The counters of a chunk hold while nobody owns it; of an owned one the rows are counted.
    """
    free, owned = chunk.c.owner.is_(None), chunk.c.owner.is_not(None)
    counts = [sa.func.coalesce(sa.func.sum(chunk.c[name]), 0) for name in COUNTED]
    size = sa.func.coalesce(sa.func.sum(chunk.c.size), 0)
    counted = _of(edition_id, sa.select(sa.literal(""), size, *counts).where(free))
    blanks = [sa.literal(0)] * len(COUNTED)
    live = sa.select(delivery.c.state, sa.func.count(), *blanks).join_from(chunk, delivery).where(owned)
    live = _of(edition_id, live).group_by(delivery.c.state)
    statement = counted.union_all(live)  # one statement, so that both are of one moment
    result: dict[DeliveryState, int] = {}
    for state, number, *rest in conn.execute(statement):
        if state:
            _add(result, DeliveryState(state), number)
            continue
        _add(result, DeliveryState.PENDING, number - sum(rest))
        for name, part in zip(COUNTED, rest, strict=True):
            _add(result, DeliveryState(name), part)
    return Tally(result)


def recount(conn: sa.Connection, edition_id: int) -> Tally:
    """Return the deliveries of an edition counted from their rows, whatever the counters of chunks say."""
    statement = (
        sa.select(delivery.c.state, sa.func.count())
        .join_from(chunk, delivery)
        .where(chunk.c.edition_id == edition_id)
        .group_by(delivery.c.state)
    )
    return Tally({DeliveryState(state): int(count) for state, count in conn.execute(statement)})


def standing(conn: sa.Connection, edition_id: int) -> EditionStanding:
    """Return how many letters of an edition have a final answer, and how many of those were refused."""
    counts = tally(conn, edition_id)
    refused = counts[DeliveryState.FAILED]
    reason = conn.scalar(sa.select(edition.c.reason).where(edition.c.id == edition_id))
    return EditionStanding(counts[DeliveryState.SENT] + refused, refused, reason == RESUMED)


def count_chunks(conn: sa.Connection, edition_id: int) -> int:
    """Return in how many chunks the deliveries of an edition lie."""
    statement = sa.select(sa.func.count()).select_from(chunk).where(chunk.c.edition_id == edition_id)
    return conn.execute(statement).scalar_one()


def refusals(conn: sa.Connection, edition_id: int, *, limit: int = 3) -> list[tuple[str, int]]:
    """Return the commonest words with which letters of an edition failed, and how many with each."""
    number = sa.func.count()
    statement = (
        sa.select(delivery.c.code, delivery.c.reply, number)
        .join_from(chunk, delivery)
        .where(chunk.c.edition_id == edition_id, holds(DeliveryState.FAILED))
        .where(delivery.c.state == DeliveryState.FAILED.value)
        .group_by(delivery.c.code, delivery.c.reply)
        .order_by(number.desc(), delivery.c.reply)
        .limit(limit)
    )
    return [(f"{code or ''} {reply or ''}".strip(), count) for code, reply, count in conn.execute(statement)]


def holds(state: DeliveryState) -> sa.ColumnElement[bool]:
    """Tell, as SQL, whether a chunk may hold deliveries of `state`: spares looking at the others."""
    if state in (DeliveryState.PENDING, DeliveryState.SENDING):
        return sa.true()
    return sa.or_(chunk.c.owner.is_not(None), chunk.c[state.value] > 0)


def _of(edition_id: int | None, statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement if edition_id is None else statement.where(chunk.c.edition_id == edition_id)


def _add(result: dict[DeliveryState, int], state: DeliveryState, number: int) -> None:
    if number:
        result[state] = result.get(state, 0) + int(number)

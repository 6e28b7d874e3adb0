"""Queries: an edition counted anew from its rows, beside what was frozen and what its chunks count."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from syndicate.model import OPEN_STATES, DeliveryState, Tally
from syndicate.store import sums
from syndicate.store.tables import chunk, delivery


@dataclass(frozen=True, slots=True)
class Audit:
    """What the rows of an edition say, at one moment, beside what was frozen and what is counted.

    `frozen` is the size of the chunks as fixed at the freeze; `people` are those that deliveries go to, but
    those `removed` since. Of the chunks that nobody owns, `differ` count otherwise than their rows and in
    `idle` letters wait that nobody will ever take; `stray` letters are under way in them. `silent` letters
    are sent without a reply.
    """

    frozen: int
    chunks: int
    counted: Tally
    people: int
    removed: int
    differ: int
    idle: int
    stray: int
    silent: int


def audit(conn: sa.Connection, edition_id: int) -> Audit:
    """Count an edition anew from its rows; `conn` must see one moment throughout."""
    compared = _compared(conn, edition_id)
    people = sa.func.count(delivery.c.subscriber_id.distinct())
    removed = sa.func.count().filter(delivery.c.subscriber_id.is_(None))
    no_reply = sa.func.coalesce(delivery.c.reply, "") == ""
    silent = sa.func.count().filter(delivery.c.state == DeliveryState.SENT.value, no_reply)
    whole = sa.select(people, removed, silent).join_from(chunk, delivery)
    row = conn.execute(whole.where(chunk.c.edition_id == edition_id)).one()
    return Audit(
        frozen=sum(one.size for one in compared),
        chunks=len(compared),
        counted=sums.recount(conn, edition_id),
        people=row[0],
        removed=row[1],
        differ=sum(one.differs for one in compared),
        idle=sum(one.is_idle for one in compared),
        stray=sum(one.stray for one in compared),
        silent=row[2],
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    size: int
    differs: bool
    is_idle: bool
    stray: int


def _compared(conn: sa.Connection, edition_id: int) -> list[_Compared]:
    """Return each chunk of an edition, its counters laid beside its rows."""
    counts = {
        state: sa.func.count().filter(delivery.c.state == state) for state in (*sums.COUNTED, "sending")
    }
    is_open = delivery.c.state.in_([state.value for state in OPEN_STATES])
    waits = sa.func.count().filter(delivery.c.due_at.is_not(None), is_open)
    columns = [sa.func.count().label("size"), waits.label("waits")]
    columns += [count.label(state) for state, count in counts.items()]
    his = sa.select(chunk.c.id).where(chunk.c.edition_id == edition_id)
    rows = (
        sa.select(delivery.c.chunk_id, *columns)
        .where(delivery.c.chunk_id.in_(his))
        .group_by(delivery.c.chunk_id)
        .subquery()
    )
    counters = [chunk.c[state].label(f"counted_{state}") for state in ("size", *sums.COUNTED)]
    statement = (
        sa.select(chunk.c.owner, chunk.c.due_at, *counters, rows)
        .join_from(chunk, rows, rows.c.chunk_id == chunk.c.id, isouter=True)
        .where(chunk.c.edition_id == edition_id)
    )
    return [_compare(row) for row in conn.execute(statement).mappings()]


def _compare(row: sa.RowMapping) -> _Compared:
    """Judge one chunk; one that a sender owns is counted when it is given back."""
    size = row["counted_size"]
    if row["owner"] is not None:
        return _Compared(size, False, False, 0)
    same = all(row[f"counted_{state}"] == (row[state] or 0) for state in ("size", *sums.COUNTED))
    never = row["due_at"] is None and bool(row["waits"])
    return _Compared(size, not same, never, row["sending"] or 0)

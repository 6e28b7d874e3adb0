"""Queries: what is wrong with the inputs now, and when each recurring work last ran."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import Fault, Tick
from syndicate.store.batches import KEYS, batched, upsert
from syndicate.store.tables import fault, tick

_FAULT = (fault.c.kind, fault.c.path, fault.c.line, fault.c.message)


def replace_faults(
    conn: sa.Connection, kinds: Collection[str], faults: Sequence[Fault], *, now: datetime
) -> list[Fault]:
    """Make `faults` all there is of the given `kinds`; return those that were not there before.

    One that was there keeps the time it was seen.
    ValueError where one is of another kind: nothing would ever take it away.
    """
    strangers = {one.kind for one in faults} - set(kinds)
    if strangers:
        raise ValueError(f"faults of kinds {sorted(strangers)} among those of {sorted(kinds)}")
    wanted = dict.fromkeys(faults)
    stored = conn.execute(sa.select(fault.c.id, *_FAULT).where(fault.c.kind.in_(list(kinds)))).all()
    present = {Fault(*row[1:]): row[0] for row in stored}
    for batch in batched((number for one, number in present.items() if one not in wanted), KEYS):
        conn.execute(sa.delete(fault).where(fault.c.id.in_(batch)))
    return _add([one for one in wanted if one not in present], conn, now)


def add_faults(conn: sa.Connection, added: Sequence[Fault], *, now: datetime) -> list[Fault]:
    """Note `added` beside what is there; return those that were not there before."""
    known = set(faults(conn))
    return _add([one for one in dict.fromkeys(added) if one not in known], conn, now)


def _add(new: list[Fault], conn: sa.Connection, now: datetime) -> list[Fault]:
    if new:
        rows = [
            {"kind": one.kind, "path": one.path, "line": one.line, "message": one.message, "seen_at": now}
            for one in new
        ]
        conn.execute(sa.insert(fault), rows)
    return new


def faults(conn: sa.Connection, kind: str = "") -> list[Fault]:
    """Return what is wrong now, of one `kind` or all, by kind, path and line."""
    return list(fault_times(conn, kind))


def fault_times(conn: sa.Connection, kind: str = "") -> dict[Fault, datetime]:
    """Return what is wrong now with the moment each was first seen, as `faults`."""
    order = (fault.c.kind, fault.c.path, sa.func.coalesce(fault.c.line, 0), fault.c.id)
    wanted = [fault.c.kind == kind] if kind else []
    rows = conn.execute(sa.select(*_FAULT, fault.c.seen_at).where(*wanted).order_by(*order))
    return {Fault(*row[:4]): row[4] for row in rows}


def start_tick(conn: sa.Connection, name: str, *, now: datetime) -> None:
    """Note that the work `name` begins."""
    row = {"name": name, "started_at": now, "ended_at": None, "detail": "", "error": None}
    upsert(conn, tick, [row], keys=["name"])


def end_tick(
    conn: sa.Connection, name: str, *, now: datetime, detail: str = "", error: str | None = None
) -> None:
    """Note that the work `name` ended, with what it did, or with the `error` it ended in."""
    ended = {"ended_at": now, "detail": detail, "error": error}
    if conn.execute(sa.update(tick).where(tick.c.name == name).values(ended)).rowcount == 0:
        conn.execute(sa.insert(tick).values(name=name, started_at=now, **ended))


def ticks(conn: sa.Connection) -> dict[str, Tick]:
    """Return the last run of each recurring work, by its name."""
    columns = (tick.c.name, tick.c.started_at, tick.c.ended_at, tick.c.detail, tick.c.error)
    rows = conn.execute(sa.select(*columns).order_by(tick.c.name))
    return {row[0]: Tick(*row) for row in rows}

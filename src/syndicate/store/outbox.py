"""The outbox: who owns which chunk of deliveries, and the exchange that moves its letters on."""

# ruff: noqa: S608 - every statement below is made of constants of this file and of numbers
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syndicate.model import Attempt, Chunk, EditionStanding, Granted, Settled, Tally
from syndicate.store import exchange, sums
from syndicate.store.chunks import WAITING, lock, release
from syndicate.store.engine import Store
from syndicate.store.exchange import Work
from syndicate.store.plain import Plain, among
from syndicate.store.stale import skip_stale

_LAST = 2**31 - 1  # a priority that comes after all
LEASE = timedelta(seconds=60)

# On PostgreSQL racing senders pass each other by.
_LOCKED = {"sqlite": "", "postgresql": " FOR UPDATE OF c SKIP LOCKED"}
_NEXT = """
SELECT c.id, c.fence, c.edition_id, c.priority, e.stale_at, e.uid, e.newsletter, e.occasion
FROM chunk c LEFT JOIN edition e ON e.id = c.edition_id
WHERE c.due_at IS NOT NULL AND c.due_at <= ? AND c.owner IS NULL AND (e.id IS NULL OR e.state = 'open')
    AND c.priority < ?
ORDER BY c.priority, c.due_at, c.id LIMIT 1
"""
_DEAD = "SELECT c.id FROM chunk c WHERE c.owner IS NOT NULL AND c.leased_until < ? AND c.id NOT IN {mine}"
_MINE = "SELECT c.id, c.fence FROM chunk c WHERE c.owner IS NOT NULL AND c.owner = ?"
_DUE = f"""
SELECT id, rendition_id, subscriber_id, email, token, attempts + 1 AS attempts, queued_at,
    coalesce(key, '') AS key
FROM delivery WHERE chunk_id = ? AND state IN {WAITING} AND due_at <= ? ORDER BY id
"""
# As one row on SQLite: each row that is fetched gives the interpreter to another thread and waits for it.
_DUE_AT_ONCE = f"""
SELECT json_group_array(json_array(id, rendition_id, subscriber_id, email, token, attempts, queued_at, key))
FROM ({_DUE})
"""
_OWN = "UPDATE chunk SET owner = ?, fence = fence + 1, leased_until = ? WHERE id = ?"
_HELD = "SELECT c.id FROM chunk c WHERE c.owner IS NOT NULL AND c.leased_until >= ? LIMIT 1"
_KEEP = "UPDATE chunk SET leased_until = ? WHERE owner IS NOT NULL AND owner = ?"
_PAUSE = "UPDATE edition SET state = 'paused', reason = ? WHERE id = ? AND state = 'open'"
_NEXT_DUE = """
SELECT min(CASE WHEN c.owner IS NULL THEN c.due_at ELSE c.leased_until END)
FROM chunk c LEFT JOIN edition e ON e.id = c.edition_id
WHERE c.due_at IS NOT NULL AND (e.id IS NULL OR e.state = 'open') AND c.id NOT IN {mine}
"""
_REMEMBER = """
INSERT INTO relay (name, state, changed_at) VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
"""


class StoreOutbox:
    """The outbox in the database, for one sender named `owner`. Its methods block; call them in a thread.

    Two senders of one name exclude each other by other means. A letter whose sender died is due at once,
    or held for the operator with `hold_unknown`.
    """

    def __init__(
        self, store: Store, *, owner: str = "sender", hold_unknown: bool = False, lease: timedelta = LEASE
    ) -> None:
        self._store = store
        self._owner = owner
        self._hold = hold_unknown
        self._lease = lease
        self._fences: dict[int, int] = {}  # of the chunks that are ours
        self._leaving: set[int] = set()  # ours until what is under way in them has ended: none may begin
        self._relays: dict[str, tuple[str, datetime]] = {}

    def recover(self, *, now: datetime) -> int:
        """Give back what a dead sender of this name held; what it was sending is unknown. Return how many.

        Call it only while no other sender of this name is at work.
        """
        with self._store.plain() as plain, plain.transaction():
            mine = [number for number, _ in plain.rows(_MINE, (self._owner,))]
            unknown = release(plain, mine, now=now, hold=self._hold)
        self._fences.clear()
        self._leaving.clear()
        return unknown

    def take(self, *, now: datetime, before: int | None = None) -> Chunk | None:
        """Own the chunk that leaves next, or return None where nothing is due.

        With `before` only one of a lower priority than that, which leaves first. Deliveries of an edition
        that is stale are skipped and owed, a chunk at a time.
        """
        while True:
            with self._store.plain() as plain, plain.transaction():
                lapsed = _DEAD.format(mine=among(self._fences)) + _LOCKED[plain.kind]
                dead = plain.rows(lapsed, (now,))
                release(plain, [number for (number,) in dead], now=now, hold=self._hold)
                rows = plain.rows(_NEXT + _LOCKED[plain.kind], (now, _LAST if before is None else before))
                if not rows:
                    return None
                chunk = _chunk(plain, rows[0], now)
                if chunk.stale_at is not None and chunk.stale_at <= now:
                    lock(plain, [chunk.id])
                    skip_stale(plain, [chunk.id], now=now)
                elif chunk.waiting:
                    plain.run(_OWN, (self._owner, now + self._lease, chunk.id))
                    break
                release(plain, [chunk.id], now=now, hold=self._hold)
        self._fences[chunk.id] = chunk.fence
        self._leaving.discard(chunk.id)
        return chunk

    def exchange(self, settled: Sequence[Settled], wanted: Sequence[Attempt], *, now: datetime) -> Granted:
        """Record outcomes and begin attempts; when it returns, both are on disk.

        An outcome counts only while its chunk is ours and its attempt the running one; an attempt begins
        only where its delivery still waits, its edition is open and the person subscribed. Where it
        raises, the same may be asked again.
        """
        if not (settled or wanted or self._relays):
            return Granted(())
        fences = self._fences
        touched = {one.attempt.chunk_id for one in settled} | {one.chunk_id for one in wanted}
        mine = {number: fences[number] for number in touched if number in fences}
        work = Work(settled, wanted, mine, self._owner, now)
        with self._store.plain() as plain:
            alone = plain.kind == "sqlite" and work.simple and not (self._relays or self._leaving)
            if alone and exchange.swap(plain, work) == work.size:
                return Granted(wanted)
            with plain.transaction():
                granted, left = self._exchange(plain, work, swapped=alone)
        self._forget(left)
        self._relays.clear()
        return granted

    def _exchange(self, plain: Plain, work: Work, *, swapped: bool) -> tuple[Granted, set[int]]:
        """Do what one statement did not; return also the chunks that are ours no more."""
        exchange.lock(plain, work)
        if not swapped:
            exchange.note(plain, work)
            swapped = exchange.swap(plain, work) == work.size
            self._write_relays(plain)
            if swapped and not self._leaving:
                return Granted(work.wanted), set()
        return self._sort_out(plain, work)

    def _sort_out(self, plain: Plain, work: Work) -> tuple[Granted, set[int]]:
        ours = exchange.ours(plain, work)
        is_open = {number for number, may in ours.items() if may}
        attempts = exchange.sort_out(plain, work, is_open)
        self._leaving |= set(ours) - is_open
        idle = _without_letters_under_way(plain, self._leaving)
        release(plain, idle, now=work.now, hold=self._hold)
        gone = work.chunks - set(ours)
        return Granted(attempts, frozenset(work.chunks - is_open)), gone | idle

    def give_back(self, chunk: Chunk, *, now: datetime, not_before: datetime | None = None) -> None:
        """Own `chunk` no more; nobody takes it before `not_before` where that is given.

        Does nothing where it is not ours any more. A letter of it still under way becomes unknown.
        """
        with self._store.plain() as plain, plain.transaction():
            lock(plain, [chunk.id])
            if (chunk.id, chunk.fence) in {tuple(row) for row in plain.rows(_MINE, (self._owner,))}:
                release(plain, [chunk.id], now=now, hold=self._hold, not_before=not_before)
            self._write_relays(plain)
        self._relays.clear()
        if self._fences.get(chunk.id) == chunk.fence:
            self._forget({chunk.id})

    def keep(self, *, now: datetime) -> frozenset[int]:
        """Renew the lease of what is owned; return the numbers of the chunks that still are."""
        with self._store.plain() as plain, plain.transaction():
            plain.run(_KEEP, (now + self._lease, self._owner))
            mine = {tuple(row) for row in plain.rows(_MINE, (self._owner,))}
        self._forget({number for number, fence in self._fences.items() if (number, fence) not in mine})
        return frozenset(self._fences)

    def standing(self, edition_id: int) -> EditionStanding:
        """Return how far an edition is, counted from what is on disk."""
        with self._store.read() as conn:
            return sums.standing(conn, edition_id)

    def pause(self, edition_id: int, reason: str, *, now: datetime) -> None:  # noqa: ARG002
        """Let no further attempt of the edition begin until an operator resumes it."""
        with self._store.plain() as plain, plain.transaction():
            plain.run(_PAUSE, (reason, edition_id))

    def next_due(self) -> datetime | None:
        """Return when the next chunk may be taken, None where none will be.

        One that another sender owns may be once its lease has ended; those that are ours do not count.
        """
        with self._store.read() as conn:
            plain = Plain(conn.connection.dbapi_connection, conn.dialect)
            return plain.decode(plain.rows(_NEXT_DUE.format(mine=among(self._fences)))[0][0])

    def is_held(self, *, now: datetime) -> bool:
        """Tell whether some sender owns a chunk, and its lease has not ended."""
        with self._store.read() as conn:
            plain = Plain(conn.connection.dbapi_connection, conn.dialect)
            return bool(plain.rows(_HELD, (now,)))

    def remembered(self) -> Mapping[str, str]:
        """Return what `remember` kept of each relay."""
        with self._store.read() as conn:
            plain = Plain(conn.connection.dbapi_connection, conn.dialect)
            kept = dict(plain.rows("SELECT name, state FROM relay"))
        return kept | {name: state for name, (state, _) in self._relays.items()}

    def remember(self, relays: Mapping[str, str], *, now: datetime) -> None:
        """Keep what relays must know after a restart; the next exchange or giving back writes it."""
        self._relays.update({name: (state, now) for name, state in relays.items()})

    def tally(self, edition_id: int | None = None) -> Tally:
        """Return the deliveries of one edition, or of all, counted by state."""
        with self._store.read() as conn:
            return sums.tally(conn, edition_id)

    def _write_relays(self, plain: Plain) -> None:
        if self._relays:
            rows = [(name, state, moment) for name, (state, moment) in sorted(self._relays.items())]
            plain.change_each(_REMEMBER, rows)

    def _forget(self, chunks: set[int] | frozenset[int]) -> None:
        for number in chunks:
            self._fences.pop(number, None)
        self._leaving -= chunks


def _without_letters_under_way(plain: Plain, chunks: set[int]) -> set[int]:
    if not chunks:
        return set()
    query = f"SELECT DISTINCT chunk_id FROM delivery WHERE chunk_id IN {among(chunks)} AND state = 'sending'"
    return chunks - {number for (number,) in plain.rows(query)}


def _chunk(plain: Plain, row: Sequence[Any], now: datetime) -> Chunk:
    """Return the chunk that `_NEXT` found, as it is once owned."""
    number, fence, edition_id, priority, stale_at, *rest = row
    uid, newsletter, occasion = (text or "" for text in rest)
    waiting = []
    moments: dict[object, datetime] = {}  # of 500 letters nearly all were queued at once
    for one, rendition, person, email, token, attempts, queued_at, key in _due(plain, number, now):
        moment = moments.get(queued_at) or moments.setdefault(queued_at, plain.moment(queued_at))
        about = (uid, newsletter, occasion, person, email, token, attempts, moment, number, key)
        waiting.append(Attempt(one, rendition, *about))
    return Chunk(number, fence + 1, edition_id, priority, plain.decode(stale_at), tuple(waiting))


def _due(plain: Plain, number: int, now: datetime) -> list[Any]:
    if plain.kind == "postgresql":
        return plain.rows(_DUE, (number, now))
    rows: list[Any] = json.loads(plain.rows(_DUE_AT_ONCE, (number, now))[0][0])
    return rows

"""The outbox: which letters leave next, and what became of those that left.

This is the hot path: one short transaction carries the outcomes of the letters that ended and claims the
next ones. So the SQL is plain, given to the driver as it is, which was measured to be faster than through
SQLAlchemy's parameters, and the queue is read in index order (see `ix_delivery_waiting`).
"""

# ruff: noqa: S608 - every statement below is made of constants of this file and of numbers
from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import Attempt, Settled, Tally
from syndicate.store import editions
from syndicate.store.engine import Store
from syndicate.store.tables import UtcDateTime

_LONGEST_REPLY = 500  # characters
_LOOK_AHEAD = 500  # rows looked at once the first ones held someone who left

# Literally the condition of ix_delivery_waiting: neither planner would use the index otherwise.
_WAITING = "d.state IN ('pending', 'deferred', 'unknown')"

# The attempt's number is the fence: a sender that was thought dead cannot settle a later attempt.
_SETTLE = (
    "UPDATE delivery SET state = ?, due_at = ?, code = ?, reply = ?, changed_at = ?, attempts = attempts - ?"
    " WHERE id = ? AND state = 'sending' AND attempts = ?"
)

_NEXT = (
    "SELECT d.id, d.rendition_id, e.uid, e.newsletter, e.occasion, d.subscriber_id, d.email, d.token,"
    " d.attempts + 1, d.queued_at FROM delivery d LEFT JOIN edition e ON e.id = d.edition_id"
    f" WHERE {_WAITING} AND d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?"
)
_ACTIVE = "SELECT subscriber_id, newsletter FROM subscription WHERE state = 'active' AND subscriber_id IN "

# On PostgreSQL racing claims pass each other by, and a claim that meets an unsubscription under way waits
# for it, and the other way round. SQLite has one writer anyway.
_NEXT_LOCKED = {"sqlite": "", "postgresql": " FOR UPDATE OF d SKIP LOCKED"}
_ACTIVE_LOCKED = {"sqlite": "", "postgresql": " FOR SHARE"}

_BEGIN = "UPDATE delivery SET state = 'sending', attempts = attempts + 1, changed_at = ? WHERE id IN "
_SKIP = (
    "UPDATE delivery SET state = 'skipped', code = NULL, reply = 'unsubscribed', changed_at = ? WHERE id IN "
)
_RECOVER = (
    "UPDATE delivery SET state = 'unknown', due_at = ?, changed_at = ?, code = NULL,"
    " reply = 'the sender ended before an answer was recorded' WHERE state = 'sending'"
)
_NEXT_DUE = f"SELECT d.due_at FROM delivery d WHERE {_WAITING} ORDER BY d.due_at LIMIT 1"


class StoreOutbox:
    """The outbox in the database. Its methods block; call them in a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recover(self, *, now: datetime) -> int:
        """Make every letter in the hands of a sender that died unknown and due now; return how many.

        Call it only while holding the sender's lock.
        """
        with self._store.write() as conn:
            return _Plain(conn).change(_RECOVER, (now, now))

    def exchange(self, settled: Sequence[Settled], want: int, *, now: datetime) -> list[Attempt]:
        """Record what became of letters and claim at most `want` that are due, in one transaction.

        When it returns, both are on disk. A letter to someone who has left meanwhile is skipped. An
        outcome counts only where its attempt is still the running one.
        """
        with self._store.write() as conn:
            plain = _Plain(conn)
            if settled:
                moment = plain.encode(now)
                plain.change_each(_SETTLE, [_settling(plain, one, moment) for one in settled])
            return _claim(plain, want, now)

    def next_due(self) -> datetime | None:
        """Return when the next waiting letter is due, None where none waits."""
        with self._store.read() as conn:
            plain = _Plain(conn)
            rows = plain.rows(_NEXT_DUE)
            return plain.decode(rows[0][0]) if rows else None

    def tally(self, edition_id: int | None = None) -> Tally:
        """Return the deliveries of one edition, or of all, counted by state."""
        with self._store.read() as conn:
            return editions.tally(conn, edition_id)


class _Plain:
    """A connection that takes SQL with question marks, and moments as the tables store them."""

    def __init__(self, conn: sa.Connection) -> None:
        self._conn = conn
        self.kind = conn.dialect.name
        stored = UtcDateTime().dialect_impl(conn.dialect)
        self._encode = stored.bind_processor(conn.dialect)
        self._decode = stored.result_processor(conn.dialect, None)

    def encode(self, moment: datetime) -> object:
        return self._encode(moment) if self._encode else moment

    def decode(self, stored: object) -> datetime:
        moment = self._decode(stored) if self._decode else stored
        if not isinstance(moment, datetime):
            raise TypeError(f"{stored!r} is not a moment")
        return moment

    def rows(self, statement: str, values: Sequence[object] = ()) -> Sequence[Any]:
        return self._conn.exec_driver_sql(self._marked(statement), self._encoded(values)).all()

    def change(self, statement: str, values: Sequence[object]) -> int:
        """Run one UPDATE; return how many rows it met."""
        return self._conn.exec_driver_sql(self._marked(statement), self._encoded(values)).rowcount

    def change_each(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        """Run one UPDATE for each of `rows`, whose moments are encoded."""
        self._conn.exec_driver_sql(self._marked(statement), rows)

    def _encoded(self, values: Sequence[object]) -> tuple[object, ...]:
        return tuple(self.encode(value) if isinstance(value, datetime) else value for value in values)

    def _marked(self, statement: str) -> str:
        return statement if self.kind == "sqlite" else statement.replace("?", "%s")


def _settling(plain: _Plain, one: Settled, moment: object) -> tuple[object, ...]:
    return (
        one.state.value,
        plain.encode(one.due_at),
        one.code,
        one.reply[:_LONGEST_REPLY],
        moment,
        0 if one.burnt else 1,
        one.attempt.delivery_id,
        one.attempt.attempts,
    )


def _claim(plain: _Plain, want: int, now: datetime) -> list[Attempt]:
    """Claim `want` letters; those to persons who left are skipped on the way."""
    claimed: list[Attempt] = []
    look = want
    while len(claimed) < want:
        due = _due(plain, look, now)
        if not due:
            break
        active = _active(plain, due)
        live = [one for one in due if (one.subscriber_id, one.newsletter) in active]
        gone = [one.delivery_id for one in due if (one.subscriber_id, one.newsletter) not in active]
        chosen = live[: want - len(claimed)]
        if gone:
            plain.change(_SKIP + _among(gone), (now,))
        if chosen:
            plain.change(_BEGIN + _among([one.delivery_id for one in chosen]), (now,))
        claimed += chosen
        look = max(want - len(claimed), _LOOK_AHEAD)
    return claimed


def _due(plain: _Plain, look: int, now: datetime) -> list[Attempt]:
    rows = plain.rows(_NEXT + _NEXT_LOCKED[plain.kind], (now, look))
    return [_attempt(row, plain.decode(row[9])) for row in rows]


def _attempt(row: Sequence[Any], queued_at: datetime) -> Attempt:
    number, rendition, uid, newsletter, occasion, subscriber, email, token, attempts, _ = row
    return Attempt(
        number, rendition, uid, newsletter, occasion, subscriber, email, token, attempts, queued_at
    )


def _active(plain: _Plain, due: Sequence[Attempt]) -> set[tuple[object, ...]]:
    persons = {one.subscriber_id for one in due if one.subscriber_id is not None}
    if not persons:
        return set()
    return {tuple(row) for row in plain.rows(_ACTIVE + _among(persons) + _ACTIVE_LOCKED[plain.kind])}


def _among(numbers: Collection[int]) -> str:
    return f"({','.join(map(str, sorted(numbers)))})"

"""The outbox: which letters leave next, and what became of those that left.

This is the hot path: one short transaction carries the outcomes of the letters that ended and claims the
next ones, so the SQL is written out and waits in index order (see `ix_delivery_waiting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import Attempt, Settled, Tally
from syndicate.store import editions
from syndicate.store.engine import Store
from syndicate.store.tables import UtcDateTime

_LONGEST_REPLY = 500  # characters
_LOOK_AHEAD = 500  # rows looked at once the first ones held someone who left

# ruff: noqa: S608 - every statement below is made of constants of this file
# Literally the condition of ix_delivery_waiting: neither planner would use the index otherwise.
_WAITING = "d.state IN ('pending', 'deferred', 'unknown')"


def _timed(statement: str, *moments: str) -> sa.TextClause:
    return sa.text(statement).bindparams(*(sa.bindparam(name, type_=UtcDateTime()) for name in moments))


# The attempt's number is the fence: a sender that was thought dead cannot settle a later attempt.
_SETTLE = _timed(
    "UPDATE delivery SET state = :state, due_at = :due_at, code = :code, reply = :reply,"
    " changed_at = :now, attempts = attempts - :given_back"
    " WHERE id = :id AND state = 'sending' AND attempts = :attempts",
    "due_at",
    "now",
)

_NEXT = (
    "SELECT d.id, d.rendition_id, e.uid, e.newsletter, e.occasion, d.subscriber_id, d.email, d.token,"
    " d.attempts + 1, d.queued_at AS queued_at"
    " FROM delivery d LEFT JOIN edition e ON e.id = d.edition_id"
    f" WHERE {_WAITING} AND d.due_at <= :now ORDER BY d.due_at, d.id LIMIT :want"
)
_COLUMNS = (
    *(sa.column(name) for name in ("id", "rendition_id", "uid", "newsletter", "occasion", "subscriber_id")),
    *(sa.column(name) for name in ("email", "token", "attempts")),
    sa.column("queued_at", UtcDateTime()),
)

_ACTIVE = (
    "SELECT subscriber_id, newsletter FROM subscription WHERE subscriber_id IN :persons AND state = 'active'"
)

# On PostgreSQL racing claims pass each other by, and an unsubscription that comes while a claim is being
# committed waits for it, and so is answered after that attempt began. SQLite has one writer anyway.
_CLAIMS = {
    "sqlite": (_NEXT, _ACTIVE),
    "postgresql": (_NEXT + " FOR UPDATE OF d SKIP LOCKED", _ACTIVE + " FOR SHARE"),
}

_BEGIN = _timed(
    "UPDATE delivery SET state = 'sending', attempts = attempts + 1, changed_at = :now WHERE id IN :ids",
    "now",
).bindparams(sa.bindparam("ids", expanding=True))

_SKIP = _timed(
    "UPDATE delivery SET state = 'skipped', code = NULL, reply = 'unsubscribed', changed_at = :now"
    " WHERE id IN :ids",
    "now",
).bindparams(sa.bindparam("ids", expanding=True))

_RECOVER = _timed(
    "UPDATE delivery SET state = 'unknown', due_at = :now, changed_at = :now, code = NULL,"
    " reply = 'the sender ended before an answer was recorded' WHERE state = 'sending'",
    "now",
)

_NEXT_DUE = sa.text(f"SELECT d.due_at FROM delivery d WHERE {_WAITING} ORDER BY d.due_at LIMIT 1").columns(
    sa.column("due_at", UtcDateTime())
)

_OPEN = sa.text(
    f"SELECT (SELECT count(*) FROM delivery d WHERE {_WAITING})"
    " + (SELECT count(*) FROM delivery WHERE state = 'sending')"
)


class StoreOutbox:
    """The outbox in the database. Its methods block; call them in a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        following, active = _CLAIMS[store.dialect]
        self._next = _timed(following, "now").columns(*_COLUMNS)
        self._active = sa.text(active).bindparams(sa.bindparam("persons", expanding=True))

    def recover(self, *, now: datetime) -> int:
        """Make every letter in the hands of a sender that died unknown and due now; return how many.

        Call it only while holding the sender's lock.
        """
        with self._store.write() as conn:
            return conn.execute(_RECOVER, {"now": now}).rowcount

    def exchange(self, settled: Sequence[Settled], want: int, *, now: datetime) -> list[Attempt]:
        """Record what became of letters and claim at most `want` that are due, in one transaction.

        When it returns, both are on disk. A letter to someone who has left meanwhile is skipped. An
        outcome counts only where its attempt is still the running one.
        """
        with self._store.write() as conn:
            if settled:
                conn.execute(_SETTLE, [_settling(one, now) for one in settled])
            return self._claim(conn, want, now)

    def _claim(self, conn: sa.Connection, want: int, now: datetime) -> list[Attempt]:
        claimed: list[Attempt] = []
        look = want
        while len(claimed) < want:
            due = [Attempt(*row) for row in conn.execute(self._next, {"now": now, "want": look})]
            if not due:
                break
            active = self._subscribed(conn, due)
            live = [one for one in due if (one.subscriber_id, one.newsletter) in active]
            gone = [one.delivery_id for one in due if (one.subscriber_id, one.newsletter) not in active]
            if gone:
                conn.execute(_SKIP, {"now": now, "ids": gone})
            chosen = live[: want - len(claimed)]
            if chosen:
                conn.execute(_BEGIN, {"now": now, "ids": [one.delivery_id for one in chosen]})
            claimed += chosen
            look = max(want - len(claimed), _LOOK_AHEAD)
        return claimed

    def _subscribed(self, conn: sa.Connection, due: Sequence[Attempt]) -> set[tuple[Any, ...]]:
        persons = sorted({one.subscriber_id for one in due if one.subscriber_id is not None})
        return {tuple(row) for row in conn.execute(self._active, {"persons": persons})}

    def next_due(self) -> datetime | None:
        """Return when the next waiting letter is due, None where none waits."""
        with self._store.read() as conn:
            due_at: datetime | None = conn.scalar(_NEXT_DUE)
            return due_at

    def open_count(self) -> int:
        """Return how many letters wait or are being sent."""
        with self._store.read() as conn:
            return int(conn.execute(_OPEN).scalar_one())

    def tally(self, edition_id: int | None = None) -> Tally:
        """Return the deliveries of one edition, or of all, counted by state."""
        with self._store.read() as conn:
            return editions.tally(conn, edition_id)


def _settling(one: Settled, now: datetime) -> dict[str, Any]:
    return {
        "id": one.attempt.delivery_id,
        "attempts": one.attempt.attempts,
        "state": one.state.value,
        "due_at": one.due_at,
        "code": one.code,
        "reply": one.reply[:_LONGEST_REPLY],
        "given_back": 0 if one.burnt else 1,
        "now": now,
    }

"""A real outbox in a SQLite file, filled for the send loop's tests, and what it says afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from syndicate.delivery.limits import Limits
from syndicate.delivery.plan import Pace, RelaySpec, SendPlan
from syndicate.delivery.ports import Relay
from syndicate.model import (
    Attempt,
    DeliveryState,
    Edition,
    Email,
    Granted,
    Letter,
    Rendition,
    Retry,
    Settled,
)
from syndicate.store import editions, subscribers
from syndicate.store.engine import Store, open_store
from syndicate.store.migrate import migrate
from syndicate.store.outbox import StoreOutbox
from syndicate.store.subscribers import Person
from syndicate.store.tables import delivery

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
RETRY = Retry(timedelta(minutes=5), timedelta(hours=4), timedelta(days=4))


NONE = Limits()


@dataclass(frozen=True)
class How:
    """A plan, and how many connections its relay has."""

    connections: int
    plan: SendPlan


def plan(
    connections: int = 4, *, in_doubt: int | None = None, hold_unknown: bool = False, **pace: float
) -> How:
    """Return a plan whose pauses are short, unless `pace` says otherwise."""
    short = {"grace": 0.2, "persist": 0.1, "persist_every": 0.01}
    return How(connections, SendPlan(RETRY, in_doubt, hold_unknown, Pace(**(short | pace))))


def only(relay: Relay, connections: int = 4, *, limits: Limits = NONE) -> tuple[RelaySpec, ...]:
    """Return the relays of a publication that has one."""
    return (RelaySpec("relay", relay, connections, limits=limits),)


def write(attempt: Attempt) -> Letter:
    """Return the letter of `attempt`: the same for each of its attempts."""
    name = attempt.email.partition("@")[0]
    body = f"To: {attempt.email}\r\nMessage-ID: <{attempt.token}@example.org>\r\n\r\nHalo {name}\r\n"
    return Letter("news@example.org", attempt.email, attempt.token, name, body.encode())


class Ledger:
    """A store with one frozen edition for p0, p1, …; its clock stands until it is moved."""

    def __init__(self, folder: Path, people: int) -> None:
        self.now = NOW
        self.store: Store = open_store("sqlite:///", sqlite_path=folder / "syndicate.db")
        migrate(self.store, backups=folder, now=NOW)
        self.outbox = StoreOutbox(self.store)
        numbers = count()
        persons: list[Person] = [(Email(f"p{n}@example.org", f"p{n}@example.org"), {}) for n in range(people)]
        with self.store.write() as conn:
            subscribers.add_many(conn, persons, ["daily"], now=NOW, token=lambda: f"token-{next(numbers)}")
            edition = Edition("uid", "daily", "2026-11-23", NOW, NOW)
            editions.freeze(conn, edition, [Rendition("id", "Kabar", b"Halo\r\n", ())], now=NOW)

    def leave(self, *names: str) -> None:
        """Let people unsubscribe."""
        with self.store.write() as conn:
            for name in names:
                assert subscribers.unsubscribe(conn, f"token-{name[1:]}", now=self.now)

    def clock(self) -> datetime:
        return self.now

    def states(self) -> dict[DeliveryState, int]:
        """Return how many deliveries are in each state, states without any left out."""
        counts = self.outbox.tally().counts
        return {state: number for state, number in counts.items() if number}

    def rows(self) -> list[tuple[str, str, int, str | None]]:
        """Return (local part, state, attempts, reply) of every delivery, in order."""
        columns = (delivery.c.email, delivery.c.state, delivery.c.attempts, delivery.c.reply)
        with self.store.read() as conn:
            rows = conn.execute(sa.select(*columns).order_by(delivery.c.id))
            return [(email.partition("@")[0], state, tries, reply) for email, state, tries, reply in rows]


class Watched:
    """The real outbox, whose exchanges are counted, and may be made to fail, by their number from 1."""

    def __init__(self, outbox: StoreOutbox, *, failing: dict[int, Exception] | None = None) -> None:
        self._outbox = outbox
        self._failing = failing or {}
        self._open = 0
        self.most_open = 0
        self.exchanges = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def exchange(self, settled: Sequence[Settled], wanted: Sequence[Attempt], *, now: datetime) -> Granted:
        self.exchanges += 1
        if self.exchanges in self._failing:
            raise self._failing[self.exchanges]
        granted = self._outbox.exchange(settled, wanted, now=now)
        self._open += len(granted.attempts) - len(settled)
        self.most_open = max(self.most_open, self._open)
        return granted

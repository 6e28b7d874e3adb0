"""What the send loop asks of a ledger and of a relay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from syndicate.model import Attempt, Letter, Outcome, Settled

# Hears of each step on the way into a relay: its name and the server's words.
Tell = Callable[[str, str], None]


def tell_nobody(step: str, words: str) -> None:
    """The listener of those who only want the connection."""


class Outbox(Protocol):
    """The ledger of deliveries. Every call comes from one thread, and none overlaps another."""

    def recover(self, *, now: datetime) -> int:
        """Turn what a dead sender left as sending into unknown, due at once; return how many."""

    def exchange(self, settled: Sequence[Settled], want: int, *, now: datetime) -> Sequence[Attempt]:
        """Record outcomes and claim up to `want` due deliveries, in one short durable transaction."""

    def next_due(self) -> datetime | None:
        """Return when the earliest open delivery is due, or None where none is open."""


class Connection(Protocol):
    """One way into a relay, for one letter at a time."""

    async def send(self, letter: Letter) -> Outcome:
        """Return what became of `letter`; never raises for what the wire does.

        `Returned` says that nothing of it was attempted, because the relay takes no letters here now.
        """

    async def close(self) -> None:
        """End the connection, within about a second; never raises for what the wire does."""

    @property
    def usable(self) -> bool:
        """False after a drop or when the connection has served its time: open another."""


class Relay(Protocol):
    """A place that takes letters."""

    async def open(self) -> Connection:
        """Return a new connection; raises RelayUnavailable with the step that failed and the reason."""

"""What the send loop asks of a ledger and of a relay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from syndicate.delivery.verdicts import Verdict
from syndicate.model import Attempt, Chunk, EditionStanding, Granted, Letter, Outcome, Refused, Settled

# Hears of each step on the way into a relay: its name and the server's words.
Tell = Callable[[str, str], None]


def tell_nobody(step: str, words: str) -> None:
    """The listener of those who only want the connection."""


class Outbox(Protocol):
    """The ledger of deliveries. Every call comes from one thread, and none overlaps another."""

    def recover(self, *, now: datetime) -> int:
        """Give back what a dead sender of this name held; what it was sending is unknown. Return how many."""

    def take(self, *, now: datetime, before: int | None = None) -> Chunk | None:
        """Own the next chunk with something due, or None; what is stale in it is skipped.

        With `before` only one of a priority lower than that, which leaves first.
        """

    def exchange(self, settled: Sequence[Settled], wanted: Sequence[Attempt], *, now: datetime) -> Granted:
        """Record outcomes and begin attempts, in one short durable transaction."""

    def give_back(self, chunk: Chunk, *, now: datetime, not_before: datetime | None = None) -> None:
        """Own `chunk` no more; nobody takes it before `not_before` where that is given."""

    def keep(self, *, now: datetime) -> frozenset[int]:
        """Renew the lease of what is owned; return the numbers of the chunks that still are."""

    def standing(self, edition_id: int) -> EditionStanding:
        """Return how far an edition is."""

    def pause(self, edition_id: int, reason: str, *, now: datetime) -> None:
        """Let no further attempt of the edition begin until an operator resumes it."""

    def next_due(self) -> datetime | None:
        """Return when the earliest delivery that may be taken is due, or None where none is."""

    def remembered(self) -> Mapping[str, str]:
        """Return what `remember` kept of each relay."""

    def remember(self, relays: Mapping[str, str], *, now: datetime) -> None:
        """Keep what relays must know after a restart; the next exchange writes it with its own commit."""


class Holder(Protocol):
    """Who gave letters to a channel, and hears of them. Each call comes from the event loop's thread."""

    def has_room(self) -> None:
        """The channel takes another letter now."""

    def ended(self, ticket: object, judged: Outcome | Verdict) -> None:
        """What came of the letter with this ticket. A server's refusal comes as a Verdict.

        `Returned` says that nothing of it was attempted: it may be given to another channel as it is.
        """

    def over(self, why: str) -> None:
        """The channel carries nothing more, and each of its letters has ended."""


class Channel(Protocol):
    """An open way into a relay: it carries one letter after another. No method waits, but `close`.

    A letter is announced, so that its envelope may leave, and released, so that its body may. One more
    may be announced while the answer for the last one's body is awaited.
    """

    carried: int  # letters that got as far as their body

    def attach(self, holder: Holder) -> None:
        """Let `holder` hear from now on; it is told at once where there is room."""

    @property
    def room(self) -> bool:
        """Whether a letter may be announced now."""

    def announce(self, ticket: object, letter: Letter) -> Refused | None:
        """Let the letter's envelope leave, only where there is room.

        Returns why this relay must not be asked to take the letter, where it must not: then it is not
        announced.
        """

    def release(self, ticket: object) -> None:
        """Let the body of the announced letter leave once the relay asks for it."""

    def withdraw(self, ticket: object) -> bool:
        """Forget the announced letter: nothing is heard of it.

        False where its body has begun to leave; what comes of it will be heard.
        """

    def check(self, now: float) -> None:
        """End what has waited too long; `now` is the event loop's time."""

    def abort(self, why: str) -> None:
        """End it at once: a letter whose body began to leave is unknown, one announced is returned."""

    def retire(self) -> None:
        """Take no more letters, and end once those that it has have ended."""

    async def close(self) -> None:
        """End the connection in good form, within about a second; never raises for what the wire does."""

    async def send(self, letter: Letter) -> Outcome:
        """Carry one letter for a caller who waits, on a channel that nobody else holds."""


class Relay(Protocol):
    """A place that takes letters."""

    async def open(self) -> Channel:
        """Return a new channel; raises RelayUnavailable with the step that failed and the reason."""

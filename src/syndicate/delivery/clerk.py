"""The exchange: outcomes to record and attempts to begin, gathered for a moment and written in one commit.

Never more letters than `most` are in doubt: handed over, or allowed to be, without a durable outcome. A
letter that its relay refused is in doubt no more, also while it is not certain whose fault that was.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection
from functools import partial
from typing import Protocol

from syndicate.delivery.lane import Ticket
from syndicate.delivery.ledger import Ledger
from syndicate.delivery.plan import Pace
from syndicate.model import Attempt, Granted, Returned, Settled

log = logging.getLogger("syndicate.delivery.clerk")


class Front(Protocol):
    """Who hears what an exchange did."""

    def begun(self, ticket: Ticket) -> None:
        """The letter's attempt is durable."""

    def denied(self, ticket: Ticket) -> None:
        """The letter is not to be sent now; the ledger knows why."""

    def dropped(self, ticket: Ticket) -> None:
        """The letter was returned before its attempt began."""

    def recorded(self, ticket: Ticket, settled: Settled) -> None:
        """The letter's outcome is durable."""

    def exchanged(self, lost: Collection[int]) -> None:
        """All of one exchange was told; `lost` are chunks of which no more may be sent."""

    def broken(self, error: Exception) -> None:
        """The store failed."""


class Clerk:
    """Keeps what waits for the next exchange, and holds one exchange at a time."""

    def __init__(self, ledger: Ledger, most: int, pace: Pace, front: Front) -> None:
        self.in_doubt = 0
        self._ledger = ledger
        self._most = most
        self._pace = pace
        self._front = front
        self._wanted: deque[Ticket] = deque()
        self._settled: list[Settled] = []
        self._leaving = 0  # of those: letters that are in doubt until this is recorded
        self._tickets: dict[int, Ticket] = {}  # granted, and not recorded
        self._exchanging = False
        self._planned = False
        self._failed = False
        self._gather: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to record; letters under way may yet bring something."""
        return not (self._exchanging or self._settled)

    @property
    def has_letters(self) -> bool:
        """Whether a letter's attempt has begun, or is to begin, and its outcome is not recorded."""
        return bool(self._tickets or self._wanted or self._exchanging)

    def ticket(self, attempt: Attempt) -> Ticket | None:
        """Return the letter of an attempt that has begun and has no recorded outcome."""
        return self._tickets.get(attempt.delivery_id)

    def want(self, ticket: Ticket) -> None:
        """Begin the letter's attempt with one of the next exchanges."""
        self._wanted.append(ticket)
        self._plan()

    def settle(self, settled: Settled) -> None:
        """Record an outcome with the next exchange."""
        self._settled.append(settled)
        self._leaving += self._tickets[settled.attempt.delivery_id].in_doubt
        self._plan()

    def clear(self, ticket: Ticket) -> None:
        """Count the letter among those in doubt no more."""
        if ticket.in_doubt:
            ticket.in_doubt = False
            self.in_doubt -= 1

    # ------------------------------------------------------------ when

    def _plan(self) -> None:
        if not (self._planned or self._exchanging):
            self._planned = True
            self._loop.call_soon(self._consider)

    def _consider(self) -> None:
        """Exchange now, or wait a moment for letters about to end, so that one commit carries them all."""
        self._planned = False
        if self._exchanging or self._failed or not (self._settled or self._room > 0):
            return
        under_way = self.in_doubt - self._leaving
        if under_way <= len(self._settled):
            self._exchange()
        elif self._gather is None:
            self._gather = self._loop.call_later(self._pace.gather, self._exchange)

    @property
    def _room(self) -> int:
        """How many attempts may begin with an exchange that records what has come in."""
        return min(len(self._wanted), self._most - self.in_doubt + self._leaving)

    # ------------------------------------------------------------ what

    def _exchange(self) -> None:
        if self._gather is not None:
            self._gather.cancel()
            self._gather = None
        if not (self._exchanging or self._failed):
            self._begin()

    def _begin(self) -> None:
        wanted = self._next_wanted()
        settled, self._settled, self._leaving = self._settled, [], 0
        if not (settled or wanted):
            return
        self._exchanging = True
        outbox, clock = self._ledger.outbox, self._ledger.clock
        attempts = [ticket.attempt for ticket in wanted]
        self._ledger.do(
            lambda: outbox.exchange(settled, attempts, now=clock()), partial(self._ended, settled, wanted)
        )

    def _next_wanted(self) -> list[Ticket]:
        wanted: list[Ticket] = []
        most = self._room
        while self._wanted and len(wanted) < most:
            ticket = self._wanted.popleft()
            if isinstance(ticket.judged, Returned):
                self._front.dropped(ticket)
            else:
                wanted.append(ticket)
        return wanted

    def _ended(self, settled: list[Settled], wanted: list[Ticket], result: Granted | BaseException) -> None:
        self._exchanging = False
        try:
            self._take_in(settled, wanted, result)
        except Exception as error:
            log.exception("a bug met an exchange")
            self._failed = True
            self._front.broken(error)

    def _take_in(self, settled: list[Settled], wanted: list[Ticket], result: Granted | BaseException) -> None:
        if isinstance(result, BaseException):
            self._settled[:0] = settled
            self._leaving = sum(self._tickets[one.attempt.delivery_id].in_doubt for one in self._settled)
            self._failed = True
            for ticket in wanted:
                self._front.denied(ticket)
            self._front.broken(result if isinstance(result, Exception) else RuntimeError(repr(result)))
            return
        for one in settled:
            ticket = self._tickets.pop(one.attempt.delivery_id)
            self.clear(ticket)
            self._front.recorded(ticket, one)
        self._tell_begun(wanted, result)
        self._front.exchanged(result.lost)
        if self._settled or self._wanted:
            self._plan()

    def _tell_begun(self, wanted: list[Ticket], result: Granted) -> None:
        all_begun = len(result.attempts) == len(wanted)
        begun = set() if all_begun else {one.delivery_id for one in result.attempts}
        for ticket in wanted:
            if all_begun or ticket.attempt.delivery_id in begun:
                ticket.granted = ticket.in_doubt = True
                self.in_doubt += 1
                self._tickets[ticket.attempt.delivery_id] = ticket
                self._front.begun(ticket)
            else:
                self._front.denied(ticket)

    # ------------------------------------------------------------ the end

    async def persist(self, stop: asyncio.Event) -> None:
        """Record what is known; while the store fails, try again for as long as `pace` says, or until a stop.

        What cannot be recorded is left to `Outbox.recover`.
        """
        deadline = self._loop.time() + self._pace.persist
        while self._exchanging or self._settled:
            if not self._exchanging:
                self._failed = False
                self._begin()
            while self._exchanging:
                await asyncio.sleep(0.001)
            if self._failed and self._settled:
                if stop.is_set() or self._loop.time() >= deadline:
                    log.error("%d outcomes could not be recorded", len(self._settled))
                    return
                await _wait(stop, self._pace.persist_every)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return

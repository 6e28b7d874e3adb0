"""Chunks in and out: the ledger is asked for more when letters run low, and gets back what is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from syndicate.delivery.fleet import Fleet
from syndicate.delivery.ledger import Ledger
from syndicate.delivery.supply import LATER, MOST, PATIENCE, Supply
from syndicate.model import Chunk, EditionStanding

log = logging.getLogger("syndicate.delivery.stock")

T = TypeVar("T")
_Found = tuple[Chunk | None, EditionStanding | None]

_AGAIN: Final = 1.0  # seconds until the ledger is asked again that had nothing due
_KEEP: Final = 15.0  # seconds between renewals of the lease
_EDITION: Final = 10  # the priority of an edition's letters; lower ones go first


class Front(Protocol):
    """Who works on the chunks."""

    def look(self) -> None:
        """Do what can be done now."""

    def broken(self, error: Exception) -> None:
        """The store failed."""

    def met(self, edition_id: int, standing: EditionStanding) -> None:
        """Letters of an edition came that none came of before, or none since it was paused."""


class Stock:
    """Fills a supply from the ledger. `editions` are the numbers of those whose letters were at hand."""

    def __init__(self, ledger: Ledger, supply: Supply, fleet: Fleet, front: Front) -> None:
        self.nothing_due = False
        self.editions: set[int] = set()
        self._met: set[int] = set()  # of those: since they were last paused
        self._ledger = ledger
        self._supply = supply
        self._fleet = fleet
        self._front = front
        self._loop = asyncio.get_running_loop()
        self._calls = 0  # that have not ended
        self._taking = False
        self._ending = False
        self._not_before = 0.0  # by the loop's time
        self._kept_at = self._looked_at = self._loop.time()

    @property
    def is_idle(self) -> bool:
        """Whether the ledger has answered everything that was asked."""
        return not self._calls

    def refill(self, now: float) -> None:
        """Ask for another chunk where letters run low and a relay would take them."""
        low = self._supply.waiting < 3 * self._fleet.connections and len(self._supply) < MOST
        if low and self._loop.time() >= self._not_before and self._fleet.trouble(now) is None:
            self._take()

    def look_after(self) -> None:
        """Renew the lease, look for letters that go first, keep what limits must remember."""
        moment = self._loop.time()
        if moment - self._kept_at >= _KEEP:
            self._kept_at = moment
            self._call(self._ledger.outbox.keep, self._kept)
        if moment - self._looked_at >= _AGAIN:
            self._looked_at = moment
            self.remember()
            if self._supply.waiting:
                self._take(before=_EDITION)

    def remember(self) -> bool:
        """Let the next commit write what limits must know after a restart; tell whether there is any."""
        state = self._fleet.state()
        if state:
            self._ledger.outbox.remember(state, now=self._ledger.clock())
        return bool(state)

    def rest(self, seconds: float) -> None:
        """Ask for no chunk for a while."""
        self.nothing_due = True
        self._not_before = self._loop.time() + seconds

    def wait_until(self, until: float, now: float) -> None:
        """Give back what is at hand where no relay may send anything for long."""
        if until > now + PATIENCE:
            self.rest(min(until - now, LATER))
            for chunk in self._supply.take_out_idle():
                self.give_back(chunk, until)

    def give_back_done(self, now: float, *, busy: bool) -> None:
        """Give back the chunks of which nothing can be sent any more, or not now."""
        for chunk, until in self._supply.done(now, room=self._fleet.has_room):
            if until is not None and not busy:  # all wait for a rate
                self.rest(min(until - now, LATER))
            self.give_back(chunk, until)

    def give_back_all(self) -> None:
        """Give back everything, also what is being taken, and write what limits must remember."""
        self._ending = True
        for chunk in self._supply.empty():
            self.give_back(chunk)
        if self.remember():
            self._call(partial(self._ledger.outbox.exchange, (), ()), self._done)

    def give_back(self, chunk: Chunk, until: float | None = None) -> None:
        """Give back a chunk, which nobody takes before `until`."""
        not_before = None if until is None else datetime.fromtimestamp(until, UTC)
        self._call(partial(self._ledger.outbox.give_back, chunk, not_before=not_before), self._done)

    def pause(self, edition_id: int, reason: str) -> None:
        """Let no further attempt of the edition begin."""
        self._met.discard(edition_id)
        self._supply.drop_edition(edition_id)
        self._call(partial(self._ledger.outbox.pause, edition_id, reason), self._done)

    # ------------------------------------------------------------ the ledger's answers

    def _take(self, *, before: int | None = None) -> None:
        if not self._taking:
            self._taking = True
            self._call(partial(self._take_in_thread, before), partial(self._taken, before))

    def _take_in_thread(self, before: int | None, *, now: datetime) -> _Found:
        outbox = self._ledger.outbox
        chunk = outbox.take(now=now, before=before)
        if chunk is None or chunk.edition_id is None or chunk.edition_id in self._met:
            return chunk, None
        return chunk, outbox.standing(chunk.edition_id)

    def _taken(self, before: int | None, found: _Found) -> None:
        self._taking = False
        chunk, standing = found
        if chunk is not None and self._ending:
            self.give_back(chunk)
        elif chunk is not None:
            self.nothing_due = False
            if standing is not None and chunk.edition_id is not None:
                self.editions.add(chunk.edition_id)
                self._met.add(chunk.edition_id)
                self._front.met(chunk.edition_id, standing)
            self._supply.add(chunk)
        elif before is None:
            self.rest(_AGAIN)
        self._front.look()

    def _kept(self, ours: frozenset[int]) -> None:
        self._supply.keep_only(ours)
        self._front.look()

    def _done(self, answer: object) -> None:  # noqa: ARG002 it says only that it is done
        self._front.look()

    def _call(self, work: Callable[..., T], then: Callable[[T], None]) -> None:
        """Run `work` with the time in the ledger's thread; where it fails the pass ends."""
        self._calls += 1

        def heard(result: T | BaseException) -> None:
            self._calls -= 1
            if not isinstance(result, BaseException):
                then(result)
                return
            self._taking = False
            self._front.broken(result if isinstance(result, Exception) else RuntimeError(repr(result)))

        self._ledger.do(lambda: work(now=self._ledger.clock()), heard)

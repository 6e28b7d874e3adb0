"""One pass over what is due: chunks come in, lanes carry letters, and the one ledger records and begins.

    ledger.take --chunk--> supply --letter--> a lane of the chosen relay --bytes--> relay
                                                |            |
    ledger.exchange  <---------- wanted --------+            |
          |    ^------------------ settled ------ outcome ---+
          +--- granted: the body may leave

This file gives out letters and hears of them; `clerk` holds the exchange, `lane` one connection's letters.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

from syndicate.delivery.choice import Chosen, Full, Later, NoRelay
from syndicate.delivery.clerk import Clerk
from syndicate.delivery.fleet import Fleet, Post
from syndicate.delivery.lane import Lane, Ticket, Write
from syndicate.delivery.ledger import Ledger
from syndicate.delivery.plan import Progress, SendPlan
from syndicate.delivery.retry import settle
from syndicate.delivery.supply import LATER, MOST, PATIENCE, Supply
from syndicate.delivery.verdicts import Cause, Verdict
from syndicate.delivery.watches import EditionWatch
from syndicate.model import (
    Alert,
    Attempt,
    Chunk,
    Deferred,
    DeliveryState,
    EditionStanding,
    Outcome,
    Returned,
    Sent,
    Settled,
)

log = logging.getLogger("syndicate.delivery.crew")

T = TypeVar("T")
_Found = tuple[Chunk | None, EditionStanding | None]

_TICK: Final = 0.1  # seconds between looks at timeouts, rates and doubts
_KEEP: Final = 15.0  # seconds between renewals of the lease
_LOOK: Final = 1.0  # seconds between looks for letters that go first
_EDITION: Final = 10  # the priority of an edition's letters; lower ones go first
_NOT_TAKEN: Final = Returned("the relay took no letters")


class Crew:
    """What one pass holds. Good for one `run`."""

    def __init__(
        self,
        ledger: Ledger,
        fleet: Fleet,
        write: Write,
        plan: SendPlan,
        *,
        hear: Callable[[Progress], None],
        tell: Callable[[Alert], None],
    ) -> None:
        self._ledger = ledger
        self._fleet = fleet
        self._write = write
        self._plan = plan
        self._hear = hear
        self._tell = tell
        most = plan.in_doubt or fleet.connections
        self._depth = max(1, most // fleet.connections)
        self._clerk = Clerk(ledger, most, plan.pace, self)
        self._supply = Supply()
        self._watches: dict[int, EditionWatch] = {}
        self._counts: Counter[DeliveryState] = Counter()
        self._calls = 0  # of the ledger, but for exchanges, that have not ended
        self._taking = False
        self._nothing_due = False
        self._no_take_before = 0.0  # by the loop's time
        self._failure: Exception | None = None
        self._stopping = False
        self._stir = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._kept_at = self._looked_at = self._loop.time()
        self._lately = self._now()  # of the last look: a tenth of a second old at most
        for post in fleet.posts.values():
            self._man(post)

    def _man(self, post: Post) -> None:
        post.roomy.clear()
        post.lanes = [Lane(post, self._depth, self._write, self) for _ in range(post.spec.connections)]

    # ------------------------------------------------------------ the pass

    @property
    def counts(self) -> Progress:
        """What has been recorded so far."""
        return Progress.of(self._counts)

    @property
    def editions(self) -> frozenset[int]:
        """The numbers of the editions whose letters were at hand."""
        return frozenset(self._watches)

    async def run(self, stop: asyncio.Event) -> None:
        """Carry until nothing is due, no relay takes letters or `stop` is set.

        Raises what the outbox raised.
        """
        tasks = [asyncio.create_task(self._watch(stop)), asyncio.create_task(self._tick())]
        grace = 0.0
        try:
            self._look()
            while not (stop.is_set() or self._failure or self._is_done()):
                await self._stir.wait()
                self._stir.clear()
            grace = self._plan.pace.grace
        finally:
            await asyncio.shield(self._wind_down(grace, stop))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stir.set()

    def _is_done(self) -> bool:
        """Tell whether nothing is left to do; doubts that only the end can clear are cleared first."""
        if self._calls or not self._clerk.is_idle:
            return False
        resting = self._fleet.trouble(self._now()) is not None
        if not resting and (self._supply.waiting or not self._nothing_due):
            return False
        self._release_doubts()
        return not self._clerk.has_letters and (resting or not len(self._supply))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            try:
                self._look_after(self._loop.time(), self._now())
            except Exception as error:
                log.exception("a bug met the pass")
                self.broken(error)

    def _look_after(self, moment: float, now: float) -> None:
        for post in self._fleet.posts.values():
            for lane in post.lanes:
                if lane.channel is not None:
                    lane.channel.check(moment)
            for attempt, outcome in post.watch.expire(now):
                self._certain(attempt, outcome)
        if moment - self._kept_at >= _KEEP:
            self._kept_at = moment
            outbox, clock = self._ledger.outbox, self._ledger.clock
            self._call(lambda: outbox.keep(now=clock()), self._kept)
        if moment - self._looked_at >= _LOOK and not self._stopping:
            self._looked_at = moment
            self._look_now_and_then()
        self._look()

    def _look_now_and_then(self) -> None:
        self._remember()
        if self._supply.waiting:
            self._take(before=_EDITION)

    def _remember(self) -> bool:
        """Let the next exchange write what limits must know after a restart; tell whether there is any."""
        state = self._fleet.state()
        if state:
            self._ledger.outbox.remember(state, now=self._ledger.clock())
        return bool(state)

    def _now(self) -> float:
        return self._ledger.clock().timestamp()

    # ------------------------------------------------------------ chunks

    def _look(self) -> None:
        """Do whatever can be done now."""
        self._stir.set()
        if self._stopping or self._failure is not None:
            return
        now = self._lately = self._now()
        self._supply.unpark(now)
        self._give_out(now)
        self._give_back_done(now)
        if self._supply.waiting < 2 * self._fleet.connections and self._may_take(now):
            self._take()

    def _may_take(self, now: float) -> bool:
        return (
            not self._taking
            and self._loop.time() >= self._no_take_before
            and len(self._supply) < MOST
            and self._fleet.trouble(now) is None
        )

    def _take(self, *, before: int | None = None) -> None:
        if not self._taking:
            self._taking = True
            self._call(partial(self._take_in_thread, before), partial(self._taken, before))

    def _take_in_thread(self, before: int | None) -> _Found:
        outbox = self._ledger.outbox
        chunk = outbox.take(now=self._ledger.clock(), before=before)
        if chunk is None or chunk.edition_id is None or chunk.edition_id in self._watches:
            return chunk, None
        return chunk, outbox.standing(chunk.edition_id)

    def _taken(self, before: int | None, found: _Found) -> None:
        self._taking = False
        chunk, standing = found
        if chunk is not None:
            self._nothing_due = False
            if standing is not None and chunk.edition_id is not None:
                self._watches[chunk.edition_id] = EditionWatch(
                    standing.settled, standing.refused, forgiven=standing.forgiven
                )
            self._supply.add(chunk)
        elif before is None:
            self._rest_from_taking(_LOOK)
        self._look()

    def _rest_from_taking(self, seconds: float) -> None:
        self._nothing_due = True
        self._no_take_before = self._loop.time() + seconds

    def _give_out(self, now: float) -> None:
        fleet, supply = self._fleet, self._supply
        self._man_again(now)
        while fleet.has_room and (attempt := supply.next()) is not None:
            domain = attempt.email.rpartition("@")[2].lower()
            avoid = attempt.key.partition("/avoid/")[2] or None
            choice = fleet.choose(domain, now, avoid=avoid)
            if isinstance(choice, Chosen):
                lane = fleet.posts[choice.relay.name].roomy.popleft()
                lane.assign(Ticket(attempt, lane, domain, now))
            elif isinstance(choice, Later) and not fleet.is_full(now):
                supply.park(attempt, choice.until)
            else:
                supply.back(attempt)
                self._wait_until(choice, now)
                return

    def _wait_until(self, choice: Later | Full | NoRelay, now: float) -> None:
        """Give back what is at hand where no relay may send anything for a while."""
        if isinstance(choice, Later) and choice.until > now + PATIENCE:
            self._rest_from_taking(min(choice.until - now, LATER))
            for chunk in self._supply.take_out_idle():
                self._give_back(chunk, choice.until)

    def _man_again(self, now: float) -> None:
        """Open lanes again at a relay whose rest is over."""
        for post in self._fleet.posts.values():
            idle = all(lane.closed and not lane.is_busy for lane in post.lanes)
            if idle and post.candidate.rests.at(now) is None:
                self._man(post)

    def _give_back_done(self, now: float) -> None:
        for chunk, until in self._supply.done(now, room=self._fleet.has_room):
            if (
                until is not None and not self._clerk.has_letters
            ):  # all wait for a rate: look not at once again
                self._rest_from_taking(min(until - now, LATER))
            self._give_back(chunk, until)

    def _give_back(self, chunk: Chunk, until: float | None = None) -> None:
        outbox, clock = self._ledger.outbox, self._ledger.clock
        not_before = None if until is None else datetime.fromtimestamp(until, UTC)
        self._call(lambda: outbox.give_back(chunk, now=clock(), not_before=not_before), self._done)

    def _done(self, nothing: None) -> None:
        del nothing
        self._look()

    def _kept(self, ours: frozenset[int]) -> None:
        self._supply.keep_only(ours)
        self._look()

    def _call(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run `work` in the ledger's thread; where it fails the pass ends."""
        self._calls += 1

        def heard(result: T | BaseException) -> None:
            self._calls -= 1
            if isinstance(result, BaseException):
                self.broken(result if isinstance(result, Exception) else RuntimeError(repr(result)))
            else:
                then(result)

        self._ledger.do(work, heard)

    # ------------------------------------------------------------ what lanes say

    def want(self, ticket: Ticket) -> None:
        """Ask for the letter's attempt."""
        self._clerk.want(ticket)

    def ended(self, ticket: Ticket, judged: Outcome | Verdict) -> None:
        """Take in what came of a letter; one that has no attempt yet gets it first."""
        if ticket.granted:
            self._judge(ticket, judged)
            return
        ticket.judged = judged
        if not ticket.wanted:
            ticket.wanted = True
            self._clerk.want(ticket)

    def failed(self, lane: Lane, cause: Cause) -> None:
        """Do without the lane; where the relay has no other that works, let it rest."""
        lane.shut()
        self._return(lane.surrender())
        if not any(other.channel is not None for other in lane.post.lanes):
            self._rest(lane.post, cause)
        self._look()

    def broken(self, error: Exception) -> None:
        """End the pass: the store failed."""
        self._taking = False
        self._failure = self._failure or error
        self._stir.set()

    def _rest(self, post: Post, cause: Cause) -> None:
        alert = post.rest(cause, self._now())
        if alert is not None:
            self._tell(alert)
        for lane in post.lanes:
            if not lane.closed:
                lane.shut()
                self._return(lane.surrender())

    def _return(self, tickets: Sequence[Ticket]) -> None:
        """Take back letters that no relay was handed."""
        for ticket in reversed(tickets):
            if ticket.granted:
                self._judge(ticket, _NOT_TAKEN)
            elif ticket.wanted:
                ticket.judged = ticket.judged or _NOT_TAKEN
            else:
                self._unassign(ticket)
                self._supply.back(ticket.attempt)

    def _unassign(self, ticket: Ticket) -> None:
        limits = ticket.lane.post.limits
        if not limits.free:
            limits.give_back(ticket.domain, ticket.taken_at)

    # ------------------------------------------------------------ what it means

    def _judge(self, ticket: Ticket, judged: Outcome | Verdict) -> None:
        if isinstance(judged, Returned):
            self._unassign(ticket)
            self._certain(ticket.attempt, judged)
            return
        post, now = ticket.lane.post, self._lately
        if isinstance(judged, Sent):
            post.candidate.rests.taken()
        elif isinstance(judged, Verdict):
            self._slow_down(ticket, judged, now)
        certain, cause = post.watch.feed(ticket.attempt, judged, now)
        for attempt, outcome in certain:
            self._certain(attempt, outcome)
        if not ticket.certain:  # a refusal that may be about us: the relay has not taken it
            self._clerk.clear(ticket)
        if cause is not None:
            self._rest(post, cause)

    def _slow_down(self, ticket: Ticket, verdict: Verdict, now: float) -> None:
        """Slow a domain down whose servers put a letter off, for no reason of the person's."""
        code = verdict.outcome.code or 0 if isinstance(verdict.outcome, Deferred) else 0
        about_us = verdict.cause is not None or verdict.doubtful
        if 400 <= code < 500 and not about_us and not verdict.status[1:].startswith((".1.", ".2.")):
            ticket.lane.post.limits.slower(ticket.domain, now)

    def _certain(self, attempt: Attempt, outcome: Outcome) -> None:
        ticket = self._clerk.ticket(attempt)
        if ticket is None or ticket.certain:
            return
        ticket.certain = True
        edition_id = self._supply.edition_of(attempt)
        watch = self._watches.get(edition_id) if edition_id is not None else None
        if watch is not None and edition_id is not None and (reason := watch.feed(attempt, outcome)):
            self._pause(edition_id, attempt, reason)
        self._clerk.settle(
            settle(attempt, outcome, self._plan, now=self._ledger.clock(), relay=ticket.lane.post.name)
        )

    def _pause(self, edition_id: int, attempt: Attempt, reason: str) -> None:
        edition = f"{attempt.newsletter}/{attempt.occasion}"
        log.warning("edition %s is paused: %s", edition, reason)
        self._supply.drop_edition(edition_id)
        outbox, clock = self._ledger.outbox, self._ledger.clock
        self._call(lambda: outbox.pause(edition_id, reason, now=clock()), self._done)
        words = f"{reason}. Nothing more of it leaves until: syndicate editions resume {edition}"
        self._tell(Alert("edition paused", edition, words))

    def _release_doubts(self) -> None:
        for post in self._fleet.posts.values():
            for attempt, outcome in post.watch.release():
                self._certain(attempt, outcome)

    # ------------------------------------------------------------ what the clerk says

    def begun(self, ticket: Ticket) -> None:
        """Let the letter's body leave, unless its fate came first."""
        if ticket.judged is not None:
            self._judge(ticket, ticket.judged)
        else:
            ticket.lane.granted(ticket)

    def denied(self, ticket: Ticket) -> None:
        """Forget a letter whose attempt may not begin."""
        self._supply.recorded(ticket.attempt)
        self._unassign(ticket)
        ticket.lane.denied(ticket)

    def dropped(self, ticket: Ticket) -> None:
        """Take back a letter that was returned before its attempt began."""
        self._unassign(ticket)
        self._supply.back(ticket.attempt)

    def recorded(self, ticket: Ticket, settled: Settled) -> None:
        """Count the outcome; a letter that was never attempted waits again."""
        self._counts[settled.state] += 1
        if settled.state is DeliveryState.PENDING:
            self._supply.back(ticket.attempt)
        else:
            self._supply.recorded(ticket.attempt)

    def exchanged(self, lost: Collection[int]) -> None:
        """Go on with what the exchange made room for."""
        if lost:
            self._supply.drop(lost)
        self._hear(self.counts)
        self._look()

    # ------------------------------------------------------------ the end

    async def _wind_down(self, grace: float, stop: asyncio.Event) -> None:
        """Let letters in flight end, record what is known, give everything back."""
        self._stopping = True
        lanes = [lane for post in self._fleet.posts.values() for lane in post.lanes]
        for lane in lanes:
            lane.shut()
            self._return(lane.surrender())
        await _until(lambda: not any(lane.is_busy for lane in lanes), grace)
        for lane in lanes:
            if lane.channel is not None and lane.is_busy:
                lane.channel.abort("stopped before the relay answered")
        self._release_doubts()
        await self._clerk.persist(stop)
        for chunk in self._supply.empty():
            self._give_back(chunk)
        if self._remember():
            outbox, clock = self._ledger.outbox, self._ledger.clock
            self._call(lambda: outbox.exchange([], [], now=clock()), _nothing)
        await _until(lambda: not self._calls, self._plan.pace.grace)
        await asyncio.gather(*(lane.channel.close() for lane in lanes if lane.channel is not None))


def _nothing(news: object) -> None:
    """Hear what needs no answer."""


async def _until(happened: Callable[[], bool], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not happened():
                await asyncio.sleep(0.005)

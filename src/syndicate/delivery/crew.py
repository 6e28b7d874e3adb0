"""One pass over what is due: chunks come in, lanes carry letters, and the one ledger records and begins.

    ledger.take --chunk--> supply --letter--> a lane of the chosen relay --bytes--> relay
                                                |            |
    ledger.exchange  <---------- wanted --------+            |
          |    ^------------------ settled ------ outcome ---+
          +--- granted: the body may leave

This file gives out letters and passes on what becomes of them: `stock` fetches chunks, `lane` carries one
connection's letters, `assessor` says what outcomes mean, `clerk` holds the exchange.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Final

from syndicate.delivery.assessor import Assessor
from syndicate.delivery.choice import Chosen, Later
from syndicate.delivery.clerk import Clerk
from syndicate.delivery.fleet import Fleet, Post
from syndicate.delivery.lane import Lane, Ticket, Write
from syndicate.delivery.ledger import Ledger
from syndicate.delivery.plan import Progress, SendPlan
from syndicate.delivery.stock import Stock
from syndicate.delivery.supply import Supply
from syndicate.delivery.verdicts import Cause, Verdict
from syndicate.model import (
    Alert,
    Attempt,
    DeliveryState,
    EditionStanding,
    Outcome,
    Refused,
    Returned,
    Settled,
)

log = logging.getLogger("syndicate.delivery.crew")

_TICK: Final = 0.1  # seconds between looks at timeouts, rates and doubts
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
        self._fleet = fleet
        self._write = write
        self._plan = plan
        self._hear = hear
        self._tell = tell
        self._clock = ledger.clock
        most = plan.in_doubt or fleet.connections
        self._depth = max(1, most // fleet.connections)
        self._supply = Supply()
        self._clerk = Clerk(ledger, most, plan.pace, self)
        self._stock = Stock(ledger, self._supply, fleet, self)
        self._assessor = Assessor(ledger, self._clerk, self._supply, fleet, plan, self)
        self._unfit: dict[int, str] = {}  # deliveries, and the relay that must not be asked to take them
        self._counts: Counter[DeliveryState] = Counter()
        self._failure: Exception | None = None
        self._stopping = False
        self._stir = asyncio.Event()
        self._lately = self._now()  # when it last looked: a tenth of a second ago at most
        for post in fleet.posts.values():
            post.lanes.clear()
            self._man(post)

    def _man(self, post: Post) -> None:
        """Give the relay its lanes, but for those that still hold a connection."""
        post.roomy.clear()
        post.lanes = [lane for lane in post.lanes if lane.is_busy or lane.channel is not None]
        fresh = range(post.spec.connections - len(post.lanes))
        post.lanes += [Lane(post, self._depth, self._write, self) for _ in fresh]

    # ------------------------------------------------------------ the pass

    @property
    def counts(self) -> Progress:
        """What has been recorded so far."""
        return Progress.of(self._counts)

    @property
    def editions(self) -> frozenset[int]:
        """The numbers of the editions whose letters were at hand."""
        return frozenset(self._stock.editions)

    async def run(self, stop: asyncio.Event) -> None:
        """Carry until nothing is due, no relay takes letters or `stop` is set.

        Raises what the outbox raised.
        """
        tasks = [asyncio.create_task(self._watch(stop)), asyncio.create_task(self._tick())]
        grace = 0.0
        try:
            self.look()
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
        if not (self._stock.is_idle and self._clerk.is_idle):
            return False
        resting = self._fleet.trouble(self._now()) is not None
        if not resting and (self._supply.waiting or not self._stock.nothing_due):
            return False
        if any(lane.is_busy for post in self._fleet.posts.values() for lane in post.lanes):
            return False  # what comes of those may yet tell whose fault a refusal was
        self._assessor.release()
        return not self._clerk.has_letters and (resting or not len(self._supply))

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK)
            try:
                self._check(loop.time())
                self._assessor.expire(self._now())
                if not self._stopping:
                    self._stock.look_after()
                self.look()
            except Exception as error:
                log.exception("a bug met the pass")
                self.broken(error)

    def _check(self, moment: float) -> None:
        for post in self._fleet.posts.values():
            for lane in post.lanes:
                if lane.channel is not None:
                    lane.channel.check(moment)

    def _now(self) -> float:
        return self._clock().timestamp()

    # ------------------------------------------------------------ giving out

    def look(self) -> None:
        """Do whatever can be done now."""
        self._stir.set()
        if self._stopping or self._failure is not None:
            return
        now = self._lately = self._now()
        self._supply.unpark(now)
        self._man_again(now)
        self._give_out(now)
        self._stock.give_back_done(now, busy=self._clerk.has_letters)
        self._stock.refill(now)

    def _give_out(self, now: float) -> None:
        fleet, supply = self._fleet, self._supply
        while fleet.has_room and (attempt := supply.next()) is not None:
            domain = attempt.email.rpartition("@")[2].lower()
            avoid = self._unfit.get(attempt.delivery_id) or attempt.key.partition("/avoid/")[2] or None
            choice = fleet.choose(domain, now, avoid=avoid)
            if isinstance(choice, Chosen):
                lane = fleet.posts[choice.relay.name].roomy.popleft()
                lane.assign(Ticket(attempt, lane, domain, now))
            elif isinstance(choice, Later) and not fleet.is_full(now):
                supply.park(attempt, choice.until)
            else:
                supply.back(attempt)
                if isinstance(choice, Later):
                    self._stock.wait_until(choice.until, now)
                return

    def _man_again(self, now: float) -> None:
        """Open lanes again at a relay whose rest is over, also while old letters are not answered there."""
        for post in self._fleet.posts.values():
            if all(lane.closed for lane in post.lanes) and post.candidate.rests.at(now) is None:
                self._man(post)

    # ------------------------------------------------------------ what lanes say

    def want(self, ticket: Ticket) -> None:
        """Ask for the letter's attempt."""
        self._clerk.want(ticket)

    def ended(self, ticket: Ticket, judged: Outcome | Verdict) -> None:
        """Take in what came of a letter; one that has no attempt yet gets it first."""
        if isinstance(judged, Refused) and judged.code is None and self._goes_elsewhere(ticket):
            return
        if ticket.granted:
            self._assessor.judge(ticket, judged, self._lately)
            return
        ticket.judged = judged
        if not ticket.wanted:
            ticket.wanted = True
            self._clerk.want(ticket)

    def _goes_elsewhere(self, ticket: Ticket) -> bool:
        """Take back, once, a letter that its relay must not be asked to take: another may be."""
        number = ticket.attempt.delivery_id
        if len(self._fleet.posts) < 2 or number in self._unfit:
            return False
        self._unfit[number] = ticket.lane.post.name
        if not ticket.granted:
            ticket.judged = _NOT_TAKEN
        self._return([ticket])
        return True

    def failed(self, lane: Lane, cause: Cause) -> None:
        """Do without the lane; where the relay has no other that works, let it rest."""
        lane.shut()
        self._return(lane.surrender())
        if not any(other.works for other in lane.post.lanes):
            self.rest(lane.post, cause)
        self.look()

    def broken(self, error: Exception) -> None:
        """End the pass: the store failed."""
        self._failure = self._failure or error
        self._stir.set()

    # ------------------------------------------------------------ what outcomes mean

    def rest(self, post: Post, cause: Cause) -> None:
        """Let the relay rest; its letters that it was not handed go to others."""
        alert = post.rest(cause, self._now())
        if alert is not None:
            self._tell(alert)
        for lane in post.lanes:
            if not lane.closed:
                lane.shut()
                self._return(lane.surrender())

    def pause(self, edition_id: int, attempt: Attempt, reason: str) -> None:
        """Pause the edition that the attempt belongs to, and tell the operator."""
        edition = f"{attempt.newsletter}/{attempt.occasion}"
        log.warning("edition %s is paused: %s", edition, reason)
        self._stock.pause(edition_id, reason)
        words = f"{reason}. Nothing more of it leaves until: syndicate editions resume {edition}"
        self._tell(Alert("edition paused", edition, words))

    def met(self, edition_id: int, standing: EditionStanding) -> None:
        """Watch an edition."""
        self._assessor.met(edition_id, standing)

    def unassign(self, ticket: Ticket) -> None:
        """Give back to the relay's limits what they let through for a letter that was not attempted."""
        limits = ticket.lane.post.limits
        if not limits.free:
            limits.give_back(ticket.domain, ticket.taken_at)

    def _return(self, tickets: Sequence[Ticket]) -> None:
        """Take back letters that no relay was handed."""
        for ticket in reversed(tickets):
            if ticket.granted:
                self._assessor.judge(ticket, _NOT_TAKEN, self._lately)
            elif ticket.wanted:
                ticket.judged = ticket.judged or _NOT_TAKEN
            else:
                self.dropped(ticket)

    # ------------------------------------------------------------ what the clerk says

    def begun(self, ticket: Ticket) -> None:
        """Let the letter's body leave, unless its fate came first."""
        if ticket.judged is not None:
            self._assessor.judge(ticket, ticket.judged, self._lately)
            ticket.lane.weighed()
        else:
            ticket.lane.granted(ticket)

    def denied(self, ticket: Ticket) -> None:
        """Forget a letter whose attempt may not begin."""
        self._supply.recorded(ticket.attempt)
        self.unassign(ticket)
        ticket.lane.denied(ticket)

    def dropped(self, ticket: Ticket) -> None:
        """Take back a letter that was returned before its attempt began."""
        self.unassign(ticket)
        self._supply.back(ticket.attempt)
        ticket.lane.weighed(early=ticket.judged is not None)

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
        self.look()

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
        for _ in range(2):  # what was refused before its attempt began is weighed once that is durable
            self._assessor.release()
            await self._clerk.persist(stop)
        self._stock.give_back_all()
        await _until(lambda: self._stock.is_idle, self._plan.pace.grace)
        await asyncio.gather(*(lane.channel.close() for lane in lanes if lane.channel is not None))


async def _until(happened: Callable[[], bool], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not happened():
                await asyncio.sleep(0.005)

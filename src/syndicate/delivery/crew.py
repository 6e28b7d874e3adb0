"""One pass over what is due: lanes that carry letters, and the one ledger that records and claims.

    ledger.exchange  --attempts-->  lanes  --letters-->  relay
          ^                           |
          +-------- outcomes ---------+

One exchange is one commit: it records every outcome that has come in and claims as many attempts as
lanes are idle, and a lane is idle only once its last outcome goes into that same commit. So never more
letters than there are lanes are handed over without a durable outcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeVar

from syndicate.delivery.doubt import Doubt
from syndicate.delivery.lane import Lane
from syndicate.delivery.plan import Progress, SendPlan
from syndicate.delivery.ports import Outbox
from syndicate.delivery.retry import settle
from syndicate.errors import StoreError, TemporaryError
from syndicate.model import Attempt, DeliveryState, Outcome, Returned, Settled, Unknown

log = logging.getLogger("syndicate.delivery.crew")

T = TypeVar("T")

_UNSENT = Returned("stopped before it was sent")


class Ledger:
    """The outbox behind its one thread."""

    def __init__(self, outbox: Outbox, thread: Executor, clock: Callable[[], datetime]) -> None:
        self.outbox = outbox
        self.clock = clock
        self._thread = thread

    def call(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def exchange(self, settled: Sequence[Settled], want: int) -> asyncio.Future[Sequence[Attempt]]:
        return self.call(lambda: self.outbox.exchange(settled, want, now=self.clock()))


class Crew:
    """The lanes of one pass, and what they hold. Good for one `run`."""

    def __init__(
        self, ledger: Ledger, lanes: Sequence[Lane], plan: SendPlan, hear: Callable[[Progress], None]
    ) -> None:
        self._ledger = ledger
        self._lanes = tuple(lanes)
        self._plan = plan
        self._hear = hear
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._carried: dict[Lane, Attempt] = {}
        self._given: asyncio.Queue[Attempt] = asyncio.Queue()
        self._held: dict[int, Attempt] = {}  # claimed, and no outcome has come in yet
        self._settled: list[Settled] = []  # come in, and not recorded yet
        self._doubt = Doubt()
        self._counts: Counter[DeliveryState] = Counter()
        self._claiming = True
        self._failure: Exception | None = None
        self._news = asyncio.Event()
        self._all_in = asyncio.Event()

    @property
    def counts(self) -> Progress:
        """What has been recorded so far."""
        return Progress.of(self._counts)

    @property
    def trouble(self) -> str | None:
        """What the relay said, where no lane is left that could use it."""
        troubles = [lane.trouble for lane in self._lanes if lane.trouble is not None]
        return troubles[-1] if troubles and len(troubles) == len(self._lanes) else None

    async def next_due(self) -> datetime | None:
        """Return when the earliest open delivery is due."""
        return await self._ledger.call(self._ledger.outbox.next_due)

    async def run(self, stop: asyncio.Event) -> None:
        """Carry until nothing is due, no lane is left or `stop` is set; raises what the outbox raised."""
        for lane in self._lanes:
            self._tasks[lane] = asyncio.create_task(self._work(lane))
            self._tasks[lane].add_done_callback(partial(self._ended, lane))
        watch = asyncio.create_task(self._watch(stop))
        try:
            await self._until_done()
        except asyncio.CancelledError:
            await self._wind_down(0)
            raise
        except Exception:
            await self._wind_down(self._plan.pace.grace)
            await self._persist(stop)
            raise
        finally:
            await self._dismiss(watch)

    async def _until_done(self) -> None:
        while True:
            await self._exchange()
            if self._failure is not None:
                raise self._failure
            if not self._held and not self._settled:
                self._record(self._doubt.release())
                if not self._settled:
                    return
            await self._news.wait()
            await self._gather()

    async def _exchange(self) -> None:
        """Record what came in, claim for idle lanes, give out what was claimed."""
        self._news.clear()
        useful = sum(lane.trouble is None for lane in self._lanes)
        want = max(useful - len(self._held), 0) if self._claiming else 0
        if not want and not self._settled:
            return
        settled, self._settled = self._settled, []
        exchange = self._ledger.exchange(settled, want)
        try:
            attempts = await asyncio.shield(exchange)
        except asyncio.CancelledError:
            self._give_back(await exchange)
            raise
        except Exception:
            self._settled[:0] = settled
            raise
        self._counts.update(each.state for each in settled)
        if self._claiming:
            self._give_out(attempts)
        else:
            self._give_back(attempts)
        self._hear(self.counts)

    def _give_out(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            self._held[attempt.delivery_id] = attempt
            self._given.put_nowait(attempt)

    def _give_back(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            self._settle(attempt, _UNSENT)

    async def _gather(self) -> None:
        """Wait a moment for lanes about to finish, so that one commit carries them all."""
        if self._held and self._settled:
            await self._wait_all_in(self._plan.pace.gather)

    async def _wait_all_in(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._held:
                    self._all_in.clear()
                    await self._all_in.wait()

    async def _work(self, lane: Lane) -> None:
        while lane.trouble is None:
            attempt = await self._given.get()
            self._carried[lane] = attempt
            try:
                outcome = await lane.carry(attempt)
            except (StoreError, TemporaryError) as error:
                self._failure = error
                outcome = Returned(str(error))
            self._settle(attempt, outcome)

    def _ended(self, lane: Lane, task: asyncio.Task[None]) -> None:
        """Leave nothing held by a lane that ended in a way nobody foresaw."""
        attempt = self._carried.get(lane)
        if attempt is None or self._held.get(attempt.delivery_id) is not attempt:
            return
        error = None if task.cancelled() else task.exception()
        log.error("a bug ended a lane with delivery %d", attempt.delivery_id, exc_info=error)
        lane.trouble = lane.trouble or "a bug ended the connection"
        self._settle(attempt, Unknown("a bug: the connection's task ended"))

    def _settle(self, attempt: Attempt, outcome: Outcome) -> None:
        self._held.pop(attempt.delivery_id, None)
        self._record(self._doubt.judge(attempt, outcome))
        for lane in self._lanes if self._doubt.words else ():
            lane.trouble = lane.trouble or self._doubt.words
        if not self._held:
            self._all_in.set()
        self._news.set()

    def _record(self, outcomes: Sequence[tuple[Attempt, Outcome]]) -> None:
        """Put outcomes among those of the next exchange."""
        for attempt, outcome in outcomes:
            try:
                self._settled.append(settle(attempt, outcome, self._plan.retry, now=self._ledger.clock()))
            except Exception as error:
                self._failure = error
            self._news.set()

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._claiming = False
        self._abandon(handed_too=False)
        self._news.set()
        await asyncio.sleep(self._plan.pace.grace)
        self._abandon(handed_too=True)

    def _abandon(self, *, handed_too: bool) -> None:
        """Take the held letters from their lanes: unknown where it was handed over, else given back."""
        while not self._given.empty():
            self._settle(self._given.get_nowait(), _UNSENT)
        for lane, attempt in self._carried.items():
            if self._held.get(attempt.delivery_id) is not attempt or (lane.handed and not handed_too):
                continue
            handed = lane.handed
            self._tasks[lane].cancel()
            self._settle(attempt, Unknown("stopped before the relay answered") if handed else _UNSENT)

    async def _wind_down(self, grace: float) -> None:
        """Let letters in flight end, and record what is known."""
        self._claiming = False
        self._abandon(handed_too=False)
        await self._wait_all_in(grace)
        self._abandon(handed_too=True)
        self._record(self._doubt.release())
        await self._recorded()

    async def _persist(self, stop: asyncio.Event) -> None:
        """Go on trying to record what is known; what cannot be is left to `recover`."""
        deadline = asyncio.get_running_loop().time() + self._plan.pace.persist
        while self._settled and not stop.is_set() and asyncio.get_running_loop().time() < deadline:
            await _wait(stop, self._plan.pace.persist_every)
            await self._recorded()
        if self._settled:
            log.error("%d outcomes could not be recorded", len(self._settled))

    async def _recorded(self) -> None:
        try:
            await self._exchange()
        except Exception as error:
            log.warning("%d outcomes wait to be recorded: %s", len(self._settled), error)

    async def _dismiss(self, watch: asyncio.Task[None]) -> None:
        for task in (watch, *self._tasks.values()):
            task.cancel()
        await asyncio.gather(watch, *self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*(lane.close() for lane in self._lanes))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()

"""The send loop: one pass over the outbox, or pass after pass until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime

from syndicate.delivery.crew import Crew, Ledger
from syndicate.delivery.lane import Lane
from syndicate.delivery.plan import Pace, Progress, Report, SendPlan, pause
from syndicate.delivery.ports import Outbox, Relay
from syndicate.model import Attempt, Letter

__all__ = ["Pace", "Progress", "Report", "SendPlan", "deliver", "send_forever"]

log = logging.getLogger("syndicate.delivery.send")

Clock = Callable[[], datetime]
Write = Callable[[Attempt], Letter]
Hear = Callable[[Progress], None]


async def deliver(
    outbox: Outbox,
    relay: Relay,
    write: Write,
    plan: SendPlan,
    *,
    clock: Clock,
    stop: asyncio.Event,
    progress: Hear | None = None,
) -> Report:
    """Send everything that is due until nothing is due now, no connection is left, or `stop` is set.

    After a stop nothing is claimed; letters in flight may end for `plan.pace.grace` seconds and are
    unknown then. What the outbox raises ends the pass in the same way and is raised again. A letter that
    `write` cannot write fails alone. The caller holds the sender's lock and has called `outbox.recover`.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:
        crew = _crew(Ledger(outbox, thread, clock), relay, write, plan, progress)
        return await _one_pass(crew, stop)


async def send_forever(
    outbox: Outbox,
    relay_maker: Callable[[], Relay],
    write: Write,
    plan: SendPlan,
    *,
    clock: Clock,
    stop: asyncio.Event,
    wake: asyncio.Event,
    note: Callable[[Report], None],
) -> None:
    """Recover, then make pass after pass until `stop` is set; `note` gets the report of each.

    Between passes it sleeps until the next delivery is due, `wake` is set, or 30 s have gone. While the
    relay cannot be reached it rests, 30 s at first and twice as long each time up to 5 min; a wake ends
    a rest too, but not in its first 5 s. The caller holds the sender's lock.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:
        ledger = Ledger(outbox, thread, clock)
        left = await ledger.call(lambda: outbox.recover(now=clock()))
        if left:
            log.warning("%d deliveries were in flight when the last sender ended", left)
        failures = 0
        while not stop.is_set():
            wake.clear()
            report = await _one_pass(_crew(ledger, relay_maker(), write, plan, None), stop)
            note(report)
            failures = failures + 1 if report.relay_error else 0
            shortest, longest = pause(report, failures, plan.pace, now=clock())
            await _sleep(stop, wake, shortest, longest)


def _crew(ledger: Ledger, relay: Relay, write: Write, plan: SendPlan, hear: Hear | None) -> Crew:
    lanes = [Lane(relay, write) for _ in range(plan.connections)]
    return Crew(ledger, lanes, plan, hear or _unheard)


def _unheard(progress: Progress) -> None:
    """The listener of those who only want the report."""


async def _one_pass(crew: Crew, stop: asyncio.Event) -> Report:
    await crew.run(stop)
    return Report(crew.counts, crew.trouble, await crew.next_due())


async def _sleep(stop: asyncio.Event, wake: asyncio.Event, shortest: float, longest: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(shortest):
            await stop.wait()
    if stop.is_set():
        return
    waits = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(wake.wait())}
    await asyncio.wait(waits, timeout=max(longest - shortest, 0), return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()

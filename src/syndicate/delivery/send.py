"""The send loop: one pass over the outbox, or pass after pass until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from syndicate.delivery.crew import Crew
from syndicate.delivery.fleet import Fleet
from syndicate.delivery.lane import Write
from syndicate.delivery.ledger import Ledger
from syndicate.delivery.plan import Pace, Progress, RelaySpec, Report, SendPlan, pause
from syndicate.delivery.ports import Outbox
from syndicate.model import Alert

__all__ = ["Ears", "Pace", "Progress", "RelaySpec", "Report", "SendPlan", "deliver", "send_forever"]

log = logging.getLogger("syndicate.delivery.send")

Clock = Callable[[], datetime]


def _unheard(news: object) -> None:
    """The listener of those who only want the report."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears how a pass goes, of each report, and what the operator must know; in the loop's thread."""

    progress: Callable[[Progress], None] = _unheard
    report: Callable[[Report], None] = _unheard
    alert: Callable[[Alert], None] = _unheard


_DEAF = Ears()


async def deliver(
    outbox: Outbox,
    relays: tuple[RelaySpec, ...],
    write: Write,
    plan: SendPlan,
    *,
    clock: Clock,
    stop: asyncio.Event,
    ears: Ears = _DEAF,
) -> Report:
    """Send everything that is due until nothing is due now, no relay takes letters, or `stop` is set.

    After a stop no attempt begins; letters in flight may end for `plan.pace.grace` seconds and are
    unknown then. What the outbox raises ends the pass in the same way and is raised again. A letter that
    `write` cannot write fails alone. The caller holds the sender's lock and has called `outbox.recover`.
    """
    ledger = Ledger(outbox, clock)
    try:
        fleet = Fleet(relays, await ledger.call(outbox.remembered))
        return await _one_pass(ledger, fleet, write, plan, stop, ears)
    finally:
        await ledger.close()


async def send_forever(
    outbox: Outbox,
    relays: tuple[RelaySpec, ...],
    write: Write,
    plan: SendPlan,
    *,
    clock: Clock,
    stop: asyncio.Event,
    wake: asyncio.Event,
    ears: Ears,
) -> None:
    """Recover, then make pass after pass until `stop` is set.

    Between passes it sleeps until the next delivery is due, `wake` is set, or 30 s have gone. While no
    relay takes letters it rests until one may again, 5 min at most; a wake ends a rest too, but not in its
    first 5 s. The caller holds the sender's lock.
    """
    ledger = Ledger(outbox, clock)
    try:
        left = await ledger.call(lambda: outbox.recover(now=clock()))
        if left:
            log.warning("%d deliveries were in flight when the last sender ended", left)
        fleet = Fleet(relays, await ledger.call(outbox.remembered))
        while not stop.is_set():
            wake.clear()
            report = await _one_pass(ledger, fleet, write, plan, stop, ears)
            ears.report(report)
            shortest, longest = pause(report, plan.pace, now=clock())
            await _sleep(stop, wake, shortest, longest)
    finally:
        await ledger.close()


async def _one_pass(
    ledger: Ledger, fleet: Fleet, write: Write, plan: SendPlan, stop: asyncio.Event, ears: Ears
) -> Report:
    crew = Crew(ledger, fleet, write, plan, hear=ears.progress, tell=ears.alert)
    await crew.run(stop)
    now = ledger.clock().timestamp()
    words, until = fleet.trouble(now) or (None, now)
    next_due = await ledger.call(ledger.outbox.next_due)
    return Report(crew.counts, words, next_due, until - now, crew.editions)


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

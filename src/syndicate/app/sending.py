"""The outbox -> the relay: one sender at a time, others follow its progress."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from syndicate.app.site import Site
from syndicate.delivery.relays import make_relay
from syndicate.delivery.send import Report, SendPlan, deliver, send_forever
from syndicate.digest.slots import LetterTemplate
from syndicate.durable import locked
from syndicate.errors import Busy
from syndicate.model import Attempt, DeliveryState, Letter, Tally
from syndicate.store import editions, notes
from syndicate.store.outbox import StoreOutbox

log = logging.getLogger("syndicate.send")

_FOLLOW = 0.5  # seconds between looks at another sender's progress
_LOOK = 0.5  # seconds between looks for editions that another process made


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a run of the sender ended. `waiting` letters are due again later."""

    tally: Tally
    waiting: int
    relay_error: str | None
    next_due: datetime | None


class LetterWriter:
    """Attempt -> Letter; keeps the last few renditions, which many attempts share."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._templates: dict[int, LetterTemplate] = {}

    def __call__(self, attempt: Attempt) -> Letter:
        template = self._templates.get(attempt.rendition_id)
        if template is None:
            with self._site.store.read() as conn:
                body = editions.rendition_body(conn, attempt.rendition_id)
            sender = self._site.config.mail.sender.email.address
            template = LetterTemplate(body, attempt.edition_uid, sender)
            if len(self._templates) >= 64:
                self._templates.pop(next(iter(self._templates)))
            self._templates[attempt.rendition_id] = template
        return template.fill(attempt)


def send_plan(site: Site) -> SendPlan:
    """Return how letters leave: connections at once, and when to try again."""
    mail = site.config.mail
    return SendPlan(connections=mail.smtp.connections, retry=mail.retry.rule)


def deliver_due(
    site: Site, *, edition_id: int | None = None, progress: Callable[[Tally], None] | None = None
) -> Delivered:
    """Send everything that is due, or follow the sender that already does; return where it ended.

    `progress` gets the tally of the edition (of the whole outbox without one) now and then. SIGTERM and
    Ctrl-C end it after the letters in flight.
    """
    show = progress or _quiet
    since = site.clock()
    while True:
        try:
            with site.sender_lock():
                report = asyncio.run(_one_pass(site, edition_id, show))
        except Busy:
            if not asyncio.run(_follow(site, edition_id, show, since)):
                continue  # the other sender died: take over
            report = None
        break
    with site.store.read() as conn:
        tally = editions.tally(conn, edition_id)
    outbox = StoreOutbox(site.store)
    error = report.relay_error if report else _relay_error(site, since=since)
    return Delivered(tally, tally.open, error, outbox.next_due())


def _quiet(tally: Tally) -> None:
    del tally


async def _one_pass(site: Site, edition_id: int | None, show: Callable[[Tally], None]) -> Report:
    outbox = StoreOutbox(site.store)
    outbox.recover(now=site.clock())
    stop = asyncio.Event()
    _on_signals(stop)
    relay = make_relay(site.config)
    work = asyncio.create_task(
        deliver(outbox, relay, LetterWriter(site), send_plan(site), clock=site.clock, stop=stop)
    )
    while True:
        done, _ = await asyncio.wait({work}, timeout=_FOLLOW)
        show(await asyncio.to_thread(outbox.tally, edition_id))
        if done:
            report = work.result()
            note_report(site, report)
            return report


async def _follow(site: Site, edition_id: int | None, show: Callable[[Tally], None], since: datetime) -> bool:
    """Watch until nothing more is due; False as soon as the other sender is gone."""
    outbox = StoreOutbox(site.store)
    stop = asyncio.Event()
    _on_signals(stop)
    while not stop.is_set():
        tally = outbox.tally(edition_id)
        show(tally)
        due = outbox.next_due()
        resting = due is None or due > site.clock()
        waiting = resting and not tally[DeliveryState.SENDING]
        if not tally.open or waiting or _relay_error(site, since=since):
            return True
        await asyncio.sleep(_FOLLOW)
        try:
            with site.sender_lock():
                return False
        except Busy:
            continue
    return True


def run_sender(site: Site, nudged: int) -> None:
    """Send what is due for as long as the process lives; SIGTERM ends it after the letters in flight.

    `nudged` is a descriptor that becomes readable when there is something new. Waits for the lock of a
    sender that is at work, so that one always sends.
    """
    with locked(site.config.var / "sender.lock", wait=float("inf")):
        asyncio.run(_serve(site, nudged))


async def _serve(site: Site, nudged: int) -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    _on_signals(stop)

    def nudge_came() -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(nudged, 4096)
        wake.set()

    asyncio.get_running_loop().add_reader(nudged, nudge_came)
    watch = asyncio.create_task(_watch_editions(site, wake))
    await send_forever(
        StoreOutbox(site.store),
        lambda: make_relay(site.config),
        LetterWriter(site),
        send_plan(site),
        clock=site.clock,
        stop=stop,
        wake=wake,
        note=lambda report: note_report(site, report),
    )
    watch.cancel()


async def _watch_editions(site: Site, wake: asyncio.Event) -> None:
    """Wake the sender when another process, such as `digest send`, has made an edition."""

    def newest() -> int:
        with site.store.read() as conn:
            return editions.newest_number(conn)

    seen = await asyncio.to_thread(newest)
    while True:
        await asyncio.sleep(_LOOK)
        number = await asyncio.to_thread(newest)
        if number != seen:
            seen = number
            wake.set()


def note_report(site: Site, report: Report) -> None:
    """Remember how a pass ended, for `status`; one with nothing due changes only an error noted before."""
    now = site.clock()
    if not report.counts.settled and not report.relay_error:
        with site.store.read() as conn:
            tick = notes.ticks(conn).get("send")
        if tick is None or tick.error is None:
            return
    with site.store.write() as tx:
        notes.start_tick(tx, "send", now=now)
        notes.end_tick(tx, "send", now=now, detail=str(report), error=report.relay_error)


def _relay_error(site: Site, *, since: datetime) -> str | None:
    """Return what the relay said if the last pass since then ended because of it."""
    with site.store.read() as conn:
        tick = notes.ticks(conn).get("send")
    return tick.error if tick and tick.ended_at and tick.ended_at >= since else None


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

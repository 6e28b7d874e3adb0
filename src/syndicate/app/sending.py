"""The outbox -> the relay: one sender at a time, others follow its progress."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from syndicate.app import alerts
from syndicate.app.site import Site
from syndicate.app.telling import keep_telling
from syndicate.delivery.relays import make_relays
from syndicate.delivery.send import Ears, Report, SendPlan, deliver, send_forever
from syndicate.digest.single import fill_single
from syndicate.digest.slots import LetterTemplate
from syndicate.durable import locked
from syndicate.errors import Busy, SyndicateError
from syndicate.model import Alert, Attempt, Letter, Tally
from syndicate.store import editions, notes
from syndicate.store.outbox import StoreOutbox

log = logging.getLogger("syndicate.send")

T = TypeVar("T")

_FOLLOW = 0.5  # seconds between looks at another sender's progress
_LOOK = 0.5  # seconds between looks for what another process made due
_LOOK_AFTER = 60.0  # seconds between looks at what is overdue


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
        self._fillers: dict[int, Callable[[Attempt], Letter]] = {}

    def __call__(self, attempt: Attempt) -> Letter:
        fill = self._fillers.get(attempt.rendition_id)
        if fill is None:
            fill = self._filler(attempt)
            if len(self._fillers) >= 64:
                self._fillers.pop(next(iter(self._fillers)))
            self._fillers[attempt.rendition_id] = fill
        return fill(attempt)

    def _filler(self, attempt: Attempt) -> Callable[[Attempt], Letter]:
        with self._site.store.read() as conn:
            body = editions.rendition_body(conn, attempt.rendition_id)
        sender = self._site.config.envelope_sender(attempt.newsletter)
        if attempt.key:
            return partial(fill_single, body, sender=sender)
        return LetterTemplate(body, attempt.edition_uid, sender).fill


def send_plan(site: Site) -> SendPlan:
    """Return how letters leave: when to try again, and how many may be in doubt."""
    mail = site.config.mail
    return SendPlan(mail.retry.rule, mail.in_doubt, hold_unknown=mail.on_unknown == "hold")


def outbox_of(site: Site) -> StoreOutbox:
    """Return the outbox under the name that this machine's one sender has."""
    name = "sender" if site.store.dialect == "sqlite" else f"sender at {socket.gethostname()}"
    return StoreOutbox(site.store, owner=name, hold_unknown=site.config.mail.on_unknown == "hold")


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
                report = _run(_one_pass(site, edition_id, show))
        except Busy:
            if not asyncio.run(_follow(site, edition_id, show, since)):
                continue  # the other sender died: take over
            report = None
        break
    with site.store.read() as conn:
        tally = editions.tally(conn, edition_id)
    outbox = outbox_of(site)
    error = report.relay_error if report else _relay_error(site, since=since)
    return Delivered(tally, tally.open, error, outbox.next_due())


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, by uvloop where the extra `speed` is installed."""
    gc.collect()
    gc.freeze()  # what is there stays, and sending makes no cycles: looking for some took a twentieth
    gc.set_threshold(100_000, 50, 50)
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


def _quiet(tally: Tally) -> None:
    del tally


async def _one_pass(site: Site, edition_id: int | None, show: Callable[[Tally], None]) -> Report:
    outbox = outbox_of(site)
    outbox.recover(now=site.clock())
    stop = asyncio.Event()
    _on_signals(stop)
    news = _News(site)
    relays = make_relays(site.config)
    work = asyncio.create_task(
        deliver(
            outbox,
            relays,
            LetterWriter(site),
            send_plan(site),
            clock=site.clock,
            stop=stop,
            ears=Ears(alert=news.alert),
        )
    )
    while True:
        done, _ = await asyncio.wait({work}, timeout=_FOLLOW)
        show(await asyncio.to_thread(outbox.tally, edition_id))
        if done:
            report = work.result()
            news.report(report)
            await news.told()
            await asyncio.to_thread(alerts.post_webhooks, site, now=site.clock())
            return report


async def _follow(site: Site, edition_id: int | None, show: Callable[[Tally], None], since: datetime) -> bool:
    """Watch until nothing more is due; False as soon as the other sender is gone."""
    outbox = outbox_of(site)
    stop = asyncio.Event()
    _on_signals(stop)
    while not stop.is_set():
        tally = outbox.tally(edition_id)
        show(tally)
        held = outbox.is_held(now=site.clock())
        due = outbox.next_due()
        waiting = not held and (due is None or due > site.clock())
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
        _run(_serve(site, nudged))


async def _serve(site: Site, nudged: int) -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    _on_signals(stop)

    def nudge_came() -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(nudged, 4096)
        wake.set()

    asyncio.get_running_loop().add_reader(nudged, nudge_came)
    news = _News(site)
    tasks = [asyncio.create_task(_watch_due(site, wake)), asyncio.create_task(_look_now_and_then(site))]
    hushed = threading.Event()
    if site.config.feeds.hubs:
        threading.Thread(target=keep_telling, args=(site, hushed), name="hubs", daemon=True).start()
    await send_forever(
        outbox_of(site),
        make_relays(site.config),
        LetterWriter(site),
        send_plan(site),
        clock=site.clock,
        stop=stop,
        wake=wake,
        ears=Ears(report=news.report, alert=news.alert),
    )
    hushed.set()
    for task in tasks:
        task.cancel()
    await news.told()


class _News:
    """Tells the operator and `status` how sending goes, in threads: the database may make them wait."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tasks: set[asyncio.Task[None]] = set()

    def alert(self, alert: Alert) -> None:
        self._do(lambda: self._raise(alert))

    def report(self, report: Report) -> None:
        self._do(lambda: self._note(report))

    async def told(self) -> None:
        """Return once everything is written down."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _raise(self, alert: Alert) -> None:
        alerts.raise_alert(self._site, alert, now=self._site.clock())

    def _note(self, report: Report) -> None:
        note_report(self._site, report)
        for edition_id in report.editions:
            alerts.edition_ended(self._site, edition_id, now=self._site.clock())

    def _do(self, work: Callable[[], object]) -> None:
        task = asyncio.create_task(self._in_thread(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_thread(self, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except SyndicateError as error:
            log.warning("what happened could not be written down: %s", error)


async def _look_now_and_then(site: Site) -> None:
    """Raise what is overdue, and post to the webhook, for as long as the sender lives."""
    started = site.clock()
    while True:
        await asyncio.sleep(_LOOK_AFTER)
        try:
            await asyncio.to_thread(alerts.look, site, now=site.clock(), since=started)
            await asyncio.to_thread(alerts.post_webhooks, site, now=site.clock())
        except Exception:
            log.exception("the look at what is overdue failed; it is done again in a minute")


async def _watch_due(site: Site, wake: asyncio.Event) -> None:
    """Wake the sender when another process made something due: an edition, a resumption, a retry."""
    outbox, seen = outbox_of(site), None
    while True:
        await asyncio.sleep(_LOOK)
        try:
            due = await asyncio.to_thread(outbox.next_due)
        except SyndicateError as error:
            log.warning("no look at what is due: %s", error)
            continue
        if due != seen and due is not None and due <= site.clock():
            wake.set()
        seen = due


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

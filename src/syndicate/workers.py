"""The three processes of `syndicate run`: web with the scheduler, builder, sender."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import importlib
import logging
import os
import select
import signal
import socket
import threading

from syndicate.app.mailing import make_due_editions
from syndicate.app.publishing import publish_site
from syndicate.app.scanning import Hint, Scanned, scan_content, scan_hinted
from syndicate.app.sending import run_sender
from syndicate.app.site import Site
from syndicate.app.timetables import next_occasion
from syndicate.content.habits import is_noise
from syndicate.content.scan import Scan
from syndicate.errors import Busy, SyndicateError
from syndicate.safety import is_secure
from syndicate.supervise import lifeline, make_nudge, nudge
from syndicate.watching import Watch

log = logging.getLogger("syndicate.worker")

_HANGS_AFTER = 900.0  # seconds one build may take before the watchdog ends the process
_HALF_WRITTEN = 2.1  # seconds after which a file that was still written is looked at again
_LONGEST_WAIT = 86_400.0
_MOST_HINTS = 1000  # changed paths beyond which the whole folder is looked at


def run_builder(site: Site, *, nudged: int, nudges: int) -> None:
    """Build once, then at every nudge and every change in the content folder; nudge the sender.

    The sender is nudged when an edition was made.
    """
    lifeline()
    signal.signal(signal.SIGTERM, _leave)
    hinted, hints = make_nudge()
    watch = Watch(site.config.content.folder, lambda: nudge(hints), is_draft=is_noise)
    watch.start()
    builder = Builder(site, watch)
    if site.config.wait:
        from syndicate.app.holding import keep_asking

        asking = (site, lambda: nudge(hints))
        threading.Thread(target=keep_asking, args=asking, name="pages", daemon=True).start()
    importlib.import_module("syndicate.content.parse")  # or the first change would wait for it
    whole = True
    while True:
        wait: float | None = None
        try:
            faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
            if builder.build(whole=whole):
                nudge(nudges)
            wait = min(_HALF_WRITTEN if builder.waiting else _LONGEST_WAIT, _until_next_occasion(site))
        except SyndicateError as error:
            wait = 5.0 if isinstance(error, Busy) else 30.0
            log.error("the build failed and is tried again in %.0f s: %s", wait, error)
            builder.forget()
        finally:
            faulthandler.cancel_dump_traceback_later()
        whole = _wait(nudged, hinted, wait)


class Builder:
    """Builds again and again in one process: all of it, or only what a watch of the folder told of."""

    def __init__(self, site: Site, watch: Watch | None = None) -> None:
        self.waiting = 0  # files that are still written
        self._site = site
        self._watch = watch
        self._scan: Scan | None = None
        self._late: frozenset[str] = frozenset()
        self._unsettled = 0  # files that were still written at the last look at the whole folder

    def forget(self) -> None:
        """Look at the whole folder next time."""
        self._scan = None

    def build(self, *, whole: bool) -> bool:
        """Scan, publish, and make the editions that are due; return whether one was made."""
        site = self._site
        with site.build_lock():
            scanned = self._scanned(whole)
            result = publish_site(site, scanned.articles, now=site.clock(), counted=whole)
            made = make_due_editions(site, scanned.articles, now=site.clock())
        self._scan = scanned.scan if scanned.present else None
        self.waiting = max(scanned.waiting, self._unsettled)
        changed = len(result.published.written), len(result.published.deleted)
        if any(changed):
            log.info("published: %d files written, %d deleted", *changed)
        return any(one.fate == "made" for one in made)

    def _scanned(self, whole: bool) -> Scanned:
        """Scan what the watch told of and what was half-written then; all where that is not enough."""
        paths, renamed = self._watch.take() if self._watch else (frozenset[str](), frozenset[str]())
        paths |= self._late
        self._late = paths if len(paths) <= _MOST_HINTS else frozenset()
        before = self._scan
        hint = Hint(before, paths, renamed) if before and len(paths) <= _MOST_HINTS else None
        if whole or hint is None:
            if self._watch:
                self._watch.start()
            scanned = scan_content(self._site)
            self._unsettled = scanned.waiting
        else:
            scanned = scan_hinted(self._site, hint)
        if not scanned.waiting:
            self._late = frozenset()
        return scanned


def _until_next_occasion(site: Site) -> float:
    """Return the seconds until some subscriber's hour comes; the web worker only knows the newsletters'."""
    now = site.clock()
    due = next_occasion(site, now=now)
    return _LONGEST_WAIT if due is None else (due - now).total_seconds() + 0.05


def build_once(site: Site) -> bool:
    """Scan, publish, and make the editions that are due; return whether one was made."""
    return Builder(site).build(whole=True)


def run_sender_worker(site: Site, *, nudged: int) -> None:
    """Send what is due whenever it is due, or at a nudge."""
    lifeline()
    run_sender(site, nudged)


def run_web(site: Site, *, listening: int, nudges: int) -> None:
    """Answer HTTP on an open socket, and nudge the builder whenever a scan or an edition is due.

    Beside it sign-ups are decided on.
    """
    from syndicate.app.confirming import keep_confirming
    from syndicate.app.keyring import keyring
    from syndicate.schedule import Ticker
    from syndicate.web.routes import make_web
    from syndicate.web.server import server

    lifeline()
    with contextlib.suppress(SyndicateError):
        keyring(site)  # made now, so that no GET ever writes
    config = site.config
    schedules = {name: site.schedule(name) for name in config.newsletters}
    ticker = Ticker(lambda: nudge(nudges), every=config.content.every, schedules=schedules)
    ticker.start()
    told = threading.Event()
    confirming = threading.Thread(target=keep_confirming, args=(site, told), name="confirming", daemon=True)
    confirming.start()
    web = make_web(site, started=site.clock(), asked=told.set)
    proxies = config.web.trusted_proxies
    answering = server(web, web.files, trusted=proxies, secure=is_secure(config))
    try:
        with asyncio.Runner(loop_factory=answering.config.get_loop_factory()) as runner:
            runner.run(answering.serve(sockets=[socket.socket(fileno=os.dup(listening))]))
    finally:
        ticker.stop()


def _wait(nudged: int, hinted: int, seconds: float | None) -> bool:
    """Wait for a nudge, a hint or `seconds`, and return whether it was no hint; many nudges are one."""
    ready, _, _ = select.select([nudged, hinted], [], [], seconds)
    for one in ready:
        with contextlib.suppress(BlockingIOError):
            while os.read(one, 4096):
                pass
    return nudged in ready or not ready


def _leave(number: int, frame: object) -> None:
    """End at once and in order: transactions roll back, drafts are removed."""
    del number, frame
    raise SystemExit(0)

"""The three processes of `syndicate run`: web with the scheduler, builder, sender."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import select
import signal
import socket

from syndicate.app.mailing import make_due_editions
from syndicate.app.publishing import publish_site
from syndicate.app.scanning import scan_content
from syndicate.app.sending import run_sender
from syndicate.app.site import Site
from syndicate.errors import Busy, SyndicateError
from syndicate.supervise import lifeline, nudge

log = logging.getLogger("syndicate.worker")

_HANGS_AFTER = 900.0  # seconds one build may take before the watchdog ends the process


def run_builder(site: Site, *, nudged: int, nudges: int) -> None:
    """Build once, then at every nudge; nudge the sender when an edition was made."""
    lifeline()
    signal.signal(signal.SIGTERM, _leave)
    retry: float | None = None
    while True:
        try:
            faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
            if build_once(site):
                nudge(nudges)
            retry = None
        except SyndicateError as error:
            retry = 5.0 if isinstance(error, Busy) else 30.0
            log.error("the build failed and is tried again in %.0f s: %s", retry, error)
        finally:
            faulthandler.cancel_dump_traceback_later()
        _wait(nudged, retry)


def build_once(site: Site) -> bool:
    """Scan, publish, and make the editions that are due; return whether one was made."""
    with site.build_lock():
        scanned = scan_content(site)
        result = publish_site(site, scanned.articles, now=site.clock())
        made = make_due_editions(site, scanned.articles, now=site.clock())
    changed = len(result.published.written), len(result.published.deleted)
    if any(changed):
        log.info("published %d articles: %d files written, %d deleted", result.articles, *changed)
    return any(one.fate == "made" for one in made)


def run_sender_worker(site: Site, *, nudged: int) -> None:
    """Send what is due whenever it is due, or at a nudge."""
    lifeline()
    run_sender(site, nudged)


def run_web(site: Site, *, listening: int, nudges: int) -> None:
    """Answer HTTP on an open socket, and nudge the builder whenever a scan or an edition is due."""
    import uvicorn

    from syndicate.schedule import Ticker
    from syndicate.web.routes import make_web

    lifeline()
    config = site.config
    schedules = {name: site.schedule(name) for name in config.newsletters}
    ticker = Ticker(lambda: nudge(nudges), every=config.content.every, schedules=schedules)
    ticker.start()
    settings = uvicorn.Config(
        make_web(site, started=site.clock()),
        access_log=False,  # its lines would hold tokens
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=15,
        proxy_headers=False,
        limit_concurrency=500,
    )
    try:
        asyncio.run(uvicorn.Server(settings).serve(sockets=[socket.socket(fileno=os.dup(listening))]))
    finally:
        ticker.stop()


def _wait(nudged: int, seconds: float | None) -> None:
    """Wait for a nudge or `seconds`; many nudges are one."""
    select.select([nudged], [], [], seconds)
    try:
        while os.read(nudged, 4096):
            pass
    except BlockingIOError:
        pass


def _leave(number: int, frame: object) -> None:
    """End at once and in order: transactions roll back, drafts are removed."""
    del number, frame
    raise SystemExit(0)

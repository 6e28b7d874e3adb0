"""Tells hubs which documents have changed (WebSub section 6), each as often as it must.

How a publisher tells its hub is left open there; hubs take what PubSubHubbub 0.3 had, a form with
`hub.mode=publish`, and the document in `hub.url` or, since, in `hub.topic`. They get both.
"""

from __future__ import annotations

import logging
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import Final
from urllib.parse import urlencode

from syndicate.app.hubanswers import Again, judge
from syndicate.app.hubs import held_until
from syndicate.app.outgoing import TIMEOUT, Answer, NoAnswer, PrivateAddress, Request, ask
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.durable import locked
from syndicate.errors import Busy, SyndicateError
from syndicate.store import pings
from syndicate.store.pings import Ping

log = logging.getLogger("syndicate.hubs")

AT_ONCE: Final = 10.0  # seconds that `syndicate build` takes for its hubs
_LOOK: Final = 0.5  # seconds between looks for what a build noted


def keep_telling(site: Site, stop: Event) -> None:
    """Tell the hubs what is due whenever it is, until `stop`; for a thread that dies with its process."""
    while not stop.wait(_LOOK):
        try:
            due = next_due(site)
            if due is not None and due <= site.clock():
                tell_due(site, stop=stop)
        except Exception:
            log.exception("the hubs could not be told; it is done again in a minute")
            stop.wait(60)


def tell_due(site: Site, *, within: float = float("inf"), stop: Event | None = None) -> None:
    """Tell every hub what is due, each beside the others, for `within` seconds at most.

    Does nothing where another process is telling them, or while they are held. What is not told stays due.
    """
    until, over = monotonic() + within, stop or Event()
    # no pool: its threads would be waited for when the process is to end
    threads = [
        Thread(target=_tell, args=(site, hub, until, over), daemon=True) for hub in site.config.feeds.hubs
    ]
    try:
        with locked(site.config.var / "hubs.lock"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    except Busy:
        log.debug("another process is telling the hubs")


def _tell(site: Site, hub: str, until: float, stop: Event) -> None:
    """Tell one hub what is due; one that cannot take it now is told of nothing more."""
    said: set[str] = set()
    try:
        with site.store.read() as conn:
            waiting = pings.due(conn, hub, now=site.clock())
        held = held_until(site)  # asked last: what a build notes meanwhile it holds in the same moment
        if held and held > site.clock():
            return
        for one in waiting:
            left = until - monotonic()
            if left <= 0 or stop.is_set():
                return
            answer = _asked(site.config, one, min(TIMEOUT, left))
            now = site.clock()
            again = judge(answer, attempts=one.attempts, noted_at=one.noted_at, now=now)
            _record(site, one, again, now=now)
            if again is not None and again.answer not in said and not (again.due_at and one.attempts):
                said.add(again.answer)
                fate = "is told again later" if again.due_at else "takes no more word of this change"
                log.warning("the hub %s %s: %s", hub, fate, again.answer)
            if again is not None and again.busy:
                return
    except SyndicateError as error:
        log.warning("the hub %s could not be told: %s", hub, error)


def _asked(config: Config, one: Ping, timeout: float) -> Answer | NoAnswer:
    form = {"hub.mode": "publish", "hub.topic": one.topic, "hub.url": one.topic}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = Request("POST", one.hub, urlencode(form).encode(), headers)
    try:
        return ask(request, timeout=timeout, public_only=not config.feeds.hub_private)
    except PrivateAddress as error:
        return PrivateAddress(f"{error}; feeds.hub_private: true allows that")
    except NoAnswer as error:
        return error


def _record(site: Site, one: Ping, again: Again | None, *, now: datetime) -> None:
    with site.store.write() as tx:
        if again is None:
            pings.told(tx, one)
            return
        pings.not_told(tx, one, due_at=again.due_at, answer=again.answer, now=now)
        if again.busy and again.due_at:
            pings.put_off(tx, one.hub, until=again.due_at)


def next_due(site: Site) -> datetime | None:
    """Return when a hub is to be told of something, None where nothing waits."""
    with site.store.read() as conn:
        due = pings.next_due(conn, site.config.feeds.hubs)
    held = held_until(site) if due else None
    return max(due, held) if due and held else due

"""Holds new articles until another program has made their pages (`links.wait`), then has them shown."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from syndicate.app import pageasking, patience
from syndicate.app.remembering import remember_released
from syndicate.app.site import Site
from syndicate.errors import Busy
from syndicate.model import Alert
from syndicate.store import waiting
from syndicate.store.waiting import Held

log = logging.getLogger("syndicate.pages")

AT_ONCE: Final = 15.0  # seconds that `syndicate build` takes to ask for pages
_LOOK: Final = 1.0  # seconds between looks for what is to be asked
_MOST: Final = 8  # pages asked for in one look, so that a host is never asked for more in a second
_MOST_IN_BUILD: Final = 200
_NAMED: Final = 5  # articles that an alert names


def keep_asking(site: Site, released: Callable[[], None]) -> None:
    """Ask for the pages of held articles for as long as the process lives; calls `released` when one came.

    For a thread that dies with its process. It waits for a build that is at work, and never holds one up.
    """
    while True:
        time.sleep(_LOOK)
        try:
            found = ask(site, most=_MOST)
            if found:
                with site.build_lock():
                    remember_released(site, found, now=site.clock())
                released()
        except Busy:
            log.debug("a page is there, and a build is still at work")
        except Exception:
            log.exception("pages could not be asked for; it is done again in a minute")
            time.sleep(60)


def ask(site: Site, *, most: int) -> dict[str, str]:
    """Ask for the pages that are due; return the articles that wait no more: their ids, with the addresses.

    Tells the operator once of those whose pages do not come.
    """
    wait, now = site.config.wait, site.clock()
    if wait is None:
        return {}
    with site.store.read() as conn:
        held = waiting.waiting(conn, now=now) if waiting.any_held(conn) else []
    return _asked(site, patience.to_ask(held, now=now, wait=wait, most=most)) if held else {}


def ask_and_release(site: Site) -> int:
    """Ask once for the pages of held articles, and have those shown whose pages are there.

    Returns how many go on waiting. The caller holds the build lock.
    """
    with site.store.read() as conn:
        held = waiting.waiting(conn, now=site.clock()) if site.config.wait and waiting.any_held(conn) else []
    found = _asked(site, held[:_MOST_IN_BUILD], within=AT_ONCE) if held else {}
    if found:
        remember_released(site, found, now=site.clock())
    return len(held) - len(found)


def _asked(site: Site, asked: Sequence[Held], *, within: float = float("inf")) -> dict[str, str]:
    """Ask for pages and note what is answered; return the articles that wait no more, as `ask`."""
    config = site.config
    moved = {one.id for one in patience.elsewhere(asked, config.publication.url)}
    addresses = {one.id: patience.address_of(one, config) for one in asked if one.id not in moved}
    found = pageasking.answers(addresses.values(), config.publication.url, within=within)
    said = {one: found[address] for one, address in addresses.items() if address in found}
    with site.store.write() as tx:
        waiting.note(tx, {one: why for one, why in said.items() if why}, now=site.clock())
    _tell_late(site)
    return {one.id: one.address for one in asked if one.id in moved or said.get(one.id) == ""}


def _tell_late(site: Site) -> None:
    """Tell the operator, once for each, of the articles whose pages do not come."""
    wait, now = site.config.wait, site.clock()
    if wait is None:
        return
    with site.store.read() as conn:
        held = waiting.waiting(conn, now=now)
    new = [one for one in patience.late(held, now=now, wait=wait) if not one.told]
    if not new:
        return
    from syndicate.app.alerts import raise_alert  # heavy, and seldom needed

    words = "; ".join(patience.words_of(one, site.config) for one in new[:_NAMED])
    more = len(new) - _NAMED
    about = new[0].path if len(new) == 1 else f"{new[0].path} and {len(new) - 1} more"
    message = f"{words}{f'; and {more:,} more' if more > 0 else ''}; `syndicate status` tells which still do"
    raise_alert(site, Alert("pages not there", about, message), now=now)
    with site.store.write() as tx:
        waiting.mark_told(tx, [one.id for one in new])

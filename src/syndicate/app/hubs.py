"""Notes what hubs are to be told of, once feeds have changed and their files are live (WebSub)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from syndicate import links
from syndicate.app.site import Site
from syndicate.publish.folder import Published
from syndicate.store import ids, pings
from syndicate.store.pings import HubStanding

_EXPECTING: Final = "hubs_expect"  # set while feeds change that hubs were not noted for yet
_KEPT: Final = timedelta(days=7)  # what a hub refused is shown so long


def expect(site: Site) -> bool:
    """Note that feeds are about to change; return whether a build before this one was cut short in that.

    Then nobody knows which of the documents it made have changed, and hubs are told of all of them.
    """
    if not site.config.feeds.hubs:
        return False
    with site.store.read() as conn:
        behind = bool(ids.get_setting(conn, _EXPECTING))
    if not behind:
        with site.store.write() as tx:
            ids.set_setting(tx, _EXPECTING, "1")
    return behind


def note(site: Site, published: Published, *, behind: bool, now: datetime) -> None:
    """Note which documents hubs are to be told of: those that were written; all made, where `behind`.

    To be called before it is remembered that the build was done: what a kill leaves unnoted is made again.
    """
    hubs = site.config.feeds.hubs
    with site.store.read() as conn:
        if not hubs and not pings.standings(conn):
            return
    written = set(published.written)
    base = site.config.publication.url
    topics = [links.url(base, path) for path in published.topics if behind or path in written]
    with site.store.write() as tx:
        pings.forget(tx, hubs=hubs, before=now - _KEPT)
        for hub in hubs:
            pings.note(tx, hub, topics, now=now)
        ids.set_setting(tx, _EXPECTING, "")


def standings_of(site: Site) -> list[HubStanding]:
    """Return how each hub stands that is still to be told something, or has refused it."""
    with site.store.read() as conn:
        return pings.standings(conn)


def wrong_with(standings: Sequence[HubStanding]) -> list[str]:
    """Return a line for each hub that does not take what it is told, with its last answer."""
    return [
        f"the hub {one.hub} does not take what changed ({_counts(one)}), last at "
        f"{one.tried_at:%Y-%m-%d %H:%M} UTC: {one.answer}"
        for one in standings
        if one.answer and one.tried_at
    ]


def _counts(one: HubStanding) -> str:
    counts = ((one.waiting, "waiting"), (one.refused, "refused"))
    return ", ".join(f"{word}: {number:,}" for number, word in counts if number)

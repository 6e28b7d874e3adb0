"""Notes what hubs are to be told of, once feeds have changed and their files are live (WebSub).

Where files go on to places (`publish.to`), hubs are held until these have the feeds: one of them may be what
answers at the publication's address. A place that fails holds them for an hour, so that it cannot silence
them; when it has the feeds at last they are told again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from syndicate import links
from syndicate.app.site import Site
from syndicate.filetypes import BESIDE_ARTICLES
from syndicate.publish.folder import Published
from syndicate.store import ids, pings
from syndicate.store.pings import HubStanding

_EXPECTING: Final = "hubs_expect"  # set while feeds change that hubs were not noted for yet
_HELD: Final = "hubs_held"  # JSON: until when hubs are told of nothing, since when a place lacks feeds
_BRINGING: Final = timedelta(minutes=10)  # longer than a build brings files to its places
_PATIENCE: Final = timedelta(hours=1)  # with a place that fails
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
        if topics and site.config.publish.to:
            _hold(tx, until=now + _BRINGING, since=_hold_of(tx).since)
        ids.set_setting(tx, _EXPECTING, "")


@dataclass(frozen=True, slots=True)
class _Hold:
    """Until when hubs are told of nothing, and since when a place lacks feeds."""

    until: datetime | None = None
    since: datetime | None = None


def _hold(tx: Any, *, until: datetime | None, since: datetime | None) -> None:
    text = json.dumps([at and at.isoformat() for at in (until, since)])
    ids.set_setting(tx, _HELD, text if until else "")


def _hold_of(conn: Any) -> _Hold:
    try:
        until, since = json.loads(ids.get_setting(conn, _HELD) or "[null, null]")
        return _Hold(*(datetime.fromisoformat(at) if at else None for at in (until, since)))
    except (ValueError, TypeError):
        return _Hold()


def brought(site: Site, feeds: Iterable[str], *, behind: bool, now: datetime) -> None:
    """Let the hubs be told of the `feeds` that places took; hold them where a place is still `behind`.

    A feed is noted for each place that takes it: what hubs were told while it was not there yet they are told
    again, and what still waits stays one.
    """
    with site.store.read() as conn:
        held = _hold_of(conn)
    base = site.config.publication.url
    topics = [links.url(base, path) for path in feeds if not path.startswith(BESIDE_ARTICLES)]
    hubs = site.config.feeds.hubs
    if not hubs or not (topics or held.until or behind):
        return
    since = (held.since or now) if behind else None
    with site.store.write() as tx:
        for hub in hubs:
            pings.note(tx, hub, topics, now=now)
        _hold(tx, until=since and since + _PATIENCE, since=since)


def held_until(site: Site) -> datetime | None:
    """Return until when no hub is told of anything, None where none is held."""
    if not site.config.publish.to:
        return None
    with site.store.read() as conn:
        return _hold_of(conn).until


def standings_of(site: Site) -> list[HubStanding]:
    """Return how each hub stands that is still to be told something, or has refused it."""
    with site.store.read() as conn:
        found = pings.standings(conn)
    held = held_until(site)
    return [replace(one, next_at=max(one.next_at, held)) if held and one.next_at else one for one in found]


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

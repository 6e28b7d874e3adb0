"""Whether an article is shown, and if not, what it waits for; when it was mailed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from syndicate.app.patience import next_ask, words_of
from syndicate.app.site import Site
from syndicate.content.articles import link_of
from syndicate.model import ArticleRecord, ArticleState
from syndicate.store import articles, stories, waiting
from syndicate.store.stories import Mailed
from syndicate.store.waiting import Held


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """An article, where its page is or is to be, and in words whether it is shown; `since` when, if it is.

    `mailed` are the editions that hold it, the last first. `again_at` is since when it was new to newsletters
    again, `resent_at` since when because it asked.
    """

    path: str
    title: str
    address: str
    shown: bool
    words: str
    since: datetime | None = None
    mailed: tuple[Mailed, ...] = ()
    again_at: datetime | None = None
    resent_at: datetime | None = None


def whereabouts(site: Site, text: str) -> list[Whereabouts]:
    """Return what stands of the articles at `text`: a path of the content folder, or an address."""
    config, now = site.config, site.clock()
    base = config.publication.url
    with site.store.read() as conn:
        found = articles.records_at(conn, _paths(text, config.content.folder))
        found += articles.records_with(conn, [text, text.removeprefix(base)])
        held = {one.id: one for one in waiting.waiting(conn, now=now)}
        records = {one.id: one for one in found}
        mailed = {number: tuple(stories.editions_with(conn, number)) for number in records}
    return [
        replace(_of(site, record, held.get(number), now), mailed=mailed[number])
        for number, record in records.items()
    ]


def _paths(text: str, folder: Path) -> list[str]:
    """Return how a file may be called in the content folder that is called `text` here."""
    file = Path(os.path.abspath(text))  # noqa: PTH100 - a link is not to be followed
    return [text, *([file.relative_to(folder).as_posix()] if file.is_relative_to(folder) else [])]


def _of(site: Site, record: ArticleRecord, held: Held | None, now: datetime) -> Whereabouts:
    why = _why_not(site, record, held, now)
    address = link_of(record.address, site.config.publication.url)
    since = None if why else record.visible_at
    return Whereabouts(
        record.path,
        record.title,
        address,
        not why,
        why or "is shown",
        since,
        again_at=record.again_at,
        resent_at=record.resent_at,
    )


def _why_not(site: Site, record: ArticleRecord, held: Held | None, now: datetime) -> str:
    """Return why an article is not shown at `now`, "" where it is."""
    zone = site.config.publication.timezone
    if record.state is ArticleState.WITHDRAWN:
        return "is withdrawn: its file is gone"
    if record.state is ArticleState.FORGOTTEN:
        return "was in another content folder"
    if record.hidden:
        return "is a draft, or no article by its place or front matter; `syndicate check` says why"
    if record.published_at and record.published_at > now:
        return f"is to come out on {record.published_at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
    if record.expires_at and record.expires_at <= now:
        return f"is over since {record.expires_at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
    if not record.held_since:
        return ""
    wait = site.config.wait
    if held is None or wait is None:
        return "is held until its page is there, and is looked at by the next build"
    again = next_ask(held, wait=wait).astimezone(zone)
    waits = words_of(held, site.config).removeprefix(f"{record.path} ")
    return f"{waits}; asked for again from {again:%H:%M:%S} on ({zone.key})"

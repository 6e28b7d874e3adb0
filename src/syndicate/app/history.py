"""Puts articles into the archives of the main feed, for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicate.app import identities
from syndicate.app.site import Site
from syndicate.feeds.history import volumes
from syndicate.model import ArticleRecord
from syndicate.store import articles, folders, selection
from syndicate.store.folders import ARCHIVES

_MOST = 50  # articles: an archive is a document that readers load at once


def cut(site: Site, *, now: datetime) -> None:
    """Make the archives that are due, durable in the database and in the file of ids.

    The caller holds the build lock. Nothing where the operator wants no history.
    """
    if not site.config.feeds.history:
        return
    size = min(site.config.feeds.items, _MOST)
    with site.store.read() as conn:
        loose = selection.loose(conn, now=now)
        shown = site.config.feeds.items
        window = set(selection.matching(conn, (), "", now=now, count=shown)) if loose else set()
        last = selection.last_volume(conn)
    for number, ids in enumerate(volumes(loose, window, size), last + 1):
        identities.note(site, identities.lines_of(_bind(site, ids, number), {}))


def _bind(site: Site, ids: list[str], number: int) -> list[ArticleRecord]:
    with site.store.write() as tx:
        bound = [replace(one, volume=number) for one in articles.with_ids(tx, ids)]
        articles.bind(tx, ids, number)
        folders.make_stale(tx, {"", f"{ARCHIVES}{number}"})
    return bound

"""What readers see: the articles a site made today would show, and the ids that our feeds carry by now."""

from __future__ import annotations

from collections.abc import Collection

from syndicate.app.moving.feedfile import items_of
from syndicate.app.site import Site
from syndicate.errors import UsageError
from syndicate.model import ArticleState
from syndicate.publish import manifest
from syndicate.store import articles

_SUFFIXES = (".xml", ".json", ".rss", ".atom")


def addresses_out(site: Site) -> list[tuple[str, str]]:
    """Return path and address of each article that is neither hidden, nor of the future, nor expired."""
    now = site.clock()
    with site.store.read() as conn:
        records = articles.records(conn)
    return [
        (one.path, one.address)
        for one in records
        if one.state is ArticleState.PRESENT
        and not one.hidden
        and (one.published_at is None or one.published_at <= now)
        and (one.expires_at is None or one.expires_at > now)
    ]


def ids_out(site: Site, among: Collection[str]) -> set[str]:
    """Return which ids of `among` the feeds in the publish folder carry; what cannot be read carries none."""
    folder = site.config.publish.folder
    wanted = set(among)
    found: set[str] = set()
    if not wanted:
        return set()
    for path in sorted(manifest.load(folder)[0]):
        if path.endswith(_SUFFIXES) and found != wanted:
            try:
                items = items_of((folder / path).read_bytes(), name=path)
            except (OSError, UsageError):
                continue
            found |= {item.id for item in items} & wanted
    return found

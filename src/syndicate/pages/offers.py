"""What a page's head and feeds page offer of a feed: its addresses in its formats. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from syndicate import feedfiles, links
from syndicate.model import Feed
from syndicate.pages.values import PageSite


@dataclass(frozen=True, slots=True)
class FeedLink:
    """The address of a feed in one format; `title` is the feed's, `name` the format with that."""

    format: str
    type: str
    title: str
    name: str
    url: str


def feed_links(feed: Feed, site: PageSite) -> list[FeedLink]:
    """Return the absolute addresses of `feed` in each of its formats, the best first."""
    formats, names = site.placed.get(feed.folder, (site.formats, site.paths))
    paths = feedfiles.paths_of(feed.folder, formats, names)
    base = site.publication.url
    return [
        FeedLink(
            kind.title, kind.content_type, feed.title, f"{kind.title}: {feed.title}", links.url(base, path)
        )
        for form in feedfiles.BEST_FIRST
        if (path := paths.get(form))
        for kind in [feedfiles.KINDS[form]]
    ]


def alternates(feeds: list[Feed], site: PageSite) -> list[FeedLink]:
    """Return the feeds that a page names to readers, one for each title, in its best format.

    A reader asks people to choose among those it finds: three formats of one feed are no choice.
    """
    found: dict[str, FeedLink] = {}
    for feed in feeds:
        for best in feed_links(feed, site)[:1]:
            found.setdefault(best.title, best)
    return list(found.values())

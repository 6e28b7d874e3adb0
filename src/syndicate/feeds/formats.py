"""The table of feed formats, and a feed's files in each that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syndicate.feedfiles import FeedFormat, paths_of
from syndicate.feeds import atom, jsonfeed, rss
from syndicate.feeds.document import Document, FeedSite, compose
from syndicate.model import Fault, Feed, OutputFile


@dataclass(frozen=True, slots=True)
class Rendered:
    """A feed's files, and what had to stay out of them."""

    files: tuple[OutputFile, ...]
    faults: tuple[Fault, ...]


FORMATS: Mapping[FeedFormat, Callable[[Document], bytes]] = {
    "rss": rss.render,
    "atom": atom.render,
    "json": jsonfeed.render,
}


def file_names(folder: str, site: FeedSite) -> tuple[str, ...]:
    """Return the paths of the files of the feed in `folder`, "" for the main one."""
    return tuple(paths_of(folder, site.formats, site.paths).values())


def render_feed(feed: Feed, site: FeedSite) -> Rendered:
    """Return the files of `feed` in every format of `site`; same input, same bytes.

    An article that no feed can carry is left out of all formats, with a fault.
    """
    document, faults = compose(feed, site)
    paths = paths_of(feed.folder, site.formats, site.paths)
    topic = not feed.history.archive
    files = tuple(OutputFile(path, FORMATS[form](document), topic) for form, path in paths.items())
    return Rendered(files, faults)

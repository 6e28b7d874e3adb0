"""The table of feed formats, and a feed's files in each that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    made, faults = rendered(feed, site)
    return Rendered(tuple(file for _, file in made), faults)


def rendered(feed: Feed, site: FeedSite) -> tuple[Iterator[tuple[FeedFormat, OutputFile]], tuple[Fault, ...]]:
    """Return what `render_feed` does, each file made when it is asked for: three of an archive are large."""
    document, faults = compose(feed, site)
    paths = paths_of(feed.folder, site.formats, site.paths)
    topic = not feed.history.archive
    return ((form, OutputFile(path, FORMATS[form](document), topic)) for form, path in paths.items()), faults

"""The table of feed formats, and a feed's files in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syndicate.feeds import atom, jsonfeed, rss
from syndicate.feeds.document import Document, FeedSite, compose
from syndicate.model import Fault, Feed, OutputFile


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of feed: the name and type of its file, and what makes its bytes."""

    filename: str
    content_type: str
    render: Callable[[Document], bytes]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A feed's files, and what had to stay out of them."""

    files: tuple[OutputFile, ...]
    faults: tuple[Fault, ...]


FORMATS: Mapping[str, Format] = {
    "rss": Format(rss.FILENAME, rss.CONTENT_TYPE, rss.render),
    "atom": Format(atom.FILENAME, atom.CONTENT_TYPE, atom.render),
    "json": Format(jsonfeed.FILENAME, jsonfeed.CONTENT_TYPE, jsonfeed.render),
}


def file_names(folder: str, site: FeedSite) -> tuple[str, ...]:
    """Return the paths of the files of the feed in `folder`."""
    del site
    prefix = f"{folder}/" if folder else ""
    return tuple(prefix + kind.filename for kind in FORMATS.values())


def render_feed(feed: Feed, site: FeedSite) -> Rendered:
    """Return the files of `feed` in every format, below its folder; same input, same bytes.

    An article that no feed can carry is left out of all formats, with a fault.
    """
    document, faults = compose(feed, site)
    prefix = f"{feed.folder}/" if feed.folder else ""
    files = tuple(OutputFile(prefix + kind.filename, kind.render(document)) for kind in FORMATS.values())
    return Rendered(files, faults)

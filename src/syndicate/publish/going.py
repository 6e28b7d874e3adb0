"""What goes from the publish folder to other places: which files, in what order, with what headers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from syndicate import filetypes
from syndicate.caching import Ages, cache_control
from syndicate.feedfiles import OPML
from syndicate.model import Fault
from syndicate.publish.manifest import Entry
from syndicate.redirects import LIST, MARK

_ARCHIVE = re.compile(r"archive/\d+/")
_LISTS = frozenset({LIST, "robots.txt", "sitemap.xml", OPML})


class Turn(IntEnum):
    """When a file goes: nothing goes before what it points at is there."""

    MEDIA = 0
    PAGE = 1
    LIST = 2  # sitemap, redirects, OPML
    ARCHIVE = 3  # the archives of a feed, to which the feed points
    FEED = 4


@dataclass(frozen=True, slots=True)
class Headers:
    """What a bucket answers with the file."""

    content_type: str
    cache_control: str


@dataclass(frozen=True, slots=True)
class Going:
    """A file on its way: its path and digest (hex), its size in bytes."""

    path: str
    sha256: str
    size: int
    headers: Headers
    turn: Turn


@dataclass(frozen=True, slots=True)
class Brought:
    """What a place took. `waiting` files could not be brought and go with the next build.

    `given_up` says that the place itself did not answer or let us in, so that the rest was not tried.
    `feeds` are the feeds among what was put, and `behind` says that the place still lacks one.
    """

    put: int = 0
    deleted: int = 0
    unchanged: int = 0
    waiting: int = 0
    faults: tuple[Fault, ...] = ()
    given_up: bool = False
    feeds: tuple[str, ...] = ()
    behind: bool = False


def feeds_among(files: Iterable[Going]) -> tuple[str, ...]:
    """Return the paths of the feeds that readers subscribe to, which archives are not."""
    return tuple(file.path for file in files if file.turn is Turn.FEED)


def going(listed: Mapping[str, Entry], head: Callable[[str], bytes], *, ages: Ages) -> list[Going]:
    """Return the files that are `listed` as ours in the publish folder, in the order in which they go.

    `head` gives the first bytes of a file, which is asked for only where a name does not tell its type.
    Compressed companions stay behind: the list does not name them; so do marks for servers beside us.
    """
    files = [_going(path, entry, head, ages) for path, entry in listed.items() if _goes(path, entry)]
    return sorted(files, key=lambda file: (file.turn, file.path))


def _going(path: str, entry: Entry, head: Callable[[str], bytes], ages: Ages) -> Going:
    told = filetypes.type_of(path, b"")
    kind = filetypes.type_of(path, head(path)) if _is_doubtful(told) else told
    headers = Headers(_with_charset(path, kind), cache_control(path, kind, ages))
    return Going(path, entry.sha256, entry.size, headers, _turn(path, kind))


def _is_doubtful(kind: str) -> bool:
    return kind in filetypes.FEEDS or kind in ("application/xml", "application/json", filetypes.UNKNOWN)


def _with_charset(path: str, kind: str) -> str:
    if path == LIST:
        return "text/plain; charset=utf-8"
    return f"{kind}; charset=utf-8" if filetypes.is_text(kind) else kind


def _turn(path: str, kind: str) -> Turn:
    if kind in filetypes.FEEDS:
        return Turn.ARCHIVE if _ARCHIVE.match(path) else Turn.FEED
    if path in _LISTS:
        return Turn.LIST
    return Turn.PAGE if kind == "text/html" else Turn.MEDIA


def _goes(path: str, entry: Entry) -> bool:
    return not entry.promised and not path.endswith(MARK)

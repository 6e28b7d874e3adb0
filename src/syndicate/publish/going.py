"""What goes from the publish folder to other places: which files, in what order, with what headers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from syndicate import filetypes
from syndicate.feedfiles import OPML
from syndicate.model import Fault
from syndicate.publish.manifest import Entry
from syndicate.redirects import LIST, MARK

_HASHED = re.compile(r"[.-][0-9a-f]{8,64}\.(?:css|js|woff2?)$")
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
    """

    put: int = 0
    deleted: int = 0
    unchanged: int = 0
    waiting: int = 0
    faults: tuple[Fault, ...] = ()
    given_up: bool = False


def going(listed: Mapping[str, Entry], head: Callable[[str], bytes], *, ttl: timedelta) -> list[Going]:
    """Return the files that are `listed` as ours in the publish folder, in the order in which they go.

    `head` gives the first bytes of a file, which is asked for only where a name does not tell its type.
    A compressed companion of a file that goes itself stays behind, and so do marks for servers beside us.
    """
    files = [
        _going(path, entry, head, ttl)
        for path, entry in listed.items()
        if not entry.promised and not _is_companion(path, listed)
    ]
    return sorted(files, key=lambda file: (file.turn, file.path))


def _going(path: str, entry: Entry, head: Callable[[str], bytes], ttl: timedelta) -> Going:
    told = filetypes.type_of(path, b"")
    kind = filetypes.type_of(path, head(path)) if _is_doubtful(told) else told
    headers = Headers(_with_charset(path, kind), _kept(path, kind, ttl))
    return Going(path, entry.sha256, entry.size, headers, _turn(path, kind))


def _is_doubtful(kind: str) -> bool:
    return kind in filetypes.FEEDS or kind in ("application/xml", "application/json", filetypes.UNKNOWN)


def _with_charset(path: str, kind: str) -> str:
    if path == LIST:
        return "text/plain; charset=utf-8"
    return f"{kind}; charset=utf-8" if filetypes.is_text(kind) else kind


def _kept(path: str, kind: str, ttl: timedelta) -> str:
    """Return for how long the file may be kept: what carries its own digest in its name, for ever."""
    if kind in filetypes.FEEDS:
        return f"public, max-age={int(ttl.total_seconds())}"
    if kind == "text/html" or path in _LISTS:
        return "public, max-age=60, must-revalidate"
    if _HASHED.search(path):
        return "public, max-age=31536000, immutable"
    return "public, max-age=3600"


def _turn(path: str, kind: str) -> Turn:
    if kind in filetypes.FEEDS:
        return Turn.ARCHIVE if _ARCHIVE.match(path) else Turn.FEED
    if path in _LISTS:
        return Turn.LIST
    return Turn.PAGE if kind == "text/html" else Turn.MEDIA


def _is_companion(path: str, listed: Mapping[str, Entry]) -> bool:
    return path.endswith(MARK) or (path.endswith((".gz", ".br")) and path[:-3] in listed)

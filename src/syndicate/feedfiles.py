"""The files of a feed: which formats there are, what each file is called, and where it lies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

FeedFormat = Literal["rss", "atom", "json"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: its name for people, the name of its file where nobody chose another, its content type."""

    title: str
    filename: str
    content_type: str


KINDS: Mapping[FeedFormat, Kind] = {
    "rss": Kind("RSS", "rss.xml", "application/rss+xml"),
    "atom": Kind("Atom", "atom.xml", "application/atom+xml"),
    "json": Kind("JSON Feed", "feed.json", "application/feed+json"),
}
BEST_FIRST: tuple[FeedFormat, ...] = ("atom", "rss", "json")  # as a reader is offered them

OPML = "opml.xml"  # the list of all feeds

Paths = Mapping[FeedFormat, str]
_NAME = re.compile(r"[\w~-][\w.~-]*")


def named_folder(name: str) -> str:
    """Return the folder of the feed that the configuration calls `name`."""
    return f"feeds/{name}"


def path_of(form: FeedFormat, folder: str, paths: Paths) -> str:
    """Return where the file in `form` of the feed in `folder` ("" for the main one) lies.

    `paths` names the files of formats: ``index.xml`` in every folder. One with a folder in it is the main
    feed's alone, and those of tags have the usual name; one that begins with a slash counts from the root.
    """
    name = paths.get(form) or KINDS[form].filename
    if name.startswith("/"):
        return name[1:]
    if not folder:
        return name
    return f"{folder}/{KINDS[form].filename if '/' in name else name}"


def paths_of(folder: str, formats: Iterable[FeedFormat], paths: Paths) -> dict[FeedFormat, str]:
    """Return where the files in `formats` of the feed in `folder` lie, RSS first."""
    wanted = set(formats)
    return {form: path_of(form, folder, paths) for form in KINDS if form in wanted}


def type_of(path: str, formats: Iterable[FeedFormat], paths: Paths) -> str:
    """Return the content type of the file at `path` if it is one of a feed's, else ""."""
    folder = path.rpartition("/")[0]
    for form in formats:
        if path in (path_of(form, "", paths), path_of(form, folder, paths)):
            return KINDS[form].content_type
    return ""


def wrong_with_paths(formats: Iterable[FeedFormat], paths: Paths) -> Iterator[str]:
    """Yield why files cannot be named as `paths` wants: no path below the folder, or one for two formats."""
    for form, path in paths.items():
        if not all(_NAME.fullmatch(name) for name in path.split("/")):
            yield f"{form}: write the path of a file such as {KINDS[form].filename}, not {path[:100]!r}"
        elif path.rpartition("/")[2].lower() in ("index.html", "404.html"):
            yield f"{form}: {path} is the name of a page; choose another"
    for folder in ("", "tags/x"):
        taken: dict[str, FeedFormat] = {}
        for form, path in paths_of(folder, formats, paths).items():
            if path in taken:
                yield f"{form}: {path} is where {taken[path]} is written already; choose another"
                return
            taken[path] = form

"""What the last publishing was made from, so that one with nothing new renders nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from syndicate.app.site import Site
from syndicate.feeds.document import FeedSite
from syndicate.model import Article, Fault, Feed
from syndicate.pages import PageSite
from syndicate.publish.standing import seal, standing
from syndicate.store import ids

_KEY = "published"
_LIBRARIES = ("babel", "feedgen", "jinja2", "lxml", "markupsafe", "nh3")
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Made:
    """What a publishing made of its inputs: the number of files there, the faults it met."""

    files: int
    faults: tuple[Fault, ...]


def signature(
    pages: PageSite, settings: FeedSite, articles: Sequence[Article], feeds: Sequence[Feed], site: Site
) -> str:
    """Return a mark that changes with anything that published bytes hang on: articles and their media,
    feeds, configuration, templates, and syndicate itself."""
    digest = sha256()
    digest.update(repr((pages, settings, site.config.publish.folder, _code())).encode())
    for feed in feeds:
        inside = [article.id for article in feed.articles]
        digest.update(f"{replace(feed, articles=())!r}{inside!r}\n".encode())
    for article in articles:
        digest.update(f"{article!r}\n".encode())
    digest.update(repr(site.templates.stamps()).encode())
    media = {pages.content_folder / media.source for article in articles for media in article.media}
    digest.update(repr(_stamps(sorted(media))).encode())
    return digest.hexdigest()


def recall(site: Site, signed: str) -> Made | None:
    """Return what was made of the inputs that `signed` marks, or None where it no longer stands there."""
    with site.store.read() as conn:
        text = ids.get_setting(conn, _KEY)
    try:
        remembered, sealed, faults = json.loads(text or "null")
        met = tuple(Fault(*fault) for fault in faults)
    except (ValueError, TypeError):
        return None
    files = standing(site.config.publish.folder, sealed) if remembered == signed else None
    return None if files is None else Made(files, met)


def remember(site: Site, signed: str, faults: Sequence[Fault]) -> None:
    """Remember that the folder holds what was made of the inputs that `signed` marks, and the faults met."""
    text = json.dumps([signed, seal(site.config.publish.folder), [astuple(fault) for fault in faults]])
    with site.store.write() as tx:
        ids.set_setting(tx, _KEY, text)


@lru_cache(maxsize=1)
def _code() -> str:
    """Return a mark of the program: its files, and the libraries that make bytes."""
    files = sorted(file for file in _PACKAGE.rglob("*") if file.suffix in (".py", ".po"))
    return repr((_stamps(files), [_version(name) for name in _LIBRARIES], sys.version))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _stamps(files: Iterable[Path]) -> list[tuple[str, int, int, int]]:
    return [(str(file), *_stamp(file)) for file in files]


def _stamp(file: Path) -> tuple[int, int, int]:
    """Return size and times of `file`; a change of its permissions changes them too."""
    try:
        status = os.stat(file)  # noqa: PTH116 - the same for a link as for its file
    except (OSError, ValueError):
        return (-1, 0, 0)
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns)

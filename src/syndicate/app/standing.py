"""What is to be made again: everything, some feeds, or nothing, told without making any of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from syndicate.app import crossing
from syndicate.app.site import Site
from syndicate.model import Fault
from syndicate.publish.standing import seal, standing
from syndicate.resources import shipped
from syndicate.store import folders, ids, selection

PUBLISHED = "published"
_LIBRARIES = ("babel", "feedgen", "jinja2", "lxml", "markupsafe", "nh3", "pyromark")
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Due:
    """What a publishing has to make: all of it where `whole`, else the feeds in `folders`.

    With any feed go the pages, which also show files beside the articles: where `beside` they changed, all
    pages are looked at. `sign` marks the inputs beside articles and their files, `others` those files,
    `stale` are the folders that were noted. `files` and `faults` are what the last publishing left; where
    the publish folder is as that left it, it `stands`.
    """

    whole: bool
    folders: tuple[str, ...]
    sign: str
    others: str
    files: int = 0
    faults: tuple[Fault, ...] = ()
    stale: tuple[str, ...] = ()
    stands: bool = False
    beside: bool = False

    @property
    def nothing(self) -> bool:
        """Whether everything stands as it was made."""
        return not self.whole and not self.folders and not self.beside


def due(site: Site, others: str, *, now: datetime) -> Due:
    """Return what is to be made again at `now`.

    That is everything where configuration, templates, syndicate itself or the publish folder changed; else
    the feeds noted as stale, and those of articles that came out or expired since by the clock alone; with
    pages also these, where a file beside the articles changed, which `others` marks.
    """
    sign = sign_of(site)
    with site.store.read() as conn:
        stale = tuple(folders.stale_ones(conn))
        text = ids.get_setting(conn, PUBLISHED)
    try:
        signed, sealed, beside, at, told = json.loads(text or "null")
        last = datetime.fromisoformat(at)
        faults = tuple(Fault(*fault) for fault in told)
    except (ValueError, TypeError):
        return Due(True, (), sign, others, stale=stale)
    whole = signed != sign
    files = None if whole and not site.config.pages else standing(site.config.publish.folder, sealed)
    if files is None or whole:
        return Due(True, (), sign, others, stale=stale, stands=files is not None)
    with site.store.read() as conn:
        turned = selection.turned(conn, after=min(last, now), until=max(last, now))
        linking = crossing.linking(conn, selection.paths_of(conn, turned)) if turned else []
        again = {*stale, *folders.of_articles(conn, [*turned, *linking]), *([""] if turned else [])}
    changed = site.config.pages and beside != others
    return Due(False, tuple(sorted(again)), sign, others, files, faults, stale, stands=True, beside=changed)


def remember(site: Site, made: Due, faults: Sequence[Fault], *, now: datetime) -> None:
    """Remember that the folder holds what was due, as at `now`, and the faults that its making met."""
    sealed = seal(site.config.publish.folder)
    told = [astuple(fault) for fault in faults]
    text = json.dumps([made.sign, sealed, made.others, now.isoformat(), told])
    with site.store.write() as tx:
        ids.set_setting(tx, PUBLISHED, text)
        folders.freshen(tx, made.stale)


def sign_of(site: Site) -> str:
    """Return a mark that changes with whatever published bytes hang on beside the content folder."""
    config = site.config
    settings = (
        config.publication,
        config.feeds,
        config.pages,
        config.links,
        config.publish.folder,
        config.web,
    )
    letters = (config.newsletters, config.mail.sender)
    digest = sha256(repr((settings, letters, site.reading_version, _code())).encode())
    own = config.templates.folder
    roots = [shipped("templates"), own] if config.pages or config.newsletters else [own and own / "locales"]
    for root in (root for root in roots if root):
        digest.update(repr(_stamps(sorted(root.rglob("*")))).encode())
    return digest.hexdigest()


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

"""The content folder -> the files in it that may be articles. Reads names, sizes and times, no articles."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from syndicate.content import habits
from syndicate.content.globs import Rules
from syndicate.content.sites import Site, look
from syndicate.content.suffixes import SUFFIXES
from syndicate.content.textfile import LARGEST
from syndicate.errors import ContentError
from syndicate.model import Fault

__all__ = ["LeftOut", "Rules", "Scan", "scan"]

_DEEPEST = 40
_META = ".meta"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EXCLUDED = "content.exclude names it"


class LeftOut(NamedTuple):
    """A file, or a folder with a slash at its end, that is no article, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The files found by path, each with its size in bytes, its time, and whether a ``.meta`` belongs to it.

    Size and time are as `model.SourceFile` has them. `faults` could not be looked at; `left_out` are no
    articles by their names or by rule, but for what is hidden or half-written. `others` is a hash that
    changes when a file that is no article comes, goes or changes: a picture, say.
    """

    files: dict[str, tuple[int, int, bool]]
    faults: tuple[Fault, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    others: str = ""


def scan(folder: Path, rules: Rules = Rules()) -> Scan:  # noqa: B008 - it is frozen
    """Return the files below `folder` whose suffix has a parser; ContentError where it cannot be read.

    Hidden files, editors' and half-written files, conflict copies, READMEs, what a site's program made or
    is given, and links that lead out of the folder are no articles. A file that is too large, or whose name
    is undecodable or holds control characters, is a fault and stops nothing else.
    """
    root = os.path.realpath(folder)
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        hint = "check content.folder in the configuration and the folder's permissions"
        raise ContentError(
            str(folder), f"the content folder cannot be read: {error.strerror}; {hint}"
        ) from None
    walk = _Walk(root, rules, look(folder))
    walk.all()
    return Scan(
        files=walk.files,
        faults=tuple(sorted(walk.faults, key=lambda fault: fault.path)),
        left_out=tuple(sorted(walk.left_out)),
        others=_hash(walk.others),
    )


def scan_one(folder: Path, rules: Rules, prefix: str, names: Collection[str]) -> tuple[Scan, list[str]]:
    """Return what `scan` would find of `names` in the one folder at `prefix`, and all names in it."""
    walk = _Walk(os.path.realpath(folder), rules, look(folder))
    metas = {name[: name.rfind(".")] + _META for name in names}
    walk.only = frozenset((*names, *metas))
    walk.visit(_Folder(prefix, prefix.count("/"), True))
    return Scan(walk.files, tuple(walk.faults), tuple(walk.left_out)), walk.names


class _Folder(NamedTuple):
    prefix: str  # its path below the content folder, with a slash behind; "" for that itself
    depth: int
    articles: bool  # False where it holds only what articles show


@dataclass(slots=True)
class _Walk:
    """One walk through the folders. Each is visited once, those behind links last: so links never loop.

    A folder is open while its files are looked at, which spares the system to look for it for each of them.
    """

    root: str
    rules: Rules
    site: Site
    files: dict[str, tuple[int, int, bool]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    waiting: list[_Folder] = field(default_factory=list)
    links: list[_Folder] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)
    only: frozenset[str] | None = None  # the names that are looked at, where it is not all
    names: list[str] = field(default_factory=list)  # all there are then

    def all(self) -> None:
        self.waiting.append(_Folder("", 0, True))
        while self.waiting or self.links:
            if not self.waiting:
                self.links.sort(key=lambda one: one.prefix, reverse=True)
                self.waiting.append(self.links.pop())
            self.visit(self.waiting.pop())

    def visit(self, folder: _Folder) -> None:
        try:
            opened = os.open(f"{self.root}/{folder.prefix}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                self._look_through(folder, opened)
            finally:
                os.close(opened)
        except OSError as error:
            message = f"the folder cannot be read: {error.strerror}"
            self._fail(folder.prefix or ".", message, kind="content")

    def _look_through(self, folder: _Folder, opened: int) -> None:
        status = os.fstat(opened)
        here = (status.st_dev, status.st_ino)
        if here in self.seen:
            return
        self.seen.add(here)
        if folder.depth > _DEEPEST:
            message = f"the folder lies deeper than {_DEEPEST} others, and is not read"
            self._fail(folder.prefix, message, kind="content")
            return
        with os.scandir(opened) as listing:
            entries = list(listing)
        if self.only is not None:
            self.names += [entry.name for entry in entries]
            entries = [entry for entry in entries if entry.name in self.only]
        metas: dict[str, os.stat_result] = {}
        articles: list[os.DirEntry[str]] = []
        for entry in entries:
            if entry.is_symlink() and not self._is_inside(folder, entry):
                self._leads_out(folder, entry)
            elif _is_folder(entry):
                self._below(folder, entry)
            elif not self._sort(folder, entry, articles):
                self._other(folder, entry, metas)
        prefix, files = folder.prefix, self.files
        for entry in articles:
            status_of = self._looked_at(folder, entry)
            if status_of is None:
                continue
            meta = metas.get(entry.name[: entry.name.rfind(".")]) if metas else None
            size, mtime_ns = status_of.st_size, status_of.st_mtime_ns
            if meta is None or meta.st_size > LARGEST:
                files[prefix + entry.name] = (size, mtime_ns, False)
            else:
                files[prefix + entry.name] = (size + meta.st_size, max(mtime_ns, meta.st_mtime_ns), True)

    def _is_inside(self, folder: _Folder, entry: os.DirEntry[str]) -> bool:
        """Return whether a link leads to something in the content folder."""
        target = os.path.realpath(f"{self.root}/{folder.prefix}{entry.name}")
        return target.startswith(self.root.rstrip("/") + "/")

    def _leads_out(self, folder: _Folder, entry: os.DirEntry[str]) -> None:
        """Say of a link, where it may be meant as articles, that nothing outside is read."""
        name, path = entry.name, folder.prefix + entry.name
        at = name.rfind(".")
        is_text = at > 0 and name[at:].lower() in SUFFIXES and not habits.why_none(name)
        is_meant = folder.articles and not habits.is_noise(name) and (is_text or _is_folder(entry))
        if is_meant and not habits.is_closed(name) and not self.rules.excludes(path):
            message = (
                "the link leads out of the content folder, where nothing is read; put what it shows here"
            )
            self._fail(path, message)

    # ------------------------------------------------------------ folders

    def _below(self, folder: _Folder, entry: os.DirEntry[str]) -> None:
        """Have the folder `entry` visited later, if it may hold articles or what they show."""
        name = entry.name
        path = folder.prefix + name
        articles = folder.articles
        if self.rules.exclude and self.rules.excludes(path):
            self.left_out.append(LeftOut(_shown(path) + "/", _EXCLUDED))
            return
        own, closed = not folder.prefix, habits.is_closed(name)
        if (closed or (own and name in self.site.closed)) and not self.rules.opens(path):
            return
        if own and name in self.site.shelves and not self.rules.opens(path):
            reason = f"it holds what the {self.site.kind} site shows, not its articles"
            self.left_out.append(LeftOut(_shown(path) + "/", reason))
            articles = False
        waiting = self.links if entry.is_symlink() else self.waiting
        waiting.append(_Folder(path + "/", folder.depth + 1, articles))

    # ------------------------------------------------------------ files

    def _sort(self, folder: _Folder, entry: os.DirEntry[str], articles: list[os.DirEntry[str]]) -> bool:
        """Return whether the file is done with: an article or noise, but not what an article may show."""
        name = entry.name
        at = name.rfind(".")
        is_text = at > 0 and folder.articles and name[at:].lower() in SUFFIXES
        if (not is_text or name[0] in ".#~") and habits.is_noise(name) and not self._is_named(folder, name):
            return True
        if not is_text:
            return False
        excluded = bool(self.rules.exclude) and self.rules.excludes(folder.prefix + name)
        reason = _EXCLUDED if excluded else habits.why_none(name)
        if reason and not self._is_named(folder, name):
            self.left_out.append(LeftOut(_shown(folder.prefix + name), reason))
            return False
        articles.append(entry)
        return True

    def _is_named(self, folder: _Folder, name: str) -> bool:
        return bool(self.rules.include) and self.rules.names(folder.prefix + name)

    def _other(self, folder: _Folder, entry: os.DirEntry[str], metas: dict[str, os.stat_result]) -> None:
        try:
            status = entry.stat()
        except OSError:
            return
        if not stat.S_ISREG(status.st_mode):
            return
        self.others.append(f"{folder.prefix}{entry.name}\0{status.st_size}\0{status.st_mtime_ns}")
        if entry.name.endswith(_META):
            metas[entry.name.removesuffix(_META)] = status

    def _looked_at(self, folder: _Folder, entry: os.DirEntry[str]) -> os.stat_result | None:
        """Return size and time of a file that may be an article, None where it is none; say what is wrong."""
        path = folder.prefix + entry.name
        if not path.isprintable() and (why := _unfit(path)):
            self._fail(path, why)
            return None
        try:
            status = entry.stat()
        except OSError as error:
            self._fail(path, f"the file cannot be read: {error.strerror}")
            return None
        if not stat.S_ISREG(status.st_mode):
            self._fail(path, "is no regular file but a pipe, a socket or a device; remove it")
            return None
        if status.st_size > LARGEST:
            size = status.st_size / 1_000_000
            self._fail(path, f"the file has {size:.1f} MB; an article may have 5 MB")
            return None
        return status

    def _fail(self, path: str, message: str, *, kind: Literal["article", "content"] = "article") -> None:
        self.faults.append(Fault(kind, _shown(path), None, message))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _unfit(path: str) -> str:
    """Return why a path cannot be told or kept as text, "" where it can."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "the file's name is not UTF-8; rename it"
    return "the file's name holds a control character; rename it" if _CONTROL.search(path) else ""


def _hash(others: list[str]) -> str:
    digest = hashlib.blake2b("\n".join(sorted(others)).encode("utf-8", "surrogateescape"), digest_size=16)
    return digest.hexdigest()


def _shown(path: str) -> str:
    """Return `path` as it may stand in a log or on a terminal."""
    if path.isprintable():
        return path
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)

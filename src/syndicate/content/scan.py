"""The content folder -> the files in it that may be articles. Reads names and sizes, never contents."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from syndicate.content.formats import FORMATS
from syndicate.content.textfile import LARGEST
from syndicate.errors import ContentError
from syndicate.model import Fault, SourceFile

_DEEPEST = 40
_LEFT_OUT = re.compile(
    r"\..*|#.*#|.*~|.*\.(?:tmp|part|swp|bak|crdownload)|readme(?:\..*)?|_index\..*", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FOLDERS_LEFT_OUT = re.compile(r"\..*|node_modules|__pycache__", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scan:
    """The files found, sorted by path, and what could not be looked at."""

    files: tuple[SourceFile, ...]
    faults: tuple[Fault, ...]


def scan(folder: Path) -> Scan:
    """Return the files below `folder` whose suffix has a parser; ContentError where it cannot be read.

    Hidden files, editors' and half-written files, READMEs, and links that lead out of the folder are no
    articles. A file that is too large, or whose name is undecodable or holds control characters, is a fault
    and stops nothing else.
    """
    root = os.path.realpath(folder)
    files: list[SourceFile] = []
    faults: list[Fault] = []
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        hint = "check content.folder in the configuration and the folder's permissions"
        raise ContentError(
            str(folder), f"the content folder cannot be read: {error.strerror}; {hint}"
        ) from None
    for found in _walk(root, root, "", (), faults):
        if isinstance(found, Fault):
            faults.append(found)
        else:
            files.append(found)
    return Scan(tuple(sorted(files)), tuple(sorted(faults, key=lambda fault: fault.path)))


def _walk(
    root: str, folder: str, prefix: str, above: tuple[tuple[int, int], ...], faults: list[Fault]
) -> Iterator[SourceFile | Fault]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        status = os.stat(folder)  # noqa: PTH116 - names may be undecodable
    except OSError as error:
        yield Fault("content", _shown(prefix or "."), None, f"the folder cannot be read: {error.strerror}")
        return
    here = (status.st_dev, status.st_ino)
    if here in above or len(above) > _DEEPEST:
        return
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if _is_folder(entry):
            if not _FOLDERS_LEFT_OUT.fullmatch(entry.name) and _is_inside(root, entry):
                yield from _walk(root, entry.path, f"{path}/", (*above, here), faults)
        elif os.path.splitext(entry.name)[1].lower() in FORMATS and not _LEFT_OUT.fullmatch(entry.name):  # noqa: PTH122
            yield from _file(root, entry, path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_inside(root: str, entry: os.DirEntry[str]) -> bool:
    return not entry.is_symlink() or os.path.realpath(entry.path).startswith(root.rstrip("/") + "/")


def _file(root: str, entry: os.DirEntry[str], path: str) -> Iterator[SourceFile | Fault]:
    if not _is_inside(root, entry):
        return
    try:
        path.encode()
    except UnicodeEncodeError:
        yield Fault("article", _shown(path), None, "the file's name is not UTF-8; rename it")
        return
    if _CONTROL.search(path):
        yield Fault("article", _shown(path), None, "the file's name holds a control character; rename it")
        return
    try:
        status = entry.stat()
    except OSError as error:
        yield Fault("article", path, None, f"the file cannot be read: {error.strerror}")
        return
    if not stat.S_ISREG(status.st_mode):
        return
    if status.st_size > LARGEST:
        size = status.st_size / 1_000_000
        yield Fault("article", path, None, f"the file has {size:.1f} MB; an article may have 5 MB")
        return
    yield SourceFile(path, status.st_size, status.st_mtime_ns)


def _shown(path: str) -> str:
    """Return `path` as it may stand in a log or on a terminal."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)

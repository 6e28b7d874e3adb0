"""Which paths a publisher may touch: below its folder, whatever a file's name or a link says."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MANIFEST = ".syndicate-manifest.json"
DRAFTS = ".syndicate-drafts"

LONGEST_NAME = 255  # bytes, on every file system in use


def wrong_with(path: str) -> str | None:
    """Return why the relative `path` can never be published, or None where it can. Pure."""
    try:
        names = path.encode().split(b"/")
    except UnicodeEncodeError:
        return "its name is not text"
    if not path or path.startswith("/"):
        return "is not a path below the publish folder"
    if any(name in (b"", b".", b"..") for name in names):
        return "has an empty name, . or .. in it"
    if b"\0" in path.encode() or any(len(name) > LONGEST_NAME for name in names):
        return "has a name in it that no folder can hold; choose a shorter slug"
    if path == MANIFEST or names[0].decode() == DRAFTS:
        return "is a name that syndicate keeps for itself"
    return None


class Gate:
    """Tells whether the folder of a path lies inside of the publish folder; asks the disk once for each."""

    def __init__(self, folder: Path) -> None:
        self._real = os.path.realpath(folder)
        self._folder = os.fspath(folder)
        self._asked: dict[str, str | None] = {}

    def wrong_with(self, path: str) -> str | None:
        """Return why `path` must not be written or deleted, or None where it may."""
        return wrong_with(path) or self._wrong_with_parent(path.rpartition("/")[0])

    def _wrong_with_parent(self, parent: str) -> str | None:
        if not parent:
            return None
        if parent not in self._asked:
            grandparent = self._wrong_with_parent(parent.rpartition("/")[0])
            self._asked[parent] = grandparent or self._look(parent)
        return self._asked[parent]

    def _look(self, parent: str) -> str | None:
        place = f"{self._folder}/{parent}"
        try:
            mode = os.lstat(place).st_mode
        except OSError:
            return None  # it is not there yet, or making it will say what is wrong
        if stat.S_ISLNK(mode):
            real = os.path.realpath(place)
            if not real.startswith(self._real.rstrip("/") + "/"):
                return f"{parent} is a link that leads out of the publish folder; remove the link"
        elif not stat.S_ISDIR(mode):
            return f"{parent} is a file where a folder is needed; move it away"
        return None

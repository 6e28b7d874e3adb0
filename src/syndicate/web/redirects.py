"""Old addresses: the lines of `_redirects`, read anew when the file changes."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote

from syndicate.redirects import LIST

_MOST = 8 << 20  # bytes of the file that are read
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def parse(text: str) -> dict[str, str]:
    """Return where each old path (decoded) leads: the value of Location. Strange lines are left out. Pure.

    A line is ``/old /new 301``; new may be an address. An old path counts with its last slash and without.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) in (2, 3) and fields[2:] in ([], ["301"], ["301!"]):
            old, new = unquote(fields[0]), fields[1]
            if _is_old(old) and _is_new(new) and unquote(new) != old:
                found.setdefault(old, quote(new, safe="/:?#[]@!$&'()*+,;=%~"))
    for old, new in list(found.items()):
        other = old.rstrip("/") if old.endswith("/") else f"{old}/"
        if other and unquote(new) != other:
            found.setdefault(other, new)
    return found


def _is_old(path: str) -> bool:
    return path.startswith("/") and "*" not in path and "\0" not in path


def _is_new(target: str) -> bool:
    here = target.startswith("/") and not target.startswith(("//", "/\\"))
    return (here or target.startswith(("https://", "http://"))) and not _CONTROL.search(target)


class Redirects:
    """The table of one publish folder, as its file is now."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / LIST
        self._key: tuple[int, int, int] | None = None
        self.table: dict[str, str] = {}

    def look(self) -> None:
        """Read the file again if it changed; without one nothing has moved."""
        try:
            status = self._file.stat()
            key = (status.st_ino, status.st_size, status.st_mtime_ns)
            if key != self._key:
                with self._file.open("rb") as file:
                    self.table = parse(file.read(_MOST).decode("utf-8", "replace"))
                self._key = key
        except OSError:
            self._key, self.table = None, {}

"""Remembers which file was being read when a build died, so that it cannot kill the next one too."""

from __future__ import annotations

import os
from pathlib import Path

from syndicate.errors import ContentError
from syndicate.model import SourceFile

_STRIKES = 2
_PADDING = b"\0"  # no path has it
QUARANTINED = f"reading this file ended the build {_STRIKES} times; touch it to have it tried again"


class PoisonGuard:
    """A note on disk of the file under the knife, in `folder`, one for each reading process.

    A crash, a hang that the watchdog ended, or a kill -9 leaves the note behind. One such death may be
    chance; after the second over the same bytes the file is refused until it changes. The note is written
    in place, because it is written for every file.
    """

    def __init__(self, folder: Path, name: str = "reading") -> None:
        self._folder = folder
        self._left = dict[SourceFile, int]()
        for source, strikes in _notes(folder).values():
            self._left[source] = max(strikes, self._left.get(source, 0))
        self._again: set[SourceFile] = set()
        self._note = folder / name
        self._descriptor = os.open(self._note, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._length = os.fstat(self._descriptor).st_size  # an older note is written over whole

    def begin(self, source: SourceFile) -> None:
        """Note that `source` is about to be read. Raises ContentError where it has killed two builds."""
        strikes = 1 + self._left.get(source, 0) if self._left else 1
        if strikes > _STRIKES:
            raise ContentError(source.path, QUARANTINED)
        if strikes > 1:
            self._again.add(source)
        text = f"{source.size} {source.mtime_ns} {source.meta:d} {strikes} {source.path}"
        self._write(text.encode("utf-8", "surrogatepass"))

    def rest(self) -> None:
        """Note that nothing is being read now."""
        self._write(b"")

    def close(self) -> None:
        """Note that nothing is being read; strikes against files that were not read again stay."""
        os.close(self._descriptor)
        self._note.unlink(missing_ok=True)
        for note, (source, _) in _notes(self._folder).items():
            if source in self._again or not source.path:
                note.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        if len(line) < self._length:
            line = line.ljust(self._length, _PADDING)
        else:
            self._length = len(line)
        os.pwrite(self._descriptor, line, 0)


def _notes(folder: Path) -> dict[Path, tuple[SourceFile, int]]:
    """Return what the processes that died here were reading, and how often that was so, by their notes.

    One that rested or ended well was reading the file "".
    """
    left: dict[Path, tuple[SourceFile, int]] = {}
    for note in folder.glob("reading*"):
        try:
            text = note.read_bytes().rstrip(_PADDING).decode("utf-8", "surrogatepass")
            size, mtime_ns, meta, strikes, path = (text or "0 0 0 0 ").split(" ", 4)
            left[note] = SourceFile(path, int(size), int(mtime_ns), meta == "1"), int(strikes)
        except (OSError, ValueError):
            continue
    return left

"""Remembers which file was being read when a build died, so that it cannot kill the next one too."""

from __future__ import annotations

import json
import os
from pathlib import Path

from syndicate.errors import ContentError
from syndicate.model import SourceFile

_STRIKES = 2
QUARANTINED = f"reading this file ended the build {_STRIKES} times; it is tried again when it changes"


class PoisonGuard:
    """A note on disk of the file under the knife, in `folder`, one for each reading process.

    A crash, a hang that the watchdog ended, or a kill -9 leaves the note behind. One such death may be
    chance; after the second over the same bytes the file is refused until it changes. The note is written
    in place, because it is written for every file.
    """

    def __init__(self, folder: Path, name: str = "reading") -> None:
        self._left = _notes(folder)
        self._note = folder / name
        self._descriptor = os.open(self._note, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._length = 0

    def begin(self, source: SourceFile) -> None:
        """Note that `source` is about to be read. Raises ContentError where it has killed two builds."""
        strikes = 1 + self._left.get(source, 0)
        if strikes > _STRIKES:
            raise ContentError(source.path, QUARANTINED)
        text = json.dumps([source.path, source.size, source.mtime_ns, source.meta, strikes])
        self._write(text.encode("utf-8", "surrogateescape"))

    def close(self) -> None:
        """Note that nothing is being read; strikes against files that were not read again stay."""
        os.close(self._descriptor)
        self._note.unlink(missing_ok=True)

    def _write(self, line: bytes) -> None:
        padded = line.ljust(self._length)
        self._length = max(self._length, len(line))
        os.pwrite(self._descriptor, padded, 0)


def _notes(folder: Path) -> dict[SourceFile, int]:
    """Return what the processes that died here were reading, and how often that was so; take the notes."""
    left: dict[SourceFile, int] = {}
    for note in sorted(folder.glob("reading*")):
        try:
            path, size, mtime_ns, meta, strikes = json.loads(
                note.read_text("utf-8", errors="surrogateescape").strip()
            )
            left[SourceFile(path, size, mtime_ns, bool(meta))] = int(strikes)
        except (OSError, ValueError, TypeError):
            continue
    return left

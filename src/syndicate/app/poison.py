"""Remembers which file was being read when a build died, so that it cannot kill the next one too."""

from __future__ import annotations

import json
from pathlib import Path

from syndicate.errors import ContentError
from syndicate.model import SourceFile

_STRIKES = 2
QUARANTINED = f"reading this file ended the build {_STRIKES} times; it is tried again when it changes"


class PoisonGuard:
    """A note on disk of the file under the knife.

    A crash, a hang that the watchdog ended, or a kill -9 leaves the note behind. One such death may be
    chance; after the second over the same bytes the file is refused until it changes.
    """

    def __init__(self, note: Path) -> None:
        self._note = note
        self._left = self._read()

    def begin(self, source: SourceFile) -> None:
        """Note that `source` is about to be read. Raises ContentError where it has killed two builds."""
        strikes = 1
        if self._left is not None and self._left[0] == source:
            strikes += self._left[1]
        if strikes > _STRIKES:
            raise ContentError(source.path, QUARANTINED)
        text = json.dumps([source.path, source.size, source.mtime_ns, strikes])
        self._note.write_text(text, "utf-8", errors="surrogateescape")

    def end(self) -> None:
        """Note that nothing is being read."""
        self._note.unlink(missing_ok=True)

    def _read(self) -> tuple[SourceFile, int] | None:
        try:
            path, size, mtime_ns, strikes = json.loads(
                self._note.read_text("utf-8", errors="surrogateescape")
            )
            return SourceFile(path, size, mtime_ns), int(strikes)
        except (OSError, ValueError, TypeError):
            return None

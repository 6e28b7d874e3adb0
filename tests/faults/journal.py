"""What the fault server took: an append-only file, a line for each letter and for each 250 that left."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that the server has on its disk. Moments are of the machine's clock, in seconds.

    `said` tells whether the server gave its 250 to a connection that was open; `fault` is the planned reason
    why it did not want to.
    """

    number: int
    recipient: str
    message_id: str
    sha256: str
    begun: float  # when MAIL came
    body: float  # when the first of its bytes came
    taken: float
    fault: str = ""
    said: bool = False


class Journal:
    """The file as its server writes it; `next_number` goes on where an earlier server ended."""

    def __init__(self, path: Path) -> None:
        self.next_number = len(read_journal(path)) if path.exists() else 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, letters: Sequence[Taken]) -> None:
        """Put letters on the disk: they are durable when it returns."""
        _write(self._file, b"".join(json.dumps(asdict(one)).encode() + b"\n" for one in letters))
        os.fdatasync(self._file)

    def said(self, numbers: Collection[int]) -> None:
        """Note that the 250 of these letters left."""
        _write(self._file, b"".join(b'{"said": %d}\n' % number for number in numbers))


def _write(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


def read_journal(path: Path) -> list[Taken]:
    """Return the letters in the order in which they were taken; a last line that is not whole is left out."""
    text = path.read_bytes()
    lines = [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]
    said = {line["said"] for line in lines if "number" not in line}
    return [Taken(**(line | {"said": line["number"] in said})) for line in lines if "number" in line]


class Follower:
    """Counts the letters in a journal that another process writes, reading only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._count = 0

    def count(self) -> int:
        """Return how many letters are in the journal now."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                news = file.read()
            self._read += len(news)
            self._count += news.count(b'"sha256"')
        return self._count

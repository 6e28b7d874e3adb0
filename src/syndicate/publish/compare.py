"""What lies at a path now, and whether it may be written, left or deleted."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import file_digest
from pathlib import Path

from syndicate.publish.manifest import Entry


class Verdict(Enum):
    """What to do with a path for which there is a file."""

    WRITE = auto()
    KEEP = auto()
    FOREIGN = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """A plain file's size, time and digest (hex); `sha256` is empty where the bytes cannot be told:
    for a link, a folder, a device, a file that may not be read."""

    size: int
    mtime_ns: int
    sha256: str
    folder: bool = False

    @property
    def entry(self) -> Entry:
        return Entry(self.sha256, self.size, self.mtime_ns)


def look(place: Path | str, entry: Entry | None) -> Seen | None:
    """Return what lies at `place`, or None for nothing.

    The bytes are read only where size and time differ from those in `entry`.
    """
    try:
        found = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return Seen(0, 0, "", folder=stat.S_ISDIR(found.st_mode))
    if entry and not entry.promised and (found.st_size, found.st_mtime_ns) == (entry.size, entry.mtime_ns):
        return Seen(found.st_size, found.st_mtime_ns, entry.sha256)
    try:
        digest = digest_of(place)
    except OSError:
        digest = ""  # what cannot be read cannot be told to be ours by its bytes
    return Seen(found.st_size, found.st_mtime_ns, digest)


def digest_of(place: Path | str) -> str:
    """Return the SHA-256 of the plain file at `place` in hex. OSError for any other kind of file."""
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a fifo must not hold us
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{place} is not a plain file")
        return file_digest(file, "sha256").hexdigest()


def judge(seen: Seen | None, entry: Entry | None, sha256: str) -> Verdict:
    """Return what to do with a path where a file with the digest `sha256` is wanted. Pure.

    A file that is not ours is taken for ours where it has the very bytes we would write.
    """
    if seen is None:
        return Verdict.WRITE
    if seen.sha256 == sha256:
        return Verdict.KEEP
    return Verdict.WRITE if is_ours(seen, entry) else Verdict.FOREIGN


def is_ours(seen: Seen, entry: Entry | None) -> bool:
    """Return whether what was seen may be replaced or deleted: it is listed, and no promise unkept. Pure."""
    if entry is None or seen.folder:
        return False
    return not entry.promised or seen.sha256 == entry.sha256

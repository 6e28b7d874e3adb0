"""The list of the files in the publish folder that are ours: only they are ever replaced or deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syndicate.model import Fault
from syndicate.publish.paths import MANIFEST

VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of ours. `sha256` is hex, `size` in bytes, `mtime_ns` as the disk said after we wrote it.

    `mtime_ns` is 0 for a promise: a file about to be written where there was none. If we die before, what
    somebody else puts there meanwhile has other bytes, and is his.
    """

    sha256: str
    size: int
    mtime_ns: int = 0

    @property
    def promised(self) -> bool:
        return self.mtime_ns == 0


def load(folder: Path) -> tuple[dict[str, Entry], Fault | None]:
    """Return our files in the publish `folder` by relative path, none where the list is lost or broken, and
    a fault where there is a list that cannot be read."""
    try:
        return _parse((folder / MANIFEST).read_bytes()), None
    except FileNotFoundError:
        return {}, None
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        text = (
            f"the list of our files cannot be read ({reason}): files that are as we would write them are "
            "taken for ours, all others are left alone; delete by hand what is out of date"
        )
        return {}, Fault("publish", MANIFEST, None, text)


def dump(entries: Mapping[str, Entry]) -> bytes:
    """Return the list as it is written, sorted by path."""
    files = ",\n".join([f"{json.dumps(path)}: {_written(entries[path])}" for path in sorted(entries)])
    return f'{{\n"version": {VERSION},\n"files": {{\n{files}\n}}\n}}\n'.encode()


def _written(entry: Entry) -> str:
    """Return `entry` as JSON; by hand, as the json module writes lines without C and this is on every way."""
    sha256 = json.dumps(entry.sha256)
    return f'{{\n"sha256": {sha256},\n"size": {entry.size},\n"mtime_ns": {entry.mtime_ns}\n}}'


def _parse(body: bytes) -> dict[str, Entry]:
    data = json.loads(body)
    if (
        not isinstance(data, dict)
        or data.get("version") != VERSION
        or not isinstance(data.get("files"), dict)
    ):
        raise ValueError("it is no list of version 1")
    return {path: _entry(fields) for path, fields in data["files"].items()}


def _entry(fields: object) -> Entry:
    match fields:
        case {"sha256": str(sha256), "size": int(size), "mtime_ns": int(mtime_ns)}:
            return Entry(sha256, size, mtime_ns)
        case _:
            raise ValueError("it lists a file without sha256, size and mtime_ns")

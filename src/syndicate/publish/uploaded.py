"""The list of what was put into a bucket: only that is ever deleted there, and what is in it goes once.

It lies in the private folder, one file to a bucket: beside the published files anybody could read it, and in
the bucket each build would have to ask for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from syndicate.durable import write_whole
from syndicate.publish.going import Going, Headers

VERSION = 1


@dataclass(frozen=True, slots=True)
class Lies:
    """A file in the bucket: the digest of its bytes and the headers it was put with.

    `promised` is the MD5 of a file about to be put where none of ours was: if we die before, what lies
    there may be somebody else's, and is ours only if it has that digest. "" where it is there.
    """

    sha256: str
    size: int
    headers: Headers
    promised: str = ""

    def is_(self, file: Going) -> bool:
        """Return whether `file` lies there as it is to be."""
        return not self.promised and (self.sha256, self.headers) == (file.sha256, file.headers)


def lies(file: Going, promised: str = "") -> Lies:
    """Return the line of the list for `file`."""
    return Lies(file.sha256, file.size, file.headers, promised)


def list_of(var: Path, name: str) -> Path:
    """Return where in the private folder the list of the place with that name lies."""
    return var / "uploaded" / f"{sha256(name.encode()).hexdigest()[:16]}.json"


def load(file: Path) -> dict[str, Lies] | None:
    """Return what lies in the bucket by path, None where the list is not there or cannot be read."""
    try:
        data = json.loads(file.read_bytes())
        if data["version"] != VERSION:
            return None
        return {path: _parse(*fields) for path, fields in data["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def save(file: Path, name: str, listed: Mapping[str, Lies]) -> None:
    """Write the list, durably. OSError where the disk refuses."""
    data = {
        "version": VERSION,
        "place": name,
        "files": {
            path: [one.sha256, one.size, one.headers.content_type, one.headers.cache_control, one.promised]
            for path, one in sorted(listed.items())
        },
    }
    write_whole(file, json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode(), mode=0o600)


def clear_drafts(file: Path) -> None:
    """Remove what a process left that was killed while it wrote the list."""
    for draft in file.parent.glob(f".{file.name}.*.tmp"):
        draft.unlink(missing_ok=True)


def _parse(digest: str, size: int, content_type: str, cache_control: str, promised: str) -> Lies:
    texts = (digest, content_type, cache_control, promised)
    if not isinstance(size, int) or not all(isinstance(text, str) for text in texts):
        raise ValueError("it lists something that is no file")
    return Lies(digest, size, Headers(content_type, cache_control), promised)

"""Whether the publish folder still is as a publishing left it: asked of names, sizes and times alone."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from syndicate.publish import manifest
from syndicate.publish.compare import look
from syndicate.publish.paths import DRAFTS, MANIFEST, Gate


def seal(folder: Path) -> str:
    """Return a mark of the list of our files in `folder`, "" where there is none to be read."""
    try:
        return sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return ""


def standing(folder: Path, sealed: str) -> int | None:
    """Return how many files of ours `folder` holds, None where it is not as when `seal` said `sealed`.

    Each file must have the size and time that the list gives it, as for `publish` to leave it alone.
    """
    if not sealed or seal(folder) != sealed or os.path.lexists(folder / DRAFTS):
        return None
    listed, fault = manifest.load(folder)
    gate, root = Gate(folder), os.fspath(folder)
    try:
        whole = fault is None and all(
            not entry.promised and not gate.wrong_with(path) and _is_as_listed(f"{root}/{path}", entry)
            for path, entry in listed.items()
        )
    except OSError:
        return None
    return len(listed) if whole else None


def _is_as_listed(place: str, entry: manifest.Entry) -> bool:
    seen = look(place, entry)
    return seen is not None and seen.entry == entry

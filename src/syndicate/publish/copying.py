"""Brings the publish folder's files into another folder: only what changed, feeds last, only ours deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from syndicate.errors import PublishError
from syndicate.model import CopiedFile, Fault
from syndicate.publish import manifest
from syndicate.publish.compare import look
from syndicate.publish.folder import publish
from syndicate.publish.going import Brought, Going
from syndicate.publish.manifest import Entry


def copy(folder: Path, place: Path, files: Sequence[Going]) -> Brought:
    """Make `place` hold `files` of `folder`, in their order, and return what changed.

    Its own list lies in it, as in the publish folder, and what was said of that holds here too. A folder
    whose parent is not there is not made: it may be a disk that is not mounted.
    """
    if not place.parent.is_dir():
        words = f"{place.parent} is not there; make it, or mount its disk; the next build goes on"
        return Brought(waiting=len(files), faults=(Fault("upload", str(place), None, words),), given_up=True)
    listed, _ = manifest.load(place)
    due = [file for file in files if not _lies(place / file.path, listed.get(file.path), file)]
    wanted = {file.path for file in files}
    gone = [path for path in listed if path not in wanted]
    if not due and not gone:
        return Brought(unchanged=len(files))
    copies = [CopiedFile(file.path, str(folder / file.path)) for file in due]
    try:
        done = publish(place, copies, partial=True, gone=gone)
    except PublishError as error:
        fault = Fault("upload", str(place), None, f"{error}; the next build goes on")
        return Brought(0, 0, len(files) - len(due), len(due), (fault,), given_up=True)
    faults = tuple(Fault("upload", str(place), None, str(fault)) for fault in done.faults)
    waiting = len(due) - len(done.written) - done.unchanged
    return Brought(len(done.written), len(done.deleted), len(files) - len(due), waiting, faults)


def _lies(place: Path, entry: Entry | None, file: Going) -> bool:
    """Return whether `file` lies at `place` as it was copied."""
    if entry is None or entry.promised or entry.sha256 != file.sha256:
        return False
    seen = look(place, entry)
    return seen is not None and seen.entry == entry

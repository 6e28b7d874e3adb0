"""Brings the publish folder's files into another folder: only what changed, feeds last, only ours deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from syndicate.errors import PublishError
from syndicate.model import CopiedFile, Fault
from syndicate.publish import manifest
from syndicate.publish.compare import look
from syndicate.publish.folder import publish
from syndicate.publish.going import Brought, Going, feeds_among
from syndicate.publish.manifest import Entry


def copy(folder: Path, place: Path, files: Sequence[Going]) -> Brought:
    """Make `place` hold `files` of `folder`, in their order, and return what changed.

    Its own list lies in it, as in the publish folder, and what was said of that holds here too. A folder
    whose parent is not there is not made: it may be a disk that is not mounted.
    """
    if not place.parent.is_dir():
        words = f"{place.parent} is not there; make it, or mount its disk; the next build goes on"
        return _gave_up(place, words, waiting=files)
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
        return _gave_up(
            place, f"{error}; the next build goes on", waiting=due, unchanged=len(files) - len(due)
        )
    faults = tuple(Fault("upload", str(place), None, str(fault)) for fault in done.faults)
    waiting = len(due) - len(done.written) - done.unchanged
    left, feeds = {fault.path for fault in done.faults}, feeds_among(due)
    return Brought(
        put=len(done.written),
        deleted=len(done.deleted),
        unchanged=len(files) - len(due),
        waiting=waiting,
        faults=faults,
        feeds=tuple(path for path in feeds if path not in left),
        behind=not left.isdisjoint(feeds),
    )


def _gave_up(place: Path, words: str, *, waiting: Sequence[Going], unchanged: int = 0) -> Brought:
    return Brought(
        unchanged=unchanged,
        waiting=len(waiting),
        faults=(Fault("upload", str(place), None, words),),
        given_up=True,
        behind=bool(feeds_among(waiting)),
    )


def _lies(place: Path, entry: Entry | None, file: Going) -> bool:
    """Return whether `file` lies at `place` as it was copied."""
    if entry is None or entry.promised or entry.sha256 != file.sha256:
        return False
    seen = look(place, entry)
    return seen is not None and seen.entry == entry

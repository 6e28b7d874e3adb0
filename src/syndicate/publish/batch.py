"""Many files made whole at once: each fsynced before it takes its place, each folder synced once."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from syndicate.durable import make_folder, sync_folder
from syndicate.errors import PublishError
from syndicate.model import CopiedFile, OutputFile
from syndicate.publish.manifest import Entry
from syndicate.publish.paths import DRAFTS

_BLOCK = 1 << 20


def write_batch(folder: Path, files: Sequence[OutputFile | CopiedFile]) -> dict[str, Entry]:
    """Write `files` below `folder` in their order and return their entries; none is ever seen in part.

    All are on disk before the first is renamed into its place. PublishError names the file at which the
    disk refuses: that one and those after it are as they were.
    """
    drafts = folder / DRAFTS
    with naming(drafts):
        make_folder(drafts, mode=0o700)
    try:
        entries = {}
        for number, file in enumerate(files):
            with naming(folder / file.path):
                entries[file.path] = _draft(drafts / str(number), file)
        for number, file in enumerate(files):
            with naming(folder / file.path):
                _sync_file(drafts / str(number))
        changed: set[Path] = set()
        for number, file in enumerate(files):
            with naming(folder / file.path):
                changed |= _make_parents(folder / file.path)
                (drafts / str(number)).replace(folder / file.path)
        sync_folders(changed)
        return entries
    finally:
        clear_drafts(folder)


@contextmanager
def naming(place: Path) -> Iterator[None]:
    """Turn an OSError in the block into a PublishError that names `place` and the reason."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise PublishError(f"{place}: cannot be published: {reason}") from error


def clear_drafts(folder: Path) -> None:
    """Remove what a batch that was killed left behind."""
    drafts = folder / DRAFTS
    with naming(drafts):
        if drafts.is_symlink():
            drafts.unlink()
        elif drafts.exists():
            shutil.rmtree(drafts)


def sync_folders(folders: Iterable[Path]) -> None:
    """Make the names in each of `folders` survive a power cut; one that is gone is left out."""
    for folder in sorted(folders):
        try:
            sync_folder(folder)
        except FileNotFoundError:
            continue


def _draft(draft: Path, file: OutputFile | CopiedFile) -> Entry:
    """Write `file` to `draft`; a rename keeps the time, so the entry is already the final one."""
    digest = sha256()
    with draft.open("wb") as out:
        if isinstance(file, OutputFile):
            digest.update(file.body)
            out.write(file.body)
        else:
            _copy(file.source, out.write, digest.update)
    found = draft.stat()
    return Entry(digest.hexdigest(), found.st_size, found.st_mtime_ns)


def _copy(source: str, *takers: Callable[[bytes], object]) -> None:
    descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{source} is not a plain file")
        while block := file.read(_BLOCK):
            for take in takers:
                take(block)


def _sync_file(draft: Path) -> None:
    descriptor = os.open(draft, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_parents(place: Path) -> set[Path]:
    """Make the folders above `place` and return every folder whose names change."""
    changed = {place.parent}
    missing = place.parent
    while not missing.is_dir():
        missing = missing.parent
        changed.add(missing)
    place.parent.mkdir(parents=True, exist_ok=True)
    return changed

"""Many files made whole at once: each fsynced before it takes its place, each folder synced once."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from syndicate.durable import make_folder, sync_folder
from syndicate.errors import PublishError
from syndicate.model import CopiedFile, OutputFile
from syndicate.publish.manifest import Entry
from syndicate.publish.paths import DRAFTS

_BLOCK = 1 << 20
_MANY = 32  # files from which on threads are worth their beginning
_AT_ONCE = 8


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
        _each(_sync_draft, [(drafts / str(number), folder / file.path) for number, file in enumerate(files)])
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
    _each(_sync_there, [(folder,) for folder in sorted(folders)])


def _sync_there(folder: Path) -> None:
    with suppress(FileNotFoundError):
        sync_folder(folder)


def _each(work: Callable[..., None], arguments: Sequence[tuple[Path, ...]]) -> None:
    """Do `work` with each of `arguments`; where they are many, some at once.

    One flush of the disk's then serves several who wait for it. The first error in their order is raised.
    """
    if len(arguments) < _MANY:
        for one in arguments:
            work(*one)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for future in [pool.submit(work, *one) for one in arguments]:
            future.result()


def _draft(draft: Path, file: OutputFile | CopiedFile) -> Entry:
    """Write `file` to `draft`; a rename keeps the time, so the entry is already the final one."""
    digest = sha256()
    with draft.open("wb") as out:
        if isinstance(file, OutputFile):
            digest.update(file.body)
            out.write(file.body)
        else:
            _copy(file.source, out.write, digest.update)
        out.flush()
        if hasattr(os, "posix_fadvise"):  # let the disk begin, so that there is less to wait for
            os.posix_fadvise(out.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
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


def _sync_draft(draft: Path, place: Path) -> None:
    with naming(place):
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

"""Files that are whole or absent, and locks that die with their holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.errors import Busy


def write_whole(path: Path, body: bytes | Iterable[bytes], *, mode: int = 0o644) -> None:
    """Write `body` to `path` so that a reader, also after a power cut, sees the old file or the new one.

    It may come in parts. File and folder are fsynced; folders on the way are made. OSError where the disk
    refuses.
    """
    make_folder(path.parent)
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((body,) if isinstance(body, bytes) else body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make `folder` and those above it that are missing, each one durable in its parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, wait: float = 0.0, busy: str = "") -> Iterator[None]:
    """Hold the lock file at `path` for the block; the kernel frees it when the process ends, however.

    Waits up to `wait` seconds (forever where it is infinite), then raises Busy with the text `busy`.
    """
    make_folder(path.parent, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _acquire(descriptor, wait, busy or f"{path}: another syndicate process holds this lock")
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, wait: float, busy: str) -> None:
    if wait == float("inf"):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + wait
    pause = 0.001
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy(busy) from None
        time.sleep(pause)
        pause = min(pause * 2, 0.05)

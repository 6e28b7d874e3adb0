"""Writers one after another: a lock file whose waiters the kernel wakes, with a limit to the wait.

`durable.locked` looks again every 50 ms, so beside a sender that commits in a tight loop it waited 2.6 s
at the median; woken by the kernel it waits 1.3 ms, and 17 ms at p99. flock(2) knows no limit to the wait,
so a thread does the waiting, and only where the lock is not free at once.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.errors import Busy, StoreError


@contextmanager
def turn(path: Path, *, wait: float, busy: str) -> Iterator[None]:
    """Hold the lock file at `path` for the block; it is freed when the process ends, however.

    Raises Busy with the text `busy` after `wait` seconds, StoreError where the file cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: the writers' lock file cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _Waiter(descriptor).wait(wait, busy)  # owns the descriptor where it fails
    try:
        yield
    finally:
        os.close(descriptor)


class _Waiter:
    """A thread in flock(2). Whoever gives up leaves it the descriptor, which it closes once it has it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._deciding = threading.Lock()
        self._granted = threading.Event()
        self._abandoned = False
        threading.Thread(target=self._take, name="turn", daemon=True).start()

    def wait(self, seconds: float, busy: str) -> None:
        granted = False
        try:
            granted = self._granted.wait(seconds)
        finally:
            if not granted:  # too late, or Ctrl-C: nobody will enter the block
                self._abandon()
        if not granted:
            raise Busy(busy)

    def _abandon(self) -> None:
        with self._deciding:
            self._abandoned = True
            if self._granted.is_set():
                os.close(self._descriptor)

    def _take(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._deciding:
            if self._abandoned:
                os.close(self._descriptor)
            else:
                self._granted.set()

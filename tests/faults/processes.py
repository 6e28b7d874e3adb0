"""The processes of the fault suite: started, waited for with a limit, and ended by their own handles."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from .journal import Follower
from .server import Manner

ROOT: Final = Path(__file__).resolve().parents[2]


class Hung(AssertionError):
    """Something did not end in its time."""


def wait_for(what: Callable[[], object], seconds: float, words: str) -> None:
    """Look every millisecond until `what` holds; Hung with `words` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise Hung(f"{words}: not within {seconds:g} s")
        time.sleep(0.001)


class Process:
    """A child whose words go into a log. `began` is the moment of its start."""

    def __init__(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.began = time.time()
        self._log = log.open("a")
        self._log.write(f"--- {' '.join(arguments[1:])[:200]}\n")
        self._log.flush()
        self.popen = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def is_over(self) -> bool:
        return self.popen.poll() is not None

    def wait(self, seconds: float = 90.0) -> int:
        """Return the exit code; a process that outlives its time is killed, and Hung raised."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Hung(f"process {self.popen.args!r} did not end in {seconds:g} s") from None
        finally:
            self._log.close()

    def signal(self, number: int) -> None:
        if not self.is_over:
            self.popen.send_signal(number)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()
        self._log.close()


def python(*words: str) -> list[str]:
    """Return the command that runs a module of this environment."""
    return [sys.executable, "-m", *words]


class Spoken:
    """A child that is told things by lines and may answer by lines; it ends with its standard input."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.popen = subprocess.Popen(
            arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.greeting = self.hear()

    def hear(self) -> str:
        assert self.popen.stdout is not None
        return self.popen.stdout.readline().strip()

    def ask(self, words: str) -> str:
        assert self.popen.stdin is not None
        self.popen.stdin.write(f"{words}\n")
        self.popen.stdin.flush()
        return self.hear()

    def end(self) -> None:
        assert self.popen.stdin is not None
        with contextlib.suppress(OSError):
            self.popen.stdin.close()
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class Server:
    """The fault server and its journal; it may be ended and begun again on its port in another manner."""

    def __init__(self, journal: Path, manner: Manner) -> None:
        self.journal = journal
        self._follower = Follower(journal)
        self._begin(manner)

    def _begin(self, manner: Manner) -> None:
        module = python("tests.faults.server", str(self.journal), manner.to_json())
        self._child = Spoken(module)
        self.port = int(self._child.greeting)

    def becomes(self, manner: Manner) -> None:
        """Begin again, on the same port."""
        self.end()
        self._begin(Manner.from_json(manner.to_json()).at(self.port))

    def count(self) -> int:
        """Return how many letters it took so far."""
        return self._follower.count()

    def end(self) -> None:
        self._child.end()


@contextlib.contextmanager
def running(process: Process) -> Iterator[Process]:
    """Give a process that is killed at the end of the block if it is still there."""
    try:
        yield process
    finally:
        if not process.is_over:
            process.kill()

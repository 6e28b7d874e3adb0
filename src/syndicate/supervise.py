"""Keeps the worker processes of `syndicate run` alive: each falls alone and is started again."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

log = logging.getLogger("syndicate.run")

SHUTDOWN = 9.5  # seconds from SIGTERM until what still lives is killed
_STEADY = 60.0  # seconds of life after which a worker's earlier deaths are forgotten
_LONGEST_PAUSE = 30.0
_POLL = 0.2


@dataclass(slots=True)
class Worker:
    """One process: its command, the descriptors it inherits, and how it fares."""

    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    resume: float = field(default=0.0)

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches the supervisor alone.

        Its standard input is a pipe that only we hold: when we die, however, it ends (see `lifeline`).
        """
        self.process = subprocess.Popen(  # noqa: S603 our own command
            self.command, stdin=subprocess.PIPE, pass_fds=self.descriptors, start_new_session=True
        )
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """Return the exit status if the process has ended; negative for a signal."""
        return self.process.poll() if self.process else None


class Supervisor:
    """Runs workers until SIGTERM or Ctrl-C."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers
        self._stop = threading.Event()

    def run(self) -> int:
        """Run until told to stop; return 0, or 1 where a worker had to be killed at the end."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        for worker in self._workers:
            worker.start()
        while not self._stop.wait(_POLL):
            for worker in self._workers:
                self._look_after(worker)
        return self._end()

    def _look_after(self, worker: Worker) -> None:
        now = time.monotonic()
        if worker.process is None:
            if now >= worker.resume:
                worker.start()
            return
        status = worker.ended()
        if status is None:
            return
        worker.deaths = 1 if now - worker.started > _STEADY else worker.deaths + 1
        pause = 0.0 if worker.deaths == 1 else min(2.0 ** (worker.deaths - 2), _LONGEST_PAUSE)
        log.error("%s %s; starting it again in %.0f s", worker.name, _how(status), pause)
        _close(worker)
        worker.resume = now + pause

    def _end(self) -> int:
        deadline = time.monotonic() + SHUTDOWN
        living = [worker for worker in self._workers if worker.process]
        for worker in living:
            _signal(worker, signal.SIGTERM)
        killed = 0
        for worker in living:
            assert worker.process is not None  # noqa: S101 `living` has a process each
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("%s did not end in time and was killed", worker.name)
                worker.process.kill()
                worker.process.wait()
                killed = 1
            _close(worker)
        return killed


def _how(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"


def _signal(worker: Worker, number: signal.Signals) -> None:
    try:
        if worker.process:
            worker.process.send_signal(number)
    except ProcessLookupError:
        pass


def _close(worker: Worker) -> None:
    if worker.process and worker.process.stdin:
        worker.process.stdin.close()
    worker.process = None


def lifeline() -> None:
    """End this process by SIGTERM when the supervisor that started it is gone."""

    def watch() -> None:
        while True:
            try:
                if not os.read(0, 1024):
                    break
            except InterruptedError:
                continue
            except OSError:
                break
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def nudge(descriptor: int) -> None:
    """Wake the worker at the other end of a pipe; a full pipe means that it is about to wake anyway."""
    with contextlib.suppress(BlockingIOError):
        os.write(descriptor, b".")


def make_nudge() -> tuple[int, int]:
    """Return the reading and the writing end of a pipe that outlives the workers; neither blocks."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing

"""The supervisor with real processes: one falls, the others stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
import sys
from syndicate.supervise import Supervisor, Worker
code = "import sys, time; from syndicate.supervise import lifeline; lifeline(); " \\
       "open(sys.argv[1], 'a').write('x'); time.sleep(60)"
workers = [Worker(n, [sys.executable, '-c', code, sys.argv[1] + '/' + n]) for n in ('one', 'two')]
sys.exit(Supervisor(workers).run())
"""


def processes_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in children.split()]


def wait_for(what: object, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def marks(folder: Path, name: str) -> int:
    path = folder / name
    return len(path.read_text()) if path.exists() else 0


def test_a_worker_that_is_killed_is_started_again_and_the_other_stays(tmp_path: Path) -> None:
    """kill -9 of one worker: it comes back, its neighbour never ends; SIGTERM ends all in time."""
    supervisor = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])
    try:
        wait_for(lambda: marks(tmp_path, "one") == 1 and marks(tmp_path, "two") == 1)
        first = processes_of(supervisor.pid)
        os.kill(first[0], signal.SIGKILL)
        wait_for(lambda: marks(tmp_path, "one") + marks(tmp_path, "two") == 3)
        assert len(set(first) & set(processes_of(supervisor.pid))) == 1
        begun = time.monotonic()
        supervisor.terminate()
        assert supervisor.wait(12) == 0
        assert time.monotonic() - begun < 10
    finally:
        supervisor.kill()
        supervisor.wait()


def test_workers_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    """kill -9 of the supervisor leaves no process behind."""
    supervisor = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])
    try:
        wait_for(lambda: marks(tmp_path, "one") == 1 and marks(tmp_path, "two") == 1)
        children = processes_of(supervisor.pid)
        assert len(children) == 2
    finally:
        supervisor.kill()
        supervisor.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in children))

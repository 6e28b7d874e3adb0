"""Watches a command: how long it takes, and the memory of it and of all that it starts."""

from __future__ import annotations

import os
import resource
import select
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK = 0.05  # seconds between looks at the memory


@dataclass(frozen=True, slots=True)
class Watched:
    """Seconds by the clock and of processor, the peak in MB, and what the command printed."""

    seconds: float
    cpu: float
    peak: float
    said: str


def watched(command: Sequence[str], *, folder: Path) -> Watched:
    """Run `command` in `folder`; AssertionError with its words where it fails.

    The peak is that of a lone process as the kernel counts it (VmHWM). Where it starts others it is the
    largest sum of their shares (Pss) met in looks each 50 ms, so that pages which a fork shares count once.
    """
    started = time.perf_counter()
    said = (folder / "said").open("w+b")
    process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    alone, together = 0.0, 0.0
    before = _spent()
    ended = os.pidfd_open(process.pid)
    while not select.select([ended], [], [], LOOK)[0]:
        numbers = [process.pid, *descendants(process.pid)]
        alone = max(alone, field(process.pid, "status", "VmHWM"))
        if len(numbers) > 1:
            together = max(together, sum(field(number, "smaps_rollup", "Pss") for number in numbers))
    seconds = time.perf_counter() - started
    process.wait()
    cpu = _spent() - before
    os.close(ended)
    with said:
        said.seek(0)
        words = said.read().decode(errors="replace")
    assert process.returncode == 0, f"{command}: {process.returncode}\n{words}"
    return Watched(seconds, cpu, max(alone, together), words)


def descendants(number: int) -> Iterator[int]:
    """Give the ids of all processes below one."""
    try:
        tasks = list(Path(f"/proc/{number}/task").iterdir())
        children = [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from descendants(child)


def field(number: int, file: str, name: str) -> float:
    """Return a field of /proc in MB, 0 once the process is gone."""
    try:
        lines = Path(f"/proc/{number}/{file}").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

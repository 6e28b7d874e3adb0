"""What strace does for the suite: count a process's fsyncs, and kill it or fail the disk at one of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .world import World

_CALLS: Final = "fsync,fdatasync"


@cache
def why_not() -> str:
    """Return why nothing can be traced here, or nothing."""
    if shutil.which("strace") is None:
        return "strace is not installed (Debian's package strace)"
    trial = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, check=False)
    return "" if trial.returncode == 0 else f"strace may not trace here: {trial.stderr.decode().strip()}"


def tracer(record: Path, injection: str = "") -> list[str]:
    """Return the beginning of a command whose fsyncs are recorded, and met by strace's `injection`."""
    command = ["strace", "-f", "-qq", "-o", str(record), "-e", f"trace={_CALLS}"]
    return [*command, "-e", f"inject={_CALLS}:{injection}"] if injection else command


def count_syncs(here: World, words: tuple[str, ...]) -> int:
    """Run a command to its end; return the fsyncs of the thread that has most: strace counts by thread."""
    record = here.folder / "trace"
    process = here.command(*words, under=tracer(record))
    process.wait()
    here.ended(process)
    calls = re.findall(r"^(\d+) +f(?:data)?sync\(", record.read_text(), re.MULTILINE)
    return max(Counter(calls).values(), default=0)


def spread(total: int, count: int, seed: int) -> list[int]:
    """Return `count` of the numbers from 1 to `total`, or all of them, in order."""
    if count >= total:
        return list(range(1, total + 1))
    return sorted(Random(seed).sample(range(1, total + 1), count))  # noqa: S311

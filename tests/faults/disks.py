"""Scenarios of disks and databases that fail: full, in error, locked, without power."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from .oracle import Counts
from .processes import Hung, Process, Spoken, python, running
from .server import Manner
from .tracing import count_syncs, spread, tracer
from .world import Setting, World, world

_UNHURRIED: Final = 0.01


def a_full_disk(place: Path, seed: int, quick: bool) -> Counts:
    """The disk fills up amid the sending, and has room again before the sender ends, or after that."""
    counts = Counts()
    dice = Random(seed)  # noqa: S311
    for room_comes in (True,) if quick else (True, False, True, False):
        with _small_disk(place, megabytes=2) as small:
            setting = Setting(100, manner=Manner(latency=_UNHURRIED), var=small / "var")
            with world(place, setting) as here:
                process = here.command("deliver")
                with running(process):
                    here.letters_come(dice.randint(10, 60), process)
                    filler = _fill(small)
                    time.sleep(1.0)
                    if room_comes:
                        filler.unlink()
                        process.wait()
                        here.ended(process)
                    else:
                        here.ended(process, "ended while the disk was full")
                        process.signal(signal.SIGTERM)
                        process.wait(20)
                        filler.unlink()
                here.finish()
                counts += here.verdict()
    return counts


def _fill(folder: Path) -> Path:
    """Leave no byte free in `folder`; return the file that takes the room."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return path


@contextlib.contextmanager
def _small_disk(place: Path, *, megabytes: int) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=place))
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "faults", str(folder)],
        check=True,
        capture_output=True,
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)


@cache
def why_no_mount() -> str:
    """Return why nothing can be mounted here, or nothing."""
    if os.geteuid():
        return "only root may mount"
    folder = tempfile.mkdtemp()
    trial = subprocess.run(
        ["mount", "-t", "tmpfs", "faults", folder], capture_output=True, check=False, text=True
    )
    if trial.returncode:
        return f"nothing may be mounted here: {trial.stderr.strip()}"
    subprocess.run(["umount", folder], check=True)
    Path(folder).rmdir()
    return ""


def errors_at_syncs(place: Path, seed: int, quick: bool) -> Counts:
    """EIO at an fsync of the ledger, once or from then on: what was not recorded is at most in doubt."""
    counts = Counts()
    with world(place, Setting(40, manner=Manner(latency=_UNHURRIED))) as here:
        total = count_syncs(here, ("deliver",))
    for number in spread(total, 2 if quick else min(total, 30), seed):
        lasting = bool(number % 2)
        with world(place, Setting(40, manner=Manner(latency=_UNHURRIED))) as here:
            when = f"error=EIO:when={number}{'+' if lasting else ''}"
            process = here.command("deliver", under=tracer(here.folder / "trace", when))
            with running(process):
                if lasting:
                    _end_once_it_sends_no_more(here, process)
                process.wait()
            here.ended(process, f"met EIO at fsync {number}")
            here.finish()
            counts += here.verdict()
    return counts


def _end_once_it_sends_no_more(here: World, process: Process) -> None:
    """Ask a traced sender to end whose disk will not be well again: it would go on trying for two minutes."""
    count = -1
    while not process.is_over and here.letters() != count:
        count = here.letters()
        time.sleep(1.5)
    for child in _children(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def a_locked_database(place: Path, seed: int, quick: bool) -> Counts:
    """Another program holds the database for half a minute, with our lock file and without."""
    seconds = 3.0 if quick else 30.0
    counts = Counts()
    for polite in (False,) if quick else (True, False):
        with world(place, Setting(100, manner=Manner(latency=_UNHURRIED))) as here:
            process = here.command("deliver")
            with running(process):
                here.letters_come(Random(seed).randint(10, 60), process)  # noqa: S311
                with _held(here.database, polite=polite):
                    before = here.letters()
                    time.sleep(seconds)
                    sent = here.letters() - before
                process.wait()
            here.ended(process)
            if sent > here.in_doubt:
                here.wrong.append(f"{sent} letters left while no attempt could be recorded")
            here.finish()
            counts += here.verdict()
    return counts


@contextlib.contextmanager
def _held(database: Path, *, polite: bool) -> Iterator[None]:
    """Hold a write transaction, as a program does that knows of the lock file, or as one that does not."""
    with contextlib.ExitStack() as stack:
        if polite:
            lock = stack.enter_context(database.with_name(f"{database.name}.lock").open("r+"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        conn = stack.enter_context(
            contextlib.closing(sqlite3.connect(database, timeout=20, isolation_level=None))
        )
        conn.execute("BEGIN IMMEDIATE")
        yield
        conn.execute("ROLLBACK")


def power_loss(place: Path, seed: int, quick: bool) -> Counts:
    """The machine loses its power at an fsync, and with it all, or a part, of what was not synced."""
    dice = Random(seed)  # noqa: S311
    counts = Counts()
    for number in range(1 if quick else 12):
        with _forgetful(place) as (folder, disk):
            frozen = number % 3 != 2
            setting = Setting(40, manner=Manner(latency=_UNHURRIED), frozen=frozen, var=folder / "var")
            with world(place, setting) as here:
                disk.ask("sync")
                _lose_power_again_and_again(here, disk, dice, 3 if quick else 8)
                here.finish()
                counts += here.verdict()
    return counts


def _lose_power_again_and_again(here: World, disk: Spoken, dice: Random, times: int) -> None:
    """Cut the power at one of the next syncs of a sender, or after a few letters more."""
    words = ("deliver",) if here.setting.frozen else ("digest", "send", "daily", "--now")
    for _ in range(times):
        process = here.command(*words)
        with running(process):
            if dice.random() < 0.5:
                disk.ask(f"arm {dice.randint(1, 20)} {process.pid}")
            else:
                here.letters_come(here.letters() + dice.randint(1, 8), process)
                process.signal(signal.SIGKILL)
            code = process.wait()
            here.ended(process, "ended" if code in (0, 75) else "lost its power")
        disk.ask(f"cut {dice.randint(0, 99)}")
    if not here.setting.frozen:  # the power may have gone before there was an edition
        process = here.command(*words)
        process.wait()
        here.ended(process)


@contextlib.contextmanager
def _forgetful(place: Path) -> Iterator[tuple[Path, Spoken]]:
    folder = Path(tempfile.mkdtemp(dir=place))
    disk = Spoken(python("tests.faults.forgetful", str(folder)))
    if disk.greeting != "mounted":
        disk.end()
        raise Hung("the forgetful folder could not be mounted")
    try:
        yield folder, disk
    finally:
        disk.end()


@cache
def why_no_fuse() -> str:
    """Return why no file system of our own can be mounted here, or nothing."""
    if not Path("/dev/fuse").exists():
        return "there is no /dev/fuse here"
    return why_no_mount()

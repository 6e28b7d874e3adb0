"""What sending is compared with: a sink that counts, smtp-source, nodemailer, and the disk itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SYNCS = 300


@dataclass(frozen=True, slots=True)
class Counted:
    """What the sink says at its end; `rate` is letters a second from the first one's end to the last's."""

    letters: int
    recipients: int
    distinct: int
    copies: int
    bytes: int
    faults: int
    seconds: float
    rate: float
    cpu: float


class Sink:
    """A running sink; `counted` is set once it has ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        self._said = process.stdout
        self.port = int(self._said.readline())
        self.counted = Counted(0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0)

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        said = self._said.read()
        self._process.wait(30)
        self.counted = Counted(**json.loads(said))


def build_sink(folder: Path) -> Path:
    """Compile sink.c into `folder`; return the program."""
    program = folder / "sink"
    subprocess.run(["cc", "-O2", "-Wall", "-o", program, HERE / "sink.c"], check=True)
    return program


@contextmanager
def running(program: Path, delay: float = 0) -> Iterator[Sink]:
    """Run a sink for the block, whose replies each leave `delay` milliseconds late."""
    process = subprocess.Popen([program, "--delay", str(delay)], stdout=subprocess.PIPE, text=True)
    try:
        sink = Sink(process)
        yield sink
        sink.end()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def against(program: Path, delay: float, send: Callable[[int], object]) -> Counted:
    """Return what a sink of its own counted while `send` sent to the given port."""
    with running(program, delay) as sink:
        send(sink.port)
    return sink.counted


def smtp_source(port: int, letters: int, connections: int, size: int) -> None:
    """Send with Postfix's generator: one thread, no personalising, nothing written down."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    options = f"-d -N -s {connections} -l {size} -m {letters} -f news@example.org -t @example.org"
    _run([program, *options.split(), f"127.0.0.1:{port}"])


def install_nodemailer(folder: Path) -> Path:
    """Install nodemailer into `folder`; return the program that uses it."""
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "nodemailer"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return Path(shutil.copy2(HERE / "nodemailer.mjs", folder))


def nodemailer(program: Path, port: int, letters: int, connections: int, how: str) -> None:
    """Send with nodemailer's pool: `how` is "html" or "raw". The letter lies beside the program."""
    _run(["node", str(program), str(port), str(letters), str(connections), how], program.parent)


def _run(command: Sequence[str], folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, timeout=1800)


def sync_time(folder: Path) -> float:
    """Return the median milliseconds of fdatasync after 4 KB more in a file of `folder`."""
    times = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            os.write(file.fileno(), b"x" * 4096)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000

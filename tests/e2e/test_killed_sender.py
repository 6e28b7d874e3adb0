"""kill -9 in the middle of a send of 2,000, over a real SMTP server: nobody missed, nobody mailed twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_service import founded, free_port, here, syndicate, wait_for

PEOPLE = 2_000
CONNECTIONS = 4


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A running SMTP server: its port and the folder it keeps letters in."""
    port, kept = free_port(), tmp_path / "kept"
    kept.mkdir()
    program = Path(__file__).with_name("sink.py")
    server = subprocess.Popen([sys.executable, program, str(port), str(kept)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    yield port, kept
    server.terminate()
    server.wait(10)


def test_a_killed_send_goes_on_where_it_was(tmp_path: Path, sink: tuple[int, Path]) -> None:
    """Killed midway, the same command ends with everyone served; copies only of letters in flight."""
    port, kept = sink
    site = tmp_path / "site"
    site.mkdir()
    config = founded(site, free_port())
    server = f"{{host: 127.0.0.1, port: {port}, security: none, connections: {CONNECTIONS}}}"
    config.write_text(
        config.read_text().replace("transport: folder", f"transport: smtp\n  smtp: {server}", 1)
    )
    people = site / "people.csv"
    people.write_text("email,name\n" + "".join(f"p{n}@example.org,Person {n}\n" for n in range(PEOPLE)))
    here(site, "subscribers", "import", str(people))
    command = [sys.executable, "-m", "syndicate", "digest", "send", "daily", "--now"]
    sending = subprocess.Popen(command, cwd=site, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(list(kept.iterdir())) >= PEOPLE // 3, 60)
    sending.send_signal(signal.SIGKILL)
    sending.wait()
    begun = time.monotonic()
    report = json.loads(syndicate(site, "digest", "send", "daily", "--now", "--json"))
    assert time.monotonic() - begun < 60
    assert report["letters"]["sent"] == report["letters"]["frozen"] == PEOPLE
    letters = [path.read_bytes().split(b"\n", 1) for path in kept.iterdir()]
    copies = Counter(address for address, _ in letters)
    assert len(copies) == PEOPLE
    assert sum(copies.values()) - PEOPLE <= CONNECTIONS
    assert len({body for _, body in letters}) == PEOPLE, "a copy has the same bytes"
    before = len(letters)
    syndicate(site, "digest", "send", "daily")
    assert len(list(kept.iterdir())) == before

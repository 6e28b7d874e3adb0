"""A hub is told by the running service, and a kill -9 leaves nothing untold."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from hub_server import HubServer
from test_service import founded, free_port, syndicate, wait_for

FEEDS = ["/atom.xml", "/feed.json", "/rss.xml"]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    with HubServer(tmp_path / "public").running() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, hub: HubServer) -> Path:
    """A publication whose feeds are live and told of."""
    config = founded(tmp_path, free_port())
    text = config.read_text()
    assert "\nfeeds:\n" in text
    config.write_text(text.replace("\nfeeds:\n", f"\nfeeds:\n  hub: {hub.url}\n  hub_private: true\n"))
    syndicate(tmp_path, "build")
    assert set(hub.topics) >= set(FEEDS)
    hub.heard.clear()
    return tmp_path


def starts(folder: Path) -> subprocess.Popen[bytes]:
    log = (folder / "log").open("a")
    return subprocess.Popen([sys.executable, "-m", "syndicate", "run"], cwd=folder, stdout=log, stderr=log)


def is_written(folder: Path) -> None:
    (folder / "content" / "baru.md").write_text("---\ntitle: Kabar baru\n---\nIsi kabar yang baru.\n")


def test_the_service_tells_the_hub_at_once(folder: Path, hub: HubServer) -> None:
    """A new article is in the document that the hub fetches when it is told, seconds later."""
    service = starts(folder)
    try:
        time.sleep(1)
        is_written(folder)
        wait_for(lambda: "/atom.xml" in hub.topics)
        main = hub.heard[hub.topics.index("/atom.xml")]
        assert b"Kabar baru" in main.found
    finally:
        service.terminate()
        service.wait(15)


def test_a_kill_while_a_hub_is_told_loses_nothing(folder: Path, hub: HubServer) -> None:
    """All processes die by kill -9 before the hub has answered: the next start tells it, and once."""
    hub.silent = True
    service = starts(folder)
    children: list[int] = []
    try:
        time.sleep(1)
        is_written(folder)
        wait_for(lambda: hub.heard)
        listed = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text()
        children = [int(number) for number in listed.split()]
    finally:
        for number in (service.pid, *children):
            os.kill(number, signal.SIGKILL)
        service.wait(15)
    hub.silent = False
    hub.heard.clear()
    again = starts(folder)
    try:
        wait_for(lambda: set(hub.topics) >= set(FEEDS))
        time.sleep(2)
        assert len(hub.topics) == len(set(hub.topics))
    finally:
        again.terminate()
        again.wait(15)

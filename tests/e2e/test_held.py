"""The running service holds a new article until its page is there, and then has it in its feeds at once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from page_server import PageServer
from test_service import free_port, syndicate, wait_for

CONFIG = """\
publication: {{title: Kabar, url: "{url}"}}
content: {{folder: content, every: 5m}}
pages: false
links: {{wait: 30m, rules: [{{pattern: "/blog/{{slug}}/"}}]}}
web: {{listen: "127.0.0.1:{port}"}}
mail: {{from: Kabar <kabar@news.example.org>}}
"""


@pytest.fixture
def host() -> Iterator[PageServer]:
    with PageServer().running() as running:
        yield running


def test_a_page_that_comes_is_told_of_within_seconds(tmp_path: Path, host: PageServer) -> None:
    """Nothing shows the article before; its feed does as soon as the page was seen, with no scan between."""
    (tmp_path / "content").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=host.url, port=free_port()))
    (tmp_path / "content/lama.md").write_text("---\ntitle: Lama\ndate: 2026-01-01\n---\nIsi.\n")
    syndicate(tmp_path, "build")
    atom = tmp_path / "public/atom.xml"
    assert "/blog/lama/" in atom.read_text()
    with (tmp_path / "log").open("w") as log:
        service = subprocess.Popen(
            [sys.executable, "-m", "syndicate", "run"], cwd=tmp_path, stdout=log, stderr=log
        )
    try:
        time.sleep(1)
        (tmp_path / "content/baru.md").write_text("---\ntitle: Baru\n---\nIsi.\n")
        wait_for(lambda: "HEAD /blog/baru/" in host.asked)
        assert "/blog/baru/" not in atom.read_text()
        assert "/blog/baru/ (it answered 404)" in syndicate(tmp_path, "articles", "waiting")
        host.pages["/blog/baru/"] = 200
        wait_for(lambda: "/blog/baru/" in atom.read_text(), 40)
        assert host.asked.count("HEAD /blog/baru/") <= 3
        assert "No article waits" in syndicate(tmp_path, "articles", "waiting")
    finally:
        service.terminate()
        assert service.wait(15) == 0


def test_a_build_alone_publishes_what_is_there(tmp_path: Path, host: PageServer) -> None:
    """Without a service, the first build after the page came has the article."""
    (tmp_path / "content").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=host.url, port=free_port()))
    syndicate(tmp_path, "build")
    (tmp_path / "content/baru.md").write_text("---\ntitle: Baru\n---\nIsi.\n")
    assert "Held until their pages are there: 1 article" in syndicate(tmp_path, "build")
    assert "/blog/baru/" not in (tmp_path / "public/atom.xml").read_text()
    for name in ("content/baru.md", "baru.md", f"{host.url}/blog/baru/"):
        assert "waits since 20" in syndicate(tmp_path, "why", name)
    syndicate(tmp_path, "why", "nothing.md", status=1)
    host.pages["/blog/baru/"] = 200
    syndicate(tmp_path, "build")
    assert "is shown since" in syndicate(tmp_path, "why", "content/baru.md")
    assert "/blog/baru/" in (tmp_path / "public/atom.xml").read_text()

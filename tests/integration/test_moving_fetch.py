"""Feeds and sitemaps that are fetched: what a server may answer, and what is never opened."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from syndicate.app.moving import fetching
from syndicate.app.moving.comparing import pages_of
from syndicate.app.moving.fetching import body_of
from syndicate.errors import SyndicateError, TemporaryError, UsageError

URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://x.example/a/</loc></url></urlset>'


class _Answers(BaseHTTPRequestHandler):
    """A server with one page of each kind."""

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            self._trickle(b"HTTP/1.0 200 OK\r\n" + (b"\r\n" if self.path == "/slow-body" else b""))
            return
        where = {"/moved": "/plain", "/file": "file:///etc/passwd", "/round": "/round"}.get(self.path)
        if where:
            self.send_response(302)
            self.send_header("Location", where)
            self.end_headers()
            return
        bodies = {
            "/plain": b"hello",
            "/packed": gzip.compress(b"hello"),
            "/bomb": gzip.compress(b"\0" * 2_000_000),
            "/large": b"x" * 200_000,
            "/site/sitemap-index.xml": self._index(),
            "/site/a.xml": URLSET.encode(),
        }
        body = bodies.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def _trickle(self, start: bytes) -> None:
        with suppress(OSError):
            self.wfile.write(start)
            for _ in range(30):
                self.wfile.write(b"x")
                self.wfile.flush()
                sleep(0.05)

    def _index(self) -> bytes:
        place = f"http://{self.headers['Host']}/site/a.xml"
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        return (
            f"<sitemapindex {space}><sitemap><loc>{place}</loc></sitemap><sitemap><loc>file:///etc/passwd</loc>"
            "</sitemap></sitemapindex>"
        ).encode()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server() -> Iterator[str]:
    """Give the address of a server of this machine."""
    found = HTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


def test_an_answer_is_taken_as_it_is_or_unpacked(server: str) -> None:
    """A redirect to another page is followed; gzip is known by its first bytes."""
    for path in ("/plain", "/packed", "/moved"):
        assert body_of(server + path) == b"hello"


def test_what_no_server_should_answer_is_told(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing page, a redirect to a file or in a circle, too much, and a bomb."""
    monkeypatch.setattr(fetching, "LARGEST", 100_000)
    for path, said in (
        ("/none", "it answered 404 Not Found"),
        ("/file", "it answered 302"),
        ("/round", "it answered 302 and leads in a circle$"),
        ("/large", "is larger than"),
        ("/bomb", "is larger than"),
    ):
        with pytest.raises(SyndicateError, match=said):
            body_of(server + path)


@pytest.mark.parametrize("path", ["/slow-head", "/slow-body"])
def test_an_answer_that_trickles_ends(server: str, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A byte now and then keeps every read of a socket alive; the whole answer has one limit."""
    monkeypatch.setattr(fetching, "_SECONDS", 0.5)
    with pytest.raises(TemporaryError, match=r"no (?:whole answer|answer: not whole) after 0\.5 s"):
        body_of(server + path)


def test_nobody_there_is_for_another_time(tmp_path: Path) -> None:
    """The exit status says that the same command may succeed later; a missing file never does."""
    with pytest.raises(TemporaryError, match=r"^http://127\.0\.0\.1:9/: no answer: "):
        body_of("http://127.0.0.1:9/")
    for name in ("none.xml", "a\0b", "."):
        with pytest.raises(UsageError, match="cannot be read"):
            body_of(str(tmp_path / name))
    with pytest.raises(UsageError, match=r"^ftp://127\.0\.0\.1/feed: only http and https addresses"):
        body_of("ftp://127.0.0.1/feed")


def test_the_sitemap_of_a_site_is_found_by_its_usual_names(server: str) -> None:
    """An index is followed to pages of the web alone."""
    assert pages_of(f"{server}/site/") == ["https://x.example/a/"]
    with pytest.raises(SyndicateError, match=r"/none/sitemap\.xml: it answered 404"):
        pages_of(f"{server}/none")

"""What is answered at once is what the application would answer, byte for byte, in order."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import answering

from syndicate.model import OutputFile
from syndicate.publish.compress import compress
from syndicate.publish.folder import publish
from syndicate.web.documents import FeedTerms
from syndicate.web.files import PublishedFiles

FILES = [
    OutputFile("index.html", b"<!doctype html>" + b"<p>Halo</p>" * 200),
    OutputFile("articles/old/gone.html", b"<html>withdrawn"),
    OutputFile("articles/old/index.html.moved", b"/"),
    OutputFile("articles/berita-é/index.html", b"<html>new"),
    OutputFile("articles/a.mp3", bytes(range(256)) * 8192),
    OutputFile("rss.xml", b"<rss><channel>" + b"<item>Kabar kota</item>" * 300 + b"</channel></rss>"),
    OutputFile("_redirects", b"/feed /rss.xml 301\n"),
]
TARGETS = [
    "/",
    "/rss.xml",
    "/rss.xml?x=1",
    "/feed",
    "/articles/berita-%C3%A9/",
    "/articles/berita-%C3%A9",
    "/articles/old/",
    "/articles/a.mp3",
    "/none",
    "/_redirects",
    "/articles/old/gone.html",
    "/articles/old/index.html.moved",
    "/../rss.xml",
    "//rss.xml",
    "/%00",
    "/rss.xml#x",
    "*",
    "http://127.0.0.1/rss.xml",
]
_DATE = re.compile(rb"\r\ndate: [^\r]+")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, int]]]:
    """The addresses of one folder's two servers: with answers at once, and without."""
    folder = tmp_path_factory.mktemp("web") / "public"
    publish(folder, FILES)
    compress(folder)
    time.sleep(1.1)  # a file of this second has no Last-Modified yet
    with ExitStack() as stack:
        places = []
        for at_once in (True, False):
            files = PublishedFiles(
                folder, FeedTerms(hubs=("https://hub.example/",), base="https://n.example")
            )
            base = stack.enter_context(answering(files, files if at_once else None))
            host, _, port = base.removeprefix("http://").partition(":")
            place = (host, int(port))
            places.append(place)
            for target in TARGETS:
                _ask(place, _request("GET", target, "1.1", []))
            assert not at_once or files.at_once(b"/rss.xml", [(b"host", b"n.example")], [])
        yield places


def _request(method: str, target: str, version: str, fields: list[tuple[str, str]]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in [("Host", "n.example"), *fields])
    return f"{method} {target} HTTP/{version}\r\n{lines}\r\n".encode("latin-1")


def _ask(place: tuple[str, int], requests: bytes) -> bytes:
    """Return all that is answered to `requests` and to one more that ends the connection."""
    last = _request("GET", "/none", "1.1", [("Connection", "close")])
    with socket.create_connection(place, timeout=10) as opened:
        opened.sendall(requests + last)
        return _DATE.sub(b"", b"".join(iter(lambda: opened.recv(1 << 16), b"")))


def _tag(place: tuple[str, int]) -> str:
    answer = _ask(place, _request("GET", "/rss.xml", "1.1", [("Accept-Encoding", "gzip")]))
    return bytes(re.findall(rb'etag: ("[^"]+")', answer)[0]).decode()


FIELDS = st.sampled_from(
    [
        ("Accept-Encoding", "gzip"),
        ("Accept-Encoding", "br, gzip;q=0.5"),
        ("accept-encoding", "identity"),
        ("If-None-Match", "TAG"),
        ("If-None-Match", 'W/"x", TAG'),
        ("If-None-Match", "*"),
        ("if-none-match", '"other"'),
        ("If-Modified-Since", "Sun, 06 Nov 2033 08:49:37 GMT"),
        ("If-Modified-Since", "yesterday"),
        ("Range", "bytes=0-9"),
        ("If-Range", "TAG"),
        ("Connection", "keep-alive"),
        ("Connection", "close"),
        ("Content-Length", "0"),
        ("User-Agent", "a reader"),
        ("Expect", "100-continue"),
        ("X-Forwarded-For", "192.0.2.1"),
    ]
)
REQUESTS = st.tuples(
    st.sampled_from(["GET", "GET", "GET", "HEAD", "POST"]),
    st.sampled_from(TARGETS),
    st.sampled_from(["1.1", "1.1", "1.0"]),
    st.lists(FIELDS, max_size=5),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(REQUESTS, min_size=1, max_size=4))
def test_at_once_or_not_the_bytes_are_the_same(
    served: list[tuple[str, int]], requests: list[tuple[str, str, str, list[tuple[str, str]]]]
) -> None:
    """Any mix of requests on one connection, sent together, is answered alike by both."""
    tag = _tag(served[0])
    sent = b"".join(
        _request(method, target, version, [(name, value.replace("TAG", tag)) for name, value in fields])
        for method, target, version, fields in requests
    )
    assert _ask(served[0], sent) == _ask(served[1], sent)


def test_a_client_that_does_not_read_is_not_answered_on(served: list[tuple[str, int]]) -> None:
    """Thousands of requests sent before anything is read are all answered once it reads, in order."""
    request = _request("GET", "/rss.xml", "1.1", [("Accept-Encoding", "identity")])
    with socket.create_connection(served[0], timeout=20) as opened:
        end = _request("GET", "/none", "1.1", [("Connection", "close")])
        sending = threading.Thread(target=opened.sendall, args=(request * 2000 + end,))
        sending.start()
        time.sleep(0.3)  # nothing is read: the server must wait
        answered = b"".join(iter(lambda: opened.recv(1 << 16), b""))
        sending.join(10)
    assert answered.count(b"HTTP/1.1 200 OK\r\n") == 2000
    assert answered.endswith(b"404 Not Found\n")


def test_a_new_file_is_answered_the_next_moment(tmp_path: Path) -> None:
    """A feed that is replaced while clients rush for it is the new one within two thousandths of a second."""
    folder = tmp_path / "public"
    files = PublishedFiles(folder)
    with answering(files, files) as base:
        host, _, port = base.removeprefix("http://").partition(":")
        for number in range(50):
            publish(folder, [OutputFile("rss.xml", f"<rss>{number}</rss>".encode())])
            time.sleep(0.002)
            for _ in range(3):
                answer = _ask((host, int(port)), _request("GET", "/rss.xml", "1.1", []))
                assert f"<rss>{number}</rss>".encode() in answer


def test_who_sends_no_whole_request_in_time_is_cut_off(tmp_path: Path) -> None:
    """Nothing, a head byte by byte, or nothing after an answer: a second later the connection is over."""
    folder = tmp_path / "public"
    publish(folder, FILES)
    files = PublishedFiles(folder)
    with answering(files, files, idle=1) as base:
        host, _, port = base.removeprefix("http://").partition(":")
        whole = _request("GET", "/rss.xml", "1.1", [])
        for start, more in [
            (b"", b""),
            (b"GET /rss.xml HTTP/1.1\r\nX: ", b"y"),
            (whole, b""),
            (whole + b"G", b"E"),
        ]:
            with socket.create_connection((host, int(port)), timeout=5) as opened:
                opened.sendall(start)
                began = time.monotonic()
                with suppress(ConnectionError):
                    while time.monotonic() - began < 1.8:
                        opened.sendall(more)
                        time.sleep(0.2)
                    while opened.recv(1 << 16):
                        assert time.monotonic() - began < 4


def test_a_head_without_end_is_refused(tmp_path: Path) -> None:
    """More than about 64 KB before the body: 431, and no more is kept of it; 30 KB are taken."""
    folder = tmp_path / "public"
    publish(folder, FILES)
    files = PublishedFiles(folder)
    with answering(files, files) as base:
        host, _, port = base.removeprefix("http://").partition(":")
        place = (host, int(port))
        assert _ask(place, _request("GET", "/rss.xml", "1.1", [("X", "y" * 30_000)])).startswith(
            b"HTTP/1.1 200"
        )
        for more in (b"X: " + b"y" * (1 << 20), b"X: y\r\n" * (1 << 17)):
            with socket.create_connection(place, timeout=5) as opened:
                with suppress(ConnectionError):
                    opened.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
                    for start in range(0, len(more), 1 << 14):
                        opened.sendall(more[start : start + (1 << 14)])
                        time.sleep(0.002)
                with suppress(ConnectionError):
                    assert opened.recv(1000).startswith(b"HTTP/1.1 431")

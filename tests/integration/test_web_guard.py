"""Bodies that are too long or too slow, and people who do not read, against a server of real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback import answering, serving

from syndicate.model import OutputFile
from syndicate.publish.folder import publish
from syndicate.web import guard, server
from syndicate.web import server as web_server
from syndicate.web.files import PublishedFiles
from syndicate.web.guard import LONGEST_BODY
from syndicate.web.routes import Front

HEAD = b"POST /subscribe/ HTTP/1.1\r\nHost: n.example\r\n"
BIG = bytes(8 << 20)


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the length of the body."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    body = str(length).encode()
    fields = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Where a publication answers."""
    with published(tmp_path_factory.mktemp("guard")) as found:
        yield found


@contextmanager
def published(folder: Path, idle: int = 15) -> Iterator[tuple[str, int]]:
    """Answer over a feed in `folder` for a block; gives host and port."""
    publish(folder / "public", [OutputFile("rss.xml", b"<rss/>")])
    files = PublishedFiles(folder / "public")
    with answering(Front(told, files), files, idle=idle) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        yield host, int(port)


def said(place: tuple[str, int], *parts: bytes, pause: float = 0.0) -> bytes:
    """Return what is answered to some bytes, sent one after another, until the connection ends."""
    with socket.create_connection(place, timeout=20) as opened:
        with suppress(ConnectionError):
            for part in parts:
                opened.sendall(part)
                time.sleep(pause)
        found = b""
        with suppress(ConnectionError):
            while more := opened.recv(1 << 16):
                found += more
        return found


def form(size: int) -> bytes:
    body = b"x" * size
    return b"%bConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (HEAD, size, body)


def chunked(size: int) -> list[bytes]:
    head = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [head, *[b"400\r\n%b\r\n" % (b"x" * 1024)] * (size >> 10), b"0\r\n\r\n"]


@pytest.mark.parametrize("size", [0, 1, 2000, LONGEST_BODY])
def test_a_small_body_is_taken_whole(place: tuple[str, int], size: int) -> None:
    """Up to 16 KB, at once or in pieces."""
    assert said(place, form(size)).endswith(b"\r\n\r\n%d" % size)
    whole = form(size)
    assert said(place, whole[:40], whole[40:90], whole[90:], pause=0.05).endswith(b"\r\n\r\n%d" % size)
    assert said(place, *chunked(size)).endswith(b"\r\n\r\n%d" % (size & ~1023))


@pytest.mark.parametrize(
    "length", [b"16385", b"20000", b"1000000", b"99999999999999999999", b"00000000000000016"]
)
def test_a_body_that_is_said_to_be_long_is_not_waited_for(place: tuple[str, int], length: bytes) -> None:
    """413 before a byte of it is read."""
    answer = said(place, HEAD + b"Connection: close\r\nContent-Length: " + length + b"\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


def test_a_body_without_a_length_is_not_read_beyond_the_limit(place: tuple[str, int]) -> None:
    """413 as soon as there are more than 16 KB; who goes on is cut off after a while."""
    assert said(place, *chunked(LONGEST_BODY + 1024)).startswith(b"HTTP/1.1 413")
    endless = [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"10000\r\n%b\r\n" % (b"x" * 65536)] * 800]
    began = time.monotonic()
    with socket.create_connection(place, timeout=20) as opened:
        sent = 0
        with pytest.raises(ConnectionError):
            for part in endless:
                opened.sendall(part)
                sent += len(part)
    assert sent < 48 << 20
    assert time.monotonic() - began < 10


def test_a_program_is_told_as_a_problem(place: tuple[str, int]) -> None:
    """RFC 9457 below /api/, few words elsewhere."""
    host, port = place
    with httpx.Client(base_url=f"http://{host}:{port}") as client:
        answer = client.post("/api/subscribe", content=b"x" * 20000)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        problem = json.loads(answer.content)
        assert (problem["status"], problem["type"]) == (413, "about:blank")
        answer = client.post("/subscribe/", content=b"x" * 20000)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/plain; charset=utf-8")
        assert answer.headers["x-frame-options"] == "DENY"
        assert client.post("/subscribe/", content=b"x").text == "1"  # on the same connection


def test_a_file_takes_no_body(place: tuple[str, int]) -> None:
    """Whatever is sent to a published file is answered 405, long or short."""
    host, port = place
    with httpx.Client(base_url=f"http://{host}:{port}") as client:
        for size in (0, 100, 100_000):
            assert client.post("/rss.xml", content=b"x" * size).status_code == 405
        assert client.get("/rss.xml").status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(
    place: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body of a byte a moment is refused with 408, and the connection is over."""
    monkeypatch.setattr(guard.taken, "__kwdefaults__", {"patience": 1.0})
    began = time.monotonic()
    parts = [HEAD + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 8]
    assert said(place, *parts, pause=0.2).startswith(b"HTTP/1.1 408")
    assert 0.9 < time.monotonic() - began < 5


def test_a_body_that_nobody_wants_is_cut_off_too(tmp_path: Path) -> None:
    """The server ends the connection where an answer was given and the body still drips."""
    with published(tmp_path, idle=1) as place:
        began = time.monotonic()
        head = b"POST /rss.xml HTTP/1.1\r\nHost: n.example\r\nContent-Length: 1000\r\n\r\n"
        assert said(place, head, *[b"x"] * 12, pause=0.2).startswith(b"HTTP/1.1 405")
        assert time.monotonic() - began < 5


def test_slow_people_take_nobodys_place(place: tuple[str, int]) -> None:
    """While 200 drip a byte a second each, heads and bodies, others are answered within a second."""
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(place, timeout=5)) for _ in range(200)]
        for number, one in enumerate(slow):
            one.sendall(HEAD + (b"Content-Length: 5000\r\n\r\n" if number % 2 else b"X-Slow: "))
        over = threading.Event()

        def drip() -> None:
            while not over.wait(1):
                for one in slow:
                    with suppress(OSError):
                        one.sendall(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            for _ in range(20):
                began = time.monotonic()
                assert said(place, form(300)).endswith(b"300")
                assert said(place, b"GET /rss.xml HTTP/1.0\r\n\r\n").endswith(b"<rss/>")
                assert time.monotonic() - began < 1
                time.sleep(0.05)
        finally:
            over.set()
            dripping.join()


def test_who_holds_many_connections_keeps_nobody_out(
    place: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes when all places are taken gets that of who has asked nothing for the longest time."""
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 50)
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(place, timeout=5)) for _ in range(50)]
        for one in held[1:]:
            one.sendall(b"GET /rss.xml HTTP/1.1\r\nHost: n.example\r\n\r\n")
            assert one.recv(1 << 16).startswith(b"HTTP/1.1 200")
        for _ in range(5):
            assert said(place, form(300)).endswith(b"300")
        assert held[0].recv(1) == b"", "it never asked anything"
        held[-1].sendall(b"GET /rss.xml HTTP/1.0\r\nHost: n.example\r\n\r\n")
        assert held[-1].recv(1 << 16).startswith(b"HTTP/1.1 200")
        busy = [stack.enter_context(socket.create_connection(place, timeout=5)) for _ in range(50)]
        for one in busy:
            one.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
        time.sleep(0.5)
        assert said(place, form(300)).startswith(b"HTTP/1.1 503"), "all are at work"


@pytest.mark.parametrize(
    "head", [b"GET /rss.xml HTTP/1.1\r\n\r\n", b"GET /rss.xml HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]
)
def test_a_request_says_once_for_whom_it_is(place: tuple[str, int], head: bytes) -> None:
    """HTTP/1.1 without Host, or with two, is refused; HTTP/1.0 may leave it out."""
    assert said(place, head + b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n").count(b"HTTP/1.1 ") == 1
    assert said(place, head).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert said(place, b"GET /rss.xml HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: -5\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ],
)
def test_a_body_of_two_lengths_is_none(place: tuple[str, int], fields: bytes) -> None:
    """What two servers could take for two requests is refused, and nothing after it is heard."""
    answer = said(place, HEAD + fields + b"\r\n0\r\n\r\nGET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"<rss/>" not in answer


def test_who_does_not_read_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of 8 MB is taken: the connection is given up; who takes it slowly gets all of it."""
    monkeypatch.setattr(web_server, "_LOOK", 0.5)
    publish(tmp_path / "public", [OutputFile("big.mp3", BIG)])
    files = PublishedFiles(tmp_path / "public")
    opened = web_server.server(Front(told, files), files, trusted=())
    with serving(opened) as address, ExitStack() as stack:
        host, _, port = address.removeprefix("http://").partition(":")
        deaf, slow = (
            stack.enter_context(socket.create_connection((host, int(port)), timeout=5)) for _ in range(2)
        )
        for one in (deaf, slow):
            one.sendall(b"GET /big.mp3 HTTP/1.0\r\n\r\n")
        got = 0
        while more := slow.recv(1 << 18, socket.MSG_WAITALL):
            got += len(more)
            time.sleep(0.06)
        assert got > len(BIG)
        assert not opened.server_state.connections


def test_a_client_that_goes_in_between_is_no_fault(place: tuple[str, int], caplog: Any) -> None:
    """Half a body, and the connection is over: nothing is answered, nothing is logged."""
    with socket.create_connection(place, timeout=5) as opened:
        opened.sendall(HEAD + b"Content-Length: 1000\r\n\r\nhalf")
        time.sleep(0.1)
    time.sleep(0.2)
    assert not caplog.records


def test_a_body_is_given_once_and_then_the_end() -> None:
    """After the whole body an application hears what the server says: that the client has gone."""

    async def ask() -> list[str]:
        messages = [
            {"type": "http.request", "body": b"a", "more_body": True},
            {"type": "http.request", "body": b"b", "more_body": False},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            raise AssertionError(message)

        scope = {"path": "/api/x", "headers": [(b"content-length", b"2")]}
        taken = await guard.taken(scope, receive, send)
        assert taken is not None
        first = await taken()
        assert first["body"] == b"ab"
        return [first["type"], (await taken())["type"]]

    assert asyncio.run(ask()) == ["http.request", "http.disconnect"]

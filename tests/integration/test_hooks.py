"""One POST to a real HTTP server: what counts as taken, and that no secret is told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hook_server import HookServer

from syndicate.app.hooks import NotPosted, post_json


@pytest.fixture
def server() -> Iterator[HookServer]:
    with HookServer().running() as running:
        yield running


def test_a_post_carries_json_to_the_whole_address(server: HookServer) -> None:
    """Path and query arrive as they were given, the data as JSON in UTF-8."""
    post_json(f"{server.url}/services/T0/x?key=s%20ecret#part", {"message": "désa"})
    [(path, headers, data)] = server.heard
    assert path == "/services/T0/x?key=s%20ecret"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("syndicate/")
    assert data == {"message": "désa"}


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_taken(server: HookServer, status: int) -> None:
    """A receiver may answer as it likes, as long as it takes it."""
    server.answers = status
    post_json(server.url, {})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(server: HookServer, status: int) -> None:
    """What the operator gave is asked, and nobody else; the answer counts as a refusal."""
    server.answers = status
    with pytest.raises(NotPosted, match=f"it answered {status}, a redirect"):
        post_json(f"{server.url}/hook", {})
    assert server.paths == ["POST /hook"]


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_an_error_is_a_refusal(server: HookServer, status: int) -> None:
    """The status is told."""
    server.answers = status
    with pytest.raises(NotPosted, match=f"it answered {status}"):
        post_json(server.url, {})


@pytest.mark.parametrize("answers", ["slow", "trickle"])
def test_no_answer_is_waited_for_longer_than_the_limit(server: HookServer, answers: str) -> None:
    """Neither silence nor a byte now and then holds the caller."""
    server.answers = answers
    begun = time.monotonic()
    with pytest.raises(NotPosted, match=r"no answer within 0\.3 s"):
        post_json(server.url, {}, timeout=0.3)
    assert time.monotonic() - begun < 3


def test_a_receiver_that_is_down_is_told_without_its_address() -> None:
    """The reason is there, the secret in the address is not."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(NotPosted, match="Connection refused") as refused:
        post_json(f"http://127.0.0.1:{port}/secret", {})
    assert "secret" not in str(refused.value)
    assert str(port) not in str(refused.value)


def test_garbage_is_a_refusal() -> None:
    """A server of another kind, such as one that speaks first, fails like one that is down."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.listen()
        port = listening.getsockname()[1]

        def speak() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(NotPosted):
            post_json(f"http://127.0.0.1:{port}/", {}, timeout=5)
        thread.join()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "hook"])
def test_other_addresses_are_refused(url: str) -> None:
    """Only http and https are spoken."""
    with pytest.raises(NotPosted, match="no http or https"):
        post_json(url, {})


def test_tls_is_verified(server: HookServer) -> None:
    """A server that speaks no TLS, or cannot prove its name, gets nothing."""
    with pytest.raises(NotPosted):
        post_json(server.url.replace("http://", "https://"), {}, timeout=5)
    assert server.heard == []

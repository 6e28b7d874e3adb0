"""Whose X-Forwarded fields are believed, seen through real sockets with the settings of `syndicate run`."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from syndicate.config import Web
from syndicate.web.server import server as server_of

SAID = {
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.example",
    "forwarded": "for=198.51.100.9;proto=https;host=evil.example",
}


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what an application is told about who asks."""
    host = dict(scope["headers"])[b"host"].decode()
    body = json.dumps({"client": scope["client"][0], "scheme": scope["scheme"], "host": host}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def answering(trusted: Sequence[str] | None, family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    """Answer as the web worker does, with `trusted` as in the configuration; gives the port."""
    web = Web() if trusted is None else Web(trusted_proxies=tuple(trusted))
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.bind(("::" if family == socket.AF_INET6 else "127.0.0.1", 0))
    listening.listen()
    server = server_of(told, None, trusted=web.trusted_proxies)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def asked(port: int, *, by: str = "127.0.0.1", **fields: str) -> dict[str, str]:
    """Ask from the address `by`; return what the application was told."""
    headers = {**SAID, **{name.replace("_", "-"): value for name, value in fields.items()}}
    host = "[::1]" if ":" in by else "127.0.0.1"
    with httpx.Client(transport=httpx.HTTPTransport(local_address=by)) as client:
        answer: dict[str, str] = client.get(f"http://{host}:{port}/", headers=headers).json()
    return answer


BELIEVED = ("203.0.113.7", "https")


def of(answer: dict[str, str]) -> tuple[str, str]:
    return answer["client"], answer["scheme"]


def test_by_default_this_machine_is_believed_and_nobody_else() -> None:
    """A proxy on 127.0.0.1 is; a peer with another address, which anybody may be, is not."""
    with answering(None) as port:
        assert of(asked(port)) == BELIEVED
        assert of(asked(port, by="127.0.0.2")) == ("127.0.0.2", "http")


def test_without_proxies_nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even this machine, nor whom the environment variable of the server beneath names."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with answering([]) as port:
        assert of(asked(port)) == ("127.0.0.1", "http")


@pytest.mark.parametrize("trusted", ["127.0.0.2", "127.0.0.2/31", "127.0.0.3/31"])
def test_who_is_named_is_believed(trusted: str) -> None:
    """An address or a network of the configuration, however it is written; not the one beside it."""
    with answering([trusted]) as port:
        assert of(asked(port, by="127.0.0.2")) == BELIEVED
        assert of(asked(port)) == ("127.0.0.1", "http")
        assert of(asked(port, by="127.0.0.4")) == ("127.0.0.4", "http")


@pytest.mark.parametrize("trusted", ["127.0.0.2", "127.0.0.2/31"])
def test_a_socket_for_both_kinds_of_addresses_knows_its_proxies(trusted: str) -> None:
    """On `[::]` a proxy at 127.0.0.2 is ::ffff:127.0.0.2, and believed as well; others are not."""
    if not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 here")
    with answering([trusted], socket.AF_INET6) as port:
        assert of(asked(port, by="127.0.0.2")) == BELIEVED
        assert of(asked(port)) == ("::ffff:127.0.0.1", "http")


def test_of_several_addresses_the_last_that_no_proxy_of_ours_has_counts() -> None:
    """What a client writes before its own address is not taken for it: each proxy adds at the end."""
    with answering(["127.0.0.1", "10.0.0.0/8"]) as port:
        chain = "192.0.2.66, 203.0.113.7, 10.1.2.3"
        assert asked(port, x_forwarded_for=chain)["client"] == "203.0.113.7"


@pytest.mark.parametrize("scheme", ["javascript", "https://evil.example/", "", "gopher"])
def test_a_scheme_that_is_none_is_not_taken(scheme: str) -> None:
    """Of X-Forwarded-Proto only http and https count."""
    with answering(None) as port:
        assert asked(port, x_forwarded_proto=scheme)["scheme"] == "http"


def test_no_host_is_taken_from_a_forwarded_field() -> None:
    """X-Forwarded-Host and Forwarded change nothing, whoever sends them: our address is configured."""
    with answering(None) as port:
        assert asked(port)["host"] == f"127.0.0.1:{port}"

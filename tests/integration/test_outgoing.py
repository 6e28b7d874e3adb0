"""Requests to other machines: what is refused before a byte leaves, and what is connected to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hook_server import HookServer

from syndicate.app.outgoing import LARGEST, NoAnswer, PrivateAddress, Request, ask, is_public

PRIVATE = """127.0.0.1 127.8.9.1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 192.0.2.1
198.18.0.1 198.51.100.7 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%1 fc00::1
fd12:3456::1 ff02::1 2001:db8::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 2002:7f00:1:: 2002:0a00:0001::1
64:ff9b::7f00:1 64:ff9b::c0a8:101 64:ff9b:1::1"""
PUBLIC = "93.184.216.34 8.8.8.8 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:0808:0808::1"


@pytest.fixture
def server() -> Iterator[HookServer]:
    with HookServer().running() as running:
        yield running


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses_are_known(address: str) -> None:
    """Whatever is not of the public internet, also wrapped in an IPv6 address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_known(address: str) -> None:
    """An address of the internet stays one when it is wrapped."""
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "[::]"])
def test_no_spelling_of_this_machine_is_asked(server: HookServer, host: str) -> None:
    """What counts is the address that would be connected to, not how it is written."""
    port = urlsplit(server.url).port
    with pytest.raises(PrivateAddress):
        ask(Request("GET", f"http://{host}:{port}/"), public_only=True)
    assert server.paths == []


def test_one_private_address_among_public_ones_is_enough(server: HookServer) -> None:
    """A name that leads to both is not asked."""
    port = urlsplit(server.url).port

    def resolve(host: str, port: int, **more: Any) -> list[tuple[Any, ...]]:
        kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kinds, ("93.184.216.34", port)), (*kinds, ("127.0.0.1", port))]

    with pytest.raises(PrivateAddress):
        ask(Request("GET", f"http://hub.example:{port}/"), public_only=True, resolve=resolve)


def test_the_address_that_was_judged_is_the_one_connected_to(server: HookServer) -> None:
    """A name is looked up once, and what came is connected to: a second answer could be another."""
    asked: list[str] = []

    def resolve(host: str, port: int, **more: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    port = urlsplit(server.url).port
    answer = ask(Request("POST", f"http://hub.example:{port}/x", b"{}"), resolve=resolve)
    assert answer.status == 204
    assert asked == ["hub.example"]
    assert server.heard[0][1]["Host"] == f"hub.example:{port}"


def test_an_address_that_is_dead_is_passed_over(server: HookServer) -> None:
    """Of several addresses the first that takes the connection answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = probe.getsockname()[1]

    def resolve(host: str, port: int, **more: Any) -> list[tuple[Any, ...]]:
        kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kinds, ("127.0.0.1", dead)), (*kinds, ("127.0.0.1", port))]

    port = urlsplit(server.url).port
    assert ask(Request("GET", f"http://hub.example:{port}/"), resolve=resolve).status == 200


def test_a_long_answer_is_not_read_to_its_end() -> None:
    """A body is read to 4 KB, however long it says it is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        from threading import Thread

        def speak() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 9000)

        thread = Thread(target=speak)
        thread.start()
        answer = ask(Request("GET", f"http://127.0.0.1:{listening.getsockname()[1]}/"))
        thread.join()
    assert answer.body == b"x" * LARGEST


def test_a_name_that_nobody_has_is_no_answer() -> None:
    """The reason is told."""
    with pytest.raises(NoAnswer):
        ask(Request("GET", "http://nobody.invalid/"), timeout=5)

"""Who may see the operator's pages: this machine alone, asked by its own name, with nobody between."""

from __future__ import annotations

from typing import Any

import pytest

from syndicate.web.loopback import host_name, is_loopback, may_see

HERE = ("127.0.0.1", 54321)


def asked(*headers: tuple[str, str], client: Any = HERE, host: str | None = "localhost:8000") -> str:
    every = [*headers, *([("Host", host)] if host is not None else [])]
    scope = {"headers": [(name.encode(), value.encode("latin-1")) for name, value in every], "client": client}
    return may_see(scope, "127.0.0.1")


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may(peer: str) -> None:
    """Each of the addresses that are this machine's own."""
    assert asked(client=(peer, 1)) == "yes"


@pytest.mark.parametrize(
    "peer", ["10.0.0.1", "192.0.2.1", "::2", "::ffff:10.0.0.1", "", "localhost", "unix:"]
)
def test_no_other_machine_may(peer: str) -> None:
    """Neither neighbours nor what is no address."""
    assert asked(client=(peer, 1)) == "stranger"


def test_a_peer_without_an_address_may_not() -> None:
    """Nobody knows who sits behind a socket of another kind."""
    assert asked(client=None) == "stranger"


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "x-forwarded-proto",
        "X-FORWARDED-HOST",
        "Forwarded",
        "Via",
        "X-Real-IP",
        "x-forwarded",
    ],
)
def test_what_was_passed_on_may_not(name: str) -> None:
    """Any trace of a proxy refuses, whatever it says: also that the client was this machine."""
    assert asked((name, "127.0.0.1")) == "stranger"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]", "[::1]:8000", "localhost."]
)
def test_the_names_of_this_machine_are_known(host: str) -> None:
    """With or without a port."""
    assert asked(host=host) == "yes"


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "", "::1"),
        *(
            "localhost@evil.example",
            "evil.example@localhost",
            "localhost:80:80",
            "local host",
            "[::1",
            "0.0.0.0",  # noqa: S104 a name here
        ),
        *("localhost/", "localhost\x00", "127.0.0.1:", "2130706433"),
    ],
)
def test_other_names_are_refused(host: str) -> None:
    """A name elsewhere that is made to lead here (DNS rebinding) opens nothing."""
    assert asked(host=host) == "wrong host"


def test_one_name_alone_is_given() -> None:
    """Two Host fields, or none, are refused."""
    assert asked(("Host", "localhost")) == "wrong host"
    assert asked(host=None) == "wrong host"


def test_the_address_that_is_listened_at_is_a_name() -> None:
    """An operator who listens at one address may use it; one for all addresses is none."""
    scope = {"headers": [(b"host", b"127.0.0.9:8000")], "client": HERE}
    assert may_see(scope, "127.0.0.9") == "yes"
    assert may_see({"headers": [(b"host", b"0.0.0.0")], "client": HERE}, "0.0.0.0") == "wrong host"  # noqa: S104


def test_names_and_peers_are_read() -> None:
    """The name without port and brackets; no text that is no address is this machine."""
    assert host_name("[::1]:80") == "::1"
    assert host_name("a b") == ""
    assert not is_loopback("127.0.0.1 ")

"""`mail test`: each step is shown, and a failing one says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from delivery_servers import certificate, letter, mailbox, only_ani, scripted, server_context

from syndicate.config import Config
from syndicate.delivery.probe import Step, probe
from syndicate.delivery.relays import TRANSPORTS, describe, make_relays
from syndicate.errors import UsageError


def configured(tmp_path: Path, transport: str, **smtp: Any) -> Config:
    values = {
        "publication": {"title": "Kabar", "url": "https://news.example.org"},
        "mail": {"from": "Kabar <news@example.org>", "transport": transport, "smtp": smtp},
    }
    return Config.model_validate(values, context={"base": tmp_path})


def with_relays(tmp_path: Path, *relays: Mapping[str, Any]) -> Config:
    mail = {"from": "Kabar <news@example.org>", "transport": "smtp", "relays": relays}
    values = {"publication": {"title": "Kabar", "url": "https://news.example.org"}, "mail": mail}
    return Config.model_validate(values, context={"base": tmp_path})


async def probed(config: Config, *, only: str = "") -> tuple[bool, list[Step]]:
    steps: list[Step] = []
    return await probe(config, letter(), steps.append, only=only), steps


def test_the_folder_says_where_the_file_is(tmp_path: Path) -> None:
    """The folder transport has one step, which names the file."""
    good, steps = asyncio.run(probed(configured(tmp_path, "folder")))
    path = tmp_path / "var" / "mail" / "ani.eml"
    assert (good, [(step.name, step.ok) for step in steps]) == (True, [("send", True)])
    assert str(path) in steps[0].words
    assert path.is_file()


def test_a_good_relay_shows_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect, TLS, login and send are shown with the server's words, by the system's own trust."""
    path = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    async def main() -> tuple[bool, list[Step]]:
        async with mailbox(tls_context=server_context(path), authenticator=only_ani) as (_, port):
            smtp = {"host": "127.0.0.1", "port": port, "username": "ani", "password": "pass word"}
            return await probed(configured(tmp_path, "smtp", **smtp))

    good, steps = asyncio.run(main())
    assert good
    assert [step.name for step in steps] == ["connect", "tls", "login", "send"]
    assert "kept" in steps[-1].words
    assert not any(step.advice for step in steps)


def test_a_certificate_nobody_signed_comes_with_advice(tmp_path: Path) -> None:
    """With the system's own trust a self-signed relay is refused, and the text says what to do."""

    async def main() -> tuple[bool, list[Step]]:
        async with mailbox(tls_context=server_context(certificate(tmp_path))) as (_, port):
            return await probed(configured(tmp_path, "smtp", host="127.0.0.1", port=port))

    good, steps = asyncio.run(main())
    assert not good
    assert [(step.name, step.ok) for step in steps] == [("connect", True), ("tls", False)]
    assert "SSL_CERT_FILE" in steps[-1].advice


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ({"RCPT": "554 5.7.1 <ani@example.org>: Relay access denied"}, "login"),
        ({"MAIL": "553 5.7.1 <news@example.org>: Sender address rejected"}, "mail.from"),
        ({"RCPT": "450 4.7.1 greylisted"}, "some minutes"),
    ],
)
def test_a_refusal_comes_with_advice(tmp_path: Path, script: Mapping[str, str], told: str) -> None:
    """A letter that is not taken shows the server's words and what an operator should change."""

    async def main() -> tuple[bool, list[Step]]:
        async with scripted(script) as (_, port):
            return await probed(configured(tmp_path, "smtp", host="127.0.0.1", port=port, security="none"))

    good, steps = asyncio.run(main())
    assert not good
    assert [(step.name, step.ok) for step in steps] == [("connect", True), ("send", False)]
    assert next(iter(script.values())) in steps[-1].words
    assert told in steps[-1].advice


def test_every_transport_of_the_configuration_has_a_relay(tmp_path: Path) -> None:
    """Each name that mail.transport may hold makes a relay and says in words where letters go."""
    allowed = set(TRANSPORTS)
    for name in allowed:
        config = configured(tmp_path, name, host="mail.example.org", username="ani", password="hush")
        assert len(make_relays(config)) == 1
        assert "letters" in describe(config)
        assert "hush" not in describe(config)
    assert allowed == {"folder", "smtp"}


def test_each_of_several_relays_is_tried(tmp_path: Path) -> None:
    """One that fails keeps no other from being tried, each step says whose it is, and advice too."""

    async def main() -> tuple[bool, list[Step], list[Step], int]:
        async with (
            scripted({}) as (good, port),
            scripted({"RCPT": "554 5.7.1 Relay access denied"}) as (_, bad),
        ):
            config = with_relays(
                tmp_path,
                {"name": "first", "host": "127.0.0.1", "port": bad, "security": "none"},
                {"name": "second", "host": "127.0.0.1", "port": port, "security": "none"},
            )
            fine, steps = await probed(config)
            _, alone = await probed(config, only="second")
            return fine, steps, alone, len(good.taken)

    fine, steps, alone, taken = asyncio.run(main())
    assert not fine
    assert [(step.relay, step.name, step.ok) for step in steps] == [
        ("first", "connect", True),
        ("first", "send", False),
        ("second", "connect", True),
        ("second", "send", True),
    ]
    assert "set its username" in steps[1].advice
    assert [(step.relay, step.ok) for step in alone] == [("second", True), ("second", True)]
    assert taken == 2


def test_an_unknown_relay_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    """A misspelt name tries nothing."""
    config = with_relays(tmp_path, {"host": "a.example"}, {"provider": "gmail", "username": "x@gmail.com"})
    with pytest.raises(UsageError, match=r"'b\.example' \(there are: a\.example, gmail\)"):
        asyncio.run(probed(config, only="b.example"))


def test_several_relays_are_put_in_words(tmp_path: Path) -> None:
    """Each with its host, its share and its login, but for a login that is a secret itself."""
    config = with_relays(
        tmp_path,
        {"host": "a.example", "weight": 3, "username": "ani"},
        {"provider": "postmark", "username": "hush", "password": "hush", "priority": 1},
    )
    words = describe(config)
    assert "a.example:587 (starttls) as ani, priority 0, weight 3" in words
    assert "smtp-broadcasts.postmarkapp.com:587 (starttls) with login, priority 1, weight 1" in words
    assert "hush" not in words

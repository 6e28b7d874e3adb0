"""Who a letter is from, over a real server: envelope, headers and ids, as the configuration has them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path

import pytest
from delivery_servers import scripted
from publications import Publication, maker

from syndicate.app.forecast import preview
from syndicate.app.previewing import sample_letter
from syndicate.configfile import load_config
from syndicate.delivery.probe import Step, probe

Maker = Callable[..., Publication]
OWN = ', from: "Désk <desk@daily.example>", reply_to: ask@daily.example'


def read(body: bytes) -> Message:
    return message_from_bytes(body, policy=policy.default)


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


def letter_that_arrives(make: Maker, more: str, *, own: str = "") -> tuple[str, bytes]:
    """Send a letter through every relay; return the last MAIL command and the letter.

    `own` are settings of the newsletter.
    """

    async def main() -> tuple[str, bytes]:
        async with scripted({}) as (server, port):
            relay = f"host: 127.0.0.1, port: {port}, security: none"
            news = make(more="  transport: smtp\n" + more.replace("RELAY", relay))
            file = news.folder / "config.yaml"
            file.write_text(file.read_text().replace('"07:00"', f'"07:00"{own}'))
            news.config = load_config(file, {})
            news.site = replace(news.site, config=news.config)
            news.article_is_dropped("first")
            news.folder_is_scanned()
            shown = preview(news.site, "daily", news.articles, now=news.now)
            letter = sample_letter(news.site, shown, recipient="ani@example.org")
            steps: list[Step] = []
            assert await probe(news.config, letter, steps.append), steps
            [*_, command] = [said for said in server.said if said.startswith("MAIL")]
            return command, server.taken[-1][1]

    return asyncio.run(main())


def test_a_letter_has_the_senders_that_are_configured(publication: Maker) -> None:
    """From and Reply-To are the newsletter's, bounces go their own way, ids stay in mail.from's domain."""
    more = "  bounce_address: back@bounce.example\n  smtp: {RELAY}\n"
    command, body = letter_that_arrives(publication, more, own=OWN)
    letter = read(body)
    assert command.startswith("MAIL FROM:<back@bounce.example>")
    assert letter["From"] == "Désk <desk@daily.example>"
    assert letter["Reply-To"] == "ask@daily.example"
    assert letter["Message-ID"].endswith("@news.example.org>")
    assert letter["List-Id"] == "Daily News <daily.news.example.org>"


def test_without_a_bounce_address_bounces_go_to_the_newsletter(publication: Maker) -> None:
    """The envelope's sender is From's address."""
    command, _ = letter_that_arrives(publication, "  smtp: {RELAY}\n", own=OWN)
    assert command.startswith("MAIL FROM:<desk@daily.example>")
    command, body = letter_that_arrives(publication, "  smtp: {RELAY}\n")
    assert command.startswith("MAIL FROM:<news@news.example.org>")
    assert read(body)["Reply-To"] is None


def test_a_letter_tells_every_provider_not_to_track(publication: Maker) -> None:
    """The headers of all configured providers arrive whichever relay took it, in lines of 78 at most."""
    more = (
        "  relays:\n"
        "    - {RELAY, name: a, provider: sendgrid, password: x, username: ''}\n"
        "    - {RELAY, name: b, provider: mailjet, username: '', password: ''}\n"
        "  headers: {Feedback-ID: 'a:b:c:testnews'}\n"
    )
    _, body = letter_that_arrives(publication, more)
    letter = read(body)
    assert '"clicktrack": {"settings": {"enable": 0}}' in letter["X-SMTPAPI"]
    assert (letter["X-Mailjet-TrackOpen"], letter["X-Mailjet-TrackClick"]) == ("0", "0")
    assert letter["Feedback-ID"] == "a:b:c:testnews"
    head = body.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(len(line) for line in head if not line.startswith((b"List-Unsubscribe", b"Message-ID"))) <= 78

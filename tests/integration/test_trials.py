"""`digest test`: the next letter to a few addresses, marked as a test, to nobody else and lost by nobody."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session
from click.testing import CliRunner, Result
from publications import Publication, maker

from syndicate.app.sending import deliver_due
from syndicate.cli import cli
from syndicate.digest.mime import header
from syndicate.digest.trial import as_test
from syndicate.model import DeliveryState
from syndicate.store import editions, subscribers, tables

Answer = Callable[[Envelope], str]


class Inbox:
    """A real SMTP server in a thread: what it took, and what it answers to each letter."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answer: Answer = lambda _envelope: "250 2.0.0 kept"
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.answer(envelope)
        if said.startswith("2"):
            self.envelopes.append(envelope)
        return said

    @property
    def letters(self) -> list[EmailMessage]:
        bodies = [one.content for one in self.envelopes]
        found: list[Any] = [
            message_from_bytes(one if isinstance(one, bytes) else b"", policy=policy.SMTP) for one in bodies
        ]
        return found

    @property
    def people(self) -> list[str]:
        return sorted(address for one in self.envelopes for address in one.rcpt_tos)


@contextmanager
def answering() -> Iterator[Inbox]:
    """Serve an inbox on loopback for the block."""
    box, ready = Inbox(), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(lambda: SMTP(box, hostname="relay.example"), "127.0.0.1", 0)
        box.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with answering() as box:
        yield box


@pytest.fixture
def news(tmp_path: Path, inbox: Inbox) -> Iterator[Publication]:
    """A publication whose letters go to `inbox`, with an article and a subscriber."""
    relay = f"{{host: 127.0.0.1, port: {inbox.port}, security: none}}"
    with maker(tmp_path) as make:
        made = make(more=f"  transport: smtp\n  smtp: {relay}\n")
        made.article_is_dropped("Tides", "They come and go.", date="2026-11-22")
        made.is_built()
        made.people_subscribe("reader@example.org")
        yield made


def tried(news: Publication, *words: str) -> Result:
    return CliRunner().invoke(cli, ["digest", "test", *words, "--config", str(news.folder / "config.yaml")])


def states(news: Publication) -> dict[DeliveryState, int]:
    with news.site.store.read() as conn:
        return {state: number for state, number in editions.tally(conn).counts.items() if number}


def test_each_address_gets_a_marked_letter_of_its_own(news: Publication, inbox: Inbox) -> None:
    """The subject says that it is a test, Message-IDs differ, the rest is the letter as it would leave."""
    result = tried(news, "daily", "ani@example.org", "budi@example.org", "ANI@example.org")
    assert result.exit_code == 0, result.output
    assert inbox.people == ["ani@example.org", "budi@example.org"]
    first, second = inbox.letters
    assert first["Subject"] == second["Subject"] == "[Test] Daily News: Tides"
    assert first["Message-ID"] != second["Message-ID"]
    assert first.get_body(("plain",)) and "They come and go." in str(first.get_body(("plain",)))
    assert "ok   ani@example.org: 250 2.0.0 kept" in result.output
    assert not [name for name in first.keys() if name.lower().startswith("x-")]  # noqa: SIM118 no mapping


def test_nobody_else_gets_anything(news: Publication, inbox: Inbox) -> None:
    """An edition that waits stays where it is: the command sends its own letters alone."""
    made = news.edition_is_made(at_once=True)
    assert made.fate == "made"
    assert tried(news, "daily", "ani@example.org").exit_code == 0
    assert inbox.people == ["ani@example.org"]
    assert states(news) == {DeliveryState.PENDING: 1, DeliveryState.SENT: 1}
    deliver_due(news.site)
    assert inbox.people == ["ani@example.org", "reader@example.org"]


def test_a_test_does_not_count_as_mailed(news: Publication) -> None:
    """The edition after it has the same articles, for the same people."""
    assert tried(news, "daily", "ani@example.org").exit_code == 0
    made = news.edition_is_made(at_once=True)
    assert (made.fate, made.recipients) == ("made", 1)


def test_its_unsubscribe_link_opens_nothing(news: Publication, inbox: Inbox) -> None:
    """Also for a subscriber: header and link lead to a page that says that it was a test."""
    assert tried(news, "daily", "reader@example.org", "--for", "reader@example.org").exit_code == 0
    [letter] = inbox.letters
    with news.site.store.read() as conn:
        [person] = subscribers.subscribers(conn)
    assert person.token not in str(letter)
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    words = str(letter["List-Unsubscribe"]) + "".join(part.get_content() for part in parts if part)
    links = set(re.findall(r"https?://[^\s\"<>]*/unsubscribe/[^\s\"<>]*", words))
    assert links == {f"{news.config.web_url}/unsubscribe/test"}


def test_what_a_relay_refuses_fails_with_its_words(news: Publication, inbox: Inbox) -> None:
    """One is refused, the other is taken: exit status 1, the reason, and what to do."""

    def picky(envelope: Envelope) -> str:
        return "550 5.1.1 no such user" if "budi@example.org" in envelope.rcpt_tos else "250 2.0.0 kept"

    inbox.answer = picky
    result = tried(news, "daily", "ani@example.org", "budi@example.org")
    assert result.exit_code == 1
    assert "ok   ani@example.org" in result.output
    assert "FAIL budi@example.org: 550 5.1.1 no such user" in result.output
    assert "does not exist" in result.output
    assert inbox.people == ["ani@example.org"]


def test_what_a_relay_puts_off_is_kept(news: Publication, inbox: Inbox) -> None:
    """A 4xx is told with the next try, and the letter leaves once the relay takes it."""
    inbox.answer = lambda _envelope: "451 4.3.0 later"
    result = tried(news, "daily", "ani@example.org")
    assert result.exit_code == 1
    assert "FAIL ani@example.org: 451 4.3.0 later" in result.output and "It waits" in result.output
    assert states(news) == {DeliveryState.DEFERRED: 1}
    inbox.answer = lambda _envelope: "250 2.0.0 kept"
    with news.site.store.write() as tx:
        moment = news.now - timedelta(days=1)
        for table in (tables.delivery, tables.chunk):
            tx.execute(sa.update(table).values(due_at=moment))
    deliver_due(news.site)
    assert inbox.people == ["ani@example.org"]


def test_a_relay_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Nothing is lost, and the reason is said."""
    with maker(tmp_path) as make:
        made = make(more="  transport: smtp\n  smtp: {host: 127.0.0.1, port: 1, security: none}\n")
        made.article_is_dropped("Tides", date="2026-11-22")
        result = tried(made, "daily", "ani@example.org")
        assert result.exit_code == 1
        assert "FAIL ani@example.org" in result.output and "refused" in result.output
        assert states(made) == {DeliveryState.PENDING: 1}


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (["nonsense"], "'nonsense' is not a mail address"),
        (["a@example.org>\r\nRCPT TO:<b@example.org"], "is not a mail address"),
        (["ok@example.org", "one", "two"], "'one' is not a mail address"),
        ([f"a{number}@example.org" for number in range(21)], "20 addresses at most"),
    ],
)
def test_addresses_are_checked_first(
    news: Publication, inbox: Inbox, addresses: list[str], said: str
) -> None:
    """With one that is none, or too many, nobody gets anything."""
    result = tried(news, "daily", *addresses)
    assert result.exit_code != 0
    assert said in str(result.exception)
    assert inbox.people == [] and states(news) == {}


def test_beside_a_sender_at_work_it_waits_for_that_one(news: Publication, inbox: Inbox) -> None:
    """The sender that holds the lock sends the tests; the command tells what became of them."""
    results: list[Result] = []
    with news.site.sender_lock():
        command = threading.Thread(target=lambda: results.append(tried(news, "daily", "a@example.org")))
        command.start()
        command.join(1)
        assert command.is_alive() and inbox.people == []
    command.join(30)
    assert results[0].exit_code == 0
    assert inbox.people == ["a@example.org"]


def test_a_folder_takes_them_too(tmp_path: Path) -> None:
    """Where no relay is configured they are files, and that is said."""
    with maker(tmp_path) as make:
        made = make()
        made.article_is_dropped("Tides", date="2026-11-22")
        result = tried(made, "daily", "ani@example.org", "--language", "id")
        assert result.exit_code == 0, result.output
        assert "Nobody was mailed" in result.output
        [file] = made.config.mail.folder.iterdir()
        assert b"\r\nSubject: [" in file.read_bytes()


@pytest.mark.parametrize("subject", ["Daily", "Ünïcode " * 30, "سلام", "a\r\nBcc: x@example.org", ""])
def test_the_mark_stands_in_the_subject_alone(subject: str) -> None:
    """Whatever the old subject was, there is one subject after it and every other byte is as before."""
    head = b"From: a@example.org\r\n" + header("Subject", subject) + b"To: b@example.org\r\n"
    body = b"\r\nSubject: in the text\r\n"
    marked = as_test(head + body, subject, "en")
    letter = message_from_bytes(marked, policy=policy.default)
    assert letter.get_all("Subject") == [f"[Test] {' '.join(subject.split())}".strip()]
    assert letter.keys() == ["From", "Subject", "To"]
    assert marked.endswith(b"To: b@example.org\r\n" + body)


def test_the_page_of_a_test_says_so(news: Publication) -> None:
    """GET and the one-click POST are answered, and change nothing."""
    import httpx
    import loopback

    from syndicate.web.routes import make_web

    with loopback.answering(make_web(news.site, started=news.now)) as address:
        for method in ("GET", "POST"):
            answer = httpx.request(method, f"{address}/unsubscribe/test")
            assert (answer.status_code, "That was a test" in answer.text) == (200, True)
    with news.site.store.read() as conn:
        assert [one.state for one in subscribers.subscribers(conn)] == ["active"]

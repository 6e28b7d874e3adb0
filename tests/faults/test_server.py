"""The fault server itself, by Python's own SMTP client and by hand."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .journal import read_journal
from .plan import Plan
from .processes import Server
from .server import Manner
from .stages import make_certificate

BODY = b"Message-ID: <one@example.org>\r\n\r\nHello\r\n.a dot\r\n..\r\n"


@contextmanager
def server(place: Path, manner: Manner) -> Iterator[Server]:
    running = Server(place / "journal", manner)
    try:
        yield running
    finally:
        running.end()


def test_it_takes_letters_as_they_are_and_commits_what_is_planned(tmp_path: Path) -> None:
    """Dots are right, a 250 means that the letter is in the journal, and faults come at their visits."""
    plan = Plan(at=("dot:taken-drop:2", "rcpt:5xx:3", "mail:split:3", "mail:glued:4"))
    with server(tmp_path, Manner(plan)) as running:
        client = smtplib.SMTP("127.0.0.1", running.port, timeout=10)
        assert client.sendmail("a@example.org", ["p1@example.org"], BODY) == {}
        assert len(read_journal(running.journal)) == 1
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.sendmail("a@example.org", ["p2@example.org"], BODY)
        client = smtplib.SMTP("127.0.0.1", running.port, timeout=10)
        with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"5\.1\.1"):
            client.sendmail("a@example.org", ["p3@example.org"], BODY)
        assert client.sendmail("a@example.org", ["p4@example.org"], BODY) == {}
        client.quit()
        taken = read_journal(running.journal)
    assert [(one.recipient[:2], one.fault, one.said) for one in taken] == [
        ("p1", "", True),
        ("p2", "taken-drop", False),
        ("p4", "", True),
    ]
    assert {(one.message_id, one.sha256) for one in taken} == {
        ("one@example.org", hashlib.sha256(BODY).hexdigest())
    }


def test_pipelined_commands_are_answered_in_their_order(tmp_path: Path) -> None:
    """The next envelope may ride behind a dot; after a refused recipient a lone dot ends what was 354."""
    envelope = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<%b@example.org>\r\nDATA\r\n"
    with server(tmp_path, Manner()) as running, socket.create_connection(("127.0.0.1", running.port)) as wire:
        wire.sendall(b"EHLO me\r\n" + envelope % b"p1")
        replies = wire.makefile("rb")
        assert _codes(replies, 5) == [220, 250, 250, 250, 354]
        wire.sendall(BODY.replace(b"\r\n.", b"\r\n..") + b".\r\n" + envelope % b"gone1")
        assert _codes(replies, 4) == [250, 250, 550, 503]
        wire.sendall(b"RSET\r\n" + envelope % b"gone2")
        assert _codes(replies, 4) == [250, 250, 550, 354]
        wire.sendall(b".\r\n" + envelope % b"p2")
        assert _codes(replies, 4) == [554, 250, 250, 354]
        assert len(read_journal(running.journal)) == 1


def _codes(replies: object, count: int) -> list[int]:
    """Return the codes of the next replies."""
    codes: list[int] = []
    while len(codes) < count:
        line = replies.readline()  # type: ignore[attr-defined]
        if line[3:4] != b"-":
            codes.append(int(line[:3]))
    return codes


def test_it_secures_and_lets_in_whom_it_knows(tmp_path: Path) -> None:
    """STARTTLS with its certificate, then AUTH; a refusal of either is what it is."""
    certificate = make_certificate(tmp_path, "IP:127.0.0.1")
    plan = Plan(at=("starttls:4xx:1",))
    trusting = ssl.create_default_context(cafile=str(certificate))
    manner = Manner(plan, certificate=str(certificate), login=("ani", "pass word"))
    with server(tmp_path, manner) as running:
        client = smtplib.SMTP("127.0.0.1", running.port, timeout=10)
        with pytest.raises(smtplib.SMTPResponseException, match=r"4\.7\.0"):
            client.starttls(context=trusting)
        client.starttls(context=trusting)
        assert client.mail("a@example.org")[0] == 530
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("ani", "another")
        client.login("ani", "pass word")
        assert client.sendmail("a@example.org", ["p1@example.org"], BODY) == {}
        client.quit()

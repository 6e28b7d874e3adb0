"""Replies as a relay writes them, bodies as DATA carries them, and what may not be written at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.delivery.envelope import Envelope, envelope, unsendable
from syndicate.delivery.wire import Lost, Reply, dotted, take_reply
from syndicate.model import Letter

LETTER = Letter(
    "news@example.org", "ani@example.org", "1@example.org", "one", b"Subject: hi\r\n\r\nhello\r\n"
)


def fed(chunks: list[bytes]) -> list[Reply]:
    buffer = bytearray()
    replies = []
    for chunk in chunks:
        buffer.extend(chunk)
        while (reply := take_reply(buffer)) is not None:
            replies.append(reply)
    return replies


@given(st.binary(max_size=300), st.integers(1, 20))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_is_a_reply_or_said_not_to_be(data: bytes, size: int) -> None:
    """Any bytes in any chunks give replies with codes from 200 to 599 and clean text, or Lost."""
    try:
        replies = fed([data[at : at + size] for at in range(0, len(data), size)])
    except Lost:
        return
    assert all(200 <= reply.code < 600 and reply.text.isprintable() for reply in replies)


@given(
    st.lists(st.tuples(st.integers(200, 599), st.lists(st.text("ab é", max_size=8), min_size=1)), max_size=5)
)
@settings(max_examples=100, deadline=None)
def test_replies_come_through_however_they_are_cut(said: list[tuple[int, list[str]]]) -> None:
    """Replies of one line or many are read whole, also when each byte comes alone."""
    data = b""
    for code, lines in said:
        for line in lines[:-1]:
            data += f"{code}-{line}\r\n".encode()
        data += f"{code} {lines[-1]}\r\n".encode()
    wanted = [Reply(code, " ".join(" ".join(lines).split())) for code, lines in said]
    assert fed([data]) == wanted
    assert fed([data[at : at + 1] for at in range(len(data))]) == wanted


@pytest.mark.parametrize(
    "garbage", [b"\r\n", b"hello\r\n", b"99 x\r\n", b"250?x\r\n", b"250-a\r\n550 b\r\n", b"600 x\r\n"]
)
def test_what_is_not_a_reply_is_said_to_be_garbage(garbage: bytes) -> None:
    """A line without a code, or with another code than the line before, ends the session."""
    with pytest.raises(Lost, match="not SMTP"):
        take_reply(bytearray(garbage))


def test_an_answer_without_end_is_given_up() -> None:
    """A relay that writes on and on is left, in bounded memory."""
    with pytest.raises(Lost, match="does not end"):
        take_reply(bytearray(b"250-" + b"x" * 20_000))


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a"]), max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_body_comes_out_of_the_dots_as_it_went_in(lines: list[bytes]) -> None:
    """Undoing the transparency of RFC 5321 section 4.5.2 gives the body back, with CRLF at its end."""
    body = b"\r\n".join(lines) + b"\r\n"
    carried = dotted(body).split(b"\r\n")
    assert carried[-2:] == [b".", b""]
    assert b"." not in carried[:-2]
    received = [line[1:] if line.startswith(b".") else line for line in carried[:-2]]
    assert b"\r\n".join([*received, b""]) == body


@pytest.mark.parametrize(
    "address",
    [
        "x@a.example>\r\nRCPT TO:<y@b.example",
        "x@a.example\n",
        "x\0@a.example",
        "<x@a.example>",
        "x@a.example>",
        "x@a.exam\x85ple",
        "",
        "@",
        "nobody",
        "x\ud800@a.example",
    ],
)
def test_an_address_that_could_end_its_line_is_refused(address: str) -> None:
    """Control characters, angle brackets and what is no mailbox are refused, as sender and as recipient."""
    offers = {"smtputf8": "", "8bitmime": ""}
    for letter in (replace(LETTER, recipient=address), replace(LETTER, sender=address)):
        refused = unsendable(letter, offers)
        assert refused is not None
        assert refused.text.startswith("5.1.3")


@pytest.mark.parametrize("body", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\r\n", b"\n\r\n"])
def test_a_bare_line_end_is_never_transmitted(body: bytes) -> None:
    """A letter with a bare CR or LF is refused (RFC 5321 section 2.3.8)."""
    refused = unsendable(replace(LETTER, body=body), {})
    assert refused is not None
    assert "bare" in refused.text


def test_what_the_relay_does_not_offer_is_not_asked_of_it() -> None:
    """SMTPUTF8, 8-bit bodies and oversized letters are refused where the relay cannot take them."""
    utf8 = unsendable(replace(LETTER, recipient="añi@example.org"), {})
    assert utf8 is not None
    assert "5.6.7" in utf8.text
    eight = unsendable(replace(LETTER, body="é\r\n".encode()), {})
    assert eight is not None
    assert "5.6.3" in eight.text
    big = unsendable(LETTER, {"size": "10"})
    assert big is not None
    assert "5.3.4" in big.text
    for free in ("", "0", "1000000", "rubbish"):
        assert unsendable(LETTER, {"size": free}) is None


def test_mail_says_only_what_is_needed_and_offered() -> None:
    """MAIL carries SIZE where offered, BODY and SMTPUTF8 only where this letter needs them."""
    everything = {"size": "0", "8bitmime": "", "smtputf8": ""}
    rcpt = b"RCPT TO:<ani@example.org>\r\n"
    assert envelope(LETTER, {}) == Envelope(b"MAIL FROM:<news@example.org>\r\n", rcpt)
    size = len(LETTER.body)
    mail = f"MAIL FROM:<news@example.org> SIZE={size}\r\n".encode()
    assert envelope(LETTER, everything) == Envelope(mail, rcpt)
    wide = replace(LETTER, recipient="añi@example.org", body="é\r\n".encode())
    assert envelope(wide, everything) == Envelope(
        b"MAIL FROM:<news@example.org> SIZE=4 BODY=8BITMIME SMTPUTF8\r\n",
        "RCPT TO:<añi@example.org>\r\n".encode(),
        needs_utf8=True,
    )

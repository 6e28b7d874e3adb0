"""Texts as 7-bit bytes: quoted-printable with slots, and headers."""

from __future__ import annotations

import quopri
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicate.digest.mime import (
    address_header,
    ascii_url,
    clean_header,
    encode_body,
    encode_value,
    given_header,
    header,
    raw_header,
)

SLOT = "slot-0123456789abcdef-name-"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=400)
HOSTILE = [
    "Hello\r\nBcc: everyone@example.org",
    "Hello\u2028Bcc: x\x00\x0b\x0c\x85y",
    "=?utf-8?q?x?= and =?",
    "{{ 7*7 }}",
    "أخبار اليوم: " * 30,
    "x" * 5000,
    "é" * 5000,
    "a  b   c " * 50,
    "\ud800 lone",
    "",
]


def decoded(encoded: bytes) -> str:
    return quopri.decodestring(encoded).decode().replace("\r\n", "\n")


def as_lines(text: str) -> str:
    text = re.sub(r"\r\n?", "\n", text)
    return text if not text or text.endswith("\n") else text + "\n"


def unfolded(line: bytes) -> str:
    return re.sub(r"\r\n(?=[ \t])", "", line.decode()).removesuffix("\r\n")


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
@example(text="From me\n.\n..\ntrailing \t\n" + "From " * 40)
@example(text="." * 200 + "\r" + "=" * 200)
def test_any_text_comes_back_from_quoted_printable(text: str) -> None:
    """Only line ends change; the bytes are 7-bit, in lines of at most 76 that nothing on the way alters."""
    encoded = encode_body(text, {})
    assert decoded(encoded) == as_lines(text)
    assert re.fullmatch(rb"(?:[\t\x20-\x7e]{0,76}\r\n)*", encoded)
    for line in encoded.split(b"\r\n"):
        assert not line.startswith((b".", b"From ")) and not line.endswith((b" ", b"\t"))


@settings(max_examples=150, deadline=None)
@given(before=TEXTS, after=TEXTS, value=TEXTS)
@example(before="a", after="", value="v" * 300)
@example(before="", after="\nx", value="é" * 100)
@example(before="\r", after="", value="")
def test_a_slot_stands_alone_and_takes_any_value(before: str, after: str, value: str) -> None:
    """The marker has a line of its own, and a long value put there is soft-wrapped and read back whole."""
    encoded = encode_body(f"{before}MARK{after}", {"MARK": SLOT})
    assert f"\r\n{SLOT}=\r\n".encode() in b"\r\n" + encoded
    plain = value.replace("\r", " ").replace("\n", " ")
    filled = encoded.replace(SLOT.encode(), encode_value(plain))
    assert decoded(filled) == as_lines(f"{before}MARK{after}").replace("MARK", plain)
    assert all(len(line) <= 76 for line in filled.split(b"\r\n"))


def test_a_marker_may_occur_twice_and_end_a_line() -> None:
    """Each occurrence gets its line, next to each other and at the end of a line too."""
    encoded = encode_body("A(MARK)(MARK)\nMARK\nend", {"MARK": SLOT})
    assert encoded.count(f"\r\n{SLOT}=\r\n".encode()) == 3
    assert decoded(encoded.replace(SLOT.encode(), b"v")) == "A(v)(v)\nv\nend\n"


@settings(max_examples=150, deadline=None)
@given(value=TEXTS)
@example(value=HOSTILE[0])
@example(value=HOSTILE[1])
@example(value=HOSTILE[2])
@example(value=HOSTILE[4])
@example(value=HOSTILE[5])
@example(value=HOSTILE[6])
@example(value=HOSTILE[7])
@example(value=HOSTILE[8])
def test_any_text_makes_one_subject(value: str) -> None:
    """A subject is one header, 7-bit, in short lines, and reads as the text did without its controls."""
    line = header("Subject", value)
    assert re.fullmatch(rb"Subject:(?: [\x20-\x7e]*)?\r\n(?: [\x20-\x7e]+\r\n)*", line)
    assert all(len(part) <= 78 for part in line.split(b"\r\n"))
    assert all(len(word) <= 75 for word in line.split() if word.startswith(b"=?"))
    shown = str(make_header(decode_header(unfolded(line).removeprefix("Subject:").strip())))
    assert shown == clean_header(value)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_subject_never_makes_a_header(value: str) -> None:
    """A parser finds one subject and nothing else, whatever the text holds."""
    message = message_from_bytes(header("Subject", value) + b"\r\n", policy=policy.default)
    assert message.keys() == ["Subject"]
    assert str(message["Subject"]).split() == clean_header(value).split()


def test_a_plain_subject_stays_readable() -> None:
    """ASCII is not encoded, and folds at a space."""
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    first, second, _ = header("Subject", words).split(b"\r\n")
    assert (first + second).decode() == f"Subject: {words}"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Kabar Harian",
        'Quote " and \\ back',
        "Kabar, Harian",
        "=?utf-8?q?x?=",
        "نشرة الأخبار " * 9,
        "x" * 99,
    ],
)
def test_a_display_name_comes_back_whole(name: str) -> None:
    """Atoms, quoted strings and encoded words each read as the name they stand for."""
    line = address_header("From", name, "kabar@news.example.org")
    phrase, address = unfolded(line).removeprefix("From:").rsplit(" ", 1)
    shown = phrase.strip()
    if not shown.startswith("=?"):
        shown = re.sub(r"\\(.)", r"\1", shown.removeprefix('"').removesuffix('"'))
    assert str(make_header(decode_header(shown))) == clean_header(name)
    assert address == "<kabar@news.example.org>"
    assert line.isascii() and all(len(part) <= 78 for part in line.split(b"\r\n"))


@pytest.mark.parametrize("address", ["", "a@b>\r\nBcc: <x@y", "a b@c", "a@b\x00", "<a@b>", "a@b\u2028"])
def test_a_broken_address_makes_no_header(address: str) -> None:
    """An address that could end its header or its brackets is refused."""
    with pytest.raises(ValueError, match="cannot stand"):
        address_header("From", "x", address)


def test_a_raw_header_is_neither_folded_nor_encoded() -> None:
    """A long unsubscribe address stays on one line as it is."""
    url = f"<https://news.example.org/unsubscribe/{'t' * 200}>"
    assert raw_header("List-Unsubscribe", url) == f"List-Unsubscribe: {url}\r\n".encode()


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\x00", "é", "x" * 999])
def test_a_raw_header_refuses_what_it_cannot_carry(value: str) -> None:
    """A value that would have to be folded or encoded raises instead."""
    with pytest.raises(ValueError, match="header line"):
        raw_header("List-Id", value)


def test_a_url_in_another_script_becomes_ascii() -> None:
    """Hosts become A-labels and paths are percent-encoded; what is ASCII or encoded already stays."""
    assert ascii_url("https://a.example/x%20y?q=1") == "https://a.example/x%20y?q=1"
    assert ascii_url("https://bücher.example:8443/kö%20?ü=1#é") == (
        "https://xn--bcher-kva.example:8443/k%C3%B6%20?%C3%BC=1#%C3%A9"
    )


@pytest.mark.parametrize(
    ("value", "most"),
    [
        ("no", 78),
        (
            '{"filters": {"clicktrack": {"settings": {"enable": 0}}, "opentrack": {"settings": 0}}}',
            78,
        ),
        ("a b" * 200, 78),
        ("<https://news.example.org/" + "p" * 700 + ">", 998),
        ("see <https://news.example.org/" + "p" * 700 + ">", 998),
        ("Rédaction de la dépêche " * 8, 78),
    ],
)
def test_a_given_header_is_folded_at_spaces_and_nothing_else(value: str, most: int) -> None:
    """Its lines are as short as they can be, no long word is encoded, and it reads back as it was."""
    line = given_header("X-Given", value)
    assert max(map(len, line.split(b"\r\n"))) <= most
    assert b"\r\n\r\n" not in line and not re.search(rb"\r\n[ \t]*\r\n", line)
    told = unfolded(line).removeprefix("X-Given: ")
    assert str(make_header(decode_header(told))) == value.strip()
    assert value.isascii() == (b"=?" not in line)


@pytest.mark.parametrize(("name", "value"), [("X-A", "a\r\nBcc: b"), ("X A", "b"), ("X-A", "x" * 1000)])
def test_a_given_header_that_is_none_is_refused(name: str, value: str) -> None:
    """No value makes a second header, and no line is longer than a server takes."""
    with pytest.raises(ValueError, match="cannot be a header line"):
        given_header(name, value)

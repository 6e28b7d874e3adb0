"""Texts -> 7-bit bytes of a letter: quoted-printable with slots, and headers. Pure.

Written by hand because `EmailMessage` picks base64 for Arabic, which hides the slots, splits markers across
lines, and turns a long ``List-Unsubscribe`` into an encoded word, which breaks one-click.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

CRLF = b"\r\n"
LONGEST_LINE = 76  # of quoted-printable (RFC 2045 section 6.7) and with an encoded word (RFC 2047 section 2)
LONGEST_WORD = 75  # an encoded word with its delimiters (RFC 2047 section 2)
LONGEST_HEADER_LINE = 78  # RFC 5322 section 2.1.1

# A line may grow by two when its first character is escaped, and a soft line break takes one.
_WRAP_AT = LONGEST_LINE - 3
_ESCAPED = re.compile(rb"[^\t\x20-\x3c\x3e-\x7e]")
_LINE_END = re.compile(r"\r\n?|\n")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_Q_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")  # RFC 2047 5 (3)


def encode_body(text: str, slots: Mapping[str, str]) -> bytes:
    """Return `text` in quoted-printable (RFC 2045 section 6.7): 7-bit, CRLF, lines of at most 76.

    Each key of `slots` found in `text` is replaced by its value, an ASCII marker that stands unencoded on a
    line of its own between soft line breaks, so that a value may take its place (see `encode_value`).
    Every kind of line end becomes CRLF, and the last line has one.
    """
    if not text:
        return b""
    markers = re.compile("|".join(re.escape(key) for key in slots)) if slots else None
    lines = _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    return b"".join(_encode_line(line, markers, slots) + CRLF for line in lines)


def encode_value(value: str) -> bytes:
    """Return `value` in quoted-printable to stand in a slot: soft-wrapped, with no line end after it."""
    return b"=\r\n".join(_wrapped(_escape(value)))


def header(name: str, value: str) -> bytes:
    """Return an unstructured header such as Subject, folded, as encoded words where it needs them.

    Control characters, line ends of every kind and lone surrogates become spaces, so that a value never
    starts another header; a value that reads like an encoded word is encoded, so that it shows as it is.
    """
    clean = clean_header(value)
    if _is_plain(clean):
        folded = _fold(f"{name}:", clean.split(" ") if clean else [])
        if folded is not None:
            return folded
    return _lines(f"{name}:", _encoded_words(clean, first_room=LONGEST_LINE - len(name) - 2))


def address_header(name: str, display: str, address: str) -> bytes:
    """Return a header of one mailbox or list: ``From: Name <address>`` (RFC 5322 3.4), ``List-Id`` alike.

    Raises ValueError for an address that holds a control character, a space or an angle bracket. An
    address whose local part is not ASCII is written in UTF-8 (RFC 6532).
    """
    if not address or re.search(r"[\x00-\x20\x7f<>\u2028\u2029\x85]", address):
        raise ValueError(f"{address[:80]!r} cannot stand in a header")
    phrase = _phrase(clean_header(display), first_room=LONGEST_LINE - len(name) - 2)
    return _lines(f"{name}:", [*phrase, f"<{address}>"])


def raw_header(name: str, value: str) -> bytes:
    """Return a header on one line, neither encoded nor folded, as List-* and Message-ID need it.

    Raises ValueError where `value` is not printable ASCII or the line is longer than 998 (RFC 5322 2.1.1).
    """
    line = f"{name}: {value}"
    if not _HEADER_NAME.fullmatch(name) or not re.fullmatch(r"[\x20-\x7e]*", value) or len(line) > 998:
        raise ValueError(f"{line[:80]!r} cannot be a header line")
    return line.encode("ascii") + CRLF


def given_header(name: str, value: str) -> bytes:
    """Return a header whose value is the operator's, folded at spaces where it can be.

    A word longer than a line, such as a URL, stays whole and is not encoded; a value beyond ASCII is, as
    `header` does it. Raises ValueError as `raw_header` does.
    """
    if not value.isascii():
        return header(name, value)
    raw_header(name, value)
    return _lines(f"{name}:", value.split())


def clean_header(value: str) -> str:
    """Return `value` on one line, without control characters and lone surrogates."""
    if value.isprintable():
        return " ".join(value.split())
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in value)
    return " ".join(kept.split())


def ascii_url(url: str) -> str:
    """Return an http(s) URL in ASCII: the host as its A-label, the rest percent-encoded (RFC 3986)."""
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    place = f"{host}:{parts.port}" if parts.port else host
    rest = (quote(part, safe="%/:=&?~+!$,;'@()*[]-._") for part in parts[2:])
    return urlunsplit((parts.scheme, place, *rest))


# ---------------------------------------------------------------- quoted-printable


def _encode_line(line: str, markers: re.Pattern[str] | None, slots: Mapping[str, str]) -> bytes:
    """Return one line of text without its line end: pieces between slots, each on lines of its own."""
    if markers is None or not markers.search(line):
        return _plain_line(line)
    out: list[bytes] = []
    at = 0
    for match in markers.finditer(line):
        out += _wrapped(_escape(line[at : match.start()]))
        out.append(slots[match[0]].encode("ascii"))
        at = match.end()
    tail = _wrapped(_escape(line[at:], ends_line=True))
    return b"=\r\n".join([*out, *tail] if tail else [*out, b""])


@lru_cache(maxsize=4096)  # letters of an edition have most of their lines in common
def _plain_line(line: str) -> bytes:
    return b"=\r\n".join(_wrapped(_escape(line, ends_line=True)))


def _escape(text: str, *, ends_line: bool = False) -> bytes:
    data = _ESCAPED.sub(lambda match: b"=%02X" % match[0][0], text.encode("utf-8", "replace"))
    if ends_line and data[-1:] in (b" ", b"\t"):
        data = data[:-1] + b"=%02X" % data[-1]  # a relay may strip it
    return data


def _wrapped(data: bytes) -> list[bytes]:
    """Return escaped `data` in pieces that fit a line, no escape cut; none where there is no data."""
    pieces = []
    at = 0
    while at < len(data):
        end = at + _WRAP_AT
        if end < len(data):
            end -= next((back for back in (1, 2) if data[end - back : end - back + 1] == b"="), 0)
        pieces.append(_safe_start(data[at:end]))
        at = end
    return pieces


def _safe_start(piece: bytes) -> bytes:
    """Escape what programs on the way are known to change: ``From `` (mbox) and a dot (RFC 2049 3 (7, 8))."""
    if piece.startswith((b".", b"From ")):
        return b"=%02X" % piece[0] + piece[1:]
    return piece


# ---------------------------------------------------------------- headers


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _fold(start: str, words: list[str]) -> bytes | None:
    """Return the words after `start`, folded at spaces; None where a word is longer than a line."""
    lines = [start]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= LONGEST_HEADER_LINE:
            lines[-1] += " " + word
        elif len(word) < LONGEST_HEADER_LINE and lines[-1] != start:
            lines.append(" " + word)
        else:
            return None
    return CRLF.join(line.encode("ascii") for line in lines) + CRLF


def _lines(start: str, words: list[str]) -> bytes:
    """Return the words after `start`, each new line begun where the next word no longer fits."""
    lines = [start]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= LONGEST_LINE or lines[-1] == start:
            lines[-1] += " " + word
        else:
            lines.append(" " + word)
    return CRLF.join(line.encode("utf-8") for line in lines) + CRLF


def _phrase(display: str, *, first_room: int) -> list[str]:
    """Return a display name as words of a phrase: atoms, a quoted string, or encoded words."""
    if not display:
        return []
    if _is_plain(display) and len(display) <= first_room - 2:
        if _ATOMS.fullmatch(display):
            return [display]
        escaped = re.sub(r'([\\"])', r"\\\1", display)
        if len(escaped) <= first_room - 2:
            return [f'"{escaped}"']
    return _encoded_words(display, first_room=first_room)


def _encoded_words(text: str, *, first_room: int) -> list[str]:
    """Return `text` as encoded words (RFC 2047), the first at most `first_room` long, no character cut.

    Q or B, whichever is shorter for the whole.
    """
    q_length = sum(map(_q_cost, text))
    kind = "q" if q_length <= len(text.encode()) * 4 / 3 else "b"
    room = LONGEST_WORD - len("=?utf-8?q??=")
    first = min(room, first_room - len("=?utf-8?q??="))
    return [f"=?utf-8?{kind}?{_encode_word(kind, piece)}?=" for piece in _pieces(kind, text, first, room)]


def _pieces(kind: str, text: str, first: int, room: int) -> Iterator[str]:
    """Yield pieces of `text` that fit `first` characters when encoded, after that `room`."""
    limit = first if kind == "q" else first // 4 * 3
    start, used = 0, 0
    for at, character in enumerate(text):
        cost = _q_cost(character) if kind == "q" else len(character.encode())
        if used + cost > limit and at > start:
            yield text[start:at]
            start, used, limit = at, 0, room if kind == "q" else room // 4 * 3
        used += cost
    if text:
        yield text[start:]


def _q_cost(character: str) -> int:
    data = character.encode()
    return 1 if data[0] in _Q_PLAIN or data == b" " else 3 * len(data)


def _encode_word(kind: str, piece: str) -> str:
    data = piece.encode()
    if kind == "b":
        return b64encode(data).decode("ascii")
    plain = {**{byte: chr(byte) for byte in _Q_PLAIN}, 0x20: "_"}
    return "".join(plain.get(byte) or f"={byte:02X}" for byte in data)

"""The bytes of SMTP: replies read from what came in, and a body as DATA carries it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_LONGEST_REPLY: Final = 16_384
_LONGEST_TEXT: Final = 1_000


class Lost(Exception):
    """The session is over: dropped, silent for too long, or not speaking SMTP. The text says which."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply's code and text; the lines of a long one are joined by spaces (RFC 5321 4.2.1)."""

    code: int
    text: str

    @property
    def good(self) -> bool:
        return 200 <= self.code < 300

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


def take_reply(buffer: bytearray) -> Reply | None:
    """Take one whole reply off the front of `buffer`, or return None while it is not all there.

    Raises Lost for what is not an SMTP reply, or does not end.
    """
    texts: list[bytes] = []
    code = b""
    start = 0
    while (end := buffer.find(b"\n", start)) >= 0:
        line = bytes(buffer[start:end]).rstrip(b"\r")
        match = _LINE.fullmatch(line)
        if match is None or code not in (b"", match[1]):
            raise Lost(f"the relay answered with something that is not SMTP: {line[:80]!r}")
        code = match[1]
        texts.append(match[3] or b"")
        start = end + 1
        if match[2] != b"-":
            del buffer[:start]
            return Reply(int(code), _text(texts))
    if len(buffer) > _LONGEST_REPLY:
        raise Lost("the relay's answer does not end")
    return None


def _text(lines: list[bytes]) -> str:
    text = b" ".join(lines).decode("utf-8", "replace")
    clean = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(clean.split())[:_LONGEST_TEXT]


def dotted(body: bytes) -> bytes:
    """Return `body` as DATA carries it: CRLF at its end, leading dots doubled, the final dot (4.5.2)."""
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"

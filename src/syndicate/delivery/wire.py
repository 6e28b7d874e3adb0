"""An SMTP session once it is open: a command out, a reply back. It knows nothing of letters.

aiosmtplib raises one and the same error for a drop at RCPT, in the body and after the dot, and throws
away replies that nobody waits for; so after login its transport is given to this protocol.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
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


class Wire(asyncio.Protocol):
    """The client's side of an open session. Its methods raise Lost, and the session is closed then."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = bytearray()
        self._lost: str | None = None
        self._stir: asyncio.Future[None] | None = None
        self._full = False
        # Told of every byte that waits, so that `hand_over` knows when the last one left.
        transport.set_write_buffer_limits(high=1, low=0)
        transport.set_protocol(self)

    @property
    def quiet(self) -> bool:
        """Whether the session is open and the relay has said nothing unasked, such as 421."""
        return self._lost is None and not self._buffer and not self._transport.is_closing()

    async def ask(self, command: bytes, seconds: float) -> Reply:
        """Send one command and return its reply."""
        self._transport.write(command + b"\r\n")
        return await self._reply(seconds)

    async def hand_over(self, body: bytes, *, block: float, dot: float) -> Reply:
        """Send the body with its final dot and return the reply.

        `block` bounds the seconds until the relay has read it all, `dot` those of the reply after it.
        """
        self._transport.write(dotted(body))
        await self._until(lambda: not self._full or bool(self._buffer), block)
        return await self._reply(dot)

    def abort(self, why: str) -> None:
        """End the session at once."""
        self._lost = self._lost or why
        self._transport.abort()

    async def _reply(self, seconds: float) -> Reply:
        replies: list[Reply] = []

        def arrived() -> bool:
            reply = take_reply(self._buffer)
            if reply is not None:
                replies.append(reply)
            return bool(replies)

        await self._until(arrived, seconds)
        return replies[0]

    async def _until(self, happened: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not happened():
                    if self._lost is not None:
                        raise Lost(self._lost)
                    self._stir = asyncio.get_running_loop().create_future()
                    await self._stir
        except TimeoutError:
            self.abort(f"the relay was silent for {seconds:g} s")
            raise Lost(str(self._lost)) from None
        except Lost as lost:
            self.abort(str(lost))
            raise
        finally:
            self._stir = None

    def _wake(self) -> None:
        if self._stir is not None and not self._stir.done():
            self._stir.set_result(None)

    def data_received(self, data: bytes) -> None:
        if len(self._buffer) <= _LONGEST_REPLY:
            self._buffer.extend(data)
        elif self._stir is None:
            self.abort("the relay talks without being asked")
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        detail = f": {exc}" if exc else ""
        self._lost = self._lost or f"the relay dropped the connection{detail}"
        self._wake()

    def eof_received(self) -> bool:
        self._lost = self._lost or "the relay closed the connection"
        self._wake()
        return False

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()

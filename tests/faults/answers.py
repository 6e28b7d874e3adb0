"""What a connection of the fault server says: good answers whole or in pieces, or the planned fault."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from .journal import Taken

LONGEST_STALL: Final = 120.0  # seconds
_GARBAGE: Final = (
    b"\x16\x03\x01\x02nonsense\r\n",
    b"HTTP/1.1 400 Bad Request\r\n",
    b"no\r\n",
    b"\r\n",
    b"99 bottles\r\n",
)
_REFUSALS: Final = {  # of stage, for "4xx" and "5xx"; "%d" is the visit
    "greeting": (b"450 4.3.2 come back %d", b"554 5.3.2 no service %d"),
    "ehlo": (b"451 4.3.0 not now %d", b"550 5.5.0 no hello %d"),
    "starttls": (b"454 4.7.0 no TLS now %d", b"502 5.5.1 no TLS here %d"),
    "auth": (b"454 4.7.0 cannot look that up %d", b"535 5.7.8 bad credentials %d"),
    "mail": (b"452 4.3.1 no room %d", b"550 5.7.1 not from you %d"),
    "rcpt": (b"450 4.2.1 mailbox busy %d", b"550 5.1.1 no such user %d"),
    "data": (b"451 4.3.0 local trouble %d", b"554 5.5.0 no transaction %d"),
    "dot": (b"452 4.2.2 mailbox full %d", b"554 5.6.0 not such a letter %d"),
}


class Desk(Protocol):
    """What the connections of a server share."""

    pipelining: bool
    latency: float
    login: tuple[str, str] | None
    tls: ssl.SSLContext | None

    def visit(self, stage: str) -> tuple[str | None, int]:
        """Count a coming of `stage`; return the fault planned for it, and the count."""

    def number(self) -> int:
        """Return a number for a letter."""

    def take(self, letters: Sequence[Taken], then: Callable[[], bool]) -> None:
        """Put letters on the disk, then call `then`, which tells whether it said 250."""


class Answers(asyncio.Protocol):
    """The speaking half of a connection. While it is `_busy` what comes in waits; `_work` goes on with it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._transport: Any = None
        self._busy = False
        self._gone = False
        self._out = b""

    def _work(self) -> None:
        raise NotImplementedError

    def _answer(self, stage: str, good: bytes) -> bool:
        """Give the good answer, or commit the fault that is planned; True where the answer was good."""
        kind, visit = self._desk.visit(stage)
        if kind in (None, "split", "glued"):
            self._good(kind, visit, good)
            return True
        self._commit_fault(stage, str(kind), visit)
        return False

    def _good(self, kind: str | None, visit: int, good: bytes, *, after: float = 0.0) -> None:
        if kind == "glued":
            code, words = good[:3], good[4:]
            self._say(good if b"\r\n" in good else code + b"-there is more\r\n" + code + b" " + words)
        elif kind == "split":
            self._play((0.001, piece) for piece in _pieces(good + b"\r\n", visit))
        elif after:
            self._play([(after, good + b"\r\n")])
        else:
            self._say(good)

    def _commit_fault(self, stage: str, kind: str, visit: int) -> None:
        if kind == "421":
            self._say(b"421 4.3.2 closing down %d" % visit)
            self._flush()
            self._gone = True
            self._transport.close()
        elif kind in ("4xx", "5xx"):
            self._say(_REFUSALS[stage][kind == "5xx"] % visit)
        elif kind == "garbage":
            self._say(_GARBAGE[visit % len(_GARBAGE)].removesuffix(b"\r\n"))
        else:
            self._fail(kind)

    def _fail(self, kind: str) -> None:
        """Drop the connection, or never answer again."""
        if kind == "drop":
            self._flush()
            self._gone = True
            self._transport.abort()
        else:
            self._busy = True
            asyncio.get_running_loop().call_later(LONGEST_STALL, self._transport.abort)

    def _say(self, line: bytes) -> None:
        self._out += line + b"\r\n"

    def _flush(self) -> None:
        if self._out and not self._gone:
            self._transport.write(self._out)
        self._out = b""

    def _play(self, script: Iterable[tuple[float, bytes]]) -> None:
        """Say pieces, each after a pause, and go on with what came in once all are out."""
        self._flush()
        self._busy = True
        pieces = iter(script)
        loop = asyncio.get_running_loop()

        def step(piece: bytes) -> None:
            if not self._gone:
                self._transport.write(piece)
            following()

        def following() -> None:
            pause, piece = next(pieces, (0.0, b""))
            if piece and not self._gone:
                loop.call_later(pause, step, piece)
                return
            self._busy = False
            self._work()

        following()


def _pieces(text: bytes, visit: int) -> list[bytes]:
    """Cut an answer into pieces of one to five bytes."""
    size = visit % 5 + 1
    return [text[start : start + size] for start in range(0, len(text), size)]

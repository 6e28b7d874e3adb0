"""A scripted SMTP server that misbehaves by dice at every stage, and checks each body against the ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Final

GOOD: Final = {"MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok", "DATA": "354 go on", "DOT": "250 2.0.0 taken"}
BAD: Final = {
    "4xx": "451 4.3.0 try later",
    "5xx": "550 5.1.1 no such user",
    "odd5xx": "554 not this letter",
    "421": "421 4.3.2 closing",
    "garbage": "what?",
    "twice": "",
}
SILENT: Final = ("drop", "stall")
KINDS: Final = (*BAD, *SILENT)
PLAIN: Final = "250-hostile\r\n250 SIZE 100000"
PIPELINING: Final = "250-hostile\r\n250-PIPELINING\r\n250 SIZE 100000"


def _unheard(recipient: str, body: bytes) -> None:
    """The listener of those who only count."""


class Hung(Exception):
    """The server ends the session without a word."""


class Hostile:
    """Meets each command with a fault of `kinds` at `rate`, unless it is `calm`.

    `asked` and `answered` count by recipient the bodies that were asked for and those with a full answer, not
    in sessions (`odd`) in which it said too much; `taken` those that were kept. `arrives` is told each body,
    `standing` are those whose body began to come and was not turned down.
    """

    def __init__(self, dice: Random, *, rate: float, pipelining: bool, stalls: bool) -> None:
        self.calm = False
        self.sessions = 0
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.standing: set[str] = set()
        self.odd: set[asyncio.StreamWriter] = set()
        self.arrives: Callable[[str, bytes], None] = _unheard
        self._dice = dice
        self._rate = rate
        self._kinds = KINDS if stalls else KINDS[:-1]
        self._hello = PIPELINING if pipelining else PLAIN

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, Hung):
            pass
        finally:
            writer.transport.abort()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault() in SILENT:
            raise Hung
        writer.write(b"220 hello\r\n")
        recipient = ""
        while line := await reader.readline():
            verb = line[:4].strip().decode().upper()
            if verb == "EHLO":
                await self._say(self._hello, writer)
            elif verb in {"RSET", "QUIT"}:
                await self._say("250 ok" if verb == "RSET" else "221 bye", writer)
                if verb == "QUIT":
                    return
            else:
                if verb == "RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                if await self._meet(verb, writer) and verb == "DATA":
                    await self._body(recipient, reader, writer)

    async def _body(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked[recipient] += 1
        fault = self._fault()
        if fault == "drop":
            raise Hung
        body = b""
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise Hung
            if not body:
                self.standing.add(recipient)
            body += line
        if not body:
            self.asked[recipient] -= 1
            await self._say("554 5.5.1 no recipients", writer)
            return
        self.arrives(recipient, body)
        if fault == "4xx":  # taken, and never said
            self.taken[recipient] += 1
            raise Hung
        if await self._meet("DOT", writer):
            self.taken[recipient] += 1
        else:
            self.standing.discard(recipient)
        if writer not in self.odd:
            self.answered[recipient] += 1

    async def _meet(self, verb: str, writer: asyncio.StreamWriter) -> bool:
        """Answer a command; tell whether it was as it should be. A 421 and silence end the session."""
        fault = self._fault()
        good = GOOD.get(verb, "500 5.5.1 what")
        if fault is None:
            await self._say(good, writer)
            return True
        if fault == "stall":
            await asyncio.sleep(2)
        if fault in SILENT or (fault == "garbage" and verb == "DOT"):
            raise Hung
        if fault == "twice":
            await self._say(f"{good}\r\n{good}", writer)
            self.odd.add(writer)
            return True
        await self._say(BAD[fault], writer)
        if fault == "421":
            raise Hung
        return False

    def _fault(self) -> str | None:
        if self.calm or self._dice.random() >= self._rate:
            return None
        return self._dice.choice(self._kinds)

    async def _say(self, words: str, writer: asyncio.StreamWriter) -> None:
        said = words.encode() + b"\r\n"
        if self._dice.random() < 0.1:
            cut = self._dice.randrange(len(said))
            writer.write(said[:cut])
            await writer.drain()
            await asyncio.sleep(self._dice.choice((0, 0.001, 0.01)))
            said = said[cut:]
        writer.write(said)
        await writer.drain()


@asynccontextmanager
async def hostile(server: Hostile) -> AsyncIterator[int]:
    """Serve on a loopback port; gives the port."""
    async with await asyncio.start_server(server, "127.0.0.1", 0, limit=2**20) as listening:
        yield int(listening.sockets[0].getsockname()[1])

"""A fault-injecting SMTP server in a process of its own: python -m tests.faults.server JOURNAL MANNER.

MANNER is JSON (see `Manner`). It prints its port, and ends with its standard input. A letter that it takes is
on the disk, in JOURNAL, before its 250 leaves; the letters of several connections share one fdatasync.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .conversation import Conversation
from .journal import Journal, Taken
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server behaves. `latency` seconds go before the 250 of a letter."""

    plan: Plan = field(default_factory=Plan)
    port: int = 0
    pipelining: bool = True
    latency: float = 0.0
    certificate: str = ""
    implicit: bool = False  # TLS from the first byte
    login: tuple[str, str] | None = None

    def at(self, port: int) -> Manner:
        """Return the same on another port."""
        return replace(self, port=port)

    def to_json(self) -> str:
        names = ("port", "pipelining", "latency", "certificate", "implicit", "login")
        return json.dumps({"plan": self.plan.to_json()} | {name: getattr(self, name) for name in names})

    @classmethod
    def from_json(cls, text: str) -> Manner:
        found = json.loads(text)
        login = found.pop("login")
        plan = Plan.from_json(found.pop("plan"))
        return cls(plan, **found, login=(login[0], login[1]) if login else None)


class PostOffice:
    """What the connections share: the plan's visits, the journal, the batch of letters to be written."""

    def __init__(self, manner: Manner, journal: Journal) -> None:
        self.pipelining = manner.pipelining
        self.latency = manner.latency
        self.login = manner.login
        self.tls = _context(manner.certificate) if manner.certificate else None
        self._plan = manner.plan
        self._journal = journal
        self._visits: Counter[str] = Counter()
        self._waiting: list[tuple[Sequence[Taken], Callable[[], bool]]] = []

    def visit(self, stage: str) -> tuple[str | None, int]:
        self._visits[stage] += 1
        visit = self._visits[stage]
        return (None if stage == "nobody" else self._plan.fault(stage, visit)), visit

    def number(self) -> int:
        self._journal.next_number += 1
        return self._journal.next_number - 1

    def take(self, letters: Sequence[Taken], then: Callable[[], bool]) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._write)
        self._waiting.append((letters, then))

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._journal.write([one for letters, _ in waiting for one in letters])
        self._journal.said([one.number for letters, then in waiting if then() for one in letters])


def _context(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def serve(journal: Path, manner: Manner) -> None:
    """Answer until the standard input ends, so that no server outlives the run that started it."""
    desk = PostOffice(manner, Journal(journal))
    loop = asyncio.get_running_loop()
    implicit = manner.implicit
    server = await loop.create_server(
        lambda: Conversation(desk, secure=implicit),
        "127.0.0.1",
        manner.port,
        ssl=desk.tls if implicit else None,
        backlog=200,
    )
    over = asyncio.Event()
    loop.add_reader(0, lambda: None if os.read(0, 4096) else over.set())
    print(server.sockets[0].getsockname()[1], flush=True)
    await over.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Manner.from_json(sys.argv[2])))

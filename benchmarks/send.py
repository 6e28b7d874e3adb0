"""How fast letters leave, as shares of a bare SMTP loop that keeps no ledger.

Usage: python benchmarks/send.py [LETTERS]

The relay is a process of its own on loopback that takes everything at once. The ledger is a new SQLite
database in a temporary folder, so the disk's fsync counts.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from syndicate.delivery.folder import FolderRelay
from syndicate.delivery.plan import SendPlan
from syndicate.delivery.ports import Relay
from syndicate.delivery.send import deliver
from syndicate.delivery.smtp import SmtpRelay, SmtpSettings
from syndicate.delivery.wire import dotted
from syndicate.emails import parse_email
from syndicate.model import Attempt, Edition, Letter, Rendition, Retry
from syndicate.store import editions, subscribers
from syndicate.store.engine import Store, open_store
from syndicate.store.migrate import migrate
from syndicate.store.outbox import StoreOutbox

RETRY = Retry(timedelta(minutes=5), timedelta(hours=4), timedelta(days=4))
BODY = b"Subject: Kabar\r\n\r\n" + b"A line of a letter, some seventy characters long, as they are.\r\n" * 350
SENDER = "news@example.org"
SINK = """
import asyncio
async def talk(reader, writer):
    writer.write(b"220 sink\\r\\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\\r\\n")
            await reader.readuntil(b"\\r\\n.\\r\\n")
        writer.write(b"221 bye\\r\\n" if verb == b"QUIT" else b"250 ok\\r\\n")
async def main():
    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def sink() -> Iterator[int]:
    """Run a relay that takes everything; give its port."""
    process = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


async def bare(port: int, letters: int, connections: int) -> None:
    """Send with plain streams, each connection one letter after another; nothing is written down."""
    numbers = iter(range(letters))
    body = dotted(BODY)

    async def lane() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        for number in numbers:
            for command in (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<p{number}@example.org>", "DATA"):
                writer.write(f"{command}\r\n".encode())
                await reader.readline()
            writer.write(body)
            await reader.readline()
        writer.close()

    await asyncio.gather(*(lane() for _ in range(connections)))


def filled(folder: Path, letters: int) -> Store:
    """Return a store in which `letters` letters of one edition are due."""
    now = datetime.now(UTC)
    store = open_store("sqlite:///", sqlite_path=folder / "syndicate.db")
    migrate(store, backups=folder, now=now)
    tokens = count()
    persons: list[subscribers.Person] = [
        (parse_email(f"p{number}@example.org"), {}) for number in range(letters)
    ]
    with store.write() as tx:
        subscribers.add_many(tx, persons, ["daily"], now=now, token=lambda: f"token-{next(tokens)}")
        edition = Edition("uid", "daily", "2026-11-23", now, now)
        editions.freeze(tx, edition, [Rendition("en", "News", BODY, ())], now=now)
    return store


def ledgered(relay: Relay, letters: int, connections: int) -> float:
    """Return the seconds of one pass of the send loop."""

    def write(attempt: Attempt) -> Letter:
        return Letter(SENDER, attempt.email, attempt.token, attempt.token, BODY)

    with tempfile.TemporaryDirectory() as folder:
        store = filled(Path(folder), letters)
        plan = SendPlan(connections, RETRY)
        work = deliver(
            StoreOutbox(store), relay, write, plan, clock=lambda: datetime.now(UTC), stop=asyncio.Event()
        )
        seconds = timed(partial(asyncio.run, work))
        store.close()
    return seconds


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    print(f"{letters:,} letters of {len(BODY):,} bytes")
    with sink() as port, tempfile.TemporaryDirectory() as mail:
        for connections in (4, 20):
            alone = timed(partial(asyncio.run, bare(port, letters, connections)))
            relay = SmtpRelay(SmtpSettings("127.0.0.1", port, "none"))
            for name, seconds in (
                ("bare SMTP loop", alone),
                ("send loop, SMTP", ledgered(relay, letters, connections)),
                ("send loop, folder", ledgered(FolderRelay(Path(mail)), letters, connections)),
            ):
                print(
                    f"{connections:3} connections  {name:18} {letters / seconds:7,.0f} letters/s"
                    f"  {alone / seconds:5.2f} of bare"
                )


if __name__ == "__main__":
    main()

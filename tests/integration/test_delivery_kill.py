"""A sender that is killed in the middle: nobody is missed, and copies are few and the same."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from pathlib import Path

from delivery_ledger import Ledger
from delivery_servers import Scripted, scripted

from syndicate.model import DeliveryState

PEOPLE = 200
KILLS = (20, 75, 140)
CONNECTIONS = 4


async def sender_is_killed_at(server: Scripted, port: int, database: Path, taken: int | None) -> int | None:
    """Run a sender until the server took so many letters, or to its end; return its exit code."""
    child = Path(__file__).with_name("delivery_child.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(child), str(database), str(port), stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(30):
        while taken is not None and len(server.taken) < taken and process.returncode is None:
            await asyncio.sleep(0.001)
        if taken is not None:
            process.kill()
        return await process.wait()


def test_a_killed_sender_misses_nobody_and_copies_few(tmp_path: Path) -> None:
    """After three kills everyone has the letter, with at most one equal copy per connection and kill."""
    ledger = Ledger(tmp_path, PEOPLE)
    ledger.store.close()

    async def main() -> Scripted:
        async with scripted({}) as (server, port):
            for taken in KILLS:
                code = await sender_is_killed_at(server, port, tmp_path / "syndicate.db", taken)
                assert code == -9, "the sender ended before it was killed"
            assert await sender_is_killed_at(server, port, tmp_path / "syndicate.db", None) == 0
            return server

    server = asyncio.run(main())
    copies: dict[str, list[bytes]] = defaultdict(list)
    for recipient, body in server.taken:
        copies[recipient].append(body)
    assert len(copies) == PEOPLE
    assert len(server.taken) - PEOPLE <= CONNECTIONS * len(KILLS)
    assert all(len(set(bodies)) == 1 for bodies in copies.values())
    assert ledger.states() == {DeliveryState.SENT: PEOPLE}
    ledger.store.close()

"""A sender in a process of its own that the fault suite can name, date and overhear: see `main`.

It does what `syndicate deliver` does by the library's entry points, so that its clock can go ahead and two
of them with different names can work on one database.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from syndicate.app.sending import LetterWriter, send_plan
from syndicate.app.site import open_site, wall_clock
from syndicate.configfile import load_config
from syndicate.delivery.relays import make_relays
from syndicate.delivery.send import deliver
from syndicate.model import Attempt, Granted, Settled
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox


class OverheardOutbox(StoreOutbox):
    """The real outbox, which notes what it begins.

    For each attempt when it was asked for and when it was durable, after each exchange how many are open.
    """

    def __init__(self, store: Store, notes: TextIO, *, owner: str, lease: timedelta) -> None:
        super().__init__(store, owner=owner, lease=lease)
        self._notes = notes
        self._open: set[int] = set()

    def exchange(self, settled: Sequence[Settled], wanted: Sequence[Attempt], *, now: datetime) -> Granted:
        asked = time.time()
        granted = super().exchange(settled, wanted, now=now)
        durable = time.time()
        self._open -= {one.attempt.delivery_id for one in settled}
        for one in granted.attempts:
            self._open.add(one.delivery_id)
            self._notes.write(f"{one.email} {asked} {durable}\n")
        self._notes.write(f"open {len(self._open)} {durable}\n")
        self._notes.flush()
        return granted


def main() -> None:
    """Send what is due as OWNER, by a clock that goes AHEAD seconds; note attempts in the file NOTES."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--owner", default="sender")
    parser.add_argument("--lease", type=float, default=60.0)
    parser.add_argument("--notes", type=Path, default=Path(os.devnull))
    given = parser.parse_args()
    ahead = timedelta(seconds=given.ahead)

    def clock() -> datetime:
        return wall_clock() + ahead

    with open_site(load_config(given.config, {}), clock) as site, given.notes.open("a") as notes:
        lease = timedelta(seconds=given.lease)
        outbox = OverheardOutbox(site.store, notes, owner=given.owner, lease=lease)

        async def work() -> None:
            stop = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            relays = make_relays(site.config)
            print(await deliver(outbox, relays, LetterWriter(site), send_plan(site), clock=clock, stop=stop))

        outbox.recover(now=clock())
        asyncio.run(work())


if __name__ == "__main__":
    main()

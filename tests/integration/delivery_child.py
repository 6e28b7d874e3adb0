"""A sender in a process of its own, to be killed: delivery_child.py DATABASE PORT."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from delivery_ledger import NOW, only, plan, write
from delivery_servers import settings_for

from syndicate.delivery.send import deliver
from syndicate.delivery.smtp import SmtpRelay
from syndicate.store.engine import open_store
from syndicate.store.outbox import StoreOutbox


def main(database: str, port: str) -> None:
    store = open_store("sqlite:///", sqlite_path=Path(database))
    outbox = StoreOutbox(store)
    now = NOW + timedelta(minutes=1)
    outbox.recover(now=now)
    relay = SmtpRelay(settings_for(int(port)))
    report = asyncio.run(
        deliver(outbox, only(relay), write, plan().plan, clock=lambda: now, stop=asyncio.Event())
    )
    print(report)


if __name__ == "__main__":
    main(*sys.argv[1:])

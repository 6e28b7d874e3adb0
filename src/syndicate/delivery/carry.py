"""One letter through a channel, for a caller who waits: what `mail test` does."""

from __future__ import annotations

import asyncio
from typing import Final

from syndicate.delivery.ports import Channel
from syndicate.delivery.verdicts import Verdict
from syndicate.model import Letter, Outcome, Returned

_LOOK: Final = 0.05  # seconds between looks at the channel's timeouts


class _Waiter:
    """Holds a channel for one letter."""

    def __init__(self) -> None:
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def has_room(self) -> None:
        """Nothing more is to be sent."""

    def ended(self, ticket: object, judged: Outcome | Verdict) -> None:
        if ticket is self and not self.outcome.done():
            self.outcome.set_result(judged.outcome if isinstance(judged, Verdict) else judged)

    def over(self, why: str) -> None:
        """Each letter has ended before this is said."""


async def carry(channel: Channel, letter: Letter) -> Outcome:
    """Return what became of `letter`; never raises for what the wire does."""
    waiter = _Waiter()
    channel.attach(waiter)
    if not channel.room:
        return Returned("the relay closed the connection before a letter was begun")
    fault = channel.announce(waiter, letter)
    if fault is not None:
        return fault
    channel.release(waiter)
    while not waiter.outcome.done():
        await asyncio.wait({waiter.outcome}, timeout=_LOOK)
        channel.check(asyncio.get_running_loop().time())
    return waiter.outcome.result()

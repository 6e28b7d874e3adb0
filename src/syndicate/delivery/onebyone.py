"""A channel made of a connection that takes one letter at a time and answers when it has it."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from syndicate.delivery.carry import carry
from syndicate.delivery.ports import Holder
from syndicate.delivery.verdicts import Verdict
from syndicate.model import Letter, Outcome, Refused, Returned, Unknown

log = logging.getLogger("syndicate.delivery.onebyone")


class Connection(Protocol):
    """Takes one letter after another."""

    async def send(self, letter: Letter) -> Outcome | Verdict:
        """Return what became of `letter`."""


class OneByOne:
    """Carries each letter in a task of its own, one at a time; a connection that returns one is over."""

    def __init__(self, connection: Connection) -> None:
        self.carried = 0
        self._connection = connection
        self._holder: Holder | None = None
        self._announced: tuple[object, Letter] | None = None
        self._under_way: object | None = None
        self._task: asyncio.Task[None] | None = None
        self._released = False
        self._over = self._retired = False

    def attach(self, holder: Holder) -> None:
        """Let `holder` hear from now on; it is told at once where there is room."""
        self._holder = holder
        if self.room:
            holder.has_room()

    @property
    def room(self) -> bool:
        """Whether a letter may be announced now."""
        return self._announced is None and not (self._over or self._retired)

    def announce(self, ticket: object, letter: Letter) -> Refused | None:
        """Keep the letter until it is released and the one before it has ended."""
        self._announced, self._released = (ticket, letter), False
        return None

    def release(self, ticket: object) -> None:
        """Begin with the announced letter as soon as the one before it has ended."""
        if self._announced is not None and self._announced[0] is ticket:
            self._released = True
            self._begin()

    def withdraw(self, ticket: object) -> bool:
        """Forget the announced letter."""
        if self._announced is None or self._announced[0] is not ticket:
            return False
        self._announced = None
        if self._retired and self._under_way is None:
            self.abort("it has served its time")
        self._tell_room()
        return True

    def check(self, now: float) -> None:
        """Nothing here waits for anybody."""

    def retire(self) -> None:
        """Take no more letters, and end once those that it has have ended."""
        self._retired = True
        if self._announced is None and self._under_way is None:
            self.abort("it has served its time")

    def abort(self, why: str) -> None:
        """End it at once: a letter under way is unknown, one announced is returned."""
        if self._over:
            return
        self._over = True
        if self._task is not None:
            self._task.cancel()
        if self._under_way is not None:
            self._tell(self._under_way, Unknown(why))
        self._return_announced(why)
        if self._holder is not None:
            self._holder.over(why)

    async def close(self) -> None:
        """End it; what it is made of is held open by nobody."""
        self.abort("closed")

    async def send(self, letter: Letter) -> Outcome:
        """Carry one letter for a caller who waits, on a channel that nobody else holds."""
        return await carry(self, letter)

    def _begin(self) -> None:
        if self._under_way is None and self._announced is not None and self._released:
            (ticket, letter), self._announced = self._announced, None
            self._under_way = ticket
            self._task = asyncio.create_task(self._carry(ticket, letter))
            self._tell_room()

    async def _carry(self, ticket: object, letter: Letter) -> None:
        said: Outcome | Verdict
        try:
            said = await self._connection.send(letter)
        except asyncio.CancelledError:
            if self._over:
                raise
            said = Unknown("the connection was cancelled")
        except Exception as error:
            log.exception("a bug met a letter; the others go on")
            said = Unknown(f"a bug: {type(error).__name__}: {error}")
        self._under_way = None
        if not isinstance(said, Returned):
            self.carried += 1
        self._tell(ticket, said)
        if isinstance(said, Returned):
            self.abort(said.text)
        elif self._announced is not None:
            self._begin()
        elif self._retired:
            self.abort("it has served its time")

    def _return_announced(self, why: str) -> None:
        if self._announced is not None:
            (ticket, _), self._announced = self._announced, None
            self._tell(ticket, Returned(why))

    def _tell(self, ticket: object, judged: Outcome | Verdict) -> None:
        if self._holder is not None:
            self._holder.ended(ticket, judged)

    def _tell_room(self) -> None:
        if self._holder is not None and self.room:
            self._holder.has_room()

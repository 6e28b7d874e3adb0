"""One connection's place at a relay: letters queue here, and each meets its grant and its fate.

A letter is assigned, then wanted (the ledger is asked to begin its attempt), granted (the attempt is
durable), and ended. Its envelope may leave before it is granted, its body only after.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from syndicate.delivery.fleet import Post
from syndicate.delivery.ports import Channel
from syndicate.delivery.verdicts import Cause, RestKind, Stage, Verdict, judge
from syndicate.errors import RelayUnavailable, StoreError, SyndicateError, TemporaryError
from syndicate.model import Attempt, Letter, Outcome, Refused, Returned

log = logging.getLogger("syndicate.delivery.lane")

Write = Callable[[Attempt], Letter]

_STAGES: Final[Mapping[str, Stage]] = {"login": "login", "tls": "tls"}


class Ticket:
    """A letter on its way. `taken_at` is when the relay's limits let it through."""

    __slots__ = (
        "attempt",
        "certain",
        "domain",
        "granted",
        "in_doubt",
        "judged",
        "lane",
        "taken_at",
        "wanted",
    )

    def __init__(self, attempt: Attempt, lane: Lane, domain: str, taken_at: float) -> None:
        self.attempt = attempt
        self.lane = lane
        self.domain = domain
        self.taken_at = taken_at
        self.wanted = False
        self.granted = False
        self.in_doubt = False  # the relay may have it, and the ledger does not know
        self.certain = False  # its outcome is known for sure
        self.judged: Outcome | Verdict | None = None  # ended before it was granted


class Desk(Protocol):
    """Who gives out letters and hears of them."""

    def want(self, ticket: Ticket) -> None:
        """Ask the ledger to begin the letter's attempt."""

    def ended(self, ticket: Ticket, judged: Outcome | Verdict) -> None:
        """Hear what came of a letter, granted or not."""

    def failed(self, lane: Lane, cause: Cause) -> None:
        """Hear that the lane gets no channel, or that the relay takes no letter of ours over one."""

    def broken(self, error: Exception) -> None:
        """Hear that the store failed while a letter was written."""


class Lane:
    """Carries up to `depth` granted letters, and has two more at hand.

    The envelope of one may leave, and the other takes its place in the same moment as its body leaves.
    """

    def __init__(self, post: Post, depth: int, write: Write, desk: Desk) -> None:
        self.post = post
        self.channel: Channel | None = None
        self._depth = depth
        self._write = write
        self._desk = desk
        self._queue: deque[Ticket] = deque()  # not announced yet
        self._unwanted: deque[Ticket] = deque()
        self._announced: Ticket | None = None
        self._load = 0  # letters that have not ended
        self._open = 0  # wanted or granted ones of those
        self._early = 0  # that ended before their attempts were durable: not weighed yet
        self._opening: asyncio.Task[None] | None = None
        self._cause: Cause | None = None
        self._proved = False  # the channel has carried or decided about a letter
        self._announcing = False
        self.closed = False
        post.roomy.append(self)
        self._roomy = True

    # ------------------------------------------------------------ what the desk asks

    def assign(self, ticket: Ticket) -> None:
        """Take one more letter; the lane was taken off `post.roomy` for that."""
        self._roomy = False
        self._load += 1
        self._queue.append(ticket)
        self._unwanted.append(ticket)
        if self.channel is not None:
            self._want_more()
            self._announce_more()
        elif self._opening is None:
            self._opening = asyncio.create_task(self._come_in())
        self._offer_room()

    def granted(self, ticket: Ticket) -> None:
        """Let the body of a letter leave: its attempt is durable."""
        if ticket is self._announced and self.channel is not None:
            self.channel.release(ticket)

    def denied(self, ticket: Ticket) -> None:
        """Forget a letter that the ledger does not let begin."""
        if ticket.judged is None:
            self._take_out(ticket)
            self._want_more()
        self.weighed(early=ticket.judged is not None)

    def weighed(self, *, early: bool = True) -> None:
        """Go on: what a letter's early end means is known."""
        self._early -= early
        self._announce_more()
        self._offer_room()

    def surrender(self) -> list[Ticket]:
        """Give up every letter that no relay has been handed; return them."""
        held = [*self._queue, *([self._announced] if self._announced else [])]
        return [ticket for ticket in held if self._take_out(ticket)]

    def shut(self) -> None:
        """Take no more letters; those under way end by themselves."""
        self.closed = True
        if self._roomy:
            self.post.roomy.remove(self)
            self._roomy = False
        if self._opening is not None:
            self._opening.cancel()
        if self.channel is not None:
            self.channel.retire()

    @property
    def works(self) -> bool:
        """Whether it has a channel for letters, or may get one."""
        return not self.closed and (self.channel is not None or self._opening is not None)

    @property
    def is_busy(self) -> bool:
        """Whether a letter has not ended here."""
        return self._load > 0

    # ------------------------------------------------------------ what the channel says

    def has_room(self) -> None:
        """Announce the next letter."""
        self._announce_more()

    def ended(self, ticket: object, judged: Outcome | Verdict) -> None:
        """Pass on what came of a letter; one that was not attempted stays here."""
        assert isinstance(ticket, Ticket)  # noqa: S101 no other was announced
        outcome = judged.outcome if isinstance(judged, Verdict) else judged
        if ticket is self._announced:
            self._announced = None
        if isinstance(outcome, Returned) and not self.closed:
            self._queue.appendleft(ticket)
            if isinstance(judged, Verdict) and judged.cause and not self._proved:
                self._cause = judged.cause
            return
        self._proved = True
        self._load -= 1
        self._open -= ticket.wanted
        self._early += not ticket.granted
        self._desk.ended(ticket, judged)
        self._want_more()
        self._offer_room()

    def over(self, why: str) -> None:
        """Open another channel where letters are left; one that was of no use at all is trouble."""
        proved, self._proved = self._proved or (self.channel is not None and self.channel.carried > 0), False
        self.channel = None
        cause, self._cause = self._cause, None
        if self.closed:
            return
        if cause is None and not proved:
            cause = Cause(RestKind.UNREACHABLE, why)
        if cause is not None and not proved:
            self._desk.failed(self, cause)
        elif self._load and self._opening is None:
            self._opening = asyncio.create_task(self._come_in())

    # ------------------------------------------------------------ inside

    async def _come_in(self) -> None:
        try:
            channel = await self.post.spec.relay.open()
        except RelayUnavailable as error:
            self._opening = None
            self._desk.failed(self, _cause(error))
            return
        except Exception as error:
            log.exception("a bug met the way into relay %s", self.post.name)
            self._opening = None
            self._desk.failed(self, Cause(RestKind.UNREACHABLE, f"a bug: {type(error).__name__}: {error}"))
            return
        self._opening = None
        if self.closed:
            await channel.close()
            return
        self.channel = channel
        self._want_more()
        channel.attach(self)

    def _want_more(self) -> None:
        while self._unwanted and self._open < self._depth and self.channel is not None:
            ticket = self._unwanted.popleft()
            if not ticket.wanted and ticket.judged is None:
                ticket.wanted = True
                self._open += 1
                self._desk.want(ticket)

    def _announce_more(self) -> None:
        """Announce what the channel takes; one that turns all down gets no more before that is weighed."""
        if self._announcing:
            return
        self._announcing = True
        try:
            while self._queue and (channel := self.channel) is not None and channel.room:
                if self._early > self._depth:
                    break
                self._announce(channel, self._queue.popleft())
        finally:
            self._announcing = False

    def _announce(self, channel: Channel, ticket: Ticket) -> None:
        letter = self._letter(ticket)
        if letter is None:
            self._queue.appendleft(ticket)
            channel.retire()
            return
        fault = letter if isinstance(letter, Refused) else channel.announce(ticket, letter)
        if fault is not None:
            self.ended(ticket, fault)
            return
        self._announced = ticket
        if ticket.granted:
            channel.release(ticket)

    def _letter(self, ticket: Ticket) -> Letter | Refused | None:
        """Return the letter, why it cannot be written, or None where the store failed."""
        try:
            return self._write(ticket.attempt)
        except (StoreError, TemporaryError) as error:
            self._desk.broken(error)
            return None
        except SyndicateError as error:
            return Refused(None, f"the letter could not be written: {error}")
        except Exception as error:
            number = ticket.attempt.delivery_id
            log.exception("a bug met the letter of delivery %d; the others go on", number)
            return Refused(None, f"the letter could not be written: {type(error).__name__}: {error}")

    def _take_out(self, ticket: Ticket) -> bool:
        """Forget a letter; False where its body is on its way, so that it ends by itself."""
        self._load -= 1
        self._open -= ticket.wanted
        if ticket is self._announced:
            self._announced = None
            self._proved = True  # should the channel end at that, it is our doing
            if self.channel is not None and not self.channel.withdraw(ticket):
                self._load += 1
                self._open += ticket.wanted
                return False
        elif ticket in self._queue:
            self._queue.remove(ticket)
        if not ticket.wanted and ticket in self._unwanted:
            self._unwanted.remove(ticket)
        return True

    def _offer_room(self) -> None:
        if not self._roomy and not self.closed and self._load + self._early <= self._depth + 1:
            self._roomy = True
            self.post.roomy.append(self)


def _cause(error: RelayUnavailable) -> Cause:
    """Return how a relay rests that could not be opened."""
    if error.code is not None:
        stage = _STAGES.get(error.step, "greeting")
        found = judge(stage, error.code, str(error).partition(f"said {error.code} ")[2]).cause
        if found is not None:
            return Cause(found.kind, str(error))
    return Cause(RestKind.UNREACHABLE, str(error))

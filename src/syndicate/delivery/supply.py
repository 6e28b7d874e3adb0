"""The letters at hand: the chunks that are ours, what waits in them, and what waits for a rate. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Final

from syndicate.model import Attempt, Chunk

MOST: Final = 16  # chunks at once
PATIENCE: Final = 5.0  # seconds that a chunk is kept whose letters all wait for a rate
LATER: Final = 60.0  # seconds for which one is given back so that other domains' letters come up


class _Hold:
    """A chunk in our hands. `out` are its letters (their numbers) that are neither waiting nor recorded."""

    __slots__ = ("chunk", "out", "parked", "waiting")

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.waiting = deque(chunk.waiting)
        self.parked: list[tuple[float, Attempt]] = []
        self.out: set[int] = set()


class Supply:
    """Gives out the letters at hand, those of the lowest priority number first.

    Times are seconds since the epoch.
    """

    def __init__(self) -> None:
        self._holds: dict[int, _Hold] = {}
        self._order: list[_Hold] = []

    def __len__(self) -> int:
        """The chunks at hand."""
        return len(self._holds)

    @property
    def waiting(self) -> int:
        """Letters that may be given out now."""
        return sum(len(hold.waiting) for hold in self._order)

    def add(self, chunk: Chunk) -> None:
        """Let the letters of a chunk be given out from now on, but for those that are still out.

        Those are of a chunk that was lost and comes back: an edition was paused and resumed meanwhile.
        """
        hold, before = _Hold(chunk), self._holds.get(chunk.id)
        if before is not None:
            hold.out = before.out
            hold.waiting = deque(one for one in chunk.waiting if one.delivery_id not in hold.out)
            self._remove(before)
        self._holds[chunk.id] = hold
        self._order.append(hold)
        self._order.sort(key=lambda one: one.chunk.priority)

    def edition_of(self, attempt: Attempt) -> int | None:
        """Return the number of the edition that a letter at hand belongs to."""
        hold = self._holds.get(attempt.chunk_id)
        return hold.chunk.edition_id if hold else None

    def next(self) -> Attempt | None:
        """Give out the next letter, or None where none waits."""
        for hold in self._order:
            if hold.waiting:
                attempt = hold.waiting.popleft()
                hold.out.add(attempt.delivery_id)
                return attempt
        return None

    def back(self, attempt: Attempt) -> None:
        """Take back a letter that was not attempted; it is the next one."""
        hold = self._holds.get(attempt.chunk_id)
        if hold is not None and attempt.delivery_id in hold.out:
            hold.out.remove(attempt.delivery_id)
            hold.waiting.appendleft(attempt)

    def park(self, attempt: Attempt, until: float) -> None:
        """Take back a letter that no relay may take before `until`."""
        hold = self._holds[attempt.chunk_id]
        hold.out.discard(attempt.delivery_id)
        hold.parked.append((until, attempt))

    def unpark(self, now: float) -> None:
        """Let those wait again whose time has come."""
        for hold in self._order:
            if not hold.parked:
                continue
            due = [one for until, one in hold.parked if not now < until]
            if due:
                hold.waiting.extend(due)
                hold.parked = [(until, one) for until, one in hold.parked if now < until]

    def recorded(self, attempt: Attempt) -> None:
        """Note that a letter has its outcome in the ledger, or is none of ours any more."""
        hold = self._holds.get(attempt.chunk_id)
        if hold is not None:
            hold.out.discard(attempt.delivery_id)

    def drop(self, chunks: Collection[int]) -> None:
        """Give out no more letters of these chunks."""
        for number in chunks:
            if number in self._holds:
                self._holds[number].waiting.clear()
                self._holds[number].parked.clear()

    def drop_edition(self, edition_id: int) -> None:
        """Give out no more letters of this edition."""
        self.drop([hold.chunk.id for hold in self._order if hold.chunk.edition_id == edition_id])

    def done(self, now: float, *, room: bool) -> list[tuple[Chunk, float | None]]:
        """Take out the chunks that are to be given back, each with the time before which nobody takes it.

        They are those with nothing left, and those whose letters all wait for a rate: for long, or where
        there is `room` for others and no more chunks can be had.
        """
        given: list[tuple[Chunk, float | None]] = []
        for hold in [one for one in self._order if not (one.out or one.waiting)]:
            until = min((until for until, _ in hold.parked), default=None)
            if until is None or until > now + PATIENCE:
                given.append((hold.chunk, until))
                self._remove(hold)
        if not given and room and len(self._holds) >= MOST and not self.waiting:
            idle = [hold for hold in self._order if not hold.out]
            if idle:
                given.append((idle[-1].chunk, now + LATER))
                self._remove(idle[-1])
        return given

    def take_out_idle(self) -> list[Chunk]:
        """Take out the chunks of which no letter is out."""
        idle = [hold for hold in self._order if not hold.out]
        for hold in idle:
            self._remove(hold)
        return [hold.chunk for hold in idle]

    def keep_only(self, ours: Collection[int]) -> None:
        """Give out no more letters of chunks that are not among these."""
        self.drop([number for number in self._holds if number not in ours])

    def empty(self) -> list[Chunk]:
        """Take out all chunks, for the end of a pass."""
        chunks = [hold.chunk for hold in self._order]
        self._holds.clear()
        self._order.clear()
        return chunks

    def _remove(self, hold: _Hold) -> None:
        del self._holds[hold.chunk.id]
        self._order.remove(hold)

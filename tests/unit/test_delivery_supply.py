"""The letters at hand: each is given out once, whatever becomes of its chunk meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicate.delivery.supply import Supply
from syndicate.model import Attempt, Chunk

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def attempt(number: int) -> Attempt:
    return Attempt(number, 1, "uid", "daily", "2026-11-23", 1, "p@example.org", "t", 1, NOW, chunk_id=7)


def chunk(fence: int, *numbers: int) -> Chunk:
    return Chunk(7, fence, 1, 10, None, tuple(attempt(number) for number in numbers))


def test_a_chunk_that_comes_back_gives_out_only_what_is_not_out() -> None:
    """A letter of its first time that is still with a relay is not given out beside itself."""
    supply = Supply()
    supply.add(chunk(1, 1, 2, 3))
    first, second = supply.next(), supply.next()
    assert first is not None
    assert second is not None
    supply.drop([7])
    supply.add(chunk(2, 1, 2, 3))
    assert supply.next() == attempt(3)
    assert supply.next() is None
    for one in (first, second, attempt(3)):
        supply.recorded(one)
    assert [(one.fence, until) for one, until in supply.done(0.0, room=True)] == [(2, None)]
    assert len(supply) == 0


def test_a_letter_is_taken_back_once() -> None:
    """Who hears twice that a letter was not attempted has it once."""
    supply = Supply()
    supply.add(chunk(1, 1))
    one = supply.next()
    assert one is not None
    supply.back(one)
    supply.back(one)
    assert supply.waiting == 1

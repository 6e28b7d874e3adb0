"""Which relay would take how many letters: weights, priorities and limits count as they do in a send."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.delivery.limits import Limits, Rate, RelayLimits
from syndicate.delivery.shares import OTHERS, share_out

DAY = 86_400.0


@dataclass(frozen=True)
class Terms:
    """A relay as far as it counts here."""

    name: str
    weight: int = 1
    priority: int = 0
    limits: Limits = field(default_factory=Limits)


def all_to(letters: int) -> dict[str, int]:
    return {OTHERS: letters}


def test_without_limits_weights_are_shares() -> None:
    """Three quarters and one quarter, at once; a relay of a later priority gets nothing."""
    relays = [Terms("a", 3), Terms("b", 1), Terms("spare", 9, priority=1)]
    found = share_out(relays, all_to(1_000_001))
    assert found.letters == {"a": 750_001, "b": 250_000, "spare": 0}
    assert (found.seconds, found.left) == (0.0, 0)


def test_what_the_first_may_not_take_goes_to_the_next() -> None:
    """A limit a day on the first relay leaves the rest to the spare one, and nobody waits."""
    relays = [Terms("a", limits=Limits(per_day=500)), Terms("spare", priority=1)]
    found = share_out(relays, all_to(2_000))
    assert (found.letters, found.seconds) == ({"a": 500, "spare": 1_500}, 0.0)


def test_a_limit_makes_it_take_its_time() -> None:
    """1,000 letters at 10 a second take 99 seconds: the first ten leave at once."""
    found = share_out([Terms("a", limits=Limits(per_second=10))], all_to(1_000))
    assert found.letters == {"a": 1_000}
    assert found.seconds == pytest.approx(99, abs=0.1)


def test_a_limit_a_day_holds_for_any_day() -> None:
    """1,100 letters at 500 a day need more than two days and less than three."""
    found = share_out([Terms("a", limits=Limits(per_day=500))], all_to(1_100), now=1e9)
    assert 2 * DAY < found.seconds < 2.1 * DAY


def test_one_domain_waits_while_others_go_on() -> None:
    """A domain with a limit of its own takes long; the other letters are not held up by it."""
    limits = Limits(domains={"slow.example": Rate(1, 1)})
    found = share_out([Terms("a", limits=limits)], {OTHERS: 50, "slow.example": 100})
    assert found.letters == {"a": 150}
    assert found.seconds == pytest.approx(99, abs=0.1)


def test_what_is_used_up_counts() -> None:
    """Letters of an hour ago leave less of the day's limit."""
    limits = Limits(per_day=500)
    used = RelayLimits(limits)
    for _ in range(400):
        used.take("x.example", 1e9)
    relays = [Terms("a", limits=limits), Terms("spare", priority=1)]
    found = share_out(relays, all_to(200), now=1e9 + 3600, remembered={"a": used.to_json()})
    assert found.letters == {"a": 100, "spare": 100}


def test_what_never_leaves_is_told() -> None:
    """Letters that would wait for ten years are not waited for."""
    found = share_out([Terms("a", limits=Limits(per_day=1))], all_to(5_000))
    assert found.letters["a"] + found.left == 5_000
    assert found.left > 1_000


LIMITS = st.builds(
    Limits,
    per_second=st.none() | st.floats(0.5, 100),
    per_hour=st.none() | st.integers(1, 500),
    per_day=st.none() | st.integers(1, 5000),
    domains=st.dictionaries(
        st.sampled_from(["a.example", "b.example"]), st.builds(Rate, st.just(5), st.just(1))
    ),
)
RELAYS = st.lists(
    st.builds(Terms, st.sampled_from("abcd"), st.integers(1, 5), st.integers(0, 2), LIMITS),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.name,
)
LETTERS = st.dictionaries(
    st.sampled_from([OTHERS, "a.example", "b.example"]), st.integers(0, 300), max_size=3
)


@given(RELAYS, LETTERS)
def test_no_letter_is_lost_or_doubled(relays: list[Terms], letters: dict[str, int]) -> None:
    """Whatever the relays, the shares add up, each relay is named, and no limit is passed."""
    found = share_out(relays, letters, now=1e9)
    assert sum(found.letters.values()) + found.left == sum(letters.values())
    assert set(found.letters) == {one.name for one in relays}
    for one in relays:
        if one.limits.per_day:
            assert found.letters[one.name] <= one.limits.per_day * (found.seconds / DAY + 1)

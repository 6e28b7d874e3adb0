"""Limits hold over every period, cost nothing where there are none, and are remembered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.delivery.limits import (
    HALVE_EVERY,
    UNMEASURED,
    Bucket,
    DomainPace,
    Limits,
    Rate,
    RelayLimits,
    Window,
)

NOON = 1_790_000_000.0
ROUNDING = 1e-6  # of a float that counts seconds since the epoch

gaps = st.lists(st.one_of(st.floats(0, 3), st.floats(0, 900), st.just(0.0)), min_size=1, max_size=300)


def walked(steps: list[float]) -> list[float]:
    now, times = NOON, []
    for step in steps:
        now += step
        times.append(now)
    return times


@given(gaps, st.integers(1, 20), st.sampled_from([3600, 86400, 600]))
def test_a_window_never_lets_more_than_its_count_in_any_period(
    steps: list[float], count: int, seconds: int
) -> None:
    """Whenever it is asked, no period of its length holds more letters than its count."""
    window = Window(count, seconds)
    taken = [now for now in walked(steps) if window.take(now) is None]
    for first, last in zip(taken, taken[count:], strict=False):
        assert last - first >= seconds - ROUNDING


@given(gaps, st.floats(0.05, 50))
def test_a_bucket_never_lets_more_than_its_rate_and_one_burst(steps: list[float], rate: float) -> None:
    """Over any stretch of time there are at most rate times its length plus one second's letters."""
    bucket = Bucket(rate)
    taken = [now for now in walked([step / 100 for step in steps]) if bucket.take(now) is None]
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            length = taken[last] - taken[first]
            assert last - first + 1 <= rate * (length + ROUNDING) + max(rate, 1) + 1e-6


@given(gaps, st.integers(1, 5), st.sampled_from(["bucket", "window"]))
def test_the_time_that_is_told_is_worth_asking_at(steps: list[float], count: int, kind: str) -> None:
    """Asked again at the time it told, a limit that nobody else used lets a letter through."""
    limit = Bucket(count / 7) if kind == "bucket" else Window(count, 3600)
    for now in walked(steps):
        when = limit.take(now)
        if when is not None:
            assert when > now
            assert limit.take(when) is None
            return


def test_a_window_lets_its_whole_count_through_each_period() -> None:
    """A limit is not only kept but used: one letter a second fills 300 an hour, hour after hour."""
    window = Window(300, 3600)
    taken = sum(window.take(NOON + second) is None for second in range(10 * 3600))
    assert 9 * 300 <= taken <= 10 * 300


def test_a_letter_given_back_may_be_taken_again() -> None:
    """What was not attempted does not count."""
    for limit in (Bucket(1), Window(1, 3600)):
        assert limit.take(NOON) is None
        assert limit.take(NOON) is not None
        limit.give_back(NOON)
        assert limit.take(NOON) is None


@given(gaps, st.sets(st.integers(0, 300)))
def test_giving_back_never_opens_a_window_too_far(steps: list[float], returned: set[int]) -> None:
    """However many are given back in between, those that went hold to the limit."""
    window, went = Window(5, 3600), []
    for number, now in enumerate(walked(steps)):
        if window.take(now) is None:
            if number in returned:
                window.give_back(now)
            else:
                went.append(now)
    for first, last in zip(went, went[5:], strict=False):
        assert last - first >= 3600 - ROUNDING


def test_a_letter_whose_time_is_over_is_not_given_back_for_another() -> None:
    """Giving back what the window forgot already frees nothing."""
    window = Window(1, 3600)
    assert window.take(NOON) is None
    assert window.take(NOON + 8000) is None
    window.give_back(NOON)
    assert window.take(NOON + 8000) is not None


def test_a_clock_that_goes_back_does_not_block_for_longer_than_a_period() -> None:
    """After years of going wrong a clock set right makes nobody wait more than one period."""
    window, bucket = Window(2, 3600), Bucket(1)
    ahead = NOON + 3e8
    for limit in (window, bucket):
        while limit.take(ahead) is None:
            pass
    when = window.take(NOON)
    assert when is not None
    assert when <= NOON + 3600 * 1.02
    assert bucket.take(NOON) is not None
    assert bucket.take(NOON + 1) is None


def test_where_nothing_is_limited_it_is_free() -> None:
    """Any limit and any slowed domain end the freedom."""
    assert RelayLimits(Limits()).free
    assert not RelayLimits(Limits(per_second=5)).free
    assert not RelayLimits(Limits(per_hour=5)).free
    assert not RelayLimits(Limits(per_day=5)).free
    assert not RelayLimits(Limits(domains={"a.example": Rate(5, 1)})).free
    slowed = RelayLimits(Limits())
    slowed.slower("a.example", NOON)
    assert not slowed.free


def test_every_limit_of_a_relay_holds_and_a_refused_letter_uses_none() -> None:
    """The strictest limit decides, and what it refuses is not counted by the others."""
    limits = RelayLimits(Limits(per_hour=3, per_day=4, domains={"slow.example": Rate(1, 3600)}))
    assert limits.take("slow.example", NOON) is None
    for _ in range(10):
        assert limits.take("slow.example", NOON) is not None
    assert [limits.take("b.example", NOON) is None for _ in range(3)] == [True, True, False]
    later = NOON + 4000
    assert [limits.take("b.example", later) is None for _ in range(2)] == [True, False]
    limits.give_back("b.example", later)
    assert limits.take("b.example", later) is None


def test_a_domain_is_halved_once_in_a_while_and_grows_back_until_it_is_free() -> None:
    """4xx halve the pace that was achieved, at most once in ten seconds; quiet minutes bring it back."""
    limits = RelayLimits(Limits())
    limits.slower("a.example", NOON, achieved=80)
    for _ in range(50):
        limits.slower("a.example", NOON + 1)
    now = NOON + 2
    taken = sum(limits.take("a.example", now + tick / 1000) is None for tick in range(10_000))
    assert 350 <= taken <= 450
    limits.slower("a.example", NOON + HALVE_EVERY + 5)
    now = NOON + HALVE_EVERY + 6
    taken = sum(limits.take("a.example", now + tick / 1000) is None for tick in range(10_000))
    assert 180 <= taken <= 240
    assert all(limits.take("b.example", now) is None for _ in range(1000))
    assert not limits.free
    for minute in range(1, 10):
        limits.take("b.example", now + 60 * minute)
    assert limits.free


def test_a_pace_starts_from_what_was_measured() -> None:
    """Where letters were counted their rate is halved, else what the caller knows, else a guess."""
    counted = RelayLimits(Limits(per_second=1000))
    for tick in range(400):
        counted.take("a.example", NOON + tick / 40)
    counted.slower("a.example", NOON + 10)
    told, guessed = RelayLimits(Limits()), RelayLimits(Limits())
    told.slower("a.example", NOON, achieved=50)
    guessed.slower("a.example", NOON)
    for limits, start in ((counted, 20), (told, 25), (guessed, UNMEASURED / 2)):
        (state,) = json.loads(limits.to_json())["slowed"].values()
        assert state[1] == pytest.approx(start, rel=0.15)


def test_a_pace_never_stops_and_always_comes_back() -> None:
    """Even hundreds of halvings leave a letter in ten seconds, and an hour's quiet frees the domain."""
    pace = DomainPace(1000, NOON)
    for number in range(300):
        pace.slower(NOON + number * HALVE_EVERY)
    assert pace.rate == 0.1
    end = NOON + 300 * HALVE_EVERY
    assert not pace.grow(end)
    assert pace.grow(end + 3600)


def test_limits_are_remembered_over_a_restart() -> None:
    """A day's limit that is used up is still so after a restart, as is a slowed domain."""
    wanted = Limits(per_second=2, per_hour=50, per_day=2, domains={"a.example": Rate(1, 86400)})
    limits = RelayLimits(wanted)
    limits.slower("b.example", NOON)
    assert limits.take("a.example", NOON) is None
    assert limits.take("c.example", NOON) is None
    again = RelayLimits.from_json(limits.to_json(), wanted)
    assert again.to_json() == limits.to_json()
    assert again.take("c.example", NOON + 3600) is not None
    assert again.take("a.example", NOON + 3600) is not None
    assert again.take("c.example", NOON + 88_000) is None


def test_what_is_remembered_of_other_limits_is_left_out() -> None:
    """After a change of the configuration what no longer fits is forgotten, the rest is kept."""
    limits = RelayLimits(Limits(per_day=1, domains={"a.example": Rate(1, 86400)}))
    assert limits.take("a.example", NOON) is None
    again = RelayLimits.from_json(
        limits.to_json(), Limits(per_hour=9, per_day=1, domains={"a.example": Rate(5, 1)})
    )
    assert again.take("b.example", NOON + 1) is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["all", "domains", "slowed", "day", "second", "a"]), inner)
    ),
)


@given(
    st.one_of(
        st.text(max_size=50),
        json_values.map(json.dumps),
        st.fixed_dictionaries(
            {"all": json_values, "domains": json_values, "slowed": st.dictionaries(st.text(), json_values)}
        ).map(json.dumps),
        st.fixed_dictionaries(
            {
                "all": st.fixed_dictionaries({"day": json_values, "second": json_values}),
                "domains": st.just({}),
                "slowed": st.just({}),
            }
        ).map(json.dumps),
    )
)
def test_garbage_is_remembered_as_nothing_worse_than_nothing(text: str) -> None:
    """Whatever stands in the database, limits can be made of it and let a letter through within a day."""
    limits = RelayLimits.from_json(text, Limits(per_second=3, per_day=5, domains={"a": Rate(1, 1)}))
    limits.take("a", NOON)
    limits.to_json()
    assert limits.take("b", NOON + 100_000) is None


def test_what_is_no_text_is_remembered_as_nothing() -> None:
    """A missing value starts empty too."""
    nothing: Any = None
    assert RelayLimits.from_json(nothing, Limits(per_day=1)).take("a", NOON) is None

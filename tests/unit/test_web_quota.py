"""How often visitors may ask, by a clock that a test moves."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.web.quota import ALL_SIGN_UPS, GUESSES, SIGN_UPS, Allowance, Bucket, Quotas, take

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_visitor_may_sign_up_a_few_times_at_once_and_then_twenty_an_hour() -> None:
    """Who comes after twenty at once waits three minutes, and is told how long; then one each three."""
    quotas = Quotas()
    assert [quotas.sign_up("203.0.113.7", NOW) for _ in range(SIGN_UPS.burst)] == [None] * SIGN_UPS.burst
    assert quotas.sign_up("203.0.113.7", NOW) == SIGN_UPS.every
    assert quotas.sign_up("203.0.113.7", after(60)) == pytest.approx(SIGN_UPS.every - 60)
    assert quotas.sign_up("203.0.113.7", after(180)) is None
    assert quotas.sign_up("203.0.113.8", NOW) is None
    allowed = sum(quotas.sign_up("203.0.113.7", after(3600 + second)) is None for second in range(3600))
    assert allowed <= 20 + SIGN_UPS.burst


def test_a_form_that_was_not_filled_in_right_does_not_count() -> None:
    """However often somebody mistypes; never more than the burst is there."""
    quotas = Quotas()
    for _ in range(100):
        assert quotas.sign_up("203.0.113.7", NOW) is None
        quotas.unasked("203.0.113.7")
    quotas.unasked("203.0.113.7")
    quotas.unasked("203.0.113.9")
    assert [quotas.sign_up("203.0.113.7", NOW) is None for _ in range(21)] == [True] * 20 + [False]


def test_a_household_is_one_visitor() -> None:
    """Every address of a /64, and IPv4 written as IPv6; the /64 beside it is another."""
    quotas = Quotas()
    for number in range(SIGN_UPS.burst):
        assert quotas.sign_up(f"2001:db8:1:2::{number}", NOW) is None
    assert quotas.sign_up("2001:db8:1:2:ffff::1", NOW)
    assert quotas.sign_up("2001:db8:1:3::1", NOW) is None


def test_all_together_may_sign_up_a_thousand_times_an_hour() -> None:
    """From however many addresses; nobody is remembered for ever."""
    quotas = Quotas(most=1000)
    given = 0
    for number in range(20_000):
        visitor = str(IPv4Address(0x0A000000 + number))
        given += quotas.sign_up(visitor, after(number * 3600 / 20_000)) is None
    assert 1000 <= given <= 1000 + ALL_SIGN_UPS.burst
    assert quotas.remembered <= 1001


def test_what_others_used_up_is_no_visitor_s_fault() -> None:
    """Who is refused while all together have nothing left has his own allowance whole."""
    quotas = Quotas()
    for number in range(ALL_SIGN_UPS.burst):
        assert quotas.sign_up(str(IPv4Address(0x0A000000 + number)), NOW) is None
    for _ in range(2 * SIGN_UPS.burst):
        assert quotas.sign_up("203.0.113.7", NOW) == ALL_SIGN_UPS.every
    later = after(ALL_SIGN_UPS.every * SIGN_UPS.burst)
    assert [quotas.sign_up("203.0.113.7", later) for _ in range(SIGN_UPS.burst)] == [None] * SIGN_UPS.burst


def test_a_million_addresses_take_no_more_than_some_megabytes() -> None:
    """What is kept of visitors is bounded, whoever they say they are."""
    quotas = Quotas(most=10_000)
    tracemalloc.start()
    try:
        for number in range(100_000):
            quotas.guess(str(IPv4Address(number)), NOW)
        assert tracemalloc.get_traced_memory()[0] < 6 << 20
    finally:
        tracemalloc.stop()
    assert quotas.remembered == 10_000


def test_links_that_lead_nowhere_are_counted_apart() -> None:
    """Sixty in a moment, then one a second; signing up is not touched."""
    quotas = Quotas()
    waits = [quotas.guess("203.0.113.7", NOW) for _ in range(GUESSES.burst + 1)]
    assert waits == [None] * 60 + [1.0]
    assert quotas.sign_up("203.0.113.7", NOW) is None


def test_a_clock_that_goes_back_gives_nothing() -> None:
    """Nor does it take away what was there, or make somebody wait for longer than ever."""
    bucket, wait = take(Bucket(0.5, 1000.0), Allowance(5, 10.0), 0.0)
    assert (bucket, wait) == (Bucket(0.5, 0.0), 5.0)
    assert take(bucket, Allowance(5, 10.0), 5.0) == (Bucket(0.0, 5.0), 0.0)


@given(
    st.lists(st.floats(0, 1e5), min_size=1, max_size=200),
    st.integers(1, 20),
    st.floats(0.1, 1000),
)
def test_no_window_gives_more_than_is_allowed(moments: list[float], burst: int, every: float) -> None:
    """Between any two moments: the burst and one for each `every` seconds; a wait that is said suffices."""
    allowance, bucket, given = Allowance(burst, every), None, []
    for now in sorted(moments):
        bucket, wait = take(bucket, allowance, now)
        if not wait:
            given.append(now)
        else:
            assert 0 < wait <= every * 1.000001
            assert not take(bucket, allowance, now + wait * 1.000001 + 1e-6)[1]
    for first, start in enumerate(given):
        for count, end in enumerate(given[first:], 1):
            assert count <= burst + (end - start) / every + 1e-6

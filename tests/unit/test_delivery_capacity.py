"""Whether limits suffice, in the words an operator reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.delivery.capacity import Mailing, too_much, too_slow
from syndicate.delivery.limits import Limits, Rate

DAY = timedelta(days=1)


def daily(letters: int, **domains: int) -> Mailing:
    return Mailing(letters, DAY, {name.replace("_", "."): number for name, number in domains.items()})


@pytest.mark.parametrize(
    ("letters", "limits", "words"),
    [
        (3000, Limits(per_day=300), "3,000 letters at 300 a day take 10 days: a daily digest cannot keep up"),
        (3001, Limits(per_day=300), "3,001 letters at 300 a day take 11 days: a daily digest cannot keep up"),
        (450, Limits(per_day=300), "450 letters at 300 a day take 36 hours: a daily digest cannot keep up"),
        (
            3000,
            Limits(per_hour=100),
            "3,000 letters at 2,400 a day take 30 hours: a daily digest cannot keep up",
        ),
        (
            1_000_000,
            Limits(per_second=2.5),
            "1,000,000 letters at 2.5 a second take 5 days: a daily digest cannot keep up",
        ),
        (
            900,
            Limits(per_second=9, per_day=300),
            "900 letters at 300 a day take 3 days: a daily digest cannot keep up",
        ),
    ],
)
def test_what_takes_longer_than_a_day_is_told(letters: int, limits: Limits, words: str) -> None:
    """The narrowest limit counts, and lengths are rounded up."""
    assert too_slow(daily(letters), [limits]) == words


@pytest.mark.parametrize(
    ("mailing", "relays"),
    [
        (daily(300), [Limits(per_day=300)]),
        (daily(600), [Limits(per_day=300), Limits(per_day=300)]),
        (daily(10**9), [Limits(per_day=300), Limits()]),
        (Mailing(2100, 7 * DAY), [Limits(per_day=300)]),
        (daily(0), [Limits(per_day=1)]),
        (daily(5), []),
    ],
)
def test_what_fits_into_a_period_is_not_told(mailing: Mailing, relays: list[Limits]) -> None:
    """Relays add up, one without limits takes all, and a weekly digest has seven days."""
    assert too_slow(mailing, relays) is None


def test_the_share_of_a_limited_domain_counts_by_itself() -> None:
    """A limit for one domain holds up those there, unless another relay takes them."""
    narrow = Limits(domains={"gmail.com": Rate(100, 86_400)})
    mailing = daily(1000, gmail_com=500)
    assert too_slow(mailing, [narrow]) == (
        "500 letters to gmail.com at 100 a day take 5 days: a daily digest cannot keep up"
    )
    assert too_slow(mailing, [narrow, Limits(per_day=900)]) is None


def test_the_period_is_named_as_people_say_it() -> None:
    """Daily, weekly, or every so many days."""
    for days, words in ((1, "a daily digest"), (7, "a weekly digest"), (3, "a digest every 3 days")):
        told = too_slow(Mailing(1000, days * DAY), [Limits(per_day=1)])
        assert told is not None and f": {words} cannot" in told


def test_newsletters_that_fit_alone_may_not_fit_together() -> None:
    """What all of them need is held against what may leave."""
    assert too_much([daily(200), Mailing(1400, 7 * DAY)], [Limits(per_day=300)]) == (
        "all newsletters together have 400 letters a day, and only 300 a day may leave"
    )
    assert too_much([daily(200), Mailing(700, 7 * DAY)], [Limits(per_day=300)]) is None
    assert too_much([daily(200), daily(10**6)], [Limits()]) is None
    assert too_much([daily(10**6)], [Limits(per_day=1)]) is None


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(1, 30))
def test_it_is_told_exactly_where_the_limit_is_less_than_the_letters(
    letters: int, per_day: int, days: int
) -> None:
    """No rounding tells of what fits, or is silent of what does not."""
    told = too_slow(Mailing(letters, days * DAY), [Limits(per_day=per_day)])
    assert (told is not None) == (letters > per_day * days)

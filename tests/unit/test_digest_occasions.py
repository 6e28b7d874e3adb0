"""When a schedule mints an occasion."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicate.config import Newsletter
from syndicate.digest.occasions import (
    Schedule,
    following,
    instant,
    latest,
    longest_period,
    period,
    period_at,
    previous,
    schedule_of,
    shortest_period,
)
from syndicate.model import Occasion

EVERY_DAY = frozenset(range(7))
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Jakarta",
    "Asia/Beirut",
    "America/Nuuk",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Tehran",
    "America/Havana",
    "Europe/Dublin",
    "Pacific/Chatham",
]


def schedule(zone: str, at: str, days: frozenset[int] = EVERY_DAY) -> Schedule:
    return Schedule(time.fromisoformat(at), days, ZoneInfo(zone))


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def test_a_newsletters_days_count_from_monday() -> None:
    """A newsletter's `mon` and `sun` become 0 and 6."""
    newsletter = Newsletter.model_validate({"title": "N", "at": "07:30", "days": ["mon", "sun"]})
    assert schedule_of(newsletter, ZoneInfo("UTC")) == schedule("UTC", "07:30", frozenset({0, 6}))


@pytest.mark.parametrize("days", [frozenset(), frozenset({7})])
def test_a_schedule_without_real_days_is_refused(days: frozenset[int]) -> None:
    """A schedule that could never come round cannot be made."""
    with pytest.raises(ValueError, match="days"):
        schedule("UTC", "07:00", days)


@pytest.mark.parametrize(
    ("zone", "at", "day", "expected"),
    [
        ("Asia/Jakarta", "07:00", "2026-11-23", "2026-11-23 07:00"),
        ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29 03:00"),
        ("Europe/Berlin", "00:00", "2026-03-30", "2026-03-30 00:00"),
        ("Asia/Beirut", "00:00", "2026-03-29", "2026-03-29 01:00"),
        ("Asia/Beirut", "00:30", "2026-03-29", "2026-03-29 01:00"),
        ("America/Nuuk", "23:59", "2026-03-28", "2026-03-29 00:00"),
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-04 02:30"),
        ("Pacific/Apia", "07:00", "2011-12-30", "2011-12-31 00:00"),
    ],
)
def test_a_time_in_a_gap_comes_at_the_first_instant_after_it(
    zone: str, at: str, day: str, expected: str
) -> None:
    """A wall-clock time that does not exist is moved to the end of the gap, not beyond."""
    assert local(instant(schedule(zone, at), date.fromisoformat(day)), zone) == expected


@pytest.mark.parametrize(
    ("zone", "at", "day", "expected"),
    [
        ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30:00+00:00"),
        ("America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30:00+00:00"),
        ("Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-04T14:45:00+00:00"),
        ("Africa/Casablanca", "02:30", "2026-02-15", "2026-02-15T01:30:00+00:00"),
    ],
)
def test_a_time_shown_twice_comes_the_first_time(zone: str, at: str, day: str, expected: str) -> None:
    """Of an hour that autumn repeats, the earlier one counts."""
    assert instant(schedule(zone, at), date.fromisoformat(day)).isoformat() == expected


def test_the_hour_that_autumn_repeats_makes_one_occasion() -> None:
    """At the second 02:30 the latest occasion is still the first 02:30, and the next is tomorrow's."""
    berlin = schedule("Europe/Berlin", "02:30")
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert latest(berlin, second) == Occasion("2026-10-25", second - timedelta(hours=1))
    assert following(berlin, second).text == "2026-10-26"


def test_an_occasion_is_named_after_the_day_that_was_meant() -> None:
    """Nuuk's 23:59 of the 28th comes on the 29th and keeps its name; the 29th has its own."""
    nuuk = schedule("America/Nuuk", "23:59")
    found = following(nuuk, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert (found.text, local(found.at, "America/Nuuk")) == ("2026-03-28", "2026-03-29 00:00")
    assert following(nuuk, found.at).text == "2026-03-29"


def test_a_day_the_zone_left_out_has_no_occasion() -> None:
    """Samoa had no 30 December 2011, so no edition is named after it, at midnight either."""
    for at in ("00:00", "07:00"):
        apia = schedule("Pacific/Apia", at)
        before = following(apia, datetime(2011, 12, 28, 22, tzinfo=UTC))
        texts = [before.text, (after := following(apia, before.at)).text, previous(apia, after).text]
        assert texts == ["2011-12-29", "2011-12-31", "2011-12-29"]


def test_a_weekly_schedule_has_a_period_of_a_week() -> None:
    """The time between two Mondays is a week, and an hour less over the spring change."""
    weekly = schedule("Europe/Berlin", "00:00", frozenset({0}))
    monday = latest(weekly, datetime(2026, 3, 31, tzinfo=UTC))
    assert monday.text == "2026-03-30"
    assert period(weekly, monday) == timedelta(days=7, hours=-1)
    assert period(weekly, previous(weekly, monday)) == timedelta(days=7)


def test_the_period_at_a_moment_reaches_to_the_next_occasion() -> None:
    """It is the gap that the moment lies in, whether an occasion or not."""
    twice = schedule("UTC", "07:00", frozenset({0, 3}))
    monday = datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert period_at(twice, monday) == period_at(twice, monday + timedelta(days=2)) == timedelta(days=3)
    assert period_at(twice, monday + timedelta(days=3)) == timedelta(days=4)


def test_the_shortest_period_is_the_least_time_for_an_edition() -> None:
    """Days in a row leave a day, over the week's end too."""
    assert shortest_period(schedule("UTC", "07:00", frozenset({0, 3}))) == timedelta(days=3)
    assert shortest_period(schedule("UTC", "07:00", frozenset({0, 6}))) == timedelta(days=1)
    assert shortest_period(schedule("UTC", "07:00", frozenset({2}))) == timedelta(days=7)


def test_the_longest_period_is_the_longest_pause_of_any_schedule() -> None:
    """Days off between occasions count, over the week's end too; with no schedule it is a day."""
    workdays = schedule("UTC", "07:00", frozenset(range(5)))
    assert longest_period([]) == timedelta(days=1)
    assert longest_period([schedule("UTC", "07:00")]) == timedelta(days=1)
    assert longest_period([workdays]) == timedelta(days=3)
    assert longest_period([workdays, schedule("UTC", "07:00", frozenset({2}))]) == timedelta(days=7)


@settings(max_examples=25, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=st.dates(date(2009, 1, 1), date(2028, 1, 1)),
)
@example(zone="America/Nuuk", at=time(23, 59), days=EVERY_DAY, start=date(2025, 9, 1))
@example(zone="America/St_Johns", at=time(0, 0), days=EVERY_DAY, start=date(2010, 1, 1))
@example(zone="Pacific/Apia", at=time(0, 0), days=frozenset({4}), start=date(2011, 6, 1))
@example(zone="Asia/Beirut", at=time(0, 0), days=frozenset({6}), start=date(2026, 1, 1))
def test_over_400_days_each_chosen_local_day_has_one_occasion(
    zone: str, at: time, days: frozenset[int], start: date
) -> None:
    """Stepping by `following` visits each chosen day of the zone once, later each time, and never sooner
    than its wall-clock time."""
    plan = Schedule(at, days, ZoneInfo(zone))
    first = latest(plan, datetime.combine(start, time(12), tzinfo=UTC))
    found = [first]
    while found[-1].text < (start + timedelta(days=400)).isoformat():
        found.append(following(plan, found[-1].at))
    assert [o.text for o in found] == chosen_days(plan, found[0].text, found[-1].text)
    assert all(a.at < b.at for a, b in pairwise(found))
    for occasion, later in pairwise(found):
        wall = occasion.at.astimezone(plan.zone).replace(tzinfo=None)
        assert wall >= datetime.combine(date.fromisoformat(occasion.text), at)
        assert previous(plan, later) == occasion


def chosen_days(plan: Schedule, first: str, last: str) -> list[str]:
    """The chosen days from `first` to `last` by another way: every local date that any hour falls on."""
    noon = datetime.combine(date.fromisoformat(first), time(12), tzinfo=UTC) - timedelta(days=2)
    hours = (date.fromisoformat(last) - date.fromisoformat(first)).days * 24 + 96
    seen = {(noon + timedelta(hours=n)).astimezone(plan.zone).date() for n in range(0, hours, 6)}
    return sorted(d.isoformat() for d in seen if first <= d.isoformat() <= last and d.weekday() in plan.days)


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    now=st.datetimes(datetime(2009, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_latest_and_following_are_neighbours_around_now(
    zone: str, at: time, days: frozenset[int], now: datetime
) -> None:
    """`now` lies between the latest occasion and the following one, with none in between."""
    plan = Schedule(at, days, ZoneInfo(zone))
    before, after = latest(plan, now), following(plan, now)
    assert before.at <= now < after.at
    assert following(plan, before.at) == after
    assert previous(plan, after) == before
    assert latest(plan, after.at) == after
    assert latest(plan, after.at - timedelta(microseconds=1)) == before

"""When a newsletter's schedule mints an occasion: wall-clock times across daylight-saving changes. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from syndicate.config import WEEKDAYS, Newsletter
from syndicate.model import Choice, Frequency, Occasion

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_AS_IT_IS = Choice()
_MOST_QUIET = 366  # days in a row


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day in a zone: on some days of the week (0 is Monday), or on one day of each month.

    A month without that day has it at its end. On `quiet` days, ``2026-12-25`` or each year's ``12-25``,
    there is no occasion: what comes once a week or a month comes on the next other day. `name` ends the
    texts     of its occasions where it is not the newsletter's own: ``/Asia/Tokyo``, ``/18:00``.
    """

    at: time
    days: frozenset[int]
    zone: ZoneInfo
    frequency: Frequency = "daily"
    monthday: int = 1
    quiet: frozenset[str] = frozenset()
    name: str = ""

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError(f"a schedule needs days between 0 and 6, not {sorted(self.days)}")


def schedule_of(newsletter: Newsletter, zone: ZoneInfo, choice: Choice = _AS_IT_IS) -> Schedule:
    """Return the schedule that `newsletter` asks for in the publication's `zone`, or a subscriber of it.

    One of instant letters is the days and the zone in which their days are counted.
    """
    frequency = choice.frequency or newsletter.frequency
    weekly = frequency == "weekly"
    days = (newsletter.week_day,) if weekly else newsletter.days
    own_zone, own_at = choice.zone if frequency != "instant" else "", choice.at
    return Schedule(
        at=time.fromisoformat(own_at) if own_at else newsletter.at,
        days=frozenset(WEEKDAYS.index(day) for day in days),
        zone=ZoneInfo(own_zone) if own_zone else newsletter.timezone or zone,
        frequency=frequency,
        monthday=newsletter.monthday,
        quiet=frozenset(newsletter.quiet),
        name="".join(f"/{part}" for part in (own_zone, own_at) if part),
    )


def instant(schedule: Schedule, day: date) -> datetime:
    """Return the instant in UTC at which the schedule's time comes on the local `day`.

    A time that a spring change leaves out comes at the first valid instant after it; of a time that an
    autumn change shows twice, only the first counts.
    """
    return _first_instant(datetime.combine(day, schedule.at), schedule.zone)


def latest(schedule: Schedule, now: datetime) -> Occasion:
    """Return the newest occasion at or before `now`."""
    return next(found for found in _backwards(schedule, _around(schedule, now) + _DAY) if found.at <= now)


def following(schedule: Schedule, now: datetime) -> Occasion:
    """Return the first occasion strictly after `now`."""
    return next(found for found in _forwards(schedule, _around(schedule, now) - _DAY) if found.at > now)


def previous(schedule: Schedule, occasion: Occasion) -> Occasion:
    """Return the occasion before `occasion`, which need not be on the schedule itself."""
    start = _around(schedule, occasion.at) + _DAY
    return next(found for found in _backwards(schedule, start) if found.at < occasion.at)


def period(schedule: Schedule, occasion: Occasion) -> timedelta:
    """Return the time between `occasion` and the one before it."""
    return occasion.at - previous(schedule, occasion).at


def period_at(schedule: Schedule, now: datetime) -> timedelta:
    """Return the time between the newest occasion at or before `now` and the one after it."""
    return following(schedule, now).at - latest(schedule, now).at


def shortest_period(schedule: Schedule) -> timedelta:
    """Return the shortest time between two occasions, in whole days; quiet days do not count."""
    if schedule.frequency == "monthly":
        return timedelta(days=28)
    return timedelta(days=min(_gaps(schedule.days)))


def longest_period(schedules: Iterable[Schedule]) -> timedelta:
    """Return the longest time between two occasions of one of the schedules, at least a day.

    It counts whole days: the hour that a change of the clocks adds is left out.
    """
    return max((_longest_gap(schedule) for schedule in schedules), default=_DAY)


def _longest_gap(schedule: Schedule) -> timedelta:
    if schedule.frequency == "monthly":
        return timedelta(days=31)
    return timedelta(days=max(_gaps(schedule.days)))


def _gaps(days: frozenset[int]) -> list[int]:
    ordered = sorted(days)
    wrapped = [*ordered[1:], ordered[0] + 7]
    return [later - earlier for earlier, later in zip(ordered, wrapped, strict=True)]


def _around(schedule: Schedule, now: datetime) -> date:
    """Return the local date of `now`: an autumn change at midnight may put it a day off an occasion's."""
    return now.astimezone(schedule.zone).date()


def _backwards(schedule: Schedule, start: date) -> Iterator[Occasion]:
    return (_occasion(schedule, day) for n in count() if _counts(schedule, day := start - n * _DAY))


def _forwards(schedule: Schedule, start: date) -> Iterator[Occasion]:
    return (_occasion(schedule, day) for n in count() if _counts(schedule, day := start + n * _DAY))


def _occasion(schedule: Schedule, day: date) -> Occasion:
    return Occasion(_text(schedule, day) + schedule.name, instant(schedule, day))


def _text(schedule: Schedule, day: date) -> str:
    """Return what names the occasion on `day`: the day, or the week or month that it stands for."""
    if schedule.frequency == "daily":
        return day.isoformat()
    meant = _meant(schedule, day) or day
    if schedule.frequency == "monthly":
        return f"{meant:%Y-%m}"
    year, week, _ = meant.isocalendar()
    return f"{year}-W{week:02}"


def _counts(schedule: Schedule, day: date) -> bool:
    return _meant(schedule, day) is not None


def _meant(schedule: Schedule, day: date) -> date | None:
    """Return the day of the schedule on whose behalf there is an occasion on `day`, None where none is."""
    if not _exists(day, schedule.zone) or _is_quiet(schedule, day):
        return None
    if _is_on(schedule, day):
        return day
    if schedule.frequency == "daily":
        return None
    for back in range(1, _MOST_QUIET):
        before = day - back * _DAY
        if _exists(before, schedule.zone) and not _is_quiet(schedule, before):
            return None
        if _is_on(schedule, before):
            return before
    return None


def _is_on(schedule: Schedule, day: date) -> bool:
    if schedule.frequency == "monthly":
        return day.day == min(schedule.monthday, monthrange(day.year, day.month)[1])
    return day.weekday() in schedule.days


def _is_quiet(schedule: Schedule, day: date) -> bool:
    text = day.isoformat()
    return text in schedule.quiet or text[5:] in schedule.quiet


def is_quiet(schedule: Schedule, now: datetime) -> bool:
    """Tell whether nothing leaves on the schedule's day that is `now`."""
    return _is_quiet(schedule, _around(schedule, now))


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Return whether the zone has this day: Samoa went from 29 to 31 December 2011."""
    midnight, next_midnight = (datetime.combine(d, time.min) for d in (day, day + _DAY))
    return _first_instant(midnight, zone) < _first_instant(next_midnight, zone)


def _first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant in UTC at which clocks in `zone` show `wall` or have jumped over it."""
    early, late = (wall.replace(tzinfo=zone, fold=fold) for fold in (1, 0))
    before, after = late.utcoffset() or timedelta(), early.utcoffset() or timedelta()
    at = late.astimezone(UTC)
    if before >= after:
        return at
    # In a gap (PEP 495) fold=0 reads the clock as before the change and fold=1 as after it, so the change
    # itself lies in (wall - after, wall - before].
    low, high = at - (after - before), at
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)

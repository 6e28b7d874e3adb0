"""When a newsletter's schedule mints an occasion: wall-clock times across daylight-saving changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from syndicate.config import WEEKDAYS, Newsletter
from syndicate.model import Occasion

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A time of day on some days of the week (0 is Monday) in a zone."""

    at: time
    days: frozenset[int]
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError(f"a schedule needs days between 0 and 6, not {sorted(self.days)}")


def schedule_of(newsletter: Newsletter, zone: ZoneInfo) -> Schedule:
    """Return the schedule that `newsletter` asks for, in `zone`."""
    return Schedule(newsletter.at, frozenset(WEEKDAYS.index(day) for day in newsletter.days), zone)


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
    return next(_backwards(schedule, date.fromisoformat(occasion.text) - _DAY))


def period(schedule: Schedule, occasion: Occasion) -> timedelta:
    """Return the time between `occasion` and the one before it."""
    return occasion.at - previous(schedule, occasion).at


def period_at(schedule: Schedule, now: datetime) -> timedelta:
    """Return the time between the newest occasion at or before `now` and the one after it."""
    return following(schedule, now).at - latest(schedule, now).at


def shortest_period(schedule: Schedule) -> timedelta:
    """Return the shortest time between two occasions, in whole days."""
    return timedelta(days=min(_gaps(schedule.days)))


def longest_period(schedules: Iterable[Schedule]) -> timedelta:
    """Return the longest time between two occasions of one of the schedules, at least a day.

    It counts whole days: the hour that a change of the clocks adds is left out.
    """
    return max((_longest_gap(schedule.days) for schedule in schedules), default=_DAY)


def _longest_gap(days: frozenset[int]) -> timedelta:
    return timedelta(days=max(_gaps(days)))


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
    return Occasion(day.isoformat(), instant(schedule, day))


def _counts(schedule: Schedule, day: date) -> bool:
    return day.weekday() in schedule.days and _exists(day, schedule.zone)


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

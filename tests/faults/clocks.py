"""Scenarios of clocks: however they go, the count of editions is exact. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from publications import Publication, maker

from .oracle import Counts

HOUR: Final = timedelta(hours=1)
SEVEN: Final = time(7, 0)


@dataclass(frozen=True, slots=True)
class Story:
    """A clock that goes hour by hour, at half past, but for its leaps: at a moment, by so much."""

    name: str
    zone: str
    start: date
    days: int
    leaps: Sequence[tuple[datetime, timedelta]] = ()
    missed: Sequence[date] = ()  # the local days that get no edition


def _stories() -> Iterable[Story]:
    changes = {
        "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
        "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
        "Asia/Jakarta": (date(2026, 3, 29), date(2026, 10, 25)),
    }
    for zone, days in changes.items():
        for day in days:
            yield Story("summer time", zone, day - timedelta(2), 5)
        yield Story("leap day", zone, date(2028, 2, 27), 4)
        yield Story("year end", zone, date(2026, 12, 29), 5)
        yield from _leaps(zone, date(2026, 6, 10))


def _leaps(zone: str, day: date) -> Iterable[Story]:
    """Give the clock's leaps, each soon after the edition of `day`."""
    at = datetime.combine(day, time(8, 0), ZoneInfo(zone)).astimezone(UTC)
    start = day - timedelta(2)
    yield Story("back an hour", zone, start, 5, [(at, -HOUR)])
    yield Story("back two hours, over the edition", zone, start, 5, [(at, -2 * HOUR)])
    yield Story("forward a day", zone, start, 5, [(at, timedelta(1))])
    yield Story(
        "forward a day and back", zone, start, 5, [(at, timedelta(1)), (at + timedelta(1.1), -timedelta(1))]
    )
    off = [day + timedelta(n) for n in (1, 2, 3)]
    yield Story("three days off", zone, start, 8, [(at + HOUR, timedelta(3, 11 * 3600))], off)
    late = [day + timedelta(n) for n in (1, 2)]
    yield Story("three days off, back within the hours", zone, start, 8, [(at + HOUR, timedelta(3))], late)


def editions_over_clocks(place: Path, seed: int, quick: bool) -> Counts:
    """Over each story every local day has one edition, but those that were missed have none."""
    stories = list(_stories())
    wrong = []
    chosen = stories[seed % 3 :: 9] if quick else stories
    with maker(_empty(place)) as make:
        for story in chosen:
            got, wanted = _occasions(story, make), _wanted(story)
            if got != wanted:
                wrong.append(f"{story.name} in {story.zone}: {got} where {wanted} were due")
    return Counts(runs=len(chosen), other=len(wrong), words=tuple(wrong))


def _empty(place: Path) -> Path:
    folder = place / "clocks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _wanted(story: Story) -> list[str]:
    days = (story.start + timedelta(1 + n) for n in range(story.days))
    return [day.isoformat() for day in days if day not in story.missed]


def _occasions(story: Story, make: Callable[..., Publication]) -> list[str]:
    """Return the occasions whose editions were made, in order; articles come in the morning and evening."""
    zone = ZoneInfo(story.zone)
    start = datetime.combine(story.start, time(12, 30), zone).astimezone(UTC)
    end = datetime.combine(story.start + timedelta(story.days), time(23, 30), zone).astimezone(UTC)
    news = make(zone=story.zone, now=start)
    news.people_subscribe("ani@example.org")
    news.folder_is_scanned()
    leaps = list(story.leaps)
    made: list[str] = []
    hour = 0
    while news.now < end:
        if leaps and news.now >= leaps[0][0]:
            news.now += leaps.pop(0)[1]
        if news.now.astimezone(zone).hour in (7, 19):
            news.article_is_dropped(f"hour {hour}", f"Words of the hour {hour}.")
        made += [one.occasion.text for one in news.due_editions_are_made() if one.fate == "made"]
        news.now += HOUR
        hour += 1
    return made

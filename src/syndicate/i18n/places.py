"""Time zones of places, as CLDR has them: which there are, and where who speaks a language may live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global

_NOWHERE = ("001", "ZZ")  # the world, and no known place
_SEASONS = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


@lru_cache(maxsize=1)
def zones() -> Mapping[str, tuple[str, ...]]:
    """Return the time zones that people live in, by the first part of their names: Asia -> Asia/Tokyo ..."""
    found: dict[str, list[str]] = {}
    for name in sorted(set().union(*_by_place().values())):
        found.setdefault(name.partition("/")[0], []).append(name)
    return {area: tuple(names) for area, names in found.items()}


def zone_of(language: str) -> str:
    """Return the time zone of the place in a tag such as ``ja-JP``; "" for none, or where it has several."""
    try:
        place = Locale.parse(language, sep="-").territory or ""
    except (UnknownLocaleError, ValueError, TypeError):
        return ""
    theirs = _by_place().get(place, ())
    clocks = {tuple(at.astimezone(ZoneInfo(one)).utcoffset() for at in _SEASONS) for one in theirs}
    return theirs[0] if len(clocks) == 1 else ""


@lru_cache(maxsize=1)
def _by_place() -> Mapping[str, tuple[str, ...]]:
    there = available_timezones()
    found = {
        place: tuple(name for name in names if name in there and "/" in name)
        for place, names in get_global("territory_zones").items()
    }
    return {place: names for place, names in found.items() if place not in _NOWHERE}

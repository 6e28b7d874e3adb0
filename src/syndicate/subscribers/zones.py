"""Time zones as people choose among them: by region, then by city. Pure."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

_REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia"),
    *("Europe", "Indian", "Pacific"),
)
Group = tuple[str, tuple[tuple[str, str], ...]]


@lru_cache(maxsize=1)
def zone_groups() -> tuple[Group, ...]:
    """Return regions, each with the names of its zones and of the cities these are called by."""
    there = sorted(available_timezones())
    return tuple(
        (region, tuple((name, _city(name)) for name in there if name.startswith(f"{region}/")))
        for region in _REGIONS
    )


def is_listed(zone: str) -> bool:
    """Tell whether a zone is in one of the groups."""
    return any(zone == name for _, zones in zone_groups() for name, _ in zones)


def _city(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")

"""Moments as other programs write them in their lists -> UTC. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_GO = re.compile(  # Go's time.Time.String, which listmonk exports
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d+)? ([+-]\d{4})(?: [A-Z][A-Za-z]*| [+-]\d\d)?(?: m=\S+)?"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*)?")
_SLASHES = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,? +(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_OLDEST = 1970


def parse_moment(text: str, *, slashes: bool = True) -> datetime | None:
    """Return the moment in `text`, in UTC where it names no zone; None where it is not known for certain.

    ISO 8601 with year, month and day, ``2020-01-31 12:00:00``, ``2020-01-31 12:00:00 +0000 UTC``, and with
    `slashes` the American ``1/31/2020 12:00``. None too before 1970.
    """
    said = text.strip()
    moment = _dashed(said) if _ISO.fullmatch(said) else _american(said) if slashes else None
    if moment is None or not _OLDEST <= moment.year < 9999:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_day_first(text: str) -> bool:
    """Tell whether `text` is a date with slashes that cannot be American: ``31/1/2020``."""
    match = _SLASHES.fullmatch(text.strip())
    return match is not None and int(match[1]) > 12 >= int(match[2])


def _dashed(said: str) -> datetime | None:
    match = _GO.fullmatch(said)
    try:
        return datetime.fromisoformat("".join(match.groups("")) if match else said.removesuffix(" UTC"))
    except ValueError:
        return None


def _american(said: str) -> datetime | None:
    match = _SLASHES.fullmatch(said)
    if match is None:
        return None
    month, day, year, hour, minute, second, half = match.groups()
    hours = int(hour or 0)
    if half and not 1 <= hours <= 12:
        return None
    if half:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    try:
        start = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - the caller gives it a zone
        return start.replace(hour=hours, minute=int(minute or 0), second=int(second or 0))
    except ValueError:
        return None


def within(moment: datetime | None, *, now: datetime) -> bool:
    """Tell whether a moment of the past is one that can have been; a clock may be a minute off."""
    return moment is not None and moment <= now + timedelta(minutes=1)

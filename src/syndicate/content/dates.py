"""Dates as people write them -> date or datetime. The only file that knows dateparser."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST = 100
_FIRST_YEAR, _LAST_YEAR = 1800, 2199  # beyond: another calendar's year, or a slip of the finger

# The Indonesian press and English; dateparser, which is slow, knows the rest.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari pebruari",
            "mar march maret",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august agu agt ags agustus",
            "sep sept september",
            "oct october okt oktober",
            "nov november nop nopember",
            "dec december des desember",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wib": 7, "wita": 8, "wit": 9, "est": -5, "edt": -4, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9,
    "sgt": 8, "hkt": 8,
}  # fmt: skip

# What programs write: read first, since nearly all dates are so.
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?)?", re.ASCII
)
_TIME = re.compile(
    r"(?:^|[\sT|,;]|(?<=\d)T)\s*(?:pukul|jam|pkl\.?|at|um|à|kl\.?)?\s*"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?(?![a-z]))?\s*"
    r"\(?(?:(?:utc|gmt)?\s?([+-]\d{1,2}(?::?\d{2})?)|([a-z]{1,5}))?\)?\s*(?:uhr)?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z?))?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([^\W\d_]{3,9})\.?,?[\s-]+(\d{4})", re.IGNORECASE)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)
_WEEKDAY = re.compile(r"[^\W\d_]+(?:['’`][^\W\d_]+)?\.?\s*,\s*|[^\W\d_]*['’`]at\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a bare text is to be understood."""

    language: str
    zone: ZoneInfo
    order: str


def read_date(text: str, *, language: str, zone: ZoneInfo, order: str = "DMY") -> date | datetime | None:
    """Return the date that `text` is, a datetime where it gives a time, None where it is no whole date.

    A datetime is aware: a time without a zone is in `zone`; WIB, WITA and WIT are +7, +8 and +9. Relative
    texts ("yesterday") and dates without day, month or year are none. `order` settles ``05/02/2026``.
    """
    if (match := _ISO.fullmatch(text)) and (found := _iso(match, zone)):
        return found
    how = _Reading(language, zone, order)
    line = " ".join(text.replace("\u00a0", " ").split()).strip(" |,;")
    if len(line) > 3 * _LONGEST:
        return None
    once = _undouble(line)
    if not any(character.isdigit() for character in once) or len(once) > _LONGEST:
        return None
    try:
        return _compact(once, how) or _with_time(once, how) or _day(once, how) or _slowly(once, how)
    except (ValueError, OverflowError):
        return None


def is_sane(day: date) -> bool:
    """Return whether a date is of a year that an article can be of."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def _iso(match: re.Match[str], zone: ZoneInfo) -> date | datetime | None:
    day, clock, offset = match.groups()
    try:
        if clock is None:
            found = date.fromisoformat(day)
        elif offset is None:
            found = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)
        else:
            found = datetime.fromisoformat(f"{day}T{clock}{'Z' if offset == 'UTC' else offset}")
    except ValueError:
        return None  # such as 24:00, which the slower way knows
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _undouble(text: str) -> str:
    """``5 Feb 20265 Feb 2026`` -> ``5 Feb 2026``: news pages carry a date once shown and once read out."""
    match = re.fullmatch(r"(.{6,}?)\s*\1", text)
    return match[1] if match else text


def _compact(text: str, how: _Reading) -> date | datetime | None:
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    day = _date(int(match[1]), int(match[2]), int(match[3]))
    if day is None or match[4] is None:
        return day
    clock = time(int(match[4]), int(match[5]), int(match[6] or 0))
    return datetime.combine(day, clock, timezone.utc if match[7] else how.zone)  # noqa: UP017 - one line


def _with_time(text: str, how: _Reading) -> datetime | None:
    match = _TIME.search(text)
    if match is None or not match.start():
        return None
    zone = _zone(match[5], match[6], how.zone)
    day = _day(text[: match.start()].rstrip(" |,;-T"), how) if zone else None
    if day is None:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4][0] in "pP" else 0)
    if (hour, int(match[2]), int(match[3] or 0)) == (24, 0, 0):
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time(hour, int(match[2]), min(59, int(match[3] or 0))), zone)


def _zone(offset: str | None, name: str | None, otherwise: ZoneInfo) -> tzinfo | None:
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        length = timedelta(hours=hours, minutes=minutes)
        return timezone(-length if offset[0] == "-" else length)
    if name:
        hours_east = _ZONES.get(name.lower())
        return timezone(timedelta(hours=hours_east)) if hours_east is not None else None
    return otherwise


def _day(text: str, how: _Reading) -> date | None:
    bare = _WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text
    if match := _YEAR_FIRST.fullmatch(bare):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(bare):
        first, second = int(match[1]), int(match[2])
        month_first = how.order == "MDY"
        return _date(int(match[3]), first if month_first else second, second if month_first else first)
    if (match := _DAY_MONTH.fullmatch(bare)) and match[2].lower() in _MONTHS:
        return _date(int(match[3]), _MONTHS[match[2].lower()], int(match[1]))
    if (match := _MONTH_DAY.fullmatch(bare)) and match[1].lower() in _MONTHS:
        return _date(int(match[3]), _MONTHS[match[1].lower()], int(match[2]))
    found = _dateparser(bare, how.language, how.order)
    return found.date() if found else None


def _slowly(text: str, how: _Reading) -> date | datetime | None:
    """Let dateparser read the whole text, time and zone too."""
    found = _dateparser(text, how.language, how.order)
    if found is None or not re.search(r"\d\s?[:.h]\s?\d\d|\d\s?[ap]\.?m", text, re.IGNORECASE):
        return found.date() if found else None
    return found if found.tzinfo else found.replace(tzinfo=how.zone)


def _date(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None


@lru_cache(maxsize=1024)
def _dateparser(text: str, language: str, order: str) -> datetime | None:
    if sum(character.isdigit() for character in text) < 3:
        return None
    import dateparser

    settings = {
        "DATE_ORDER": order,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "PARSERS": ["absolute-time"],  # nothing that depends on the present day
        "RELATIVE_BASE": datetime(2000, 1, 1),  # noqa: DTZ001 - dateparser asks for a naive one
    }
    base = language.split("-")[0].lower()
    for languages in ([base, "en"], ["en"]) if base not in ("", "en") else (["en"],):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = dateparser.parse(text, languages=languages, settings=settings)
        except Exception:  # noqa: S112 - its errors over odd texts and unknown languages have no type
            continue
        if isinstance(found, datetime) and _FIRST_YEAR <= found.year <= _LAST_YEAR:
            return found
    return None

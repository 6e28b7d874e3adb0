"""The placeholders in a pattern of addresses, such as ``/blog/{year}/{slug}/``, and what fills them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import quote

from syndicate.spelling import Style


@dataclass(frozen=True, slots=True)
class Facts:
    """What the placeholders are filled from. `day` is in the calendar of the program that makes the page."""

    wish: str
    name: str
    stem: str
    title: str
    day: datetime | date
    folders: tuple[str, ...]
    below: tuple[str, ...]  # of `folders`, those below the rule's folder
    language: str
    categories: Sequence[str]
    style: Style

    def dated(self, form: str) -> str:
        return self.day.strftime(form)

    def cased(self, name: str) -> str:
        return name if self.style.cased else name.lower()

    def titled(self, *names: str) -> str:
        return "/".join(map(self.style.title, names))

    def sorted_under(self, *names: str) -> str:
        return "/".join(map(self.style.category or self.style.title, names))

    def wished(self) -> str:
        return (self.style.slug or self.style.title)(self.wish)

    def foldered(self, *names: str) -> str:
        return "/".join(map(self.style.folder or self.style.file, names))

    def filed(self, *names: str) -> str:
        return "/".join(map(self.style.file, names))


def _hour(facts: Facts, form: str) -> str:
    return facts.dated(form) if isinstance(facts.day, datetime) else "00"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FILL: Mapping[str, Callable[[Facts], str]] = {
    "year": lambda facts: f"{facts.day.year:04}",
    "month": lambda facts: f"{facts.day.month:02}",
    "day": lambda facts: f"{facts.day.day:02}",
    "hour": lambda facts: _hour(facts, "%H"),
    "minute": lambda facts: _hour(facts, "%M"),
    "second": lambda facts: _hour(facts, "%S"),
    "y": lambda facts: f"{facts.day.year:04}",
    "m": lambda facts: f"{facts.day.month:02}",
    "d": lambda facts: f"{facts.day.day:02}",
    "short_year": lambda facts: f"{facts.day.year % 100:02}",
    "i_month": lambda facts: str(facts.day.month),
    "i_day": lambda facts: str(facts.day.day),
    "y_day": lambda facts: f"{facts.day.timetuple().tm_yday:03}",
    "i_y_day": lambda facts: str(facts.day.timetuple().tm_yday),
    "week": lambda facts: f"{facts.day.isocalendar().week:02}",
    "week_year": lambda facts: f"{facts.day.isocalendar().year:04}",
    "month_name": lambda facts: facts.cased(_MONTHS[facts.day.month - 1]),
    "short_month": lambda facts: facts.cased(_MONTHS[facts.day.month - 1][:3]),
    "weekday": lambda facts: str(facts.day.isoweekday() % 7),
    "iso_weekday": lambda facts: str(facts.day.isoweekday()),
    "weekday_name": lambda facts: facts.cased(_WEEKDAYS[facts.day.weekday()]),
    "short_weekday": lambda facts: facts.cased(_WEEKDAYS[facts.day.weekday()][:3]),
    "slug": lambda facts: facts.wished() or facts.filed(facts.name),
    "slug_or_title": lambda facts: facts.wished() or facts.titled(facts.title),
    "slug_or_stem": lambda facts: facts.wished() or facts.filed(facts.stem),
    "wish": lambda facts: facts.wished(),
    "dated_name": lambda facts: facts.filed(facts.name) if facts.name != facts.stem else "",
    "title": lambda facts: facts.titled(facts.title),
    "name": lambda facts: facts.filed(facts.name),
    "stem": lambda facts: facts.filed(facts.stem),
    "filename": lambda facts: facts.filed(facts.stem),
    "section": lambda facts: facts.foldered(*facts.folders[:1]),
    "sections": lambda facts: facts.foldered(*facts.folders),
    "folder": lambda facts: facts.foldered(*facts.folders),
    "last_section": lambda facts: facts.foldered(*facts.folders[-1:]),
    "below": lambda facts: facts.foldered(*facts.below),
    "category": lambda facts: facts.sorted_under(*facts.categories[:1]),
    "categories": lambda facts: facts.sorted_under(*facts.categories),
    "language": lambda facts: facts.language.lower(),
}
# Hugo's tokens, but those of sections, which only the folders of a site can tell.
HUGO: Mapping[str, str] = {
    "year": "{year}", "month": "{month}", "monthname": "{month_name}", "day": "{day}",
    "weekday": "{weekday}", "weekdayname": "{weekday_name}", "yearday": "{i_y_day}",
    "title": "{title}", "slug": "{slug_or_title}",
    "slugorfilename": "{slug_or_stem}", "slugorcontentbasename": "{slug_or_stem}", "filename": "{stem}",
    "contentbasename": "{stem}",
}  # fmt: skip
_IN_A_FILE = {**HUGO, "section": "{section}", "sections": "{sections}"}
_TOKEN = re.compile(r":([A-Za-z]+)")
_PLACE = re.compile(r"\{([^{}]*)\}")  # ``{category|last_section|misc}``: the first that is not empty
_PLAIN = re.compile(r"[A-Za-z0-9_~./-]*")
SAFE = "/~!$&'()*+,;=:@"  # in a path of an address (RFC 3986, section 3.3)


def check_pattern(pattern: str) -> None:
    """Raise ValueError, saying what to write instead, where `pattern` cannot make addresses."""
    if not re.match(r"/|https?://[^/{}\s]+/", pattern):
        raise ValueError("write an address that begins with /, such as /blog/{year}/{month}/{slug}/")
    for name in (place.partition("|")[0] for place in _PLACE.findall(pattern)):
        if name not in _FILL:
            near = get_close_matches(name, sorted(_FILL), n=1, cutoff=0.5)
            hint = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(sorted(_FILL))}"
            raise ValueError(f"knows no {{{name}}}; {hint}")
    if re.search(r"[{}\s\\]", _PLACE.sub("", pattern)):
        raise ValueError("has a brace, a space or a backslash that is part of no {placeholder}")
    if re.search(r"(?:^|/)\.\.?(?:/|$)", pattern):
        raise ValueError("has a . or .. between slashes; write the address without")


def has_tokens(address: str) -> bool:
    """Return whether `address` has tokens of Hugo, as ``/docs/:year/x-:slug/``, and no others."""
    names = (
        _TOKEN.findall(address)
        if ":" in address and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address)
        else []
    )
    return bool(names) and "{" not in address and all(name.lower() in _IN_A_FILE for name in names)


def of_tokens(address: str) -> str:
    """Return an address with Hugo's tokens as a pattern of ours."""
    return _TOKEN.sub(lambda token: _IN_A_FILE[token[1].lower()], address)


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str, ...]:
    """Return literal texts and, at every odd place, the names of placeholders."""
    return tuple(_PLACE.split(pattern))


def filled(pattern: str, facts: Facts) -> str:
    """Return the pattern with every placeholder filled and percent-encoded; some may be empty."""
    parts = _parts(pattern)
    return "".join(_encoded(_fill(part, facts)) if at % 2 else part for at, part in enumerate(parts))


def _fill(place: str, facts: Facts) -> str:
    """Return what a placeholder is, or the first of its alternatives that is something: a name, or a text."""
    for name in place.split("|"):
        text = _FILL[name](facts) if name in _FILL else name
        if text:
            return text
    return ""


def _encoded(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe=SAFE, errors="replace")

"""Where everything lies: paths in the publish folder and the URLs that lead there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

from syndicate.spelling import LONGEST_SLUG, STYLES, Spell, slugify

__all__ = [
    "LONGEST_SLUG",
    "Addresses",
    "Rule",
    "article_folder",
    "article_url",
    "check_pattern",
    "slugify",
    "tag_folder",
    "url",
]


def article_folder(slug: str) -> str:
    """Return the folder of an article's page and its media: ``articles/<slug>``."""
    return f"articles/{slug}"


def tag_folder(tag: str) -> str:
    """Return the folder of a tag's page and feeds: ``tags/<slug>``."""
    return f"tags/{slugify(tag, otherwise='tag')}"


def url(base: str, path: str) -> str:
    """Return the absolute URL of `path` below `base`; ``x/index.html`` becomes ``x/``.

    `base` has no slash at its end; other scripts are percent-encoded (RFC 3986).
    """
    shown = (
        path.removesuffix("index.html") if path.endswith(("/index.html",)) or path == "index.html" else path
    )
    return f"{base}/{quote(shown, safe='/~')}"


def article_url(base: str, slug: str) -> str:
    """Return the address of an article's page, with the slash at its end."""
    return url(base, f"{article_folder(slug)}/index.html")


# ---------------------------------------------------------------- addresses that another program gives


class Rule(Protocol):
    """The pattern of addresses below a folder of the content ("" for all), in a language (None for any).

    `like` is the program whose spelling the names follow, see `spelling.STYLES`.
    """

    @property
    def pattern(self) -> str: ...
    @property
    def folder(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def like(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Facts:
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
    spell: Spell

    def dated(self, form: str) -> str:
        return self.day.strftime(form)

    def joined(self, names: Sequence[str]) -> str:
        return "/".join(self.spell(name) for name in names)


def _hour(facts: _Facts, form: str) -> str:
    return facts.dated(form) if isinstance(facts.day, datetime) else "00"


_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FILL: Mapping[str, Callable[[_Facts], str]] = {
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
    "month_name": lambda facts: _MONTHS[facts.day.month - 1],
    "short_month": lambda facts: _MONTHS[facts.day.month - 1][:3],
    "weekday": lambda facts: str(facts.day.isoweekday() % 7),
    "weekday_name": lambda facts: _WEEKDAYS[facts.day.weekday()],
    "slug": lambda facts: facts.spell(facts.wish or facts.name),
    "slug_or_title": lambda facts: facts.spell(facts.wish or facts.title),
    "slug_or_stem": lambda facts: facts.spell(facts.wish or facts.stem),
    "title": lambda facts: facts.spell(facts.title),
    "name": lambda facts: facts.spell(facts.name),
    "stem": lambda facts: facts.spell(facts.stem),
    "filename": lambda facts: facts.spell(facts.stem),
    "section": lambda facts: facts.joined(facts.folders[:1]),
    "sections": lambda facts: facts.joined(facts.folders),
    "folder": lambda facts: facts.joined(facts.folders),
    "last_section": lambda facts: facts.joined(facts.folders[-1:]),
    "below": lambda facts: facts.joined(facts.below),
    "category": lambda facts: facts.joined(facts.categories[:1]),
    "categories": lambda facts: facts.joined(facts.categories),
    "language": lambda facts: facts.language.lower(),
}
_PLACE = re.compile(r"\{([^{}]*)\}")
_CLEAN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+/?")
_PLAIN = re.compile(r"[A-Za-z0-9_~./-]*")
_SAFE = "/~!$&'()*+,;=:@"
_OTHERWISE = "/{folder}/{slug}/"  # where no rule is for an article: as most programs do without a rule


def check_pattern(pattern: str) -> None:
    """Raise ValueError, saying what to write instead, where `pattern` cannot make addresses."""
    if not re.match(r"/|https?://[^/{}\s]+/", pattern):
        raise ValueError("write an address that begins with /, such as /blog/{year}/{month}/{slug}/")
    for name in _PLACE.findall(pattern):
        if name not in _FILL:
            near = get_close_matches(name, sorted(_FILL), n=1, cutoff=0.5)
            hint = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(sorted(_FILL))}"
            raise ValueError(f"knows no {{{name}}}; {hint}")
    if re.search(r"[{}\s\\]", _PLACE.sub("", pattern)):
        raise ValueError("has a brace, a space or a backslash that is part of no {placeholder}")
    if re.search(r"(?:^|/)\.\.?(?:/|$)", pattern):
        raise ValueError("has a . or .. between slashes; write the address without")


class Addresses:
    """Tells where the page of each article lies: among our own, or where another program puts it."""

    def __init__(self, pages: bool, rules: Sequence[Rule] = (), zone: tzinfo = UTC) -> None:
        self._pages = pages
        self._rules = tuple(rules)
        self._zone = zone

    def path(
        self,
        *,
        slug: str,
        path: str,
        title: str,
        published: date | datetime,
        language: str,
        url: str = "",
        categories: Sequence[str] = (),
        name: str = "",
        wish: str | None = None,
    ) -> str:
        """Return the address of an article's page below the publication's URL: ``/articles/<slug>/``.

        Where another program makes the pages it is `url`, what the front matter asks for, else the pattern
        of the first rule that is for the article's folder and language. It begins with ``/`` and is
        percent-encoded; it is an absolute http(s) URL only where `url` or the pattern is one.

        `slug` is the one given to the article, unlike any other's; `wish` the one its front matter asks
        for, "" where it asks for none (without `wish`, `slug` stands for it): two articles of one name in
        two folders have two slugs here and one there. `name` is the file's without date and suffix.
        `published` is best given as written, a date or an aware datetime in the zone of the front matter:
        some programs take the day of that zone.
        """
        if self._pages:
            return f"/{quote(article_folder(slug), safe='/~', errors='replace')}/"
        if url:
            return _clean(url)
        folders, stem = _place(path, language)
        rule = self._rule(path, language)
        style = STYLES[rule.like] if rule else STYLES[""]
        facts = _Facts(
            wish=slug if wish is None else wish,
            name=name or slug,
            stem=stem,
            title=title,
            day=_in_zone(published, {"site": self._zone, "utc": UTC}.get(style.days)),
            folders=folders,
            below=folders[_depth(rule, language) :] if rule else folders,
            language=language,
            categories=categories,
            spell=style.spell,
        )
        return _clean(_filled(rule.pattern if rule else _OTHERWISE, facts))

    def _rule(self, path: str, language: str) -> Rule | None:
        for rule in self._rules:
            folder = rule.folder.strip("/")
            below = not folder or path.startswith(f"{folder}/")
            if below and (not rule.language or _speaks(language, rule.language)):
                return rule
        return None


def _speaks(language: str, wanted: str) -> bool:
    return f"{language.lower()}-".startswith(f"{wanted.lower()}-")


def _depth(rule: Rule, language: str) -> int:
    return len(_folders(rule.folder, language))


@lru_cache(maxsize=1024)
def _folders(folder: str, language: str) -> tuple[str, ...]:
    """Return the folders that are part of an address: not the first where it is the language's, no _posts."""
    parts = [part for part in folder.split("/") if part not in ("", ".", "_posts", "_drafts")]
    spoken = parts and parts[0].lower().replace("_", "-") == language.lower()
    return tuple(parts[1:] if spoken else parts)


def _place(path: str, language: str) -> tuple[tuple[str, ...], str]:
    """Return the folders above an article, and its file's stem; of a bundle it is the folder's name."""
    folder, _, file = path.rpartition("/")
    stem = file.rpartition(".")[0] or file
    base, _, suffix = stem.rpartition(".")
    if base and language and suffix.lower() in (language.lower(), language.lower().partition("-")[0]):
        stem = base
    if stem == "index" and folder:
        folder, _, stem = folder.rpartition("/")
    return _folders(folder, language), stem


def _in_zone(when: date | datetime, zone: tzinfo | None) -> date | datetime:
    if zone is None or not isinstance(when, datetime) or when.tzinfo is None:
        return when
    try:
        return when.astimezone(zone)
    except OverflowError:  # within a day of the calendar's ends
        return when


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[str, ...]:
    """Return literal texts and, at every odd place, the names of placeholders."""
    return tuple(_PLACE.split(pattern))


def _filled(pattern: str, facts: _Facts) -> str:
    parts = _parts(pattern)
    return "".join(_encoded(_FILL[part](facts)) if at % 2 else part for at, part in enumerate(parts))


def _encoded(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe=_SAFE, errors="replace")


def _clean(address: str) -> str:
    """Return an address percent-encoded, without empty parts and without dots that climb."""
    if _CLEAN.fullmatch(address):
        return address
    match = re.match(r"(https?://[^/?#]*)/?", address)
    host, rest = (match[1], address[match.end() :]) if match else ("", address)
    path, sign, query = re.match(r"([^?#]*)([?#]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    end = "/" if parts and path.endswith("/") else ""
    shown = "/" + "/".join(parts) + end
    return host + _quoted(shown, _SAFE) + sign + _quoted(query, _SAFE + "?#")


def _quoted(text: str, safe: str) -> str:
    """Percent-encode `text`; what is percent-encoded already stays."""
    quoted = quote(text, safe=safe + "%", errors="replace")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quoted)

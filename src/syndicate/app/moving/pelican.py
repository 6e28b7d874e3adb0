"""Pelican: pelicanconf.py and publishconf.py, read and never run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import python_settings, text, text_of

_DATES = {
    "Y": "{year}", "m": "{month}", "d": "{day}", "y": "{short_year}", "H": "{hour}", "M": "{minute}",
    "S": "{second}", "j": "{y_day}", "-m": "{i_month}", "-d": "{i_day}", "B": "{month_name}",
    "b": "{short_month}", "V": "{week}", "G": "{week_year}",
}  # fmt: skip
_FEEDS: tuple[tuple[FeedFormat, str, str | None], ...] = (
    ("atom", "FEED_ALL_ATOM", "feeds/all.atom.xml"),
    ("rss", "FEED_ALL_RSS", None),
    ("atom", "FEED_ATOM", None),
    ("rss", "FEED_RSS", None),
)


def is_here(folder: Path) -> bool:
    """Return whether `folder` is a Pelican site."""
    return (folder / "pelicanconf.py").is_file()


def read(folder: Path) -> Outline:
    """Return what the settings of the Pelican site in `folder` say."""
    values = python_settings(text_of(folder / "pelicanconf.py"))
    for name, value in python_settings(text_of(folder / "publishconf.py")).items():
        values[name] = value
    base = folder / (text(values, "PATH") or ".")
    paths = _list(values, "ARTICLE_PATHS", [""])
    pages = _list(values, "PAGE_PATHS", ["pages"])
    language = text(values, "DEFAULT_LANG") or "en"
    found = Outline(
        program="Pelican",
        content=base / paths[0] if len(paths) == 1 else base,
        title=text(values, "SITENAME") or "A Pelican Blog",
        url=text(values, "SITEURL").rstrip("/"),
        language=language,
        timezone=text(values, "TIMEZONE") or "UTC",
        description=text(values, "SITESUBTITLE"),
        author=text(values, "AUTHOR"),
        built=folder / (text(values, "OUTPUT_PATH") or "output"),
        static=tuple(base / name for name in _list(values, "STATIC_PATHS", ["images"])),
        exclude=tuple(f"{name.strip('/')}/**" for name in pages if name) if paths == [""] else (),
        feeds=_feeds(values),
        items=_number(values, "FEED_MAX_ITEMS", 100),
    )
    if len(paths) > 1:
        found.unknown.append(
            f"ARTICLE_PATHS: {', '.join(paths)}; write what else to leave out to content.exclude"
        )
    _rules(values, language, found)
    if not found.feeds:
        found.unknown.append("the feed: FEED_ALL_ATOM and FEED_ALL_RSS are not set")
    return found


def _rules(values: Mapping[str, Any], language: str, found: Outline) -> None:
    by_title = text(values, "SLUGIFY_SOURCE") in ("", "title")
    named = "slug" in text(values, "FILENAME_METADATA")
    slug = "{slug}" if named else "{slug_or_title}" if by_title else "{slug_or_stem}"
    wanted = [
        (language, text(values, "ARTICLE_URL") or "{slug}.html"),
        ("", text(values, "ARTICLE_LANG_URL") or "{slug}-{lang}.html"),
    ]
    folder = "|last_section" if values.get("USE_FOLDER_AS_CATEGORY", True) else ""
    category = f"{{category{folder}|{text(values, 'DEFAULT_CATEGORY') or 'misc'}}}"
    for code, link in wanted:
        pattern = _pattern(link, slug, category)
        if pattern:
            found.rules.append(FoundRule(pattern, language=code, like="pelican"))
        else:
            found.unknown.append(f"the address {link!r}: not understood")


def _pattern(link: str, slug: str, category: str) -> str:
    """Return ARTICLE_URL as our pattern, "" where it has a placeholder that is not known."""

    def place(match: re.Match[str]) -> str:
        name, _, form = match[1].partition(":")
        if name == "date":
            return re.sub(r"%(-?\w)", lambda code: _DATES.get(code[1], "{?}"), form)
        return {"slug": slug, "lang": "{language}", "category": category}.get(name, "{?}")

    pattern = re.sub(r"\{([^{}]*)\}", place, link)
    return "" if "{?}" in pattern else f"/{pattern.lstrip('/')}"


def _feeds(values: Mapping[str, Any]) -> dict[FeedFormat, str]:
    feeds: dict[FeedFormat, str] = {}
    for kind, name, default in _FEEDS:
        value = values.get(name, default)
        if isinstance(value, str) and value:
            feeds.setdefault(kind, value.strip("/"))
    return feeds


def _list(values: Mapping[str, Any], name: str, default: list[str]) -> list[str]:
    value = values.get(name)
    return [str(part) for part in value] if isinstance(value, list) and value else default


def _number(values: Mapping[str, Any], name: str, default: int) -> int:
    value = values.get(name)
    return value if isinstance(value, int) and value > 0 else default

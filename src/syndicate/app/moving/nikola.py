"""Nikola: conf.py, read and never run; POSTS and TRANSLATIONS make the addresses."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import python_settings, text, text_of


def is_here(folder: Path) -> bool:
    """Return whether `folder` is a Nikola site."""
    conf = text_of(folder / "conf.py")
    return any(word in conf for word in ("TRANSLATIONS", "BLOG_TITLE", "nikola"))


def read(folder: Path) -> Outline:
    """Return what the settings of the Nikola site in `folder` say."""
    values = python_settings(text_of(folder / "conf.py"))
    language = text(values, "DEFAULT_LANG") or "en"
    sources = _sources(values)
    top = os.path.commonpath([source for source, _ in sources]) if sources else ""
    zone = text(values, "TIMEZONE")
    length = values.get("FEED_LENGTH", 10)
    found = Outline(
        program="Nikola",
        content=folder / top,
        title=_said(values, "BLOG_TITLE", language),
        url=(text(values, "SITE_URL") or text(values, "BASE_URL")).rstrip("/"),
        language=language,
        timezone=zone or "UTC",
        description=_said(values, "BLOG_DESCRIPTION", language),
        author=_said(values, "BLOG_AUTHOR", language),
        built=folder / (text(values, "OUTPUT_FOLDER") or "output"),
        static=(folder / "files",),
        feeds=_feeds(values),
        items=length if isinstance(length, int) and length > 0 else None,
    )
    if not sources:
        found.unknown.append("POSTS: its value has to be computed; write content.folder and links by hand")
    pretty = values.get("PRETTY_URLS", True) is not False
    translations = values.get("TRANSLATIONS")
    for code, prefix in (translations if isinstance(translations, Mapping) else {language: ""}).items():
        start = os.path.normpath(str(prefix or "")).strip("./")
        for source, target in sources:
            parts = [part for part in (start, target, "{below}", "{slug_or_stem}") if part]
            found.rules.append(
                FoundRule(
                    pattern=f"/{'/'.join(parts)}{'/' if pretty else '.html'}",
                    folder="" if source == top else os.path.relpath(source, top or "."),
                    language=str(code) if isinstance(translations, Mapping) and len(translations) > 1 else "",
                    like="nikola",
                )
            )
    return found


def _sources(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (folder of sources, folder of pages) of each kind of posts, once."""
    found: dict[tuple[str, str], None] = {}
    posts = values.get("POSTS")
    for entry in posts if isinstance(posts, list) else ():
        if (
            isinstance(entry, list)
            and len(entry) > 1
            and isinstance(entry[0], str)
            and isinstance(entry[1], str)
        ):
            folder = os.path.normpath(entry[0].partition("*")[0].rstrip("/") or ".")
            found[("" if folder == "." else folder, entry[1].strip("/"))] = None
    return [(source, target) for source, target in found if not source.startswith(("..", "/"))]


def _said(values: Mapping[str, Any], name: str, language: str) -> str:
    value = values.get(name)
    return text(value, language) if isinstance(value, Mapping) else text(values, name)


def _feeds(values: Mapping[str, Any]) -> dict[FeedFormat, str]:
    feeds: dict[FeedFormat, str] = {}
    folder = text(values, "RSS_PATH").strip("/")
    if values.get("GENERATE_RSS", True) is not False:
        name = (text(values, "RSS_FILENAME_BASE") or "rss") + (text(values, "RSS_EXTENSION") or ".xml")
        feeds["rss"] = f"{folder}/{name}".strip("/")
    if values.get("GENERATE_ATOM") is True:
        base = text(values, "ATOM_FILENAME_BASE") or "index"
        feeds["atom"] = f"{base}{text(values, 'ATOM_EXTENSION') or '.atom'}"
    return feeds

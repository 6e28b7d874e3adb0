"""Zola: config.toml; sections are folders, languages other than the default have one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import section, settings, text


def is_here(folder: Path) -> bool:
    """Return whether `folder` is a Zola site: it names its base_url so, and Hugo does not."""
    return bool(_values(folder).get("base_url")) and (folder / "content").is_dir()


def _values(folder: Path) -> dict[str, Any]:
    for name in ("zola.toml", "config.toml"):
        if (folder / name).is_file():
            return settings(folder / name)
    return {}


def read(folder: Path) -> Outline:
    """Return what the settings of the Zola site in `folder` say."""
    values = _values(folder)
    language = text(values, "default_language") or "en"
    others = section(values, "languages")
    like = {"off": "eleventy", "safe": "eleventy"}.get(text(section(values, "slugify"), "paths"), "zola")
    found = Outline(
        program="Zola",
        content=folder / "content",
        title=text(values, "title"),
        url=text(values, "base_url").rstrip("/"),
        language=language,
        timezone="UTC",
        description=text(values, "description"),
        author=text(values, "author"),
        built=folder / (text(values, "output_dir") or "public"),
        static=(folder / "static",),
        rules=[FoundRule(f"/{code}/{{folder}}/{{slug}}/", language=code, like=like) for code in others],
        feeds=_feeds(values),
    )
    limit = values.get("feed_limit")
    found.items = limit if isinstance(limit, int) and limit > 0 else None
    found.rules.append(FoundRule("/{folder}/{slug}/", like=like))
    found.unknown.append("the time zone: Zola has none and takes dates as UTC, as is set now")
    if not found.feeds:
        found.unknown.append("the feed: generate_feeds is not true")
    return found


def _feeds(values: Mapping[str, Any]) -> dict[FeedFormat, str]:
    if not (values.get("generate_feeds") or values.get("generate_feed")):
        return {}
    names = values.get("feed_filenames") or values.get("feed_filename") or ["atom.xml"]
    feeds: dict[FeedFormat, str] = {}
    for name in names if isinstance(names, list) else [names]:
        kind: FeedFormat = "rss" if "rss" in str(name) else "json" if "json" in str(name) else "atom"
        feeds.setdefault(kind, str(name))
    return feeds

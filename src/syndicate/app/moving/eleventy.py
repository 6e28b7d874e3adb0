"""Eleventy: its configuration is a program, so only what stands in it as plain text is found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import script_text, text, text_of

_NAMES = (
    ".eleventy.js",
    "eleventy.config.js",
    "eleventy.config.mjs",
    "eleventy.config.cjs",
    "eleventy.config.ts",
)
_POSTS = ("blog", "posts", "articles", "post", "news")
_SUFFIXES = (".md", ".html", ".mdx")
_PLACES = {
    "page.fileslug": "{slug}", "page.filepathstem": "{folder}/{name}", "title": "{title}",
    "title | slugify": "{title}", "title | slug": "{title}", "slug": "{slug}",
    "page.date | date: '%y/%m/%d'": "{year}/{month}/{day}",
}  # fmt: skip


def is_here(folder: Path) -> bool:
    """Return whether `folder` is an Eleventy site."""
    return any((folder / name).is_file() for name in _NAMES)


def read(folder: Path) -> Outline:
    """Return what can be told of the Eleventy site in `folder`."""
    script = "\n".join(text_of(folder / name) for name in _NAMES)
    source = folder / (script_text(script, "input") or _assigned(script, "setInputDirectory") or ".")
    data = _data(source, script_text(script, "data") or "_data")
    posts = next((source / name for name in _POSTS if (source / name).is_dir()), source)
    place = posts.relative_to(source).as_posix()
    prefix = "" if place == "." else f"{place}/"
    found = Outline(
        program="Eleventy",
        content=posts,
        title=text(data, "title", "name") or script_text(script, "title"),
        url=(text(data, "url", "base", "siteurl") or script_text(script, "base")).rstrip("/"),
        language=text(data, "language", "lang") or script_text(script, "language"),
        timezone="UTC",
        description=text(data, "description", "subtitle") or script_text(script, "subtitle"),
        author=text(data, "author.name", "author"),
        built=folder / (script_text(script, "output") or _assigned(script, "setOutputDirectory") or "_site"),
        exclude=("_includes/**", "_data/**", "node_modules/**", "_site/**") if posts == source else (),
        feeds=_feeds(script, source),
        items=int(limit[1]) if (limit := re.search(r"\blimit:\s*([1-9]\d{0,3})\b", script)) else None,
    )
    link = _permalink(posts)
    pattern = _pattern(link) if link else f"/{prefix}{{below}}/{{stem}}/"
    if not pattern:
        found.unknown.append(f"the permalink {link!r}: not understood")
        pattern = f"/{prefix}{{below}}/{{stem}}/"
    found.rules.append(FoundRule(pattern, like="" if "{title}" in pattern else "eleventy"))
    found.unknown.append(
        "what the configuration computes: it is a program, which is not run; try links check"
    )
    if not found.feeds:
        found.unknown.append("the feed: no template of one was found")
    return found


def _assigned(script: str, name: str) -> str:
    match = re.search(rf"{name}\(\s*[\"']([^\"'\n]+)[\"']", script)
    return match[1] if match else ""


def _data(source: Path, folder: str) -> dict[str, Any]:
    """Return the first of the files that by custom hold title and address of the site."""
    for name in ("metadata", "site", "meta"):
        for path in (source / folder / f"{name}.json", source / folder / f"{name}.js"):
            if values := _values(path):
                return values
    return {}


def _values(path: Path) -> dict[str, Any]:
    source = text_of(path)
    if path.suffix == ".json":
        try:
            values = json.loads(source or "{}")
        except (ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}
    names = ("title", "url", "base", "language", "lang", "description", "subtitle", "author", "name")
    found = {name: script_text(source, name) for name in names}
    return {name: value for name, value in found.items() if value}


def _permalink(posts: Path) -> str:
    """Return the permalink of the data file of the folder of posts, "" for none."""
    stem = posts / posts.name
    for path in (
        stem.with_suffix(".json"),
        stem.with_suffix(".11tydata.json"),
        stem.with_suffix(".11tydata.js"),
    ):
        link = text(_values(path), "permalink") or script_text(text_of(path), "permalink")
        if link:
            return link
    return ""


def _pattern(link: str) -> str:
    """Return a permalink with ``{{ page.fileSlug }}`` as our pattern, "" where it does more."""
    pattern = re.sub(
        r"\{\{-?\s*(.*?)\s*-?\}\}", lambda match: _PLACES.get(" ".join(match[1].split()).lower(), "{?}"), link
    )
    if "{?}" in pattern or "{%" in pattern:
        return ""
    return f"/{pattern.strip().lstrip('/')}".removesuffix("index.html")


def _feeds(script: str, source: Path) -> dict[FeedFormat, str]:
    feeds: dict[FeedFormat, str] = {}
    path = script_text(script, "outputPath")
    if path and "feedPlugin" in script:
        kind = script_text(script, "type")
        feeds["rss" if kind == "rss" else "json" if kind == "json" else "atom"] = path.strip("/")
    for template in _templates(source):
        body = text_of(template)
        link = re.search(r"(?m)^\s*[\"']?permalink[\"']?:\s*[\"']?([\w./-]+)", body)
        kind_of: Mapping[str, FeedFormat] = {"<feed": "atom", "<rss": "rss", "jsonfeed.org/version": "json"}
        for mark, kind_found in kind_of.items():
            if link and mark in body:
                feeds.setdefault(kind_found, link[1].strip("/"))
    return feeds


def _templates(source: Path) -> Iterator[Path]:
    for folder in (source, source / "feed", source / "content" / "feed"):
        for suffix in ("njk", "liquid", "11ty.js", "hbs", "ejs"):
            yield from sorted(folder.glob(f"*.{suffix}"))

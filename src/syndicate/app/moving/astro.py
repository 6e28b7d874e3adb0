"""Astro: its configuration is a program, so only what stands in it as plain text is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import script_text, text_of

_NAMES = tuple(f"astro.config.{suffix}" for suffix in ("mjs", "js", "ts", "cjs", "mts"))
_HOMES = ("src/content", "src/data", "src/blog", "content", "src/pages")
_COUNTED = (".md", ".mdx")


def is_here(folder: Path) -> bool:
    """Return whether `folder` is an Astro site."""
    return any((folder / name).is_file() for name in _NAMES)


def read(folder: Path) -> Outline:
    """Return what can be told of the Astro site in `folder`."""
    script = "\n".join(text_of(folder / name) for name in _NAMES)
    texts = "\n".join(
        text_of(folder / "src" / name)
        for name in ("consts.ts", "consts.js", "config.ts", "site.config.ts", "siteConfig.ts", "data/site.ts")
    )
    content = _content(folder)
    base = script_text(script, "base").strip("/")
    site = (script_text(script, "site") or script_text(texts, "website", "SITE_URL", "url")).rstrip("/")
    found = Outline(
        program="Astro",
        content=content,
        title=script_text(texts, "SITE_TITLE", "TITLE", "NAME", "title", "name"),
        url=f"{site}/{base}".rstrip("/") if site else "",
        language=script_text(script, "defaultLocale") or script_text(texts, "lang", "LANG", "locale"),
        timezone="UTC",
        description=script_text(texts, "SITE_DESCRIPTION", "DESCRIPTION", "desc", "description"),
        author=script_text(texts, "author", "AUTHOR"),
        built=folder / (script_text(script, "outDir") or "dist"),
        static=(folder / (script_text(script, "publicDir") or "public"),),
        feeds=dict(_feeds(folder / "src" / "pages")),
    )
    end = "" if script_text(script, "trailingSlash") == "never" else "/"
    end = ".html" if script_text(script, "format") == "file" else end
    route = _route(folder / "src" / "pages", content.name)
    found.rules.append(
        FoundRule(f"/{route}/{{below}}/{{slug_or_stem}}{end}".replace("//", "/"), like="astro")
    )
    found.unknown.append(
        "what the configuration computes: it is a program, which is not run; try links check"
    )
    if not found.feeds:
        found.unknown.append("the feed: there is no src/pages/rss.xml")
    return found


def _content(folder: Path) -> Path:
    """Return the collection with the most articles."""
    best, most = folder / "src" / "content", 0
    for home in (folder / name for name in _HOMES):
        for place in [*sorted(path for path in home.glob("*") if path.is_dir()), home]:
            number = sum(path.suffix in _COUNTED for path in place.rglob("*")) if place.is_dir() else 0
            if number > most:
                best, most = place, number
        if most:
            break
    return best


def _route(pages: Path, collection: str) -> str:
    """Return where the pages of a collection lie: the folder of its ``[...slug].astro``."""
    found = [
        path.parent.relative_to(pages).as_posix()
        for path in sorted(pages.rglob("[[]*[]].astro"))
        if re.fullmatch(r"\[(?:\.\.\.)?(?:slug|id|post|path)\]", path.stem)
    ]
    for place in found:
        if place.rpartition("/")[2] == collection:
            return place
    return next((place if place != "." else "" for place in found), collection)


def _feeds(pages: Path) -> Iterator[tuple[FeedFormat, str]]:
    kinds: tuple[tuple[FeedFormat, str], ...] = (
        ("rss", "rss.xml"),
        ("rss", "feed.xml"),
        ("rss", "index.xml"),
    )
    kinds = (*kinds, ("atom", "atom.xml"), ("json", "feed.json"))
    seen: set[str] = set()
    for kind, name in kinds:
        if kind not in seen and any((pages / f"{name}.{suffix}").is_file() for suffix in ("js", "ts", "mjs")):
            seen.add(kind)
            yield kind, name

"""Jekyll: _config.yml; permalink styles, defaults of posts, feeds of jekyll-feed or of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import merged, section, settings, text, text_of

_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_PLACES = {
    "title": "{slug}", "slug": "{slug}", "name": "{stem}", "year": "{year}", "short_year": "{short_year}",
    "month": "{month}", "i_month": "{i_month}", "short_month": "{short_month}", "long_month": "{month_name}",
    "day": "{day}", "i_day": "{i_day}", "y_day": "{y_day}", "w_year": "{week_year}", "week": "{week}",
    "w_day": "{iso_weekday}", "short_day": "{short_weekday}", "long_day": "{weekday_name}", "hour": "{hour}",
    "minute": "{minute}", "second": "{second}", "categories": "{categories}",
    "slugified_categories": "{categories}", "output_ext": ".html", "collection": "posts",
}  # fmt: skip
_JEKYLL_FEED_ITEMS = 10  # where its settings name no number
_SKIPPED = {"_site", "vendor", "node_modules", ".git", ".bundle", ".jekyll-cache"}


def is_here(folder: Path) -> bool:
    """Return whether `folder` is a Jekyll site."""
    return bool(_files(folder)) and not (folder / "hugo.toml").exists()


def _files(folder: Path) -> list[Path]:
    return [
        path for name in ("_config.yml", "_config.yaml", "_config.toml") if (path := folder / name).is_file()
    ]


def read(folder: Path) -> Outline:
    """Return what the settings of the Jekyll site in `folder` say."""
    values: dict[str, Any] = {}
    for path in _files(folder):
        values = merged(values, settings(path))
    source = folder / (text(values, "source") or ".")
    content, exclude = _content(source, text(values, "collections_dir"))
    base = text(values, "baseurl").strip("/")
    url = text(values, "url").rstrip("/")
    zone = text(values, "timezone")
    found = Outline(
        program="Jekyll",
        content=content,
        title=text(values, "title", "name"),
        url=f"{url}/{base}".rstrip("/") if url else "",
        language=text(values, "lang", "locale", "language"),
        timezone=zone,
        description=text(values, "description"),
        author=text(values, "author.name", "author"),
        built=folder / (text(values, "destination") or "_site"),
        static=(source / "assets",) if (source / "assets").is_dir() else (),
        exclude=exclude,
    )
    if not zone:
        found.unknown.append(
            "the time zone: timezone is not set, so Jekyll took that of the machine it ran on"
        )
    _rules(values, found)
    found.feeds = _feeds(values, source)
    limit = section(values, "feed").get("posts_limit")
    if _has_plugin(values, source):
        found.items = limit if isinstance(limit, int) and limit > 0 else _JEKYLL_FEED_ITEMS
    if not found.feeds:
        found.unknown.append("the feed: there is neither jekyll-feed nor a file such as feed.xml")
    return found


def _content(source: Path, collections: str) -> tuple[Path, tuple[str, ...]]:
    """Return the one folder of posts, or where there are several the folder around them."""
    posts = source / collections / "_posts"
    others = [
        path
        for path in source.rglob("_posts")
        if path != posts and path.is_dir() and not _SKIPPED & set(path.relative_to(source).parts)
    ]
    if posts.is_dir() and not others:
        return posts, ()
    return source, tuple(sorted(name for name in _SKIPPED if not name.startswith(".")))


def _rules(values: Mapping[str, Any], found: Outline) -> None:
    link = text(values, "permalink") or "date"
    collections = values.get("collections")
    if isinstance(collections, Mapping):
        link = text(collections, "posts.permalink") or link
    defaults = values.get("defaults")
    for default in defaults if isinstance(defaults, list) else ():
        if not isinstance(default, dict):
            continue
        scope = section(default, "scope")
        own = text(section(default, "values"), "permalink")
        if own and text(scope, "type") in ("", "posts") and text(scope, "path") in ("", "_posts"):
            link = own
        elif own:
            found.unknown.append(f"the permalink {own!r} of {scope}: only one for all posts is understood")
    pattern = _pattern(link)
    if not pattern:
        found.unknown.append(f"the permalink {link!r}: not understood; Jekyll's default was taken")
        pattern = _pattern("date")
    # `:slug` is spelt as we spell; `:title` keeps case and signs.
    found.rules.append(FoundRule(pattern, like="" if re.search(r":slug\b", link) else "jekyll"))


def _pattern(link: str) -> str:
    """Return Jekyll's permalink as our pattern, "" where it has a placeholder that is not known."""
    link = _STYLES.get(link, link)
    names = sorted(_PLACES, key=len, reverse=True)
    pattern = re.sub(rf":({'|'.join(names)})", lambda match: _PLACES[match[1]], link)
    return "" if ":" in pattern else f"/{pattern.lstrip('/')}"


def _has_plugin(values: Mapping[str, Any], source: Path) -> bool:
    plugins = [*_list(values, "plugins"), *_list(values, "gems")]
    return "jekyll-feed" in plugins or "jekyll-feed" in text_of(source / "Gemfile")


def _feeds(values: Mapping[str, Any], source: Path) -> dict[FeedFormat, str]:
    if _has_plugin(values, source):
        path = text(section(values, "feed"), "path") or "feed.xml"
        return {"atom": path.strip("/")}
    feeds: dict[FeedFormat, str] = {}
    for name in ("feed.xml", "atom.xml", "rss.xml", "index.xml", "feed.atom", "feed.rss", "feed.json"):
        kind = _kind(text_of(source / name))
        if kind:
            feeds.setdefault(kind, name)
    return feeds


def _kind(template: str) -> FeedFormat | None:
    if "<rss" in template:
        return "rss"
    if "<feed" in template:
        return "atom"
    return "json" if "jsonfeed.org/version" in template else None


def _list(values: Mapping[str, Any], name: str) -> list[str]:
    value = values.get(name)
    return [str(part) for part in value] if isinstance(value, list) else []

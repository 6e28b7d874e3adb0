"""Hugo: hugo.toml (yaml, json), or config/_default; permalinks by section and language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from os.path import commonpath
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import lowered, merged, section, settings, text
from syndicate.content.naming import as_language
from syndicate.spelling import STYLES

_NAMES = ("hugo", "config")
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_PLACES = {
    "year": "{year}", "month": "{month}", "monthname": "{month_name}", "day": "{day}",
    "weekday": "{weekday}", "weekdayname": "{weekday_name}", "yearday": "{i_y_day}",
    "title": "{title}", "slug": "{slug_or_title}",
    "slugorfilename": "{slug_or_stem}", "slugorcontentbasename": "{slug_or_stem}", "filename": "{stem}",
    "contentbasename": "{stem}",
}  # fmt: skip


def is_here(folder: Path) -> bool:
    """Return whether `folder` is a Hugo site."""
    if any((folder / f"hugo{suffix}").is_file() for suffix in _SUFFIXES):
        return True
    has_config = any(_files(folder)) and not (folder / "config.rb").exists()
    parts = ("layouts", "themes", "archetypes", "go.mod")
    return has_config and (folder / "content").is_dir() and any((folder / part).exists() for part in parts)


def read(folder: Path) -> Outline:
    """Return what the settings of the Hugo site in `folder` say."""
    found: dict[str, Any] = {}
    for path in _files(folder):
        values = lowered(settings(path))
        head, _, language = path.stem.partition(".")
        if path.parent.name == "_default" and head not in _NAMES:
            values = {head: merged({}, {language.lower(): values} if language else values)}
        found = merged(found, values)
    return _Site(folder, found).outline()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of settings, weakest first; Hugo reads one file of the top and the whole folder."""
    top = [folder / f"{name}{suffix}" for name in _NAMES for suffix in _SUFFIXES]
    yield from [path for path in top if path.is_file()][:1]
    default = folder / "config" / "_default"
    if default.is_dir():
        yield from sorted(path for path in default.iterdir() if path.suffix in _SUFFIXES)


class _Site:
    """The settings of one site, asked again and again."""

    def __init__(self, folder: Path, values: dict[str, Any]) -> None:
        self.folder, self.values = folder, values
        self.default = text(values, "defaultcontentlanguage") or "en"
        languages = section(values, "languages")
        self.languages = {
            name: own
            for name, own in languages.items()
            if isinstance(own, dict)
            and not own.get("disabled")
            and name not in _listed(values, "disablelanguages")
        }
        self.own = section(languages, self.default.lower())
        folders = {name: self._content(own) for name, own in self.languages.items()}
        self.content = Path(commonpath([str(path) for path in folders.values()] or [str(self._content({}))]))
        self.unknown: list[str] = []
        self._folders = folders

    def _content(self, own: Mapping[str, Any]) -> Path:
        return self.folder / (text(own, "contentdir") or text(self.values, "contentdir") or "content")

    def outline(self) -> Outline:
        values, own = self.values, self.own
        language = (
            text(own, "languagecode", "locale") or text(values, "languagecode", "locale") or self.default
        )
        zone = text(own, "timezone") or text(values, "timezone")
        found = Outline(
            program="Hugo",
            content=self.content,
            title=text(own, "title") or text(values, "title"),
            url=(text(own, "baseurl") or text(values, "baseurl")).rstrip("/"),
            language=language,
            timezone=zone or "UTC",
            description=text(own, "params.description") or text(values, "params.description"),
            author=text(own, "params.author.name", "params.author")
            or text(values, "params.author.name", "params.author", "author.name", "author"),
            built=self.folder / (text(values, "publishdir") or "public"),
            static=tuple(self.folder / name for name in _listed(values, "staticdir") or ["static"]),
            rules=list(self._rules()),
            feeds=self._feeds(),
            items=_limit(values),
            unknown=self.unknown,
        )
        found.unknown += [
            f"{name}: not followed, so links may differ; try links check" for name in self._odd()
        ]
        if not zone:
            found.unknown.append(
                "the time zone: timeZone is not set, so Hugo reads dates in UTC, as is set now"
            )
        if self._prefixed():
            found.unknown.append(
                "feeds of one language alone (syndicate makes one main feed for all): "
                + ", ".join(f"/{name}/" for name in self._prefixed())
            )
        return found

    def _odd(self) -> list[str]:
        """Return the settings that change addresses in ways that our patterns have no words for."""
        names = ("disablePathToLower", "removePathAccents")
        odd = [name for name in names if self.values.get(name.lower()) is True]
        if section(self.values, "module").get("mounts"):
            odd.append("module.mounts")
        return [*odd, *(["uglyURLs by section"] if isinstance(self.values.get("uglyurls"), dict) else [])]

    def _prefixed(self) -> list[str]:
        """Return the languages whose pages lie in a folder of their own."""
        if len(self.languages) < 2:
            return []
        every = bool(self.values.get("defaultcontentlanguageinsubdir"))
        return [name for name in self.languages if every or name != self.default.lower()]

    # ------------------------------------------------------------ permalinks

    def _rules(self) -> Iterator[FoundRule]:
        several = len(self.languages) > 1
        for name, own in self._by_weight():
            prefix = f"/{name}" if name in self._prefixed() else ""
            host = text(own, "baseurl").rstrip("/")
            if host and host != text(self.values, "baseurl").rstrip("/"):
                prefix = "" if host == text(self.own, "baseurl").rstrip("/") else host
            below = self._folders.get(name, self.content)
            start = "" if below == self.content else below.relative_to(self.content).as_posix()
            links = merged(_pages(section(self.values, "permalinks")), _pages(section(own, "permalinks")))
            for rule in self._of_sections(links, below):
                yield FoundRule(
                    pattern=prefix + rule.pattern,
                    folder="/".join(part for part in (start, rule.folder) if part),
                    language="" if start or not several else _spoken(name, own),
                    like=rule.like or "hugo",
                )

    def _by_weight(self) -> list[tuple[str, dict[str, Any]]]:
        known = self.languages or {self.default.lower(): {}}
        return sorted(known.items(), key=lambda pair: (pair[0] != self.default.lower(), pair[0]))

    def _of_sections(self, links: Mapping[str, Any], content: Path) -> Iterator[FoundRule]:
        for name, link in links.items():
            if not isinstance(link, str) or name == "/":
                self.unknown.append(f"the permalinks of {name!r}: not understood")
                continue
            for folder, sections in _sections(content, name, nested=":sections" in link):
                pattern = self._pattern(link, sections)
                if pattern:
                    yield FoundRule(pattern, folder)
        rest = "/{below}/{slug}/" if self._dated() else "/{below}/{slug_or_stem}/"
        yield FoundRule(self._ugly(rest), like="hugo-files")

    def _dated(self) -> bool:
        """Return whether date and slug are taken from the names of files."""
        return ":filename" in _listed(section(self.values, "frontmatter"), "date")

    def _pattern(self, link: str, sections: list[str]) -> str:
        """Return Hugo's pattern as ours, "" where a token is not known."""

        def place(match: re.Match[str]) -> str:
            name, part = match[1].lower(), match[2]
            if name in ("section", "sectionslug"):
                return sections[0]
            if name in ("sections", "sectionslugs"):
                return "/".join(_sliced(sections, part or ""))
            if name in ("slug", "slugorfilename", "slugorcontentbasename", "filename") and self._dated():
                return "{slug}"
            return _PLACES.get(name, ":") + (part or "")

        pattern = re.sub(r":([A-Za-z]+)(\[[^\]]*\])?", place, link)
        if ":" in pattern or "{" in re.sub(r"\{[a-z_]+\}", "", pattern):
            self.unknown.append(f"the permalinks {link!r}: not understood")
            return ""
        return self._ugly(re.sub(r"/+", "/", f"/{pattern}/"))

    def _ugly(self, pattern: str) -> str:
        ugly = self.values.get("uglyurls") is True and pattern.endswith("/")
        return f"{pattern.rstrip('/')}.html" if ugly else pattern

    # ------------------------------------------------------------ feeds

    def _feeds(self) -> dict[FeedFormat, str]:
        """Return the feeds of the home page; without outputs of its own it has RSS at index.xml."""
        made = _listed(section(self.own, "outputs") or section(self.values, "outputs"), "home") or [
            "html",
            "rss",
        ]
        formats = section(self.values, "outputformats")
        feeds: dict[FeedFormat, str] = {}
        for name in (name.lower() for name in made):
            own = section(formats, name)
            media = text(own, "mediatype") or ("application/rss+xml" if name == "rss" else "")
            kind = _kind(name, media)
            if kind:
                file = f"{text(own, 'basename') or 'index'}.{self._suffix(media, kind)}"
                feeds[kind] = "/".join(part for part in (text(own, "path").strip("/"), file) if part)
        if "rss" in {name.lower() for name in _listed(self.values, "disablekinds")}:
            feeds.pop("rss", None)
        return feeds

    def _suffix(self, media: str, kind: FeedFormat) -> str:
        own = section(section(self.values, "mediatypes"), media.lower())
        given = _listed(own, "suffixes") or _listed(own, "suffix")
        return given[0] if given else {"rss": "xml", "atom": "xml", "json": "json"}[kind]


def _spoken(name: str, own: Mapping[str, Any]) -> str:
    """Return what articles of a language are known by: their files' suffix, where that is a language."""
    code = text(own, "languagecode", "locale") or name
    return name if as_language(name) and len(name.partition("-")[0]) in (2, 3) else code


def _kind(name: str, media: str) -> FeedFormat | None:
    said = f"{name} {media}".lower()
    if "rss" in said:
        return "rss"
    if "atom" in said:
        return "atom"
    return "json" if "feed" in said and "json" in said else None


def _listed(values: Mapping[str, Any], name: str) -> list[str]:
    value = values.get(name)
    return [str(part) for part in value] if isinstance(value, list) else [str(value)] if value else []


def _limit(values: Mapping[str, Any]) -> int | None:
    limit = section(section(values, "services"), "rss").get("limit")
    return limit if isinstance(limit, int) and limit > 0 else None


def _pages(links: Mapping[str, Any]) -> dict[str, Any]:
    """Return the permalinks of pages: those by kind, and the old ones that stand by themselves."""
    flat = {name: link for name, link in links.items() if isinstance(link, str)}
    return merged(flat, section(links, "page"))


def _sections(content: Path, name: str, *, nested: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders of a section, deepest first, each with the sections its pages are in.

    A folder below the top is a section of its own only where it has an ``_index`` file.
    """
    top = content / name.strip("/")
    spell = STYLES["hugo-files"].file
    if nested and top.is_dir():
        inner = [path.parent for path in sorted(top.rglob("_index.*")) if path.parent != top]
        for folder in sorted(set(inner), key=lambda path: (-len(path.parts), path)):
            parts = folder.relative_to(content).parts
            named = [
                spell(part)
                for at, part in enumerate(parts)
                if at == 0 or any(content.joinpath(*parts[: at + 1]).glob("_index.*"))
            ]
            yield "/".join(parts), named
    yield name.strip("/"), [spell(part) for part in name.strip("/").split("/")[:1]]


def _sliced(sections: list[str], part: str) -> list[str]:
    """Return the sections that ``[1:]``, ``[0]``, ``[last]`` or ``[:last]`` choose."""
    inner = part.strip("[]").replace("last", str(len(sections) - 1)).strip()
    if not inner:
        return sections
    first, colon, end = inner.partition(":")
    try:
        if not colon:
            return [sections[int(first)]]
        return sections[int(first or 0) : int(end) if end else None]
    except (ValueError, IndexError):
        return []

"""Hugo: hugo.toml (yaml, json), or config/_default; permalinks by section and language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os.path import commonpath
from pathlib import Path
from typing import Any

from syndicate.app.moving.hugolinks import Permalinks
from syndicate.app.moving.outline import FeedFormat, FoundRule, Outline
from syndicate.app.moving.settings import listed, lowered, merged, section, settings, text
from syndicate.content.naming import as_language, language_of

_NAMES = ("hugo", "config")
_SUFFIXES = (".toml", ".yaml", ".yml", ".json")


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
            and name not in listed(values, "disablelanguages")
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
            static=tuple(self.folder / name for name in listed(values, "staticdir") or ["static"]),
            languages={
                self._start(name): _spoken(name, self.languages[name]) for name in sorted(self._told())
            },
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

    # ------------------------------------------------------------ links

    def _rules(self) -> Iterator[FoundRule]:
        several, told = len(self.languages) > 1, self._told()
        permalinks = Permalinks(self.values, self.unknown)
        for name, own in self._by_weight():
            prefix = f"/{name}" if name in self._prefixed() else ""
            host = text(own, "baseurl").rstrip("/")
            if host and host != text(self.values, "baseurl").rstrip("/"):
                prefix = "" if host == text(self.own, "baseurl").rstrip("/") else host
            below = self._folders.get(name, self.content)
            start = self._start(name)
            links = merged(_pages(section(self.values, "permalinks")), _pages(section(own, "permalinks")))
            for rule in permalinks.rules(links, below):
                yield FoundRule(
                    pattern=prefix + rule.pattern,
                    folder="/".join(part for part in (start, rule.folder) if part),
                    language=_spoken(name, own) if name in told or (several and not start) else "",
                    like=rule.like or "hugo",
                )

    def _start(self, name: str) -> str:
        """Return the folder of a language's articles below the content folder, "" where it is that one."""
        below = self._folders.get(name, self.content)
        return "" if below == self.content else below.relative_to(self.content).as_posix()

    def _told(self) -> set[str]:
        """Return the languages that no article below their folder is known to have.

        A folder named as its language says it, and the publication's own language is everybody's.
        """
        return {
            name
            for name, own in self.languages.items()
            if (start := self._start(name))
            and name != self.default.lower()
            and language_of(f"{start}/x.md").lower() != _spoken(name, own).lower()
        }

    def _by_weight(self) -> list[tuple[str, dict[str, Any]]]:
        known = self.languages or {self.default.lower(): {}}
        return sorted(known.items(), key=lambda pair: (pair[0] != self.default.lower(), pair[0]))

    # ------------------------------------------------------------ feeds

    def _feeds(self) -> dict[FeedFormat, str]:
        """Return the feeds of the home page; without outputs of its own it has RSS at index.xml."""
        made = listed(section(self.own, "outputs") or section(self.values, "outputs"), "home") or [
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
        if "rss" in {name.lower() for name in listed(self.values, "disablekinds")}:
            feeds.pop("rss", None)
        return feeds

    def _suffix(self, media: str, kind: FeedFormat) -> str:
        own = section(section(self.values, "mediatypes"), media.lower())
        given = listed(own, "suffixes") or listed(own, "suffix")
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


def _limit(values: Mapping[str, Any]) -> int | None:
    limit = section(section(values, "services"), "rss").get("limit")
    return limit if isinstance(limit, int) and limit > 0 else None


def _pages(links: Mapping[str, Any]) -> dict[str, Any]:
    """Return the permalinks of pages: those by kind, and the old ones that stand by themselves."""
    flat = {name: link for name, link in links.items() if isinstance(link, str)}
    return merged(flat, section(links, "page"))

"""Where everything lies: paths in the publish folder and the URLs that lead there. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, urlsplit

from syndicate.placeholders import SAFE, Facts, check_pattern, filled, has_tokens, of_tokens
from syndicate.spelling import LONGEST_SLUG, STYLES, slugify

__all__ = [
    "LONGEST_SLUG",
    "SHARED",
    "Addresses",
    "Rule",
    "article_folder",
    "article_url",
    "author_folder",
    "category_folder",
    "check_pattern",
    "edition_url",
    "folders_of",
    "language_folder",
    "on_host",
    "slugify",
    "tag_folder",
    "url",
]


def article_folder(slug: str) -> str:
    """Return the folder of an article's page and its media: ``articles/<slug>``."""
    return f"articles/{slug}"


def edition_url(web_url: str, newsletter: str, occasion: str, uid: str) -> str:
    """Return the permanent address of an edition's page.

    It names the occasion, or the edition's `uid` where that could not stand in a path as it is.
    """
    plain = re.fullmatch(r"[\w+:.-]+(?:/[\w+:.-]+)*", occasion, re.ASCII) and ".." not in occasion
    return f"{web_url}/editions/{newsletter}/{occasion if plain else uid}/"


SHARED = ("authors", "languages")  # a kind whose one member all articles share has no feed and no page


@lru_cache(maxsize=16384)
def _folder(kind: str, name: str, otherwise: str) -> str:
    return f"{kind}/{slugify(name, otherwise=otherwise)}"


def tag_folder(tag: str) -> str:
    """Return the folder of a tag's page and feeds: ``tags/<slug>``."""
    return _folder("tags", tag, "tag")


def category_folder(category: str) -> str:
    """Return the folder of a category's page and feeds: ``categories/<slug>``."""
    return _folder("categories", category, "category")


def author_folder(author: str) -> str:
    """Return the folder of an author's page and feeds: ``authors/<slug>``."""
    return _folder("authors", author, "author")


def language_folder(language: str) -> str:
    """Return the folder of a language's page and feeds: ``languages/<tag>``."""
    return _folder("languages", language, "und")


def folders_of(
    tags: Sequence[str], categories: Sequence[str], authors: Sequence[str], language: str
) -> dict[str, str]:
    """Return the folders of the feeds an article is in, each with the name that the article has for it."""
    found = {tag_folder(tag): tag for tag in reversed(tags)}
    found.update((category_folder(one), one) for one in reversed(categories))
    found.update((author_folder(one), one) for one in reversed(authors) if one)
    return {**found, language_folder(language): language} if language else found


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


def on_host(address: str, base: str) -> bool:
    """Return whether an address, absolute or a path, is on the host of the publication at `base`."""
    if address.startswith("/") and not address.startswith("//"):
        return True
    return _host(address) == _host(base) != ("", None)


def _host(address: str) -> tuple[str, int | None]:
    """Return host and port of an http or https address, with no port where it is the usual one."""
    try:
        parts = urlsplit(address)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        return (parts.hostname or "", None if parts.port == usual else parts.port) if usual else ("", None)
    except ValueError:
        return ("", None)


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


_CLEAN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+/?")
_SUFFIXLESS = re.compile(r"(?:^|/)[^/.?#]+$")
_LONGEST = 300  # characters of a title: no program makes a file of a longer name
_OTHERWISE = "/{folder}/{slug}/"  # where no rule is for an article: as most programs do without a rule


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
        of the first rule that is for the article's folder and language. Hugo's tokens in `url` (``:year``)
        are filled where the rule is for Hugo; elsewhere such a `url` is none. It begins with ``/`` and is
        percent-encoded; it is an absolute http(s) URL only where `url` or the pattern is one.

        `slug` is the one given to the article, unlike any other's; `wish` the one its front matter asks
        for, "" where it asks for none (without `wish`, `slug` stands for it): two articles of one name in
        two folders have two slugs here and one there. `name` is the file's without date and suffix.
        `published` is best given as written, a date or an aware datetime in the zone of the front matter:
        some programs take the day of that zone.
        """
        if self._pages:
            return f"/{quote(article_folder(slug), safe='/~', errors='replace')}/"
        rule = self._rule(path, language)
        style = STYLES[rule.like] if rule else STYLES[""]
        tokens = has_tokens(url)
        if url and not tokens:
            return _clean(f"{url}/" if style.slashed and _SUFFIXLESS.search(url) else url)
        folders, stem = _place(path, language)
        facts = Facts(
            wish=(slug if wish is None else wish)[:_LONGEST],
            name=name or slug,
            stem=stem,
            title=title[:_LONGEST],
            day=_in_zone(published, {"site": self._zone, "utc": UTC}.get(style.days)),
            folders=folders,
            below=folders[_depth(rule, language) :] if rule else folders,
            language=language,
            categories=categories,
            style=style,
        )
        pattern = rule.pattern if rule else _OTHERWISE
        if tokens and rule and rule.like.startswith("hugo"):
            wished = of_tokens(url)
            pattern = f"{wished}/" if _SUFFIXLESS.search(url) else wished
        return _clean(filled(pattern, facts))

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
    return host + _quoted(shown, SAFE) + sign + _quoted(query, SAFE + "?#")


def _quoted(text: str, safe: str) -> str:
    """Percent-encode `text`; what is percent-encoded already stays."""
    quoted = quote(text, safe=safe + "%", errors="replace")
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quoted)

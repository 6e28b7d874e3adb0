"""Items of a feed + articles -> which is which, and the ids they are to have. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from syndicate.app.moving.feedfile import Item
from syndicate.model import Identity

_NEAR = timedelta(hours=36)  # a bare date is noon here and midnight elsewhere, in another zone
_MOST_ALIKE = 100  # articles of one title that are looked at: of more nothing is known by it but the moment
_ENOUGH = 3  # so many items must follow a rule for articles beyond the feed to follow it too

How = Literal["link", "title and date"]


@dataclass(frozen=True, slots=True)
class Match:
    """An article with the item it is, and by what it was known."""

    article: Identity
    item: Item
    how: How


@dataclass(slots=True)
class Matching:
    """What became of each item, in the feed's order.

    `doubtful` items could be several articles, or several items one article. `derived` are ids for articles
    that are not in the feed, by article id, where all items' ids follow from their links in one way.
    """

    matched: list[Match] = field(default_factory=list)
    unmatched: list[Item] = field(default_factory=list)
    doubtful: list[tuple[Item, tuple[Identity, ...]]] = field(default_factory=list)
    derived: dict[str, tuple[str, bool]] = field(default_factory=dict)


def match(items: Sequence[Item], articles: Sequence[Identity], *, base: str) -> Matching:
    """Return which article each item is: by its link, then by title and date among the articles left.

    `base` is the publication's URL. Links are the same whatever their scheme, ``www.``, slash at the end,
    ``index.html`` and ``utm_`` parameters; where a site has moved to another host, the path alone counts.
    """
    unique = list(dict.fromkeys(items))
    found = Matching()
    index = _Links(articles, base, unique)
    linked = {item: candidates for item in unique if (candidates := index.articles_of(item))}
    _settle(found, linked, "link")
    known = {one.article.id for one in found.matched}
    titles = _Titles([one for one in articles if one.id not in known])
    titled = {item: titles.near(item) for item in unique if item not in linked}
    _settle(found, {item: near for item, near in titled.items() if near}, "title and date")
    found.unmatched = [item for item, near in titled.items() if not near]
    _derive(found, articles, base)
    return found


def link_of(article: Identity, base: str) -> str:
    """Return the absolute address of an article's page."""
    return article.address if urlsplit(article.address).scheme else base + article.address


class _Links:
    """The articles by their addresses: whole, and by the path alone for items of the feed's own site."""

    def __init__(self, articles: Iterable[Identity], base: str, items: Iterable[Item]) -> None:
        self._whole: dict[tuple[str, str], list[Identity]] = defaultdict(list)
        self._paths: dict[str, list[Identity]] = defaultdict(list)
        for article in articles:
            host, path = _key(link_of(article, base))
            self._whole[host, path].append(article)
            self._paths[path].append(article)
        hosts = Counter(_key(link)[0] for item in items for link in item.links[:1])
        self._own = max(hosts, key=lambda host: hosts[host], default="")

    def articles_of(self, item: Item) -> list[Identity]:
        keys = [_key(link) for link in item.links]
        whole = next((self._whole[key] for key in keys if key in self._whole), [])
        own = (path for host, path in keys if host == self._own and path)
        return whole or next((self._paths[path] for path in own if path in self._paths), [])


class _Titles:
    """The articles by their titles, and by title and moment."""

    def __init__(self, articles: Iterable[Identity]) -> None:
        self._titles: dict[str, list[Identity]] = defaultdict(list)
        self._moments: dict[tuple[str, datetime], list[Identity]] = defaultdict(list)
        for article in articles:
            words = _words(article.title)
            self._titles[words].append(article)
            self._moments[words, article.published_at].append(article)

    def near(self, item: Item) -> list[Identity]:
        """Return the articles of the item's title and day; the one of its very moment, where there is one."""
        words, at = _words(item.title), item.at
        if not words or at is None:
            return []
        exact = self._moments.get((words, at.replace(microsecond=0)), [])
        if len(exact) == 1:
            return exact
        same = self._titles.get(words, [])[:_MOST_ALIKE]
        return [one for one in same if abs(one.published_at - at) <= _NEAR]


def _settle(found: Matching, candidates: Mapping[Item, list[Identity]], how: How) -> None:
    """Give each item its one article; two items of different ids for one article are doubtful."""
    claims: dict[str, set[str]] = defaultdict(set)
    for item, articles in candidates.items():
        for article in articles:
            claims[article.id].add(item.id)
    given: set[str] = set()
    for item, articles in candidates.items():
        if len(articles) > 1 or len(claims[articles[0].id]) > 1:
            found.doubtful.append((item, tuple(articles)))
        elif articles[0].id not in given:
            given.add(articles[0].id)
            found.matched.append(Match(articles[0], item, how))


# How ids follow from links, in the feeds of programs that make them so.
_RULES: tuple[Callable[[str], str], ...] = (
    lambda link: link,
    lambda link: link.removesuffix(".html"),  # jekyll-feed
    lambda link: link.removesuffix("/"),
)


def _derive(found: Matching, articles: Sequence[Identity], base: str) -> None:
    """Give articles that are no longer in the feed the ids they had in it.

    Only where the ids of all items in it are their links in one of the ways known, and our links are theirs.
    """
    if len(found.matched) < _ENOUGH:
        return
    for rule in _RULES:
        if all(
            one.how == "link" and one.item.id == rule(link_of(one.article, base)) for one in found.matched
        ):
            break
    else:
        return
    permalink = all(one.item.permalink for one in found.matched)
    settled = {one.article.id for one in found.matched}
    settled.update(one.id for _, candidates in found.doubtful for one in candidates)
    for article in articles:
        if article.id not in settled:
            found.derived[article.id] = rule(link_of(article, base)), permalink


def _key(link: str) -> tuple[str, str]:
    """Return host and path of a link, as far as they tell pages apart."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "", ""
    path = unicodedata.normalize("NFC", unquote(parts.path, errors="replace"))
    path = re.sub(r"/(?:index\.html?)?$", "", path)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not name.startswith("utm_")]
    return host, f"{path}?{urlencode(kept)}" if kept else path


def _words(title: str) -> str:
    """Return a title's letters and digits: markup, signs, case and white space aside."""
    plain = html.unescape(re.sub(r"<[^<>]*>", "", title))
    folded = unicodedata.normalize("NFKC", plain).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN")

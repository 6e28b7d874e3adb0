"""Decides which articles are published and which of them each feed holds. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from syndicate import links
from syndicate.config import Publication
from syndicate.model import Article, Feed

KEY_PREFIX = "feed:"


def publishable(articles: Iterable[Article], *, now: datetime) -> tuple[Article, ...]:
    """Return the articles whose date has come, newest first; equal dates in the order of their ids."""
    return newest_first(article for article in articles if article.published <= now)


def newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Return `articles` by date, newest first, whatever order they come in."""
    by_id = sorted(articles, key=lambda article: article.id)
    return tuple(sorted(by_id, key=lambda article: article.published, reverse=True))


def feed_keys(articles: Iterable[Article]) -> list[str]:
    """Return the keys under which the ids of the feeds of `articles` are minted and stored, sorted."""
    return folder_keys({links.tag_folder(tag) for article in articles for tag in article.tags})


def folder_keys(folders: Iterable[str]) -> list[str]:
    """Return the keys for the main feed and the feeds of tags in `folders`.

    ``feed:`` is the main feed, ``feed:tags/politik`` a tag's. A key hangs on no address and no title,
    so that a feed keeps its id when the publication moves or is renamed.
    """
    return [KEY_PREFIX, *(KEY_PREFIX + folder for folder in sorted(folders))]


def feed_of(
    folder: str,
    title: str,
    articles: Sequence[Article],
    publication: Publication,
    ids: Mapping[str, str],
    *,
    pages: bool = True,
) -> Feed:
    """Return the feed of `articles`, newest first, with its files in `folder`; `ids` as in `select_feeds`.

    Without `pages` of ours a tag may have none: then its feed leads to the publication, as the main one does.
    """
    return Feed(
        id=ids[KEY_PREFIX + folder],
        title=title,
        description=publication.description or title,
        folder=folder,
        home=links.url(publication.url, f"{folder}/index.html" if folder and pages else "index.html"),
        language=publication.language,
        author=publication.author or publication.title,
        articles=tuple(articles),
    )


def tag_title(publication: Publication, spellings: Mapping[str, int]) -> str:
    """Return the title of a tag's feed: the spelling of the tag that most of its articles use counts."""
    return f"{publication.title}: {min(spellings, key=lambda tag: (-spellings[tag], tag))}"


def select_feeds(
    articles: Sequence[Article], publication: Publication, ids: Mapping[str, str], *, items: int
) -> tuple[Feed, ...]:
    """Return the main feed and one feed for each tag, sorted by folder, each with its newest `items`.

    `ids` holds an id for each of `feed_keys(articles)`. Tags that lead to one folder are one tag.
    """
    ordered = newest_first(articles)

    tagged, spellings = _by_tag(ordered)
    of_tags = (
        feed_of(folder, tag_title(publication, spellings[folder]), tagged[folder][:items], publication, ids)
        for folder in sorted(tagged)
    )
    return (feed_of("", publication.title, ordered[:items], publication, ids), *of_tags)


def _by_tag(articles: Sequence[Article]) -> tuple[dict[str, list[Article]], dict[str, Counter[str]]]:
    """Return the articles of each tag's folder, and how often each spelling of it is used."""
    tagged: dict[str, list[Article]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        for folder, tag in {links.tag_folder(tag): tag for tag in reversed(article.tags)}.items():
            tagged[folder].append(article)
            spellings[folder][tag] += 1
    return dict(tagged), spellings

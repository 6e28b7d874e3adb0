"""Decides which articles are published and which of them each feed holds. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from syndicate import links
from syndicate.config import Publication
from syndicate.model import Article, Feed, History, Tombstone

KEY_PREFIX = "feed:"


class Asked(Protocol):
    """What a named feed's articles have, see `configfeeds.NamedFeed`."""

    @property
    def tag(self) -> Sequence[str]: ...
    @property
    def category(self) -> Sequence[str]: ...
    @property
    def author(self) -> Sequence[str]: ...
    @property
    def language(self) -> str | None: ...


def publishable(articles: Iterable[Article], *, now: datetime) -> tuple[Article, ...]:
    """Return the articles whose date has come, newest first; equal dates in the order of their ids."""
    return newest_first(article for article in articles if article.published <= now)


def newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Return `articles` by date, newest first, whatever order they come in."""
    by_id = sorted(articles, key=lambda article: article.id)
    return tuple(sorted(by_id, key=lambda article: article.published, reverse=True))


def feed_keys(articles: Iterable[Article]) -> list[str]:
    """Return the keys under which the ids of the feeds of `articles` are minted and stored, sorted."""
    return folder_keys({folder for article in articles for folder in _folders(article)})


def folder_keys(folders: Iterable[str]) -> list[str]:
    """Return the keys for the main feed and the feeds in `folders`.

    ``feed:`` is the main feed, ``feed:tags/politik`` a tag's. A key hangs on no address and no title,
    so that a feed keeps its id when the publication moves or is renamed.
    """
    return [KEY_PREFIX, *(KEY_PREFIX + folder for folder in sorted(folders))]


def folders_asked(asked: Asked) -> list[Collection[str]]:
    """Return the folders that an article of a named feed is in: one of each set."""
    return [
        {folder(one) for one in names}
        for folder, names in (
            (links.tag_folder, asked.tag),
            (links.category_folder, asked.category),
            (links.author_folder, asked.author),
            (links.language_folder, [asked.language] if asked.language else []),
        )
        if names
    ]


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
    language = folder.removeprefix("languages/") if folder.startswith("languages/") else publication.language
    return Feed(
        id=ids[KEY_PREFIX + folder],
        title=title,
        description=publication.description or title,
        folder=folder,
        home=links.url(publication.url, f"{folder}/index.html" if folder and pages else "index.html"),
        language=language,
        author=publication.author or publication.title,
        articles=tuple(articles),
    )


def archive_of(
    main: Feed, folder: str, articles: Sequence[Article], gone: Sequence[Tombstone], *, previous: str
) -> Feed:
    """Return an archive of the `main` feed in `folder`; `previous` is the one before, "" for the first.

    It does not name the one after it: it would change when that is made.
    """
    return Feed(
        id=main.id,
        title=main.title,
        description=main.description,
        folder=folder,
        home=main.home,
        language=main.language,
        author=main.author,
        articles=tuple(articles),
        gone=tuple(gone),
        history=History(previous=previous, current=main.folder, archive=True),
    )


def title_of(publication: Publication, folder: str, spellings: Mapping[str, int]) -> str:
    """Return the title of the feed in `folder`: the spelling that most of its articles use counts.

    A language has its own name, as its readers write it, where it is known.
    """
    name = min(spellings, key=lambda one: (-spellings[one], one))
    if folder.startswith("languages/"):
        from syndicate.i18n import language_name  # loads Babel

        name = language_name(name)
    return f"{publication.title}: {name}"


def select_feeds(
    articles: Sequence[Article], publication: Publication, ids: Mapping[str, str], *, items: int
) -> tuple[Feed, ...]:
    """Return the main feed and one feed for each tag and so on, sorted by folder, with its newest `items`.

    `ids` holds an id for each of `feed_keys(articles)`. Tags that lead to one folder are one tag. For a look
    at files that nothing is remembered of: otherwise the database is asked.
    """
    ordered = newest_first(articles)
    found, spellings = _by_folder(ordered)
    others = (
        feed_of(
            folder, title_of(publication, folder, spellings[folder]), found[folder][:items], publication, ids
        )
        for folder in sorted(found)
    )
    return (feed_of("", publication.title, ordered[:items], publication, ids), *others)


def _by_folder(articles: Sequence[Article]) -> tuple[dict[str, list[Article]], dict[str, Counter[str]]]:
    """Return the articles of each folder, and how often each spelling of it is used."""
    found: dict[str, list[Article]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        for folder, name in _folders(article).items():
            found[folder].append(article)
            spellings[folder][name] += 1
    return dict(found), spellings


def _folders(article: Article) -> dict[str, str]:
    return links.folders_of(article.tags, article.categories, article.authors, article.language)

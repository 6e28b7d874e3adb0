"""The values of the pages' stages: what is given, what a page is before and after it is rendered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import links
from syndicate.config import Publication
from syndicate.feedfiles import KINDS, FeedFormat, Paths
from syndicate.model import Article, CopiedFile, Fault, Feed, OutputFile
from syndicate.pages.stories import Story

TOPICS_IN_MENU = 7


@dataclass(frozen=True, slots=True)
class PageSite:
    """What is true of every page. `newsletters` are titles; `content_folder` holds the articles' media.

    `formats` and `paths` are those of the feeds, see `feedfiles`; `placed` has them for the folders of feeds
    that have their own.
    """

    publication: Publication
    web_url: str
    newsletters: tuple[str, ...]
    content_folder: Path
    formats: tuple[FeedFormat, ...] = tuple(KINDS)
    paths: Paths = field(default_factory=dict)
    placed: Mapping[str, tuple[tuple[FeedFormat, ...], Paths]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RenderedPages:
    """The files to publish, what went wrong, and the paths whose published files are to stay as they are."""

    files: tuple[OutputFile | CopiedFile, ...]
    faults: tuple[Fault, ...]
    keep: frozenset[str]


@dataclass(frozen=True, slots=True)
class Topic:
    """A tag with a page of its own; `articles` counts all that carry it."""

    name: str
    path: str
    feed: Feed
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that pages are made from. `stories` are newest first, `topics` by their number of stories.

    `menu` has the topics that each page links to, largest first, in steps: see `_menu`.
    """

    site: PageSite
    stories: tuple[Story, ...]
    feeds: tuple[Feed, ...]
    topics: tuple[Topic, ...]
    menu: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is rendered. `portable` pages link relatively; others are shown at any address."""

    path: str
    template: str
    language: str
    context: dict[str, object]
    feed: Feed | None = None
    portable: bool = True


def gather(site: PageSite, articles: Sequence[Article], feeds: Sequence[Feed]) -> Material:
    """Return the material for `site`; articles and feeds may come in any order."""
    by_id = sorted(articles, key=lambda article: article.id)
    ordered = sorted(by_id, key=lambda article: article.published, reverse=True)
    feeds = sorted(feeds, key=lambda feed: feed.folder)
    folders = {feed.folder for feed in feeds if feed.folder}
    stories = tuple(Story.of(article, folders) for article in ordered)
    by_folder: dict[str, list[Story]] = {folder: [] for folder in folders}
    for story in stories:
        for folder in story.tag_folders:
            by_folder[folder].append(story)
    topics = [_topic(feed, by_folder[feed.folder]) for feed in feeds if feed.folder]
    topics.sort(key=lambda topic: (-len(topic.stories), topic.name))
    return Material(site, stories, tuple(feeds), tuple(topics), _menu(topics))


def _menu(topics: Sequence[Topic]) -> tuple[Topic, ...]:
    """Return the largest topics; those that differ by less than a quarter or so stand by their names.

    The menu is on every page: were it sorted by the very numbers, one more article could change them all.
    """
    by_size = sorted(topics, key=lambda topic: (-(len(topic.stories) ** 3).bit_length(), topic.name))
    return tuple(by_size[:TOPICS_IN_MENU])


def _topic(feed: Feed, stories: list[Story]) -> Topic:
    """Return the topic of a tag's feed, in the spelling that most of its articles use."""
    spellings = Counter(
        tag for story in stories for tag in story.tags if links.tag_folder(tag) == feed.folder
    )
    name = min(spellings, key=lambda tag: (-spellings[tag], tag), default=feed.title)
    return Topic(name, f"{feed.folder}/index.html", feed, tuple(stories))

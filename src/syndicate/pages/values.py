"""The values of the pages' stages: what is given, what a page is before and after it is rendered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from syndicate.config import Publication
from syndicate.feedfiles import KINDS, FeedFormat, Paths
from syndicate.model import Article, CopiedFile, Fault, Feed, OutputFile
from syndicate.pages.stories import Story

Texts = Callable[[Collection[str]], Iterable[Article]]


@dataclass(frozen=True, slots=True)
class SignupForm:
    """The form on the front page: where it goes, the newsletters by name and title, and what is agreed to."""

    url: str
    newsletters: tuple[tuple[str, str], ...]
    words: str


@dataclass(frozen=True, slots=True)
class PageSite:
    """What is true of every page. `newsletters` are titles; `content_folder` holds the articles' media.

    `formats` and `paths` are those of the feeds, see `feedfiles`; `placed` has them for the folders of feeds
    that have their own. `opml` is the path of the list of all feeds, "" where there is none. Feeds
    carry the texts of their articles where `full`, those in the folders `other` where not. Without a
    `signup` nobody can subscribe by mail himself.
    """

    publication: Publication
    web_url: str
    newsletters: tuple[str, ...]
    content_folder: Path
    formats: tuple[FeedFormat, ...] = tuple(KINDS)
    paths: Paths = field(default_factory=dict)
    placed: Mapping[str, tuple[tuple[FeedFormat, ...], Paths]] = field(default_factory=dict)
    opml: str = ""
    full: bool = True
    other: frozenset[str] = frozenset()
    signup: SignupForm | None = None

    def carries_texts(self, folder: str) -> bool:
        """Return whether the feed in `folder` carries the texts of its articles."""
        return self.full != (folder in self.other)


@dataclass(frozen=True, slots=True)
class Stock:
    """The articles that pages are made of, in any order and without their texts, and the feeds there are.

    `digests` are hashes of the texts by the articles' ids: where one is known and a page's mark is that of
    last time, nobody asks for the text. `texts` returns articles with theirs; those of an archive are many,
    so it is asked for some at a time.
    """

    articles: Sequence[Article]
    feeds: Sequence[Feed]
    texts: Texts
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RenderedPages:
    """The files to publish, what went wrong, and the paths whose published files are to stay as they are."""

    files: tuple[OutputFile | CopiedFile, ...]
    faults: tuple[Fault, ...]
    keep: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class Topic:
    """A tag, category, author or language with a page of its own; `feed` is None where it has none."""

    kind: str  # tags, categories, authors, languages
    name: str
    folder: str
    feed: Feed | None
    stories: tuple[Story, ...]

    @property
    def path(self) -> str:
        return f"{self.folder}/index.html"

    def __repr__(self) -> str:
        feed = (self.feed.title, self.feed.id) if self.feed else None
        return f"Topic({self.name!r}, {self.folder!r}, {len(self.stories)}, {feed})"


@dataclass(frozen=True, slots=True, repr=False)
class Month:
    """A month of the publication's calendar with the articles dated in it; `day` is its first."""

    path: str
    day: date
    stories: tuple[Story, ...]

    def __repr__(self) -> str:
        return f"Month({self.path!r}, {len(self.stories)})"


@dataclass(frozen=True, slots=True)
class Version:
    """An article in one of its languages, for those who read another; `url` is absolute."""

    language: str
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Material:
    """All that pages are made from. `stories` are newest first, `topics` by their number of stories.

    `menu` has the topics that each page links to, largest first, in steps. `versions` are those of the
    articles that there are in several languages, by the articles' ids, with the one for everybody else last.
    """

    site: PageSite
    stories: tuple[Story, ...]
    feeds: tuple[Feed, ...]
    topics: tuple[Topic, ...]
    menu: tuple[Topic, ...]
    months: tuple[Month, ...]
    versions: Mapping[str, tuple[Version, ...]]
    digests: Mapping[str, str]

    def of_kind(self, kind: str) -> list[Topic]:
        """Return the topics that are tags, categories, authors or languages."""
        return [topic for topic in self.topics if topic.kind == kind]


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is rendered. `portable` pages link relatively; others are shown at any address.

    One with a `text` is the page of the article of that id; `shown` are those whose texts it shows among
    others. `listed` pages are in the map of the site; `changed` is when such a page said something new, where
    that is known.
    """

    path: str
    template: str
    language: str
    context: dict[str, object]
    feed: Feed | None = None
    portable: bool = True
    text: str = ""
    shown: tuple[str, ...] = ()
    listed: bool = False
    changed: datetime | None = None
    canonical: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The ids of the articles whose texts it needs."""
        return (self.text,) if self.text else self.shown

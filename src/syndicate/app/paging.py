"""The pages of a publication as files to publish: only those that differ from what is published are made."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from hashlib import sha256
from urllib.parse import unquote

from syndicate.app import pagemarks
from syndicate.app.feeding import Fed, Feeding, named_site
from syndicate.app.pagemarks import PageMarks
from syndicate.app.shelf import Shelf
from syndicate.app.signing_up import agreed_words, offered_by
from syndicate.config import Config
from syndicate.errors import TemplateFault
from syndicate.feedfiles import OPML, named_folder
from syndicate.links import article_folder
from syndicate.model import Article, CopiedFile, Fault, Feed, OutputFile
from syndicate.pages import PageSite, Printing, Stock
from syndicate.pages.kinds import PREVIEWED
from syndicate.pages.moved import GONE, gone_page, redirect_page
from syndicate.pages.printing import ROBOTS
from syndicate.pages.render import STYLE
from syndicate.pages.values import SignupForm
from syndicate.redirects import Redirect, list_of, moved_of
from syndicate.store import selection

_OWN = frozenset({STYLE, ROBOTS, "sitemap.xml", "404.html"})
Show = Callable[[int, int], None]


@dataclass
class Paging:
    """Gives the files of the pages. `sign` marks what they hang on beside the articles.

    `stands` says that the publish folder is as the last publishing left it: only then a page that would come
    out the same is left as it is. `keep` gathers the paths of all that stay. The caller holds the build lock.
    """

    feeding: Feeding
    sign: str
    stands: bool
    progress: Show | None = None
    keep: set[str] = field(default_factory=set)
    _faults: list[Fault] = field(default_factory=list)
    _leading: list[Redirect] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        """What went wrong so far."""
        return [*self._printing.faults, *dict.fromkeys(self._faults)]

    @property
    def articles(self) -> list[Article]:
        """The articles that have a page, without their texts."""
        return self._shelf.articles

    @cached_property
    def moved(self) -> list[Redirect]:
        """Where the old addresses of feeds and articles lead."""
        return moved_of(self.feeding.moved(), self.articles, self._config.publication.url)

    @cached_property
    def feeds(self) -> list[Fed]:
        """All feeds that show an article, and those that the configuration names, without their articles."""
        return self.feeding.outlines(shown=True)

    def files(self) -> Iterator[OutputFile | CopiedFile]:
        """Give each file that is to be written, one page in memory at a time."""
        feeds = [self._outline(fed) for fed in self.feeds]
        stock = Stock(self.articles, feeds, self._shelf.texts, self._shelf.digests)
        for file in self._printing.files(stock):
            if not isinstance(file, CopiedFile) or self._is_new(file.path, _stamp(file.source)):
                yield file
        self._leading = [one for one in self.moved if not self._is_ours(one)]
        yield from self._where_something_was()
        yield from list_of(self._leading)

    def _is_ours(self, old: Redirect) -> bool:
        """Tell whether a page or file of ours is at an `old` address: it stays, and a fault says so."""
        shown = unquote(old.path).strip("/")
        paths, marks = self._printing.paths, self._printing.marks
        if not ({old.page, shown, f"{shown}/index.html"} & paths or shown in marks or shown in _OWN):
            return False
        text = f"is a page of ours, so nothing leads on from there to {old.target}"
        remedy = "take it out of feeds.moved, or out of the article's aliases"
        self._faults.append(Fault("page", shown, None, f"{text}; {remedy}"))
        return True

    def remember(self, faulty: Iterable[str]) -> None:
        """Remember what is published until the next time, but the `faulty` paths; OSError as `save` says."""
        pages = self._printing.marks
        for path in faulty:
            pages.pop(path, None)
        pagemarks.save(self._config.var, PageMarks(self.sign, pages, self._shelf.told))

    @property
    def _config(self) -> Config:
        return self.feeding.site.config

    @cached_property
    def _before(self) -> PageMarks:
        found = pagemarks.load(self._config.var)
        return found if self.stands and found.sign == self.sign else replace(found, pages={})

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self.feeding.articles, self.feeding.now, self._before.told)

    @cached_property
    def _printing(self) -> Printing:
        site = page_site(self._config)
        return Printing(site, self.feeding.site.templates, self._before.pages, self.progress, keep=self.keep)

    def _outline(self, fed: Fed) -> Feed:
        """Return a feed; one that the configuration names with the newest of its articles."""
        name = fed.feed.folder.removeprefix(named_folder(""))
        named = self._config.feeds.named.get(name) if name != fed.feed.folder else None
        if named is None:
            return fed.feed
        wanted = self.feeding.chosen(named, count=min(named.items or PREVIEWED, PREVIEWED))
        return replace(fed.feed, articles=tuple(self._by_id[key] for key in wanted if key in self._by_id))

    @cached_property
    def _by_id(self) -> dict[str, Article]:
        return {article.id: article for article in self.articles}

    def _where_something_was(self) -> Iterator[OutputFile]:
        """Give the pages at old addresses, for hosts that answer neither 301 nor 410."""
        site, templates = self._printing.site, self.feeding.site.templates
        for old in self._leading:
            if old.page and self._is_new(old.page, _hash("redirect", old.target, site)):
                yield from self._tried(
                    old.page, partial(redirect_page, site, old.page, old.target, templates)
                )
        with self.feeding.site.store.read() as conn:
            gone = selection.withdrawn(conn)
        for one in gone:
            folder, when, language = article_folder(one.slug), one.missing_at, one.language
            path = f"{folder}/{GONE}"
            if when and self._is_new(path, _hash("gone", when, language, site)):
                yield from self._tried(path, partial(gone_page, site, folder, when, language, templates))

    def _tried(self, path: str, make: Callable[[], OutputFile]) -> Iterator[OutputFile]:
        try:
            yield make()
        except TemplateFault as error:
            self._printing.marks.pop(path, None)
            self.keep.add(path)
            self._faults.append(error.fault)

    def _is_new(self, path: str, mark: str) -> bool:
        """Tell whether the file at `path` is to be written; it is not where one of its `mark` is there.

        No page of ours, made or kept, gives way to one that only leads elsewhere.
        """
        if path in self._printing.paths or path in self._printing.marks:
            return False
        self._printing.marks[path] = mark
        if mark and self._before.pages.get(path) == mark:
            self.keep.add(path)
            return False
        return True


def page_site(config: Config) -> PageSite:
    """Return what the pages take from the configuration."""
    named = {
        named_folder(name): (site.formats, site.paths)
        for name, one in config.feeds.named.items()
        for site in [named_site(config, one)]
    }
    return PageSite(
        publication=config.publication,
        web_url=config.web_url,
        newsletters=tuple(newsletter.title for newsletter in config.newsletters.values()),
        signup=_signup(config),
        content_folder=config.content.folder,
        formats=config.feeds.formats,
        paths=config.feeds.paths,
        placed=named,
        opml=OPML,
        full=config.feeds.content == "full",
        other=frozenset(
            named_folder(name)
            for name, one in config.feeds.named.items()
            if (one.content or config.feeds.content) != config.feeds.content
        ),
    )


def _signup(config: Config) -> SignupForm | None:
    there = offered_by(config)
    words = agreed_words(config, config.publication.language)
    return SignupForm(f"{config.web_url}/subscribe/", tuple(there.items()), words) if there else None


def _stamp(source: str) -> str:
    """Return a mark of the file at `source` as it is, "" where there is none to be read."""
    try:
        found = os.stat(source)  # noqa: PTH116 - one of many
    except (OSError, ValueError):
        return ""
    return _hash(source, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _hash(*parts: object) -> str:
    return sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:20]

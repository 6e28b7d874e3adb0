"""The feeds that there are, each with the articles it shows, one in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from syndicate import __version__, links
from syndicate.app import identities
from syndicate.app.library import Library
from syndicate.app.site import Site, mint_urn
from syndicate.config import Config
from syndicate.configfeeds import NamedFeed
from syndicate.content.articles import link_of
from syndicate.feedfiles import named_folder, paths_of
from syndicate.feeds.document import FeedSite
from syndicate.feeds.select import archive_of, feed_of, folder_keys, folders_asked, title_of
from syndicate.model import Article, ArticleRecord, Feed, History, Tombstone
from syndicate.redirects import Redirect, form_of
from syndicate.store import folders, ids, selection
from syndicate.store.folders import ARCHIVES

_TOMBSTONES = 100  # the latest: a reader that did not ask for longer than that has forgotten the article
_KINDS = {"tags": "tag", "categories": "category", "authors": "author", "languages": "language"}


@dataclass(frozen=True, slots=True)
class Fed:
    """A feed to be written, how, and the old addresses at which readers still ask for it."""

    feed: Feed
    site: FeedSite
    moved: tuple[str, ...] = ()

    @property
    def bare(self) -> Fed:
        """The same without its articles."""
        return replace(self, feed=replace(self.feed, articles=()))

    def redirects(self) -> list[Redirect]:
        """Return where each old address leads: to the file of the format that its name tells."""
        paths = paths_of(self.feed.folder, self.site.formats, self.site.paths)
        base = self.site.base
        return [Redirect(old, links.url(base, paths[form_of(old, paths)])) for old in self.moved]


@dataclass(frozen=True)
class Feeding:
    """Gives the feeds of a publication as at `now`; their ids are durable before they are given.

    The caller holds the build lock.
    """

    site: Site
    articles: Library
    now: datetime
    _urns: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def feeds(self, among: Sequence[str] | None = None) -> Iterator[Fed]:
        """Give all feeds, or those `among` some folders: the archives first, which the main one names.

        Those that the configuration names come with the main one. One that shows no article is not given.
        """
        yield from self._archives(among)
        if among is None or "" in among:
            yield self._main()
            for name, named in self.site.config.feeds.named.items():
                yield self._named(name, named)
        for outline in self._of_topics(among):
            if fed := self._topic(outline):
                yield fed
            del fed  # only one feed's articles are in memory

    def outlines(self, *, shown: bool = False) -> list[Fed]:
        """Return all feeds but archives, without their articles; with `shown` only those that show some."""
        configured, topics = self._configured(), list(self._of_topics(None))
        if shown:
            with self.site.store.read() as conn:
                topics = [
                    one for one in topics if selection.in_folder(conn, one.feed.folder, now=self.now, count=1)
                ]
        return [*configured, *topics]

    def archives(self) -> list[str]:
        """Return the folders of the archives, the first one first."""
        if not self.site.config.feeds.history:
            return []
        with self.site.store.read() as conn:
            return [f"{ARCHIVES}{number}" for number in range(1, selection.last_volume(conn) + 1)]

    def moved(self) -> list[Redirect]:
        """Return where the old addresses of feeds lead."""
        return [one for fed in self._configured() for one in fed.redirects()]

    def chosen(self, named: NamedFeed, *, count: int) -> list[str]:
        """Return the ids of the `count` articles that a named feed shows, the last one first."""
        among, below = folders_asked(named), named.folder.strip("/")
        with self.site.store.read() as conn:
            return selection.matching(conn, among, below, now=self.now, count=count)

    def kin(self, among: Sequence[str]) -> list[str]:
        """Return the folders `among` with those that come and go with them: see `links.SHARED`."""
        kin: list[str] = []
        with self.site.store.read() as conn:
            for kind in links.SHARED:
                if any(one.startswith(f"{kind}/") for one in among):
                    some = folders.of_kind(conn, kind, most=3)
                    kin += some if len(some) < 3 else []
        return sorted({*among, *kin})

    @cached_property
    def _usual(self) -> FeedSite:
        return feed_site(self.site.config)

    def _configured(self) -> list[Fed]:
        """Return the main feed and the named ones, without their articles."""
        config = self.site.config
        main = Fed(self._feed("", config.publication.title, ()), self._usual, config.feeds.moved)
        return [main, *(self._outline(name, one) for name, one in config.feeds.named.items())]

    def _main(self) -> Fed:
        config = self.site.config
        chosen = self.articles.newest(now=self.now, count=config.feeds.items, texts=self._full())
        main = self._with_history(self._feed("", config.publication.title, chosen))
        return Fed(main, self._usual, config.feeds.moved)

    def _with_history(self, main: Feed) -> Feed:
        with self.site.store.read() as conn:
            last = selection.last_volume(conn) if self.site.config.feeds.history else 0
            gone = selection.withdrawn(conn, count=_TOMBSTONES)
        history = History(previous=f"{ARCHIVES}{last}" if last else "")
        return replace(main, gone=self._tombstones(gone), history=history)

    def _named(self, name: str, one: NamedFeed) -> Fed:
        outline = self._outline(name, one)
        wanted = self.chosen(one, count=one.items or self.site.config.feeds.items)
        chosen = self.articles.with_ids(wanted, now=self.now, texts=outline.site.content == "full")
        by_id = {article.id: article for article in chosen}
        ordered = tuple(by_id[number] for number in wanted if number in by_id)
        return replace(outline, feed=replace(outline.feed, articles=ordered))

    def _outline(self, name: str, named: NamedFeed) -> Fed:
        feed = self._feed(named_folder(name), named.title, ())
        home = f"{self.site.config.publication.url}/"
        feed = replace(feed, home=home, language=named.language or feed.language)
        return Fed(feed, named_site(self.site.config, named), named.moved)

    def _of_topics(self, among: Sequence[str] | None) -> Iterator[Fed]:
        """Give the feeds of tags and so on, without their articles."""
        config = self.site.config
        with self.site.store.read() as conn:
            topics = folders.topics(conn, now=self.now, among=among)
            alone = {kind for kind in links.SHARED if len(folders.of_kind(conn, kind, most=2)) < 2}
        kinds = {folder for folder, kind in _KINDS.items() if kind in config.feeds.by} - alone
        topics = [one for one in topics if one.folder.partition("/")[0] in kinds]
        self._ids(topic.folder for topic in topics)
        for topic in topics:
            title = title_of(config.publication, topic.folder, topic.spellings)
            yield Fed(self._feed(topic.folder, title, ()), self._usual)

    def _topic(self, outline: Fed) -> Fed | None:
        """Return the feed of a tag and so on with its articles, None where all have expired."""
        chosen = self.articles.in_folder(
            outline.feed.folder, now=self.now, count=self.site.config.feeds.items, texts=self._full()
        )
        return replace(outline, feed=replace(outline.feed, articles=chosen)) if chosen else None

    def _archives(self, among: Sequence[str] | None) -> Iterator[Fed]:
        for number, folder in enumerate(self.archives(), 1):
            if among is None or folder in among:
                yield self._archive(number)

    def _archive(self, number: int) -> Fed:
        chosen = self.articles.in_volume(number, now=self.now, texts=self._full())
        with self.site.store.read() as conn:
            gone = self._tombstones(selection.withdrawn(conn, volume=number))
        previous = f"{ARCHIVES}{number - 1}" if number > 1 else ""
        main = self._feed("", self.site.config.publication.title, ())
        archive = archive_of(main, f"{ARCHIVES}{number}", chosen, gone, previous=previous)
        return Fed(archive, self._usual)

    def _full(self) -> bool:
        return self.site.config.feeds.content == "full"

    def _tombstones(self, gone: Sequence[ArticleRecord]) -> tuple[Tombstone, ...]:
        base = self.site.config.publication.url
        return tuple(
            Tombstone(one.id, one.missing_at, link_of(one.address, base)) for one in gone if one.missing_at
        )

    def _feed(self, folder: str, title: str, chosen: Sequence[Article]) -> Feed:
        config = self.site.config
        return feed_of(folder, title, chosen, config.publication, self._ids([folder]), pages=config.pages)

    def _ids(self, wanted: Iterable[str]) -> dict[str, str]:
        """Return the feeds' ids; new ones are durable, in the database and in the file of ids."""
        keys = [key for key in folder_keys(one for one in wanted if one) if key not in self._urns]
        if not keys:
            return self._urns
        with self.site.store.read() as conn:
            known = ids.known_ids(conn, keys)
        if len(known) < len(keys):
            with self.site.store.write() as tx:
                minted = ids.mint_ids(tx, keys, mint_urn)
            lines = [identities.feed_line(key, urn) for key, urn in minted.items() if key not in known]
            identities.note(self.site, lines)
            known = minted
        self._urns.update(known)
        return self._urns


def feed_site(config: Config) -> FeedSite:
    """Return what the feeds take from the configuration."""
    feeds = config.feeds
    return FeedSite(
        base=config.publication.url,
        content=feeds.content,
        zone=config.publication.timezone,
        version=__version__,
        formats=feeds.formats,
        paths=feeds.paths,
        ttl=round(feeds.ttl.total_seconds() / 60),
        hubs=feeds.hubs,
        icon=config.publication.icon or "",
        words=config.templates.folder,
    )


def named_site(config: Config, named: NamedFeed) -> FeedSite:
    """Return what a feed that the configuration names takes from there."""
    usual = feed_site(config)
    return replace(
        usual,
        content=named.content or usual.content,
        formats=named.formats or usual.formats,
        paths=named.placed or usual.paths,
        ttl=round(named.ttl.total_seconds() / 60) if named.ttl else usual.ttl,
    )

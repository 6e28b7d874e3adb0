"""What anybody may see of editions: newsletters, their editions, and the articles of one, as they are now.

Only read, and never more than is kept: no text is rendered for it, and no lock is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from syndicate import links
from syndicate.app.backlist import alike, called, repeats
from syndicate.app.site import Site
from syndicate.app.texts import heads_of, text_in
from syndicate.content.articles import NO_TEXT, article_of
from syndicate.content.rooted import rooted
from syndicate.digest.items import Item, item
from syndicate.i18n import translations
from syndicate.markup import clean_text, shorten
from syndicate.model import Article
from syndicate.store import edition_pages, readings, selection
from syndicate.store.edition_pages import Headline
from syndicate.store.editions import EditionRow

PAGE: Final = 50  # editions in one page of a list
MOST_ARTICLES: Final = 500  # on one page; more are as good as nowhere
_BATCH: Final = 500
_SPREAD: Final = timedelta(days=3)  # within which all zones have had a day
_MOST_KEPT: Final = 20_000
_LONGEST_CORRECTION: Final = 1000


@dataclass(frozen=True, slots=True)
class Masthead:
    """A newsletter as its pages show it, also one that is configured no more."""

    name: str
    title: str
    language: str
    zone: ZoneInfo
    url: str
    feed_url: str


@dataclass(frozen=True, slots=True)
class Line:
    """An edition in a list. `headline` says what is in it."""

    row: EditionRow
    url: str
    heading: str
    headline: Headline

    @property
    def at(self) -> datetime:
        return self.row.edition.occasion_at


@dataclass(frozen=True, slots=True)
class Entry:
    """An article on an edition's page."""

    item: Item
    correction: str


@dataclass(frozen=True, slots=True)
class Page:
    """An edition's page in one language; `more` articles did not fit. `languages` are those it is in."""

    line: Line
    language: str
    entries: tuple[Entry, ...]
    more: int
    languages: tuple[str, ...]


@dataclass(frozen=True)
class EditionsShown:
    """The editions of a site. It keeps what is in each, which never changes; threads may share it."""

    site: Site
    _contents: dict[int, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def masthead(self, name: str) -> Masthead:
        """Return what stands over the pages of newsletter `name`, whether there is such a one or not."""
        config = self.site.config
        known = config.newsletters.get(name)
        url = f"{config.web_url}/editions/{name}/"
        return Masthead(
            name=name,
            title=known.title if known else name,
            language=(known and known.language) or config.publication.language,
            zone=(known and known.timezone) or config.publication.timezone,
            url=url,
            feed_url=f"{url}atom.xml",
        )

    def newsletters(self) -> list[tuple[Masthead, Line | None]]:
        """Return all newsletters, those of the configuration first, each with its newest edition."""
        with self.site.store.read() as conn:
            seen = edition_pages.names(conn)
        every = dict.fromkeys([*self.site.config.newsletters, *seen])
        heads = [self.masthead(name) for name in every]
        return [(head, next(iter(self.editions(head, 1, now=self.site.clock())), None)) for head in heads]

    def editions(self, head: Masthead, count: int, *, now: datetime) -> list[Line]:
        """Return the newest `count` editions of a newsletter, the last first, or all where they are fewer.

        One whose articles were all in earlier editions of its day, for other zones or hours, is not listed.
        """
        with self.site.store.read() as conn:
            rows = self._listed(conn, head.name, count)[:count]
            found = edition_pages.headlines(conn, [row.id for row in rows], head.language, now=now)
        return [self._line(row, found[row.id], head) for row in rows if row.id in found]

    def edition(self, name: str, asked: str, language: str, *, now: datetime) -> Page | None:
        """Return the page of the edition whose occasion or uid is `asked`, None where there is none to see.

        It has the articles of all renditions; of those in `language` alone where some are in that.
        """
        head = self.masthead(name)
        with self.site.store.read() as conn:
            row = edition_pages.find(conn, name, asked)
            if row is None:
                return None
            spoken = edition_pages.languages(conn, row.id)
            chosen = language if language in spoken else ""
            ids = edition_pages.articles_in(conn, row.id, chosen)
            headline = edition_pages.headlines(conn, [row.id], chosen or head.language, now=now)[row.id]
            articles = self._articles(conn, ids, now)
        entries = tuple(self._entry(one) for one in articles[:MOST_ARTICLES])
        more = len(articles) - len(entries)
        line = self._line(row, headline, head)
        return Page(line, chosen or head.language, entries, more, spoken)

    def _listed(self, conn: Any, name: str, count: int) -> list[EditionRow]:
        """Return the editions that are listed, the last first: `count` at least, where there are so many."""
        rows: list[EditionRow] = []
        while True:
            batch = edition_pages.frozen_before(conn, name, rows[-1].id if rows else None, count=_BATCH)
            rows += batch
            listed = self._told_once(conn, rows)
            enough = listed[count - 1 : count]
            if len(batch) < _BATCH:
                return listed
            if enough and enough[0].edition.occasion_at - rows[-1].edition.occasion_at > _SPREAD:
                return listed

    def _told_once(self, conn: Any, rows: Sequence[EditionRow]) -> list[EditionRow]:
        groups = alike(rows)
        wanted = {row.id for group in groups for row in group}
        if len(self._contents) + len(wanted) > _MOST_KEPT:
            self._contents.clear()
        known = {one: self._contents[one] for one in wanted if one in self._contents}
        new = edition_pages.contents(conn, wanted - known.keys())
        self._contents.update(new)
        again = repeats(groups, known | new)
        return [row for row in rows if row.id not in again]

    def _line(self, row: EditionRow, headline: Headline, head: Masthead) -> Line:
        config = self.site.config
        made = row.edition
        words = translations(headline.language, config.templates.folder)
        url = links.edition_url(config.web_url, made.newsletter, made.occasion, made.uid)
        return Line(row, url, called(headline, head.title, words), headline)

    def _articles(self, conn: Any, ids: Sequence[str], now: datetime) -> list[Article]:
        """Return those of `ids` that are shown at `now`, in that order, with what is kept of their texts."""
        known = heads_of(selection.with_ids(conn, ids, now=now))
        texts = readings.bodies(conn, [kept.record.path for kept, _ in known])
        base = self.site.config.publication.url
        away = "" if self.site.config.pages else base
        found = {}
        for kept, parsed in known:
            text = text_in(texts.get(kept.record.path)) or NO_TEXT
            found[kept.record.id] = article_of(kept.record, parsed, rooted(text, away), base=away)
        return [found[one] for one in ids if one in found]

    def _entry(self, article: Article) -> Entry:
        correction = shorten(clean_text(article.correction[: 20 * _LONGEST_CORRECTION]), _LONGEST_CORRECTION)
        config = self.site.config
        return Entry(item(article, config.publication.url, hosts=(config.web_url,)), correction)

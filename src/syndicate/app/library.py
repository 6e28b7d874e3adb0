"""The articles as the database knows them: asked for by what is needed, never all at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syndicate.app.site import Site
from syndicate.app.texts import heads_of, texts_of
from syndicate.content.articles import NO_TEXT, article_of, link_of
from syndicate.content.crosslinks import Names, linked
from syndicate.content.rooted import rooted
from syndicate.model import Article, Parsed
from syndicate.store import selection
from syndicate.store.selection import Kept

_MOST_HEADS, _MOST_TEXTS = 20_000, 1_000  # articles that are kept


@dataclass(frozen=True)
class Library:
    """All articles that are no drafts, whatever their date, also those held while their file is missing.

    `others` marks the files of the content folder that are no articles (see `content.scan`). The caller
    holds the build lock wherever texts are asked for.
    """

    site: Site
    others: str = ""
    _kept: dict[tuple[str, bool], Article | None] = field(default_factory=dict, repr=False, compare=False)
    _names: dict[datetime, Names] = field(default_factory=dict, repr=False, compare=False)

    def newest(
        self, *, now: datetime, count: int, texts: bool = False, without: Collection[str] = ()
    ) -> tuple[Article, ...]:
        """Return the `count` articles shown at `now` that became visible last, none with an id in `without`.

        Without `texts` their text may be empty.
        """
        return self._articles(
            lambda conn: selection.newest(conn, now=now, count=count, without=without), texts, now
        )

    def in_folder(
        self, folder: str, *, now: datetime, count: int, texts: bool = False
    ) -> tuple[Article, ...]:
        """Return the `count` articles shown at `now` in `folder` that became visible last.

        An article is in several folders, so those that were asked for are kept.
        """
        with self.site.store.read() as conn:
            ids = selection.in_folder(conn, folder, now=now, count=count)
        if len(self._kept) > (_MOST_TEXTS if texts else _MOST_HEADS):
            self._kept.clear()
        new = [one for one in ids if (one, texts) not in self._kept]
        if new:
            found = self._articles(lambda conn: selection.with_ids(conn, new, now=now), texts, now)
            self._kept.update(((one, texts), None) for one in new)
            self._kept.update(((article.id, texts), article) for article in found)
        return tuple(article for one in ids if (article := self._kept[one, texts]))

    def in_volume(self, number: int, *, now: datetime, texts: bool = False) -> tuple[Article, ...]:
        """Return the articles shown at `now` that are in the archive of this number, the last one first."""
        return self._articles(lambda conn: selection.in_volume(conn, number, now=now), texts, now)

    def became_visible(self, *, after: datetime, until: datetime) -> tuple[Article, ...]:
        """Return the articles that became visible in ``(after, until]`` and are shown at `until`."""
        return self._articles(
            lambda conn: selection.became_visible(conn, after=after, until=until), False, until
        )

    def candidates(self, *, after: datetime, until: datetime) -> tuple[Article, ...]:
        """Return, without their texts, the articles that became new to newsletters in ``(after, until]``.

        Only those that are shown at `until`. No text is read for them, so their summaries may be empty.
        """
        with self.site.store.read() as conn:
            known = heads_of(selection.became_visible(conn, after=after, until=until))
        return tuple(article_of(kept.record, parsed, NO_TEXT) for kept, parsed in known)

    def with_ids(self, ids: Collection[str], *, now: datetime, texts: bool = False) -> tuple[Article, ...]:
        """Return those of `ids` that are shown at `now`."""
        return self._articles(lambda conn: selection.with_ids(conn, ids, now=now), texts, now)

    def everything(self) -> tuple[Article, ...]:
        """Return every article, whatever its date, with its text, newest first."""
        return self._articles(selection.everything, True, self.site.clock())

    def __iter__(self) -> Iterator[Article]:
        return iter(self.everything())

    def __len__(self) -> int:
        with self.site.store.read() as conn:
            return len(selection.everything(conn))

    def _articles(
        self, ask: Callable[[Any], Sequence[Kept]], texts: bool, now: datetime
    ) -> tuple[Article, ...]:
        with self.site.store.read() as conn:
            known = heads_of(ask(conn))
        needed = [one for one in known if texts or _is_needed(one[1])]
        read = texts_of(self.site, needed, self.others) if needed else {}
        found = linked(read, lambda: self.names_at(now))
        lacking = {kept.record.path for kept, _ in needed} - found.keys()
        base = "" if self.site.config.pages else self.site.config.publication.url
        return tuple(
            article_of(kept.record, parsed, rooted(found.get(parsed.path, NO_TEXT), base), base=base)
            for kept, parsed in known
            if kept.record.path not in lacking
        )

    def names_at(self, now: datetime) -> Names:
        """Return where links to articles lead at `now`; made once for all the feeds of a build."""
        if now not in self._names:
            with self.site.store.read() as conn:
                rows = selection.addresses(conn, now=now)
            url = self.site.config.publication.url
            self._names.clear()
            self._names[now] = Names((path, link_of(address, url)) for path, address in rows)
        return self._names[now]


def _is_needed(parsed: Parsed) -> bool:
    """Return whether summary and picture can only be known from the text."""
    return not parsed.summary or parsed.pictured

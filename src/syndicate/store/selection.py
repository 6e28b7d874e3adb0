"""Queries: which articles are shown, and the feeds that are to be made again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import ArticleRecord
from syndicate.store.articles import LIVING, record_of
from syndicate.store.batches import KEYS, batched
from syndicate.store.tables import article, article_tag, parsed, stale

_THERE = LIVING & sa.not_(article.c.hidden) & article.c.held_since.is_(None)


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as it is remembered: its record, and its file's last good reading as a text."""

    record: ArticleRecord
    head: str | None
    size: int = 0
    mtime_ns: int = 0
    meta: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A tag: the folder of its feed, its spellings with how often each is used."""

    folder: str
    spellings: dict[str, int]


def _out(now: datetime) -> sa.ColumnElement[bool]:
    """Return what is true of an article that is shown at `now`."""
    over = article.c.expires_at.is_not(None) & (article.c.expires_at <= now)
    return _THERE & (article.c.published_at <= now) & sa.not_(over)


def addresses(conn: sa.Connection, *, now: datetime) -> list[tuple[str, str]]:
    """Return path and address of every article shown at `now`."""
    rows = conn.execute(sa.select(article.c.path, article.c.address).where(_out(now)))
    return [(path, address) for path, address in rows]


def newest(
    conn: sa.Connection, *, now: datetime, count: int | None = None, without: Collection[str] = ()
) -> list[Kept]:
    """Return the `count` newest articles shown at `now`, newest first; all where `count` is None.

    Those whose ids are in `without` do not count.
    """
    most = None if count is None else count + len(without)
    found = _kept(conn, _newest_first(_joined().where(_out(now))).limit(most))
    return [kept for kept in found if kept.record.id not in without][:count]


def tagged(conn: sa.Connection, folder: str, *, now: datetime, count: int) -> list[str]:
    """Return the ids of the `count` newest articles shown at `now` with the tag of `folder`, newest first."""
    ids = (
        sa.select(article_tag.c.article_id)
        .join(article, article_tag.c.article_id == article.c.id)
        .where(article_tag.c.folder == folder, _out(now))
        .order_by(article_tag.c.published_at.desc(), article_tag.c.article_id)
        .limit(count)
    )
    return list(conn.scalars(ids))


def became_visible(conn: sa.Connection, *, after: datetime, until: datetime) -> list[Kept]:
    """Return the articles that became visible in ``(after, until]`` and are shown at `until`."""
    when = (article.c.visible_at > after) & (article.c.visible_at <= until)
    return _kept(conn, _newest_first(_joined().where(_out(until), when)))


def with_ids(conn: sa.Connection, ids: Collection[str], *, now: datetime) -> list[Kept]:
    """Return those of `ids` that are shown at `now`."""
    found: list[Kept] = []
    for batch in batched(sorted(ids), KEYS):
        found += _kept(conn, _newest_first(_joined().where(_out(now), article.c.id.in_(batch))))
    return found


def everything(conn: sa.Connection) -> list[Kept]:
    """Return every article that is shown now or will be, newest first."""
    return _kept(conn, _newest_first(_joined().where(_THERE)))


def count_out(conn: sa.Connection, *, now: datetime) -> int:
    """Return how many articles are shown at `now`."""
    return conn.scalar(sa.select(sa.func.count()).select_from(article).where(_out(now))) or 0


def folders(conn: sa.Connection, *, now: datetime, among: Collection[str] | None = None) -> list[Topic]:
    """Return the tags that an article published at `now` has, by folder; `among` some folders only.

    All articles of a tag may have expired: then it has no feed all the same.
    """
    columns = (article_tag.c.folder, article_tag.c.tag, sa.func.count())
    found = sa.select(*columns).where(article_tag.c.published_at <= now)
    found = found.group_by(article_tag.c.folder, article_tag.c.tag).order_by(article_tag.c.folder)
    topics: dict[str, dict[str, int]] = {}
    batches: Sequence[list[str] | None] = [None] if among is None else list(batched(sorted(among), KEYS))
    for batch in batches:
        rows = conn.execute(found if batch is None else found.where(article_tag.c.folder.in_(batch)))
        for folder, tag, number in rows:
            topics.setdefault(folder, {})[tag] = number
    return [Topic(folder, spellings) for folder, spellings in sorted(topics.items())]


def count_folders(conn: sa.Connection) -> int:
    """Return how many tags the articles that are shown or will be have.

    It asks for one folder after another: reading the whole index takes a thousand times as long.
    """
    first = sa.select(sa.func.min(article_tag.c.folder).label("folder")).cte("each", recursive=True)
    after = sa.select(sa.func.min(article_tag.c.folder)).where(article_tag.c.folder > first.c.folder)
    every = first.union_all(
        sa.select(after.scalar_subquery()).select_from(first).where(first.c.folder.is_not(None))
    )
    return conn.scalar(sa.select(sa.func.count(every.c.folder))) or 0


def turned(conn: sa.Connection, *, after: datetime, until: datetime) -> list[str]:
    """Return the ids of the articles that came out or expired in ``(after, until]``, by the clock alone."""
    came = (article.c.published_at > after) & (article.c.published_at <= until)
    went = (article.c.expires_at > after) & (article.c.expires_at <= until)
    both = [conn.scalars(sa.select(article.c.id).where(_THERE, turn)) for turn in (came, went)]
    return list(dict.fromkeys(one for ids in both for one in ids))


def paths_of(conn: sa.Connection, ids: Collection[str]) -> list[str]:
    """Return the paths of the articles `ids`."""
    found: list[str] = []
    for batch in batched(ids, KEYS):
        found += conn.scalars(sa.select(article.c.path).where(article.c.id.in_(batch)))
    return found


def stale_folders(conn: sa.Connection) -> list[str]:
    """Return the folders whose feeds are to be made again."""
    return list(conn.scalars(sa.select(stale.c.folder).order_by(stale.c.folder)))


def freshen(conn: sa.Connection, made: Collection[str]) -> None:
    """Note that the feeds in `made` are as they should be."""
    for batch in batched(made, KEYS):
        conn.execute(sa.delete(stale).where(stale.c.folder.in_(batch)))


def _joined() -> sa.Select[Any]:
    columns = (parsed.c.payload, parsed.c.size, parsed.c.mtime_ns, parsed.c.meta)
    return sa.select(article, *columns).join_from(
        article, parsed, parsed.c.path == article.c.path, isouter=True
    )


def _newest_first(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.order_by(article.c.published_at.desc(), article.c.id)


def _kept(conn: sa.Connection, statement: sa.Select[Any]) -> list[Kept]:
    width = len(article.columns)
    return [
        Kept(record_of(row), row[width], row[width + 1] or 0, row[width + 2] or 0, bool(row[width + 3]))
        for row in conn.execute(statement)
    ]

"""Queries: which articles are shown, and the feeds that are to be made again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import ArticleRecord, ArticleState
from syndicate.store.articles import LIVING, record_of
from syndicate.store.batches import KEYS, batched
from syndicate.store.tables import article, article_folder, parsed

_THERE = LIVING & sa.not_(article.c.hidden) & article.c.held_since.is_(None)


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as it is remembered: its record, and its file's last good reading as a text."""

    record: ArticleRecord
    head: str | None
    size: int = 0
    mtime_ns: int = 0
    meta: bool = False


def _out(now: datetime) -> sa.ColumnElement[bool]:
    """Return what is true of an article that is shown at `now`."""
    over = article.c.expires_at.is_not(None) & (article.c.expires_at <= now)
    return _THERE & (article.c.published_at <= now) & sa.not_(over)


is_out = _out  # what other queries need to know of an article


def addresses(conn: sa.Connection, *, now: datetime) -> list[tuple[str, str]]:
    """Return path and address of every article shown at `now`."""
    rows = conn.execute(sa.select(article.c.path, article.c.address).where(_out(now)))
    return [(path, address) for path, address in rows]


def newest(conn: sa.Connection, *, now: datetime, count: int, without: Collection[str] = ()) -> list[Kept]:
    """Return the `count` articles shown at `now` that became visible last, the last one first.

    Those whose ids are in `without` do not count.
    """
    last_first = _joined().where(_out(now)).order_by(article.c.visible_at.desc(), article.c.id)
    found = _kept(conn, last_first.limit(count + len(without)))
    return [kept for kept in found if kept.record.id not in without][:count]


def out(conn: sa.Connection, *, now: datetime) -> list[Kept]:
    """Return every article shown at `now`, newest first by date."""
    return _kept(conn, _newest_first(_joined().where(_out(now))))


def in_volume(conn: sa.Connection, number: int, *, now: datetime) -> list[Kept]:
    """Return the articles shown at `now` that are in an archive, the last one first."""
    there = _joined().where(article.c.volume == number, _out(now))
    return _kept(conn, there.order_by(article.c.visible_at.desc(), article.c.id))


def in_folder(conn: sa.Connection, folder: str, *, now: datetime, count: int) -> list[str]:
    """Return the ids of the `count` articles shown at `now` in `folder` that became visible last."""
    ids = (
        sa.select(article_folder.c.article_id)
        .join(article, article_folder.c.article_id == article.c.id)
        .where(article_folder.c.folder == folder, _out(now))
        .order_by(article_folder.c.visible_at.desc(), article_folder.c.article_id)
        .limit(count)
    )
    return list(conn.scalars(ids))


def matching(
    conn: sa.Connection, among: Sequence[Collection[str]], below: str, *, now: datetime, count: int
) -> list[str]:
    """Return the ids of the `count` articles shown at `now` that became visible last among some.

    Each has one folder of every set of `among`, and its file lies `below` a folder of the content.
    """
    wanted = [_out(now)]
    for folders in among:
        theirs = sa.select(article_folder.c.article_id).where(article_folder.c.folder.in_(sorted(folders)))
        wanted.append(article.c.id.in_(theirs))
    if below:
        wanted.append(article.c.path.startswith(f"{below}/", autoescape=True))
    last_first = sa.select(article.c.id).where(*wanted).order_by(article.c.visible_at.desc(), article.c.id)
    return list(conn.scalars(last_first.limit(count)))


def loose(conn: sa.Connection, *, now: datetime) -> list[str]:
    """Return the ids of the articles shown at `now` that are in no archive, the first one first."""
    rows = sa.select(article.c.id).where(article.c.volume.is_(None), _out(now))
    return list(conn.scalars(rows.order_by(article.c.visible_at, article.c.id.desc())))


def last_volume(conn: sa.Connection) -> int:
    """Return the number of the newest archive, 0 where there is none."""
    return conn.scalar(sa.select(sa.func.max(article.c.volume))) or 0


def withdrawn(
    conn: sa.Connection, *, volume: int | None = None, count: int | None = None
) -> list[ArticleRecord]:
    """Return the articles that were shown and were withdrawn, the last one first; of one archive or all."""
    shown = (article.c.visible_at <= article.c.missing_at) & (article.c.published_at <= article.c.missing_at)
    gone = sa.select(article).where(
        article.c.state == sa.literal_column(f"'{ArticleState.WITHDRAWN.value}'"),  # or no index is taken
        sa.not_(article.c.hidden),
        article.c.held_since.is_(None),
        shown,
    )
    if volume is not None:
        gone = gone.where(article.c.volume == volume)
    rows = conn.execute(gone.order_by(article.c.missing_at.desc(), article.c.id).limit(count))
    return [record_of(row) for row in rows]


def became_visible(conn: sa.Connection, *, after: datetime, until: datetime) -> list[Kept]:
    """Return the articles that are shown at `until` and were new last in ``(after, until]``.

    New is what became visible then, or was new again: `model.Article.mail_at`.
    """
    first, again = article.c.visible_at, article.c.again_at
    new = (first > after) & (first <= until) & sa.or_(again.is_(None), again <= until)
    renewed = (again > after) & (again <= until) & (first <= until)
    return _kept(conn, _newest_first(_joined().where(_out(until), sa.or_(new, renewed))))


def with_ids(conn: sa.Connection, ids: Collection[str], *, now: datetime) -> list[Kept]:
    """Return those of `ids` that are shown at `now`."""
    found: list[Kept] = []
    for batch in batched(sorted(ids), KEYS):
        found += _kept(conn, _newest_first(_joined().where(_out(now), article.c.id.in_(batch))))
    return found


def everything(conn: sa.Connection) -> list[Kept]:
    """Return every article that is shown now or will be, newest first."""
    return _kept(conn, _newest_first(_joined().where(_THERE)))


def languages(conn: sa.Connection) -> list[str]:
    """Return the tags of the languages that articles are in which are shown now or will be, sorted."""
    return sorted(filter(None, conn.scalars(sa.select(article.c.language).distinct().where(_THERE))))


def count_out(conn: sa.Connection, *, now: datetime) -> int:
    """Return how many articles are shown at `now`."""
    return conn.scalar(sa.select(sa.func.count()).select_from(article).where(_out(now))) or 0


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


def mark(conn: sa.Connection) -> str:
    """Return a text that changes when an article comes, goes, or is another than before."""
    last = (sa.func.count(), sa.func.max(article.c.changed_at), sa.func.max(article.c.visible_at))
    hidden = sa.func.sum(sa.case((_THERE, 1), else_=0))
    read = (sa.func.count(), sa.func.max(parsed.c.mtime_ns), sa.func.sum(parsed.c.size))
    articles = conn.execute(sa.select(*last, hidden)).one()
    return repr((tuple(articles), tuple(conn.execute(sa.select(*read)).one())))

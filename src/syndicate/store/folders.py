"""Queries: which feeds, beside the main one, articles are in, and which feeds are to be made again.

A feed is known by the folder that its files lie in: "" is the main one's, ``archive/3`` an archive's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import LIVING_STATES, ArticleRecord
from syndicate.store.batches import KEYS, batched
from syndicate.store.bulk import Row, put, storing
from syndicate.store.tables import article, article_folder, stale

Filed = tuple[ArticleRecord, Mapping[str, str]]  # an article, and its tags and so on by their folders
ARCHIVES = "archive/"


@dataclass(frozen=True, slots=True)
class Topic:
    """A tag, category, author or language: the folder of its feed, how often it is spelt how."""

    folder: str
    spellings: dict[str, int]


def save(conn: sa.Connection, filed: Sequence[Filed], *, new: bool = False) -> None:
    """Give articles their folders in place of those they had; every feed that they leave or are in is stale.

    `new` says that none had any.
    """
    folders = {""} if filed else set()
    if not new:
        folders |= _taken_out(conn, [record.id for record, _ in filed])
    rows: list[Row] = []
    at = storing(conn)
    for record, pairs in filed:
        if record.hidden or record.held_since or record.state not in LIVING_STATES:
            continue
        visible = at(record.visible_at)
        rows += [(folder, record.id, name, visible) for folder, name in pairs.items()]
    names = ("folder", "article_id", "name", "visible_at")
    put(conn, article_folder, names, rows, keys=["folder", "visible_at", "article_id"])
    make_stale(conn, folders.union(row[0] for row in rows))


def _taken_out(conn: sa.Connection, ids: Collection[str]) -> set[str]:
    """Take articles out of their folders; return these."""
    folders = of_articles(conn, ids)
    for batch in batched(ids, KEYS):
        conn.execute(sa.delete(article_folder).where(article_folder.c.article_id.in_(batch)))
    return folders


def of_articles(conn: sa.Connection, ids: Collection[str]) -> set[str]:
    """Return the folders of the feeds, beside the main one, that the articles `ids` are in."""
    found: set[str] = set()
    for batch in batched(ids, KEYS):
        theirs = article_folder.c.article_id.in_(batch)
        found.update(conn.scalars(sa.select(article_folder.c.folder).distinct().where(theirs)))
        bound = (article.c.id.in_(batch), article.c.volume.is_not(None))
        volumes = conn.scalars(sa.select(article.c.volume).distinct().where(*bound))
        found.update(f"{ARCHIVES}{number}" for number in volumes)
    return found


def make_stale(conn: sa.Connection, folders: Collection[str]) -> None:
    """Note that the feeds in `folders` are to be made again."""
    put(conn, stale, ("folder",), [(folder,) for folder in sorted(folders)], keys=["folder"])


def restale(conn: sa.Connection, ids: Collection[str]) -> None:
    """Note that the feeds with the articles `ids` are to be made again."""
    make_stale(conn, {"", *of_articles(conn, ids)} if ids else ())


def topics(conn: sa.Connection, *, now: datetime, among: Collection[str] | None = None) -> list[Topic]:
    """Return the tags and so on that an article visible at `now` has, by folder; `among` some folders only.

    All articles of one may have expired: then it has no feed all the same.
    """
    columns = (article_folder.c.folder, article_folder.c.name, sa.func.count())
    found = sa.select(*columns).where(article_folder.c.visible_at <= now)
    found = found.group_by(article_folder.c.folder, article_folder.c.name).order_by(article_folder.c.folder)
    found_at: dict[str, dict[str, int]] = {}
    batches: Sequence[list[str] | None] = [None] if among is None else list(batched(sorted(among), KEYS))
    for batch in batches:
        rows = conn.execute(found if batch is None else found.where(article_folder.c.folder.in_(batch)))
        for folder, name, number in rows:
            found_at.setdefault(folder, {})[name] = number
    return [Topic(folder, spellings) for folder, spellings in sorted(found_at.items())]


def of_kind(conn: sa.Connection, kind: str, *, most: int) -> list[str]:
    """Return the first `most` folders below the folder `kind`; one is asked for after another."""
    found: list[str] = []
    last = f"{kind}/"
    below = [article_folder.c.folder.startswith(last, autoescape=True)]
    if conn.dialect.name == "sqlite":  # its LIKE uses no index
        below.append(article_folder.c.folder < f"{kind}0")  # 0 follows the slash
    while len(found) < most:
        after = sa.select(sa.func.min(article_folder.c.folder)).where(article_folder.c.folder > last, *below)
        folder = conn.scalar(after)
        if folder is None:
            break
        found.append(folder)
        last = folder
    return found


def count(conn: sa.Connection) -> int:
    """Return how many tags and so on the articles that are shown or will be have.

    It asks for one folder after another: reading the whole index takes a thousand times as long.
    """
    first = sa.select(sa.func.min(article_folder.c.folder).label("folder")).cte("each", recursive=True)
    after = sa.select(sa.func.min(article_folder.c.folder)).where(article_folder.c.folder > first.c.folder)
    every = first.union_all(
        sa.select(after.scalar_subquery()).select_from(first).where(first.c.folder.is_not(None))
    )
    return conn.scalar(sa.select(sa.func.count(every.c.folder))) or 0


def stale_ones(conn: sa.Connection) -> list[str]:
    """Return the folders whose feeds are to be made again."""
    return list(conn.scalars(sa.select(stale.c.folder).order_by(stale.c.folder)))


def freshen(conn: sa.Connection, made: Collection[str]) -> None:
    """Note that the feeds in `made` are as they should be."""
    for batch in batched(made, KEYS):
        conn.execute(sa.delete(stale).where(stale.c.folder.in_(batch)))

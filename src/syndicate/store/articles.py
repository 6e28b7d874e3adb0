"""Queries: what the database remembers of articles for ever."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import LIVING_STATES, ArticleRecord, ArticleState, Identity
from syndicate.store.batches import BATCH, KEYS, batched
from syndicate.store.bulk import Row, put, raw, storing
from syndicate.store.folders import restale
from syndicate.store.tables import article, folded

__all__ = ["BATCH"]

_COLUMNS = tuple(column.name for column in article.columns)
_MOST_KEYS = 20_000  # beyond, everything is read at once
LIVING = article.c.state.in_([state.value for state in LIVING_STATES])


# ---------------------------------------------------------------- reading


def records(conn: sa.Connection) -> list[ArticleRecord]:
    """Return every article ever seen, by path, then id."""
    return _records(conn, sa.select(article).order_by(article.c.path, article.c.id))


def records_for(
    conn: sa.Connection, *, paths: Collection[str], ids: Collection[str], marks: Collection[str]
) -> list[ArticleRecord]:
    """Return the articles at `paths`, with `ids`, and those whose text has one of `marks`.

    A mark is the part of a fingerprint before the point. Of more than 20,000 paths, all articles.
    """
    if len(paths) > _MOST_KEYS:
        return records(conn)
    found = _by(conn, article.c.path, paths) + _by(conn, article.c.id, ids)
    for batch in batched(marks, 200):
        alike = sa.or_(*(article.c.fingerprint.between(f"{mark}.", f"{mark}/") for mark in batch))
        found += _records(conn, sa.select(article).where(alike))
    return list({record.id: record for record in found}.values())


def records_at(conn: sa.Connection, paths: Collection[str]) -> list[ArticleRecord]:
    """Return the articles at `paths`, withdrawn ones too."""
    return _by(conn, article.c.path, paths)


def with_ids(conn: sa.Connection, ids: Collection[str]) -> list[ArticleRecord]:
    """Return the articles `ids`, whatever their state."""
    return _by(conn, article.c.id, ids)


def records_with(conn: sa.Connection, addresses: Collection[str]) -> list[ArticleRecord]:
    """Return the articles whose pages are at `addresses`, as they are remembered; all are looked through."""
    return _by(conn, article.c.address, addresses)


def missing(conn: sa.Connection) -> list[ArticleRecord]:
    """Return the articles whose files were gone at the last scan and that are held."""
    return _records(conn, sa.select(article).where(article.c.state == ArticleState.MISSING.value))


def namesakes(conn: sa.Connection, titles: Collection[str]) -> list[ArticleRecord]:
    """Return the living articles of plain text with one of `titles`."""
    found: list[ArticleRecord] = []
    for batch in batched(titles, KEYS):
        there = LIVING & article.c.path.like("%.txt")
        found += _records(conn, sa.select(article).where(there, article.c.title.in_(batch)))
    return found


def count(conn: sa.Connection) -> dict[str, int]:
    """Return how many articles there are in each state.

    Those that are hidden count as ``hidden``, those that are held until their pages are there as ``waiting``.
    """
    kind = sa.case(
        (article.c.hidden & LIVING, sa.literal("hidden")),
        (article.c.held_since.is_not(None) & LIVING, sa.literal("waiting")),
        else_=article.c.state,
    )
    rows = conn.execute(sa.select(kind, sa.func.count()).group_by(kind)).all()
    return {str(state): int(number) for state, number in rows}


def are_known(conn: sa.Connection) -> bool:
    """Return whether any article was ever seen."""
    return conn.scalar(sa.select(article.c.id).limit(1)) is not None


def living(conn: sa.Connection) -> int:
    """Return how many articles there are that were neither withdrawn nor forgotten."""
    found = sa.select(sa.func.count()).select_from(article).where(LIVING)
    return conn.scalar(found) or 0


def slugs_like(conn: sa.Connection, wanted: Collection[str]) -> set[str]:
    """Return the slugs that are given away among `wanted` and what follows them: ``x``, ``x-2``."""
    if len(wanted) > 500:
        return {row[0] for row in raw(conn, sa.select(article.c.slug))}
    found: set[str] = set()
    for batch in batched(wanted, 200):
        alike = sa.or_(
            article.c.slug.in_(batch),
            *(article.c.slug.startswith(f"{slug}-", autoescape=True) for slug in batch),
        )
        found.update(conn.scalars(sa.select(article.c.slug).where(alike)))
    return found


def identities(conn: sa.Connection) -> list[Identity]:
    """Return the outside of each living article, newest first."""
    columns = (article.c.id, article.c.path, article.c.address, article.c.title, article.c.published_at)
    rows = conn.execute(
        sa.select(*columns, article.c.permalink, article.c.language)
        .where(LIVING, article.c.published_at.is_not(None))
        .order_by(article.c.published_at.desc(), article.c.id)
    )
    return [Identity(*row) for row in rows]


def folded_into(conn: sa.Connection, ids: Collection[str]) -> list[str]:
    """Return the files that were folded into one of the articles `ids`."""
    found: list[str] = []
    for batch in batched(ids, KEYS):
        found += conn.scalars(sa.select(folded.c.path).where(folded.c.article_id.in_(batch)))
    return found


def _by(conn: sa.Connection, column: sa.Column[str], keys: Collection[str]) -> list[ArticleRecord]:
    found: list[ArticleRecord] = []
    for batch in batched(keys, KEYS):
        found += _records(conn, sa.select(article).where(column.in_(batch)))
    return found


def _records(conn: sa.Connection, statement: sa.Select[Any]) -> list[ArticleRecord]:
    return [record_of(row) for row in conn.execute(statement)]


def record_of(row: Sequence[Any]) -> ArticleRecord:
    """Return the record in a row of the table's columns, in their order."""
    values = dict(zip(_COLUMNS, row, strict=False))
    values["state"] = ArticleState(values["state"])
    values["aliases"] = tuple(json.loads(values["aliases"]))
    return ArticleRecord(**values)


# ---------------------------------------------------------------- writing


def save_records(conn: sa.Connection, saved: Sequence[ArticleRecord], *, new: bool = False) -> None:
    """Write `saved` by id; two of them may swap their slugs. `new` says that all are unheard of."""
    if saved and not new:
        conn.execute(_GIVE_UP_SLUG, [{"its_id": one.id, "its_slug": one.slug} for one in saved])
    at = storing(conn)
    put(conn, article, _COLUMNS, [_row(at, one) for one in saved], keys=["id"])


def _row(at: Callable[[datetime | None], object], record: ArticleRecord) -> Row:
    return (
        record.id, record.path, record.slug, record.fingerprint, record.state.value,
        at(record.first_seen_at), at(record.floor_at), at(record.undated_at), at(record.changed_at),
        record.title, record.language, at(record.published_at), at(record.updated_at),
        at(record.visible_at), at(record.expires_at), record.hidden, record.address,
        json.dumps(record.aliases) if record.aliases else "[]", record.permalink, at(record.missing_at),
        record.volume, at(record.held_since), at(record.again_at), record.resend, at(record.resent_at),
    )  # fmt: skip


# Slugs are unique at every moment: first all that change give theirs up, then each takes its new one.
_GIVE_UP_SLUG = (
    sa.update(article)
    .where(article.c.id == sa.bindparam("its_id"), article.c.slug != sa.bindparam("its_slug"))
    .values(slug=sa.literal("given up by ").concat(article.c.id))
)


def rename_ids(conn: sa.Connection, names: Mapping[str, str]) -> None:
    """Give articles other ids, old -> new; the editions that hold them follow."""
    if names:
        pairs = [{"old": old, "new": new} for old, new in names.items()]
        for column in (article.c.id, folded.c.article_id):
            rename = sa.update(column.table).where(column == sa.bindparam("old"))
            conn.execute(rename.values({column: sa.bindparam("new")}), pairs)


def bind(conn: sa.Connection, ids: Collection[str], volume: int) -> None:
    """Put the articles `ids` into the archive of this number."""
    for batch in batched(ids, KEYS):
        conn.execute(sa.update(article).where(article.c.id.in_(batch)).values(volume=volume))


def set_permalinks(conn: sa.Connection, permalinks: Mapping[str, bool]) -> None:
    """Say of articles, by id, whether the id is the article's address; their feeds are made again."""
    if not permalinks:
        return
    change = sa.update(article).where(article.c.id == sa.bindparam("its_id"))
    conn.execute(
        change.values(permalink=sa.bindparam("is_link")),
        [{"its_id": one, "is_link": link} for one, link in permalinks.items()],
    )
    restale(conn, permalinks)


def folded_files(conn: sa.Connection) -> list[tuple[str, str]]:
    """Return each file that was folded, with the path of the article that says the same."""
    found = sa.select(folded.c.path, article.c.path).join(article, article.c.id == folded.c.article_id)
    return [(path, first) for path, first in conn.execute(found.order_by(folded.c.path))]


def save_folded(conn: sa.Connection, files: Mapping[str, str], *, looked_at: Collection[str]) -> None:
    """Note the files that were folded, path -> article id; others of `looked_at` are folded no more."""
    for batch in batched(looked_at, KEYS):
        conn.execute(sa.delete(folded).where(folded.c.path.in_(batch)))
    put(conn, folded, ("path", "article_id"), list(files.items()), keys=["path"])

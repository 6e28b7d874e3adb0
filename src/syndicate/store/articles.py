"""Queries: what the database remembers of articles, and the cache of what their files said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from syndicate.model import ArticleRecord, ArticleState
from syndicate.store.batches import BATCH, KEYS, batched, upsert
from syndicate.store.tables import article, parsed

__all__ = ["BATCH", "CachedRow", "cache", "drop_cache", "records", "rename_ids", "save_cache", "save_records"]


@dataclass(frozen=True, slots=True)
class CachedRow:
    """A row of the cache as it is stored; `payload` is a text that this room does not read."""

    path: str
    size: int
    mtime_ns: int
    version: str
    payload: str | None
    fault_line: int | None = None
    fault: str | None = None


def records(conn: sa.Connection) -> list[ArticleRecord]:
    """Return every article ever seen, by path, then id."""
    rows = conn.execute(sa.select(article).order_by(article.c.path, article.c.id))
    return [
        ArticleRecord(name, path, slug, print_, ArticleState(state), *moments)
        for name, path, slug, print_, state, *moments in rows
    ]


def save_records(conn: sa.Connection, saved: Sequence[ArticleRecord]) -> None:
    """Write `saved`, new ones and changed ones, by id; two of them may swap their slugs."""
    rows = [{**asdict(record), "state": record.state.value} for record in saved]
    if not rows:
        return
    conn.execute(_GIVE_UP_SLUG, [{"its_id": row["id"], "its_slug": row["slug"]} for row in rows])
    upsert(conn, article, rows, keys=["id"])


# Slugs are unique at every moment: first all that change give theirs up, then each takes its new one.
_GIVE_UP_SLUG = (
    sa.update(article)
    .where(article.c.id == sa.bindparam("its_id"), article.c.slug != sa.bindparam("its_slug"))
    .values(slug=sa.literal("given up by ").concat(article.c.id))
)


def rename_ids(conn: sa.Connection, names: Mapping[str, str]) -> None:
    """Give articles other ids, old -> new; the editions that hold them follow."""
    if names:
        rename = sa.update(article).where(article.c.id == sa.bindparam("old")).values(id=sa.bindparam("new"))
        conn.execute(rename, [{"old": old, "new": new} for old, new in names.items()])


def cache(conn: sa.Connection) -> list[CachedRow]:
    """Return what every file said when it was last read, by path."""
    rows = conn.execute(sa.select(parsed).order_by(parsed.c.path))
    return [CachedRow(*row) for row in rows]


def save_cache(conn: sa.Connection, rows: Sequence[CachedRow]) -> None:
    """Remember `rows`, each in place of an older one of the same path."""
    upsert(conn, parsed, [asdict(row) for row in rows], keys=["path"])


def drop_cache(conn: sa.Connection, paths: Collection[str]) -> None:
    """Forget what the files at `paths` said."""
    for batch in batched(paths, KEYS):
        conn.execute(sa.delete(parsed).where(parsed.c.path.in_(batch)))

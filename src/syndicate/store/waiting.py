"""Queries: articles that are held until their pages are there, and what was answered for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import ArticleRecord, ArticleState
from syndicate.store.articles import record_of
from syndicate.store.batches import KEYS, batched, upsert
from syndicate.store.tables import article, held


@dataclass(frozen=True, slots=True)
class Held:
    """An article whose page is waited for at `address` since a moment: a path, or an absolute URL.

    `asked_at` is None while it was never asked for, `answer` what was said then; `told` says that the
    operator knows.
    """

    id: str
    path: str
    address: str
    since: datetime
    asked_at: datetime | None = None
    answer: str = ""
    told: bool = False


def any_held(conn: sa.Connection) -> bool:
    """Return whether any article is held."""
    return conn.scalar(sa.select(article.c.id).where(article.c.held_since.is_not(None)).limit(1)) is not None


def waiting(conn: sa.Connection, *, now: datetime) -> list[Held]:
    """Return the articles that only the lack of their pages keeps from being shown at `now`, by path."""
    over = article.c.expires_at.is_not(None) & (article.c.expires_at <= now)
    rows = conn.execute(
        sa.select(
            article.c.id,
            article.c.path,
            article.c.address,
            article.c.held_since,
            article.c.published_at,
            held.c.asked_at,
            held.c.answer,
            held.c.told,
        )
        .join_from(article, held, held.c.article_id == article.c.id, isouter=True)
        .where(
            article.c.held_since.is_not(None),
            article.c.state == ArticleState.PRESENT.value,
            sa.not_(article.c.hidden),
            article.c.published_at <= now,
            sa.not_(over),
        )
        .order_by(article.c.path)
    )
    return [
        Held(number, path, address, max(since, published), asked_at, answer or "", bool(told))
        for number, path, address, since, published, asked_at, answer, told in rows
    ]


def records(conn: sa.Connection, ids: Collection[str] | None = None) -> list[ArticleRecord]:
    """Return the records of the articles that are held, all or those of `ids` that still are."""
    every = sa.select(article).where(article.c.held_since.is_not(None)).order_by(article.c.path)
    batches = [None] if ids is None else list(batched(ids, KEYS))
    return [
        record_of(row)
        for batch in batches
        for row in conn.execute(every if batch is None else every.where(article.c.id.in_(batch)))
    ]


def note(conn: sa.Connection, answers: dict[str, str], *, now: datetime) -> None:
    """Note what was answered for articles, by id; one that is known no more is left out."""
    there = sa.select(article.c.id).where(article.c.held_since.is_not(None), article.c.id.in_(list(answers)))
    rows = [{"article_id": one, "asked_at": now, "answer": answers[one]} for one in conn.scalars(there)]
    upsert(conn, held, rows, keys=["article_id"])


def mark_told(conn: sa.Connection, ids: Collection[str]) -> None:
    """Note that the operator knows that these articles' pages are not there."""
    conn.execute(sa.update(held).where(held.c.article_id.in_(list(ids))).values(told=True))


def forget(conn: sa.Connection, ids: Collection[str]) -> None:
    """Forget what was answered for articles that are held no more."""
    for batch in batched(ids, KEYS):
        conn.execute(sa.delete(held).where(held.c.article_id.in_(batch)))

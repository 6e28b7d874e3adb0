"""Queries: newsletters' starts, and frozen editions with their renditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import Edition
from syndicate.store.batches import upsert
from syndicate.store.freezing import Changed, Frozen, Sharing, freeze, move_on
from syndicate.store.stale import expire
from syndicate.store.sums import refusals, tally
from syndicate.store.tables import edition, newsletter, rendition, rendition_article

__all__ = [
    "Changed",
    "EditionRow",
    "Frozen",
    "Sharing",
    "count_editions",
    "editions",
    "expire",
    "find",
    "freeze",
    "last_edition",
    "mailed_articles",
    "move_on",
    "newsletter_start",
    "refusals",
    "rendition_body",
    "set_newsletter_start",
    "tally",
]


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition with the number the database gave it."""

    id: int
    edition: Edition


def newsletter_start(conn: sa.Connection, name: str) -> datetime | None:
    """Return the moment from which articles count as new for newsletter `name`."""
    return conn.scalar(sa.select(newsletter.c.started_at).where(newsletter.c.name == name))


def set_newsletter_start(conn: sa.Connection, name: str, started_at: datetime) -> None:
    """Set the moment from which articles count as new for newsletter `name`."""
    upsert(conn, newsletter, [{"name": name, "started_at": started_at}], keys=["name"])


_EDITION = sa.select(
    edition.c.id,
    edition.c.uid,
    edition.c.newsletter,
    edition.c.occasion,
    edition.c.occasion_at,
    edition.c.frozen_at,
    edition.c.stale_at,
)


def find(conn: sa.Connection, name: str, occasion: str) -> EditionRow | None:
    """Return the edition of newsletter `name` for `occasion`."""
    his = _EDITION.where(edition.c.newsletter == name, edition.c.occasion == occasion)
    rows = _rows(conn, his)
    return rows[0] if rows else None


def editions(conn: sa.Connection, name: str | None = None, *, limit: int = 50) -> list[EditionRow]:
    """Return the newest editions, of newsletter `name` or of all, the last frozen first."""
    statement = _EDITION.order_by(edition.c.id.desc()).limit(limit)
    return _rows(conn, statement if name is None else statement.where(edition.c.newsletter == name))


def count_editions(conn: sa.Connection) -> int:
    """Return how many editions were ever frozen."""
    return conn.scalar(sa.select(sa.func.count()).select_from(edition)) or 0


def last_edition(conn: sa.Connection, name: str) -> EditionRow | None:
    """Return the edition of newsletter `name` that was frozen last."""
    return next(iter(editions(conn, name, limit=1)), None)


def _rows(
    conn: sa.Connection, statement: sa.Select[int, str, str, str, datetime, datetime, datetime]
) -> list[EditionRow]:
    return [EditionRow(row[0], Edition(*row[1:])) for row in conn.execute(statement)]


def mailed_articles(conn: sa.Connection, name: str) -> set[str]:
    """Return the ids of the articles that any edition of newsletter `name` holds."""
    statement = (
        sa.select(rendition_article.c.article_id)
        .distinct()
        .join_from(rendition_article, rendition)
        .join(edition)
        .where(edition.c.newsletter == name)
    )
    return set(conn.scalars(statement))


def rendition_body(conn: sa.Connection, rendition_id: int) -> bytes:
    """Return the bytes of a rendition, with its slots; KeyError where there is none of that number."""
    body = conn.scalar(sa.select(rendition.c.body).where(rendition.c.id == rendition_id))
    if body is None:
        raise KeyError(rendition_id)
    return bytes(body)

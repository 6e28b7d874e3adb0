"""Queries of whoever looks after editions: how each stands, and what he does to one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import OPEN_STATES, DeliveryState, Edition, Tally
from syndicate.store import chunks, sums
from syndicate.store.plain import Plain
from syndicate.store.tables import article, chunk, delivery, edition, rendition, rendition_article

CANCELLED = "cancelled"  # the reason with which the waiting letters of a cancelled edition are skipped


@dataclass(frozen=True, slots=True)
class Account:
    """An edition and its letters. `state` is open, paused or cancelled, `reason` says why."""

    id: int
    edition: Edition
    state: str
    reason: str
    tally: Tally

    @property
    def name(self) -> str:
        """What commands call it: ``daily/2026-11-23``."""
        return f"{self.edition.newsletter}/{self.edition.occasion}"


@dataclass(frozen=True, slots=True)
class RenditionRow:
    """A rendition: for how many letters, and the paths of its articles, in order."""

    id: int
    language: str
    subject: str
    letters: int
    articles: tuple[str, ...]


# A letter that the relay may have, left to the operator (`mail.on_unknown: hold`).
HELD = sa.and_(delivery.c.state == DeliveryState.UNKNOWN.value, delivery.c.due_at.is_(None))
_EDITION = sa.select(
    edition.c.id,
    edition.c.state,
    edition.c.reason,
    edition.c.uid,
    edition.c.newsletter,
    edition.c.occasion,
    edition.c.occasion_at,
    edition.c.frozen_at,
    edition.c.stale_at,
)


def account(conn: sa.Connection, edition_id: int) -> Account | None:
    """Return the edition of this number, None where there is none."""
    return next(iter(_accounts(conn, _EDITION.where(edition.c.id == edition_id))), None)


def named(conn: sa.Connection, newsletter: str, occasion: str) -> Account | None:
    """Return the edition of `newsletter` for `occasion`, None where there is none."""
    his = _EDITION.where(edition.c.newsletter == newsletter, edition.c.occasion == occasion)
    return next(iter(_accounts(conn, his)), None)


def accounts(conn: sa.Connection, newsletter: str | None = None, *, limit: int = 20) -> list[Account]:
    """Return the newest editions, of one newsletter or of all, the last frozen first."""
    statement = _EDITION.order_by(edition.c.id.desc()).limit(limit)
    if newsletter is not None:
        statement = statement.where(edition.c.newsletter == newsletter)
    return _accounts(conn, statement)


def unfinished(conn: sa.Connection) -> list[Account]:
    """Return the editions with letters that are still to be sent, the first frozen first."""
    ended = chunk.c.sent + chunk.c.failed + chunk.c.skipped
    busy = sa.or_(chunk.c.owner.is_not(None), ended < chunk.c.size)
    some = sa.select(chunk.c.edition_id).where(busy, chunk.c.edition_id.is_not(None))
    found = _accounts(conn, _EDITION.where(edition.c.id.in_(some)).order_by(edition.c.id))
    return [one for one in found if one.tally.open]


def _accounts(conn: sa.Connection, statement: sa.Select[Any]) -> list[Account]:
    rows = conn.execute(statement).all()
    return [
        Account(number, Edition(*rest), state, reason, sums.tally(conn, number))
        for number, state, reason, *rest in rows
    ]


def renditions(conn: sa.Connection, edition_id: int) -> list[RenditionRow]:
    """Return the renditions of an edition."""
    letters = (
        sa.select(delivery.c.rendition_id, sa.func.count().label("letters"))
        .join_from(chunk, delivery)
        .where(chunk.c.edition_id == edition_id)
        .group_by(delivery.c.rendition_id)
        .subquery()
    )
    columns = (rendition.c.id, rendition.c.language, rendition.c.subject)
    statement = (
        sa.select(*columns, sa.func.coalesce(letters.c.letters, 0))
        .join_from(rendition, letters, letters.c.rendition_id == rendition.c.id, isouter=True)
        .where(rendition.c.edition_id == edition_id)
        .order_by(rendition.c.id)
    )
    return [RenditionRow(*row, _paths(conn, row[0])) for row in conn.execute(statement).all()]


def _paths(conn: sa.Connection, rendition_id: int) -> tuple[str, ...]:
    statement = (
        sa.select(article.c.path)
        .join_from(rendition_article, article)
        .where(rendition_article.c.rendition_id == rendition_id)
        .order_by(rendition_article.c.position)
    )
    return tuple(conn.scalars(statement))


def next_due(conn: sa.Connection, edition_id: int) -> datetime | None:
    """Return when the next letter of an edition is due, None where none waits or a sender has them all."""
    earliest: sa.ColumnElement[datetime | None] = sa.func.min(chunk.c.due_at)
    free = sa.and_(chunk.c.edition_id == edition_id, chunk.c.owner.is_(None))
    return conn.scalar(sa.select(earliest).where(free))


def held(conn: sa.Connection, edition_id: int) -> int:
    """Return how many letters of an edition are unknown and wait for the operator's word."""
    statement = (
        sa.select(sa.func.count())
        .join_from(chunk, delivery)
        .where(chunk.c.edition_id == edition_id, sums.holds(DeliveryState.UNKNOWN), HELD)
    )
    return conn.execute(statement).scalar_one()


def settled_since(conn: sa.Connection, edition_id: int, since: datetime) -> bool:
    """Tell whether a letter of an edition was sent, failed or was skipped from `since` on."""
    final = [state.value for state in DeliveryState if state not in OPEN_STATES]
    statement = (
        sa.select(delivery.c.id)
        .join_from(chunk, delivery)
        .where(chunk.c.edition_id == edition_id, chunk.c.fence > 0)
        .where(delivery.c.state.in_(final), delivery.c.changed_at >= since)
        .limit(1)
    )
    return conn.execute(statement).first() is not None


def set_state(conn: sa.Connection, edition_id: int, state: str, *, reason: str, of: Collection[str]) -> bool:
    """Give an edition another state; False, and nothing is written, where its own is none of `of`."""
    his = sa.and_(edition.c.id == edition_id, edition.c.state.in_(list(of)))
    return conn.execute(sa.update(edition).where(his).values(state=state, reason=reason)).rowcount > 0


def chunks_left(conn: sa.Connection, edition_id: int) -> list[int]:
    """Return the chunks of an edition that nobody owns and in which letters wait."""
    ended = chunk.c.sent + chunk.c.failed + chunk.c.skipped
    free = sa.and_(chunk.c.edition_id == edition_id, chunk.c.owner.is_(None), ended < chunk.c.size)
    return list(conn.scalars(sa.select(chunk.c.id).where(free).order_by(chunk.c.id)))


def cancel(conn: sa.Connection, ids: Collection[int], *, now: datetime) -> int:
    """Skip what waits in those of these chunks that nobody owns; return how many letters.

    Their edition is cancelled before, so that nobody takes them any more; who owns one has it skipped
    when he gives it back.
    """
    plain = Plain(conn.connection.dbapi_connection, conn.dialect)
    chunks.lock(plain, ids)
    free = sa.select(chunk.c.id).where(chunk.c.id.in_(list(ids)), chunk.c.owner.is_(None))
    mine = list(conn.scalars(free))
    skipped = chunks.skip(plain, mine, CANCELLED, now=now)
    chunks.count(plain, mine)
    return skipped

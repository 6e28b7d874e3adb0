"""Queries: the editions that anybody may look at, with what is in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import DeliveryState, Edition
from syndicate.store.batches import KEYS, batched
from syndicate.store.editions import EditionRow
from syndicate.store.freezing import HELD
from syndicate.store.selection import is_out
from syndicate.store.tables import article, chunk, delivery, edition, rendition, rendition_article

_LEFT = (DeliveryState.SENT.value, DeliveryState.UNKNOWN.value)
_COLUMNS = (
    edition.c.id,
    edition.c.uid,
    edition.c.newsletter,
    edition.c.occasion,
    edition.c.occasion_at,
    edition.c.frozen_at,
    edition.c.stale_at,
)


@dataclass(frozen=True, slots=True)
class Headlined:
    """An article of an edition by what its record says; `moved` is the last moment that changed that."""

    id: str
    title: str
    address: str
    is_out: bool
    moved: datetime | None


@dataclass(frozen=True, slots=True)
class Headline:
    """What an edition is called: the subject of one rendition, and that one's articles in their order."""

    subject: str
    language: str
    articles: tuple[Headlined, ...]


def _may_be_seen() -> sa.ColumnElement[bool]:
    """Return what is true of an edition of which a letter may leave, or has left.

    One that is held has none yet; one that was cancelled may never have had. The counters of a chunk hold
    while nobody owns it.
    """
    held = (edition.c.state == "paused") & (edition.c.reason == HELD)
    its = chunk.c.edition_id == edition.c.id
    counted = sa.exists().where(its, (chunk.c.sent > 0) | (chunk.c.unknown > 0))
    in_hand = sa.exists().where(
        its, chunk.c.owner.is_not(None), delivery.c.chunk_id == chunk.c.id, delivery.c.state.in_(_LEFT)
    )
    return sa.not_(held) & ((edition.c.state != "cancelled") | counted | in_hand)


def names(conn: sa.Connection) -> list[str]:
    """Return the newsletters of which an edition may be seen, by name."""
    found = sa.select(edition.c.newsletter).where(_may_be_seen()).distinct()
    return sorted(conn.scalars(found))


def find(conn: sa.Connection, name: str, asked: str) -> EditionRow | None:
    """Return the edition of newsletter `name` whose occasion is `asked`, else the one whose uid that is."""
    his = sa.select(*_COLUMNS).where(edition.c.newsletter == name, _may_be_seen())
    for column in (edition.c.occasion, edition.c.uid):
        for row in conn.execute(his.where(column == asked)):
            return _row(row)
    return None


def frozen_before(conn: sa.Connection, name: str, before: int | None, *, count: int) -> list[EditionRow]:
    """Return the `count` editions of newsletter `name` that were frozen last, before the one numbered so."""
    his = sa.select(*_COLUMNS).where(edition.c.newsletter == name, _may_be_seen())
    if before is not None:
        his = his.where(edition.c.id < before)
    return [_row(row) for row in conn.execute(his.order_by(edition.c.id.desc()).limit(count))]


def languages(conn: sa.Connection, edition_id: int) -> tuple[str, ...]:
    """Return the languages of an edition's renditions, the first rendition's first."""
    found = (
        sa.select(rendition.c.language)
        .where(rendition.c.edition_id == edition_id)
        .group_by(rendition.c.language)
        .order_by(sa.func.min(rendition.c.id))
    )
    return tuple(conn.scalars(found))


def articles_in(conn: sa.Connection, edition_id: int, language: str = "") -> list[str]:
    """Return the ids of the articles of all renditions of an edition, or of those in `language`.

    Each once, where the rendition has it that has most before it: that one holds what the others lack.
    """
    found = sa.select(rendition_article.c.article_id).join_from(rendition, rendition_article)
    found = found.where(rendition.c.edition_id == edition_id)
    if language:
        found = found.where(rendition.c.language == language)
    last = sa.func.max(rendition_article.c.position)
    first = sa.func.min(rendition.c.id)
    found = found.group_by(rendition_article.c.article_id)
    return list(conn.scalars(found.order_by(last, first, rendition_article.c.article_id)))


def contents(conn: sa.Connection, ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return which articles are in each of some editions, by their numbers."""
    found: dict[int, set[str]] = {one: set() for one in ids}
    both = sa.select(rendition.c.edition_id, rendition_article.c.article_id)
    for batch in batched(ids, KEYS):
        its = both.join_from(rendition, rendition_article).where(rendition.c.edition_id.in_(batch))
        for number, article_id in conn.execute(its.distinct()):
            found[number].add(article_id)
    return {number: frozenset(articles) for number, articles in found.items()}


def headlines(
    conn: sa.Connection, ids: Collection[int], language: str, *, now: datetime
) -> dict[int, Headline]:
    """Return what some editions are called in `language`, else in that of their first rendition."""
    first = sa.func.min(rendition.c.id)
    spoken = sa.func.min(sa.case((rendition.c.language == language, rendition.c.id)))
    found: dict[int, Headline] = {}
    for batch in batched(ids, KEYS):
        chosen = sa.select(sa.func.coalesce(spoken, first).label("id"))
        chosen = chosen.where(rendition.c.edition_id.in_(batch)).group_by(rendition.c.edition_id)
        wanted = list(conn.scalars(chosen))
        theirs = _headlined(conn, wanted, now)
        columns = (rendition.c.id, rendition.c.edition_id, rendition.c.subject, rendition.c.language)
        for one, number, subject, spoke in conn.execute(
            sa.select(*columns).where(rendition.c.id.in_(wanted))
        ):
            found[number] = Headline(subject, spoke, tuple(theirs.get(one, ())))
    return found


def _headlined(conn: sa.Connection, wanted: Sequence[int], now: datetime) -> dict[int, list[Headlined]]:
    """Return the articles of each of some renditions in their order."""
    shown = sa.case((is_out(now), True), else_=False).label("shown")
    columns = (
        rendition_article.c.rendition_id,
        article.c.id,
        article.c.title,
        article.c.address,
        shown,
        article.c.updated_at,
        article.c.missing_at,
        article.c.expires_at,
        article.c.changed_at,
    )
    rows = sa.select(*columns).join_from(rendition_article, article)
    rows = rows.where(rendition_article.c.rendition_id.in_(wanted))
    found: dict[int, list[Headlined]] = {}
    for number, key, title, address, out, *moments in conn.execute(
        rows.order_by(rendition_article.c.rendition_id, rendition_article.c.position)
    ):
        updated, missing, expires, changed = moments
        those = (updated,) if out else (missing, expires, changed)
        moved = max((one for one in those if one is not None and one <= now), default=None)
        found.setdefault(number, []).append(Headlined(key, title, address, bool(out), moved))
    return found


def _row(row: Any) -> EditionRow:
    return EditionRow(row[0], Edition(*row[1:]))

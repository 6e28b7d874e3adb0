"""Queries: the newest edition for who has just subscribed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from syndicate.model import DeliveryState, SubscriptionState
from syndicate.store import chunks
from syndicate.store.plain import Plain
from syndicate.store.selection import is_out
from syndicate.store.tables import article, delivery, rendition, rendition_article, subscription

_HAS: Final = tuple(
    state.value for state in DeliveryState if state not in (DeliveryState.FAILED, DeliveryState.SKIPPED)
)
_WAITING: Final = (DeliveryState.PENDING.value, DeliveryState.DEFERRED.value)


@dataclass(frozen=True, slots=True)
class Copy:
    """A rendition of an edition: how many articles are in it, and whether all of them are shown now."""

    rendition_id: int
    language: str
    articles: int
    whole: bool


def copies(conn: sa.Connection, edition_id: int, *, now: datetime) -> list[Copy]:
    """Return the renditions of an edition, the first one first."""
    shown = sa.func.sum(sa.case((is_out(now), 1), else_=0))
    columns = (rendition.c.id, rendition.c.language, sa.func.count(), shown)
    found = sa.select(*columns).select_from(rendition).join(rendition_article).join(article)
    found = found.where(rendition.c.edition_id == edition_id).group_by(rendition.c.id, rendition.c.language)
    rows = conn.execute(found.order_by(rendition.c.id))
    return [Copy(number, language, count, count == out) for number, language, count, out in rows]


def has(conn: sa.Connection, subscriber_id: int, rendition_id: int) -> bool:
    """Tell whether a person was sent an article of a rendition in any edition, or will be."""
    other = rendition_article.alias("other")
    his = sa.select(delivery.c.id).join(other, other.c.rendition_id == delivery.c.rendition_id)
    his = his.where(delivery.c.subscriber_id == subscriber_id, delivery.c.state.in_(_HAS))
    these = sa.select(rendition_article.c.article_id).where(rendition_article.c.rendition_id == rendition_id)
    return conn.scalar(his.where(other.c.article_id.in_(these)).limit(1)) is not None


def of_who_left(conn: sa.Connection, newsletters: Sequence[str]) -> list[int]:
    """Return the chunks of the welcomes that wait for people who do not get the newsletter any more."""
    places: list[int] = []
    for name in newsletters:
        gets = sa.exists().where(
            subscription.c.subscriber_id == delivery.c.subscriber_id,
            subscription.c.newsletter == name,
            subscription.c.state == SubscriptionState.ACTIVE.value,
        )
        ours = (delivery.c.key > "") & delivery.c.key.startswith(prefix(name), autoescape=True)
        waits = sa.select(delivery.c.chunk_id).where(ours, delivery.c.state.in_(_WAITING), sa.not_(gets))
        places += conn.scalars(waits)
    return places


def withdraw(conn: sa.Connection, newsletter: str, subscriber_id: int, *, now: datetime) -> None:
    """Skip somebody's welcome where it still waits."""
    his = (delivery.c.subscriber_id == subscriber_id) & is_welcome(newsletter)
    waits = sa.select(delivery.c.chunk_id).where(his, delivery.c.state.in_(_WAITING))
    skip(conn, list(conn.scalars(waits)), now=now)


def skip(conn: sa.Connection, places: Sequence[int], *, now: datetime) -> None:
    """Skip what waits in these chunks."""
    if places:
        plain = Plain(conn.connection.dbapi_connection, conn.dialect)
        chunks.lock(plain, places)
        chunks.skip(plain, places, "unsubscribed", now=now)
        chunks.count(plain, places)


def is_welcome(newsletter: str) -> sa.ColumnElement[bool]:
    """Tell of a delivery whether it is a welcome to a newsletter, whoever's."""
    return delivery.c.key.is_not(None) & delivery.c.key.startswith(prefix(newsletter), autoescape=True)


def prefix(newsletter: str) -> str:
    """Return what the keys of a newsletter's welcomes begin with."""
    return f"welcome/{newsletter}/"

"""Whose an edition is: subscribers in groups that chose the same and had the same, found by the database.

A group's key is made of the choice, the moment and the letters of each person, so that the freeze meets
exactly those whom the composer saw: who changed meanwhile has another key, and waits.
"""

# ruff: noqa: S608 - every statement below is made of constants of this file and of numbers
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import Group, SubscriptionState
from syndicate.store.batches import KEYS, batched
from syndicate.store.chunks import STALE
from syndicate.store.plain import among
from syndicate.store.tables import UtcDateTime, edition, rendition, rendition_article, subscription

_NEAR = 200  # editions back within which all of a person's letters are looked at, not only some


@dataclass(frozen=True, slots=True)
class Audience:
    """The active subscribers with one of the `choices` whose pause, if any, is over `at` a moment.

    It matters who had a letter of the editions from `near` on, and of those in `far`; of people with a moment
    of their own, of all from `own` on. None: of none.
    """

    choices: tuple[int, ...]
    at: datetime
    near: int | None = None
    far: tuple[int, ...] = ()
    own: int | None = None
    only: int | None = None  # the number of the one subscription that counts

    @property
    def who(self) -> sa.ColumnElement[bool]:
        """What is true of the subscriptions of these people."""
        there = (
            f"subscription.choice_id IN {among(self.choices)} "
            f"AND subscription.state = '{SubscriptionState.ACTIVE.value}' "
            "AND (subscription.paused_until IS NULL OR subscription.paused_until <= :paused_at)"
        )
        if self.only is not None:
            there += f" AND subscription.id = {self.only}"
        return sa.text(there).bindparams(sa.bindparam("paused_at", self.at, UtcDateTime))  # type: ignore[return-value]

    def key(self, dialect: str, *, before: int | None = None) -> sa.ColumnElement[str]:
        """Return, as SQL, the key of a subscription; editions from the number `before` on do not count."""
        last = "" if before is None else f" AND d.edition_id < {before}"
        near = [_had(dialect, f"d.edition_id >= {self.near}{last}")] if self.near is not None else []
        far = [_had(dialect, f"d.edition_id IN {among(self.far)}{last}")] if self.far else []
        settled = " || ',' || ".join([*far, *near]) or "''"
        own = "''" if self.own is None else _had(dialect, f"d.edition_id >= {self.own}{last}")
        moment = "coalesce(CAST(subscription.after_at AS text), '')"
        return sa.literal_column(
            f"CAST(subscription.choice_id AS text) || '/' || {moment} || '/' || "
            f"CASE WHEN subscription.after_at IS NULL THEN {settled} ELSE {own} END",
            sa.Text,
        )


def _had(dialect: str, which: str) -> str:
    """Return, as SQL, the numbers of the renditions a person got, with commas between, "" for none."""
    gather = (
        "string_agg(CAST(h.rendition_id AS text), ',')"
        if dialect == "postgresql"
        else "group_concat(h.rendition_id)"
    )
    return (
        f"coalesce((SELECT {gather} FROM (SELECT d.rendition_id FROM delivery d "
        "JOIN edition e ON e.id = d.edition_id AND e.newsletter = subscription.newsletter "
        f"WHERE d.subscriber_id = subscription.subscriber_id AND {which} "
        f"AND NOT (d.state = 'skipped' AND d.reply = '{STALE}') ORDER BY d.edition_id) h), '')"
    )


def groups(conn: sa.Connection, audience: Audience) -> list[Group]:
    """Return the groups of an audience, by their keys."""
    key = audience.key(conn.dialect.name).label("key")
    each = sa.select(key, subscription.c.choice_id, subscription.c.after_at).where(audience.who).subquery()
    found = sa.select(each.c.key, each.c.choice_id, each.c.after_at, sa.func.count())
    rows = conn.execute(found.group_by(each.c.key, each.c.choice_id, each.c.after_at).order_by(each.c.key))
    return [Group(text, number, after, _numbers(text), people) for text, number, after, people in rows]


def _numbers(key: str) -> frozenset[int]:
    return frozenset(int(one) for one in key.rpartition("/")[2].split(",") if one)


def earliest(conn: sa.Connection, choices: Collection[int]) -> datetime | None:
    """Return the earliest moment of their own that active people with these choices have; None: none has."""
    theirs = sa.select(sa.func.min(subscription.c.after_at)).where(
        subscription.c.choice_id.in_(sorted(choices)),
        subscription.c.state == SubscriptionState.ACTIVE.value,
    )
    found: datetime | None = conn.scalar(theirs)
    return found


def count(conn: sa.Connection, audience: Audience) -> int:
    """Return how many people an audience has."""
    return conn.scalar(sa.select(sa.func.count()).select_from(subscription).where(audience.who)) or 0


def with_letters(
    conn: sa.Connection,
    audience: Audience,
    newsletter: str,
    *,
    candidates: Collection[str],
    beyond: Collection[str] = (),
    own_after: datetime | None,
) -> Audience:
    """Return the audience with the editions of which it matters who had them.

    Those are of the newsletter, and hold an article whose id is in `candidates`; `own_after` is as `earliest`
    says. Of `beyond` are the candidates that count however old they are, also for who has a later moment of
    his own: who came back may have had them before.
    """
    those = _editions_with(conn, newsletter, candidates)
    last = conn.scalar(sa.select(sa.func.max(edition.c.id))) or 0
    recent = [one for one in those if one > last - _NEAR]
    far = tuple(one for one in those if one <= last - _NEAR)
    own = None
    if own_after is not None:
        since = own_after.replace(microsecond=0)  # one made ahead of its time was frozen before its articles
        late = sa.or_(edition.c.frozen_at >= since, edition.c.occasion_at >= since)
        after = sa.select(sa.func.min(edition.c.id)).where(edition.c.newsletter == newsletter, late)
        older = _editions_with(conn, newsletter, beyond)
        own = min(filter(None, (conn.scalar(after), *older)), default=None)
    return replace(audience, near=min(recent, default=None), far=far, own=own)


def _editions_with(conn: sa.Connection, newsletter: str, articles: Collection[str]) -> list[int]:
    found: set[int] = set()
    for batch in batched(sorted(articles), KEYS):
        theirs = (
            sa.select(rendition.c.edition_id)
            .distinct()
            .join_from(rendition_article, rendition)
            .join(edition, edition.c.id == rendition.c.edition_id)
            .where(rendition_article.c.article_id.in_(batch), edition.c.newsletter == newsletter)
        )
        found.update(number for number in conn.scalars(theirs) if number is not None)
    return sorted(found)


def contents(
    conn: sa.Connection, renditions: Collection[int]
) -> Mapping[int, tuple[datetime, Sequence[str]]]:
    """Return when each of these renditions was frozen, and the ids of its articles."""
    found: dict[int, tuple[datetime, list[str]]] = {}
    for batch in batched(sorted(renditions), KEYS):
        rows = conn.execute(
            sa.select(rendition.c.id, edition.c.frozen_at, rendition_article.c.article_id)
            .join_from(rendition, edition)
            .join(rendition_article, rendition_article.c.rendition_id == rendition.c.id)
            .where(rendition.c.id.in_(batch))
        )
        for number, frozen_at, article_id in rows:
            found.setdefault(number, (frozen_at, []))[1].append(article_id)
    return found

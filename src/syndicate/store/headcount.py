"""Queries: subscribers in sums, by newsletter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from syndicate.model import SubscriptionState
from syndicate.store.peopletables import consent, signup, suppression
from syndicate.store.tables import choice, subscriber, subscription

LATELY: Final = timedelta(days=30)
_TOP = 10
_LAST = 5
_ACTIVE = subscription.c.state == SubscriptionState.ACTIVE.value
_CHOSEN = ("frequency", "language", "zone")


@dataclass(slots=True)
class Headcount:
    """How the people of one newsletter stand. `active` are those who are subscribed, paused ones among them.

    Of what they chose there are the ten most frequent, "" for what is as the newsletter has it. `reasons` are
    those given for leaving, the ten most frequent, and `last_reasons` the last five.
    """

    active: int = 0
    paused: int = 0
    left: int = 0
    confirmed_lately: int = 0
    left_lately: int = 0
    suppressed: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    last_reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Totals:
    """How all stand: what is suppressed for every newsletter, by reason, and sign-ups that are not confirmed.

    `bouncing` are people with refusals that count against their addresses.
    """

    people: int
    suppressed: Mapping[str, int]
    signups: int
    bouncing: int


def totals(conn: sa.Connection, *, now: datetime) -> Totals:
    """Return what is not of one newsletter."""
    waits = signup.c.confirmed_at.is_(None) & (signup.c.expires_at > now)
    return Totals(
        people=_count(conn, sa.select(sa.func.count()).select_from(subscriber)),
        suppressed=_suppressed(conn, ""),
        signups=_count(conn, sa.select(sa.func.count()).select_from(signup).where(waits)),
        bouncing=_count(conn, sa.select(sa.func.count()).where(subscriber.c.bounces > 0)),
    )


def of_newsletter(conn: sa.Connection, name: str, *, now: datetime) -> Headcount:
    """Return how the people of one newsletter stand."""
    mine = subscription.c.newsletter == name
    gone = mine & ~_ACTIVE
    count = sa.select(sa.func.count()).select_from(subscription)
    confirmed = sa.select(sa.func.count(sa.distinct(consent.c.subscriber_id))).where(
        consent.c.newsletter == name, consent.c.kind == "confirmed", consent.c.at > now - LATELY
    )
    return Headcount(
        active=_count(conn, count.where(mine, _ACTIVE)),
        paused=_count(conn, count.where(mine, _ACTIVE, subscription.c.paused_until > now)),
        left=_count(conn, count.where(gone)),
        confirmed_lately=_count(conn, confirmed),
        left_lately=_count(conn, count.where(gone, subscription.c.ended_at > now - LATELY)),
        suppressed=_suppressed(conn, name),
        chosen={each: _chosen(conn, mine, choice.c[each]) for each in _CHOSEN},
        reasons=_reasons(conn, gone),
        last_reasons=list(conn.scalars(
            sa.select(subscription.c.reason).where(gone, subscription.c.reason != "")
            .order_by(subscription.c.ended_at.desc(), subscription.c.id).limit(_LAST)
        )),
    )  # fmt: skip


def newsletters(conn: sa.Connection) -> list[str]:
    """Return the names of newsletters that anybody ever subscribed to."""
    return sorted(conn.scalars(sa.select(subscription.c.newsletter).distinct()))


def _count(conn: sa.Connection, statement: sa.Select[Any]) -> int:
    return int(conn.scalar(statement) or 0)


def _suppressed(conn: sa.Connection, newsletter: str) -> dict[str, int]:
    his = suppression.c.newsletter == newsletter
    found = sa.select(suppression.c.reason, sa.func.count()).where(his).group_by(suppression.c.reason)
    return dict(sorted(conn.execute(found).all()))


def _chosen(conn: sa.Connection, mine: sa.ColumnElement[bool], what: sa.Column[Any]) -> dict[str, int]:
    number = sa.func.count()
    found = (
        sa.select(what, number)
        .join_from(subscription, choice, choice.c.id == subscription.c.choice_id)
        .where(mine, _ACTIVE)
        .group_by(what)
        .order_by(number.desc(), what)
        .limit(_TOP)
    )
    return dict(conn.execute(found).all())


def _reasons(conn: sa.Connection, gone: sa.ColumnElement[bool]) -> dict[str, int]:
    """Return the reasons given most: the form's, without what somebody wrote behind its colon."""
    found = sa.select(subscription.c.reason, sa.func.count()).where(gone, subscription.c.reason != "")
    counted: Counter[str] = Counter()
    for reason, number in conn.execute(found.group_by(subscription.c.reason)):
        counted[reason.partition(": ")[0]] += number
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:_TOP])

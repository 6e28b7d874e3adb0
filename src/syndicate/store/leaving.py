"""Queries: the end of a subscription by the link in its letters, why it ended, and that it is taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import DeliveryState, SubscriptionState
from syndicate.store import welcomes
from syndicate.store.chunks import count, lock
from syndicate.store.plain import Plain
from syndicate.store.tables import choice, delivery, edition, subscription

LEFT = "unsubscribed"  # why a delivery was skipped of somebody who was not subscribed when its turn came


def end(conn: sa.Connection, token: str, *, now: datetime) -> int | None:
    """End the subscription of `token`; return whose it was, None where it is unknown or had ended before.

    From when on he lacks articles is written down: while he is away his choice is brought more. Once the
    transaction is committed, no attempt to send him this newsletter begins.
    """
    mine = (subscription.c.token == token) & (subscription.c.state == SubscriptionState.ACTIVE.value)
    for newsletter, person in conn.execute(_WHOSE.where(mine)).all():
        welcomes.withdraw(conn, newsletter, person, now=now)
    covered = sa.select(choice.c.covered_at).where(choice.c.id == subscription.c.choice_id).scalar_subquery()
    ended = (
        sa.update(subscription)
        .where(mine)
        .values(
            state=SubscriptionState.UNSUBSCRIBED.value,
            ended_at=now,
            after_at=sa.func.coalesce(subscription.c.after_at, covered),
        )
        .returning(subscription.c.subscriber_id)
    )
    return conn.execute(ended).scalar_one_or_none()


_WHOSE = sa.select(subscription.c.newsletter, subscription.c.subscriber_id)


def undo(conn: sa.Connection, token: str, *, now: datetime) -> int | None:
    """Take an end back as if it had never been; return whose, None where the subscription has not ended.

    What was passed over because he had left waits again; what became new meanwhile is due to him.
    """
    row = conn.execute(_ENDED.where(subscription.c.token == token)).first()
    if row is None:
        return None
    _wait_again(conn, row, now)
    back = {"state": SubscriptionState.ACTIVE.value, "ended_at": None, "reason": ""}
    mine = (subscription.c.id == row.id) & (subscription.c.state == SubscriptionState.UNSUBSCRIBED.value)
    conn.execute(sa.update(subscription).where(mine).values(back))
    return int(row.subscriber_id)


def explain(conn: sa.Connection, token: str, reason: str) -> int | None:
    """Write down why somebody left; return who, None where he has not."""
    why = (
        sa.update(subscription)
        .where(subscription.c.token == token, subscription.c.state == SubscriptionState.UNSUBSCRIBED.value)
        .values(reason=reason)
        .returning(subscription.c.subscriber_id)
    )
    return conn.execute(why).scalar_one_or_none()


_ENDED = sa.select(
    subscription.c.id, subscription.c.subscriber_id, subscription.c.newsletter, subscription.c.ended_at
).where(subscription.c.state == SubscriptionState.UNSUBSCRIBED.value)


def _wait_again(conn: sa.Connection, row: Any, now: datetime) -> None:
    """Let the letters wait that were skipped since he left; those of a stale edition are skipped as such."""
    theirs = sa.select(edition.c.id).where(
        edition.c.newsletter == row.newsletter, edition.c.state != "cancelled"
    )
    welcome = welcomes.is_welcome(row.newsletter)
    skipped = (
        (delivery.c.subscriber_id == row.subscriber_id)
        & (delivery.c.state == DeliveryState.SKIPPED.value)
        & (delivery.c.reply == LEFT)
        & (delivery.c.changed_at >= row.ended_at)
        & (delivery.c.edition_id.in_(theirs) | (welcome & (delivery.c.email != "")))
    )
    chunks = sorted(set(conn.scalars(sa.select(delivery.c.chunk_id).where(skipped))))
    plain = Plain(conn.connection.dbapi_connection, conn.dialect)
    lock(plain, chunks)
    tried = (delivery.c.attempts > 0, DeliveryState.DEFERRED.value)
    waits = {"state": sa.case(tried, else_=DeliveryState.PENDING.value), "reply": None}
    conn.execute(sa.update(delivery).where(skipped).values(**waits, due_at=now, changed_at=now))
    count(plain, chunks)

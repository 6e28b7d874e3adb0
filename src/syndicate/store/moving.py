"""Queries: a person's move to another address, also to one that is somebody's already: then both are one."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from syndicate.model import Email, SubscriptionState
from syndicate.store.peopletables import consent, link, ticket
from syndicate.store.tables import choice, delivery, edition, subscriber, subscription

_ACTIVE = SubscriptionState.ACTIVE.value


def move(conn: sa.Connection, number: int, email: Email) -> int | None:
    """Give the person of that number another address; return the number that he has from then on.

    None where nobody has `number`. Where the address is another person's, that one keeps what he is
    subscribed to and is given the rest: subscriptions, consents, links, what he was mailed of it. The first
    is then without subscriptions and left to the caller to remove.
    """
    columns = sa.select(subscriber.c.id, subscriber.c.email_key, subscriber.c.extra)
    both = columns.where(sa.or_(subscriber.c.id == number, subscriber.c.email_key == email.key))
    rows = conn.execute(both.order_by(subscriber.c.id).with_for_update()).all()
    one = next((row for row in rows if row.id == number), None)
    other = next((row for row in rows if row.email_key == email.key), None)
    if one is None:
        return None
    if other is None or other.id == number:
        mine = sa.update(subscriber).where(subscriber.c.id == number)
        conn.execute(mine.values(email=email.address, email_key=email.key))
        return number
    _join(conn, number, other)
    extra = {**json.loads(one.extra), **json.loads(other.extra)}
    theirs = sa.update(subscriber).where(subscriber.c.id == other.id)
    conn.execute(theirs.values(extra=json.dumps(extra, ensure_ascii=False)))
    return int(other.id)


def _join(conn: sa.Connection, number: int, other: Any) -> None:
    """Give `other` what the person of that number has and he has not."""
    his = {
        row.newsletter: row for row in conn.execute(_STANDING.where(subscription.c.subscriber_id == other.id))
    }
    for row in conn.execute(_STANDING.where(subscription.c.subscriber_id == number)).all():
        there = his.get(row.newsletter)
        if there is not None:
            _lead(conn, row, there.id)
        if there is not None and (there.state == _ACTIVE or row.state != _ACTIVE):
            continue
        if there is not None:
            _go_on(conn, there.id, row)
        else:
            mine = subscription.c.id == row.id
            conn.execute(sa.update(subscription).where(mine).values(subscriber_id=other.id))
        _give_letters(conn, number, other.id, row.newsletter)
    for table in (consent, ticket):
        conn.execute(sa.update(table).where(table.c.subscriber_id == number).values(subscriber_id=other.id))


_STANDING = sa.select(
    subscription.c.id,
    subscription.c.newsletter,
    subscription.c.token,
    subscription.c.state,
    subscription.c.started_at,
    subscription.c.choice_id,
    sa.func.coalesce(subscription.c.after_at, choice.c.covered_at).label("after_at"),
    subscription.c.paused_until,
).join_from(subscription, choice)


def _lead(conn: sa.Connection, row: Any, there: int) -> None:
    """Let the links of a subscription that ends here lead to the other: letters keep theirs for ever."""
    conn.execute(sa.update(link).where(link.c.subscription_id == row.id).values(subscription_id=there))
    conn.execute(sa.insert(link).values(token=row.token, subscription_id=there))


def _go_on(conn: sa.Connection, ended: int, row: Any) -> None:
    """Let a subscription that had ended go on as another does; its links stay the same."""
    values = {
        "state": _ACTIVE,
        "ended_at": None,
        "reason": "",
        "started_at": row.started_at,
        "choice_id": row.choice_id,
        "after_at": row.after_at,
        "paused_until": row.paused_until,
    }
    conn.execute(sa.update(subscription).where(subscription.c.id == ended).values(values))


def _give_letters(conn: sa.Connection, number: int, other: int, newsletter: str) -> None:
    """Make the deliveries of a newsletter the other's, so that nothing is mailed twice; he had his own."""
    editions = sa.select(edition.c.id).where(edition.c.newsletter == newsletter)
    his = sa.select(delivery.c.edition_id).where(
        delivery.c.subscriber_id == other, delivery.c.edition_id.in_(editions)
    )
    mine = (delivery.c.subscriber_id == number) & delivery.c.edition_id.in_(editions)
    given = sa.update(delivery).where(mine, delivery.c.edition_id.not_in(his))
    conn.execute(given.values(subscriber_id=other))

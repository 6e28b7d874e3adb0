"""Queries: what became of single letters, of one edition or of one person."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate import model
from syndicate.model import DeliveryState, SubscriptionState
from syndicate.store import sums
from syndicate.store.batches import KEYS, batched
from syndicate.store.choices import DEFAULT, WANTED, wanted_of
from syndicate.store.tables import (
    attempt,
    choice,
    chunk,
    delivery,
    edition,
    rendition,
    rendition_article,
    subscriber,
    subscription,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber. `bounces` counts the refusals that say his address is bad."""

    id: int
    email: str
    created_at: datetime
    bounces: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's subscription to one newsletter, with what he wants of it and until when he wants nothing."""

    newsletter: str
    state: SubscriptionState
    started_at: datetime
    ended_at: datetime | None
    paused_until: datetime | None = None
    wanted: model.Choice = DEFAULT


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt and how it ended; `state` is sending while it has not."""

    number: int
    state: DeliveryState
    at: datetime
    code: int | None
    reply: str
    relay: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A delivery as it stands, with every attempt that is known, the first one first.

    `edition_id` is None and `newsletter` and `occasion` are empty for a letter of no edition, which has a
    `key`. `due_at` is None for one that has ended or is held.
    """

    id: int
    edition_id: int | None
    newsletter: str
    occasion: str
    edition_state: str
    edition_reason: str
    frozen_at: datetime
    key: str
    email: str
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    changed_at: datetime
    code: int | None
    reply: str
    relay: str
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """An edition that holds no letter for a person."""

    id: int
    newsletter: str
    occasion: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Mailed:
    """An edition that holds an article; `state` is open, paused or cancelled."""

    newsletter: str
    occasion: str
    frozen_at: datetime
    state: str


def person(conn: sa.Connection, key: str) -> Person | None:
    """Return the subscriber whose address has this key, None where there is none."""
    columns = (subscriber.c.id, subscriber.c.email, subscriber.c.created_at, subscriber.c.bounces)
    row = conn.execute(sa.select(*columns).where(subscriber.c.email_key == key)).first()
    return Person(*row) if row else None


def choices(conn: sa.Connection, person_id: int) -> list[Choice]:
    """Return a person's subscriptions, by newsletter."""
    columns = (
        subscription.c.newsletter,
        subscription.c.state,
        subscription.c.started_at,
        subscription.c.ended_at,
        subscription.c.paused_until,
    )
    statement = sa.select(*columns, *WANTED).join_from(subscription, choice)
    his = statement.where(subscription.c.subscriber_id == person_id).order_by(subscription.c.newsletter)
    return [
        Choice(name, SubscriptionState(state), start, end, paused, wanted_of(said))
        for name, state, start, end, paused, *said in conn.execute(his)
    ]


_LETTER = sa.select(
    delivery.c.id,
    delivery.c.edition_id,
    sa.func.coalesce(edition.c.newsletter, ""),
    sa.func.coalesce(edition.c.occasion, ""),
    sa.func.coalesce(edition.c.state, ""),
    sa.func.coalesce(edition.c.reason, ""),
    sa.func.coalesce(edition.c.frozen_at, delivery.c.queued_at, type_=delivery.c.queued_at.type),
    sa.func.coalesce(delivery.c.key, ""),
    delivery.c.email,
    delivery.c.state,
    delivery.c.attempts,
    delivery.c.due_at,
    delivery.c.changed_at,
    delivery.c.code,
    sa.func.coalesce(delivery.c.reply, ""),
    sa.func.coalesce(delivery.c.relay, ""),
)


def letters_of_person(conn: sa.Connection, person_id: int, *, limit: int) -> list[LetterRow]:
    """Return what became of a person's letters, newest edition first."""
    his = delivery.c.subscriber_id == person_id
    statement = _LETTER.join_from(delivery, edition).where(his).order_by(delivery.c.edition_id.desc())
    return _letters(conn, statement.limit(limit))


def letters_of_no_edition(conn: sa.Connection, email: str, *, limit: int) -> list[LetterRow]:
    """Return what became of letters of no edition to this address, newest first."""
    his = sa.and_(delivery.c.key.is_not(None), delivery.c.email == email)
    outer = _LETTER.join_from(delivery, edition, isouter=True)
    return _letters(conn, outer.where(his).order_by(delivery.c.id.desc()).limit(limit))


def letters_of_edition(
    conn: sa.Connection, edition_id: int, states: Collection[DeliveryState] = (), *, limit: int
) -> list[LetterRow]:
    """Return what became of an edition's letters, those in one of `states` or all, as they were queued."""
    statement = _LETTER.join_from(delivery, edition).join(chunk, chunk.c.id == delivery.c.chunk_id)
    statement = statement.where(chunk.c.edition_id == edition_id)
    if states:
        wanted = sa.or_(*(sums.holds(state) for state in sorted(states)))
        statement = statement.where(wanted, delivery.c.state.in_([state.value for state in states]))
    return _letters(conn, statement.order_by(delivery.c.id).limit(limit))


def missed(conn: sa.Connection, person_id: int, newsletter: str, *, limit: int) -> list[Missed]:
    """Return the newest editions of a newsletter that hold no letter for a person."""
    his = sa.exists().where(delivery.c.edition_id == edition.c.id, delivery.c.subscriber_id == person_id)
    columns = (edition.c.id, edition.c.newsletter, edition.c.occasion, edition.c.frozen_at)
    statement = sa.select(*columns).where(edition.c.newsletter == newsletter, ~his)
    return [Missed(*row) for row in conn.execute(statement.order_by(edition.c.id.desc()).limit(limit))]


def editions_with(conn: sa.Connection, article_id: str) -> list[Mailed]:
    """Return the editions that hold an article, the last frozen first."""
    his = sa.select(rendition.c.edition_id).join_from(rendition_article, rendition)
    his = his.where(rendition_article.c.article_id == article_id)
    columns = (edition.c.newsletter, edition.c.occasion, edition.c.frozen_at, edition.c.state)
    rows = conn.execute(sa.select(*columns).where(edition.c.id.in_(his)).order_by(edition.c.id.desc()))
    return [Mailed(*row) for row in rows]


def _letters(conn: sa.Connection, statement: sa.Select[Any]) -> list[LetterRow]:
    found = [_letter(row) for row in conn.execute(statement)]
    noted = _tries(conn, [one.id for one in found])
    return [_with_tries(one, noted.get(one.id, [])) for one in found]


def _letter(row: Any) -> LetterRow:
    values = list(row)
    values[9] = DeliveryState(values[9])
    return LetterRow(*values)


def _tries(conn: sa.Connection, ids: Iterable[int]) -> dict[int, list[Try]]:
    """Return the noted attempts of these deliveries: all but the one that ended in sent."""
    columns = (
        attempt.c.delivery_id,
        attempt.c.number,
        attempt.c.state,
        attempt.c.ended_at,
        attempt.c.code,
        sa.func.coalesce(attempt.c.reply, ""),
        sa.func.coalesce(attempt.c.relay, ""),
    )
    noted: dict[int, list[Try]] = {}
    for batch in batched(ids, KEYS):
        statement = sa.select(*columns).where(attempt.c.delivery_id.in_(batch)).order_by(attempt.c.id)
        for number, which, state, *rest in conn.execute(statement):
            noted.setdefault(number, []).append(Try(which, DeliveryState(state), *rest))
    return noted


def _with_tries(one: LetterRow, noted: list[Try]) -> LetterRow:
    """Add the attempt that only the delivery's own row tells: the one that was sent or is under way."""
    known = {each.number for each in noted}
    ended_so = one.state not in (DeliveryState.PENDING, DeliveryState.SKIPPED)
    tries = list(noted)
    if one.attempts and ended_so and (one.state is DeliveryState.SENT or one.attempts not in known):
        tries.append(Try(one.attempts, one.state, one.changed_at, one.code, one.reply, one.relay))
    return replace(one, tries=tuple(tries))

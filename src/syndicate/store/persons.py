"""Queries: everything held about one person, and his move to another address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syndicate.model import Email
from syndicate.store.batches import KEYS, batched
from syndicate.store.letters import addressed_to
from syndicate.store.peopletables import ticket
from syndicate.store.tables import attempt, delivery, edition, rendition, subscriber


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the database knows him, without his subscriptions."""

    id: int
    email: Email
    extra: Mapping[str, str]
    bounces: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Mailed:
    """A letter to a person: of an edition (``newsletter/occasion``) or of none, and what became of it."""

    id: int
    about: str
    subject: str
    email: str
    state: str
    attempts: int
    queued_at: datetime
    changed_at: datetime
    code: int | None
    reply: str
    tried: tuple[Mapping[str, Any], ...] = ()


def find(conn: sa.Connection, number: int) -> Person | None:
    """Return the person of that number."""
    columns = (subscriber.c.email, subscriber.c.email_key, subscriber.c.extra)
    his = sa.select(*columns, subscriber.c.bounces, subscriber.c.created_at)
    row = conn.execute(his.where(subscriber.c.id == number)).first()
    if row is None:
        return None
    email, key, extra, bounces, created_at = row
    return Person(number, Email(email, key), json.loads(extra), bounces, created_at)


def mailed(conn: sa.Connection, person: Person) -> list[Mailed]:
    """Return the letters to a person, of editions and of none, the oldest first, with their attempts."""
    found = {  # two queries, so that each has its index; a welcome is in both
        row.id: row
        for mine in (delivery.c.subscriber_id == person.id, addressed_to(person.email))
        for row in conn.execute(_MAILED.where(mine))
    }
    rows = [found[number] for number in sorted(found)]
    tried = _attempts(conn, [row.id for row in rows])
    return [
        Mailed(
            row.id,
            f"{row.newsletter}/{row.occasion}" if row.newsletter else row.key.partition("/")[0],
            row.subject,
            *(row.email, row.state, row.attempts, row.queued_at, row.changed_at, row.code, row.reply or ""),
            tuple(tried.get(row.id, ())),
        )
        for row in rows
    ]


_MAILED = (
    sa.select(
        *(delivery.c.id, delivery.c.key, delivery.c.email, delivery.c.state, delivery.c.attempts),
        *(delivery.c.queued_at, delivery.c.changed_at, delivery.c.code, delivery.c.reply),
        *(edition.c.newsletter, edition.c.occasion, rendition.c.subject),
    )
    .join_from(delivery, rendition, rendition.c.id == delivery.c.rendition_id)
    .join(edition, edition.c.id == delivery.c.edition_id, isouter=True)
)


def _attempts(conn: sa.Connection, numbers: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for batch in batched(numbers, KEYS):
        rows = sa.select(*_TRIED).where(attempt.c.delivery_id.in_(batch)).order_by(attempt.c.id)
        for row in conn.execute(rows).mappings():
            found.setdefault(row["delivery_id"], []).append(
                {name: value for name, value in row.items() if name != "delivery_id"}
            )
    return found


_TRIED = (
    *(attempt.c.delivery_id, attempt.c.number, attempt.c.state, attempt.c.ended_at),
    *(attempt.c.code, attempt.c.reply),
)


def links(conn: sa.Connection, number: int) -> list[dict[str, Any]]:
    """Return the links that a person was mailed and that have not been forgotten, without what opens them."""
    columns = (ticket.c.purpose, ticket.c.email, ticket.c.created_at, ticket.c.expires_at)
    his = sa.select(*columns).where(ticket.c.subscriber_id == number).order_by(ticket.c.created_at)
    return [dict(row) for row in conn.execute(his).mappings()]


def hush(conn: sa.Connection, number: int) -> None:
    """Take a person's address out of what relays said of letters to him."""
    email = conn.scalar(sa.select(subscriber.c.email).where(subscriber.c.id == number)) or ""
    his = delivery.c.subscriber_id == number
    theirs = attempt.c.delivery_id.in_(sa.select(delivery.c.id).where(his))
    for table, which in ((delivery, his), (attempt, theirs)):
        words: sa.ColumnElement[str] = table.c.reply
        for spelt in dict.fromkeys((email, email.lower())):
            words = sa.func.replace(words, spelt, "…")
        conn.execute(sa.update(table).where(which, table.c.reply.is_not(None)).values(reply=words))

"""Queries: letters of no edition, such as what the operator is told, each with a key of its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import OPEN_STATES, DeliveryState, Email, Rendition
from syndicate.store.batches import KEYS, batched, insert
from syndicate.store.chunks import count, lock
from syndicate.store.freezing import insert_rendition
from syndicate.store.plain import Plain
from syndicate.store.tables import attempt, chunk, delivery, rendition


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a letter stands, and the relay's last words about it; `due_at` is when it is tried next."""

    state: DeliveryState
    code: int | None = None
    reply: str = ""
    relay: str = ""
    due_at: datetime | None = None


def fates(conn: sa.Connection, keys: Collection[str]) -> dict[str, Fate]:
    """Return where the letters with these keys stand, by key; there may be a few dozen."""
    columns = (delivery.c.state, delivery.c.code, delivery.c.reply, delivery.c.relay, delivery.c.due_at)
    rows = conn.execute(sa.select(delivery.c.key, *columns).where(delivery.c.key.in_(list(keys))))
    return {
        key: Fate(DeliveryState(state), code, reply or "", relay or "", due_at)
        for key, state, code, reply, relay, due_at in rows
    }


def enqueue(
    conn: sa.Connection,
    *,
    key: str,
    email: str,
    body: bytes,
    now: datetime,
    priority: int = 0,
    subscriber_id: int | None = None,
) -> bool:
    """Queue a complete letter, due now; False, and nothing is written, where `key` was ever used.

    `body` has no slots and its own Message-ID, lines end in CRLF. Lower priorities leave first; an
    edition's letters have 10. With the person it is to, who is removed takes it along.
    """
    with conn.begin_nested() as draft:
        rendition = insert_rendition(conn, Rendition("", "", body, ()), edition_id=None)
        place = sa.insert(chunk).values(number=0, priority=priority, size=1, due_at=now).returning(chunk.c.id)
        values = {
            "chunk_id": conn.execute(place).scalar_one(),
            "rendition_id": rendition,
            "key": key,
            "subscriber_id": subscriber_id,
            "email": email,
            "token": "",
            "state": DeliveryState.PENDING.value,
            **dict.fromkeys(("queued_at", "due_at", "changed_at"), now),
        }
        queue = (
            insert(conn, delivery)
            .values(values)
            .on_conflict_do_nothing(index_elements=["key"], index_where=delivery.c.key.is_not(None))
            .returning(delivery.c.id)
        )
        if conn.execute(queue).scalar_one_or_none() is None:
            draft.rollback()
            return False
    return True


def erase(conn: sa.Connection, email: Email, *, now: datetime) -> None:
    """Make the letters of no edition to a person nameless and empty; what waits is not sent.

    One that is under way keeps what it needs until it has ended.
    """
    his = addressed_to(email)
    ended = delivery.c.state != DeliveryState.SENDING.value
    chunks = sorted(set(conn.scalars(sa.select(delivery.c.chunk_id).where(his, ended))))
    plain = Plain(conn.connection.dbapi_connection, conn.dialect)
    lock(plain, chunks)
    skip = {"state": DeliveryState.SKIPPED.value, "due_at": None, "changed_at": now}
    for batch in batched(chunks, KEYS):
        mine = delivery.c.chunk_id.in_(batch) & ended
        waits = mine & delivery.c.state.in_([state.value for state in OPEN_STATES])
        numbers, bodies = sa.select(delivery.c.id).where(mine), sa.select(delivery.c.rendition_id).where(mine)
        conn.execute(sa.update(attempt).where(attempt.c.delivery_id.in_(numbers)).values(reply=None))
        conn.execute(sa.update(rendition).where(rendition.c.id.in_(bodies)).values(body=b"", subject=""))
        conn.execute(sa.update(delivery).where(waits).values(**skip))
        conn.execute(sa.update(delivery).where(mine).values(email="", reply=None))
    count(plain, chunks)


def addressed_to(email: Email) -> sa.ColumnElement[bool]:
    """Return what is true of the letters of no edition to an address, in whatever case it was written.

    What the operator is told is none of them, though he may be a subscriber too.
    """
    spelt = delivery.c.email.in_([email.address, email.key]) | (sa.func.lower(delivery.c.email) == email.key)
    return delivery.c.key.is_not(None) & delivery.c.key.not_like("alert/%") & spelt

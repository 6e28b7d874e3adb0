"""Queries: links that were mailed and expire; see the table `ticket`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from syndicate.model import Purpose, Ticket
from syndicate.store.peopletables import ticket

_COLUMNS = (ticket.c.purpose, ticket.c.expires_at, ticket.c.signup_id, ticket.c.subscriber_id, ticket.c.email)


def issue(conn: sa.Connection, digest: str, one: Ticket, *, now: datetime) -> None:
    """Write a link down by the hash of its token."""
    values = {
        "hash": digest,
        "purpose": one.purpose,
        "signup_id": one.signup_id,
        "subscriber_id": one.subscriber_id,
        "email": one.email,
        "created_at": now,
        "expires_at": one.expires_at,
    }
    conn.execute(sa.insert(ticket).values(values))


def find(conn: sa.Connection, digest: str, purpose: Purpose, *, now: datetime) -> Ticket | None:
    """Return what the link with this hash opens; None where it is for something else, or has expired."""
    his = sa.select(*_COLUMNS).where(
        ticket.c.hash == digest, ticket.c.purpose == purpose, ticket.c.expires_at > now
    )
    row = conn.execute(his).first()
    return Ticket(*row) if row else None


def spend(conn: sa.Connection, subscriber_id: int, purpose: Purpose) -> None:
    """Close every link of one purpose that a person was mailed."""
    his = (ticket.c.subscriber_id == subscriber_id) & (ticket.c.purpose == purpose)
    conn.execute(sa.delete(ticket).where(his))


def spend_others(conn: sa.Connection, subscriber_id: int, purpose: Purpose, *, email: str) -> None:
    """Close those of one purpose that are about another address than `email`."""
    his = (ticket.c.subscriber_id == subscriber_id) & (ticket.c.purpose == purpose)
    conn.execute(sa.delete(ticket).where(his, ticket.c.email != email))


def forget(conn: sa.Connection, *, now: datetime) -> int:
    """Delete the links that have expired; return how many."""
    return conn.execute(sa.delete(ticket).where(ticket.c.expires_at <= now)).rowcount

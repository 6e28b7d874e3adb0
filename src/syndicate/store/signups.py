"""Queries: who asked to be subscribed and has not confirmed it; see the table `signup`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from syndicate.model import Choice, Email, Signup
from syndicate.store.batches import insert
from syndicate.store.consents import number_of_words
from syndicate.store.peopletables import asked, signup, wording

LASTS: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SignupRow:
    """A sign-up as the ledger knows it."""

    id: int
    signup: Signup
    asked_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None


def ask(conn: sa.Connection, one: Signup, *, now: datetime) -> None:
    """Write a sign-up down, to be decided on; who asks again asks for this alone, for seven days from now.

    Who only wants the letter again (`again`) changes nothing of what he asked for, and nothing where he asked
    for nothing. What is done hangs neither on whether the address is a subscriber's nor on what it was sent.
    """
    if one.again:
        waits = (signup.c.email_key == one.email.key) & signup.c.confirmed_at.is_(None)
        waits &= signup.c.expires_at > now
        conn.execute(sa.update(signup).where(waits).values(again=True, due_at=now))
        return
    values: dict[str, Any] = {
        "email": one.email.address,
        "email_key": one.email.key,
        "wanted": json.dumps({name: asdict(each) for name, each in one.wanted.items()}, ensure_ascii=False),
        "language": one.language,
        "source": one.source,
        "wording_id": number_of_words(conn, one.words),
        "ip": one.ip,
        "asked_at": now,
        "due_at": now,
        "again": False,
        "expires_at": now + LASTS,
        "confirmed_at": None,
    }
    new = insert(conn, signup).values(values)
    others = {name: new.excluded[name] for name in values if name not in ("email", "email_key")}
    conn.execute(new.on_conflict_do_update(index_elements=["email_key"], set_=others))


_ROW = sa.select(
    signup.c.id,
    signup.c.email,
    signup.c.email_key,
    signup.c.wanted,
    signup.c.language,
    signup.c.source,
    sa.func.coalesce(wording.c.text, ""),
    signup.c.ip,
    signup.c.again,
    signup.c.asked_at,
    signup.c.expires_at,
    signup.c.confirmed_at,
).join_from(signup, wording, isouter=True)


def due(conn: sa.Connection, *, limit: int = 100) -> list[SignupRow]:
    """Return sign-ups on which is to be decided, the oldest first."""
    rows = conn.execute(_ROW.where(signup.c.due_at.is_not(None)).order_by(signup.c.due_at).limit(limit))
    return [_row(row) for row in rows]


def waiting(conn: sa.Connection) -> int:
    """Return on how many sign-ups is still to be decided."""
    return conn.scalar(sa.select(sa.func.count()).where(signup.c.due_at.is_not(None))) or 0


def find(conn: sa.Connection, number: int) -> SignupRow | None:
    """Return the sign-up of that number."""
    row = conn.execute(_ROW.where(signup.c.id == number)).first()
    return _row(row) if row else None


def of_address(conn: sa.Connection, key: str) -> SignupRow | None:
    """Return the sign-up of an address key."""
    row = conn.execute(_ROW.where(signup.c.email_key == key)).first()
    return _row(row) if row else None


def decide(conn: sa.Connection, one: SignupRow) -> bool:
    """Note that a sign-up was decided on; False where he asked anew in between."""
    mine = (
        (signup.c.id == one.id) & (signup.c.asked_at == one.asked_at) & (signup.c.again == one.signup.again)
    )
    return conn.execute(sa.update(signup).where(mine).values(due_at=None)).rowcount > 0


def confirm(conn: sa.Connection, number: int, *, now: datetime) -> bool:
    """Note that a sign-up was confirmed; False where it was before."""
    mine = (signup.c.id == number) & signup.c.confirmed_at.is_(None)
    return conn.execute(sa.update(signup).where(mine).values(confirmed_at=now)).rowcount > 0


def forget(conn: sa.Connection, *, now: datetime) -> int:
    """Delete the sign-ups that have expired, with their links; return how many."""
    return conn.execute(sa.delete(signup).where(signup.c.expires_at <= now)).rowcount


def forget_person(conn: sa.Connection, keys: Sequence[str]) -> None:
    """Delete the sign-ups of some address keys, with their links."""
    conn.execute(sa.delete(signup).where(signup.c.email_key.in_(list(keys))))


def letters_asked(conn: sa.Connection, digest: str, purpose: str) -> tuple[int, datetime | None]:
    """Return how many letters of one kind an address was sent because somebody asked, and when the last."""
    his = (asked.c.hash == digest) & (asked.c.purpose == purpose)
    row = conn.execute(sa.select(asked.c.letters, asked.c.last_at).where(his)).first()
    return (row[0], row[1]) if row else (0, None)


def all_letters_asked(conn: sa.Connection, digest: str) -> list[dict[str, Any]]:
    """Return the same of every kind of letter, each with its purpose."""
    columns = sa.select(asked.c.purpose, asked.c.letters, asked.c.last_at)
    his = columns.where(asked.c.hash == digest).order_by(asked.c.purpose)
    return [dict(row) for row in conn.execute(his).mappings()]


def count_letter(conn: sa.Connection, digest: str, purpose: str, *, now: datetime) -> None:
    """Note that an address is sent one more such letter."""
    new = insert(conn, asked).values(hash=digest, purpose=purpose, letters=1, last_at=now)
    more = {"letters": asked.c.letters + 1, "last_at": now}
    conn.execute(new.on_conflict_do_update(index_elements=["hash", "purpose"], set_=more))


def forget_letters(
    conn: sa.Connection, *, before: datetime | None = None, digest: str = "", purpose: str = ""
) -> None:
    """Forget what was counted last before a moment, or of one address and purpose."""
    old = asked.c.last_at < before if before else (asked.c.hash == digest) & (asked.c.purpose == purpose)
    conn.execute(sa.delete(asked).where(old))


def _row(row: Any) -> SignupRow:
    number, email, key, wanted, language, source, words, ip, again, *moments = row
    choices: Mapping[str, dict[str, Any]] = json.loads(wanted)
    chosen = {name: Choice(**{**each, "topics": tuple(each["topics"])}) for name, each in choices.items()}
    return SignupRow(number, Signup(Email(email, key), chosen, language, source, words, ip, again), *moments)

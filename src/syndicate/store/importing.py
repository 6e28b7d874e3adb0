"""Queries: what a list brings, by the hundred thousand: look at a batch, write a batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final

import sqlalchemy as sa

from syndicate.model import Arrival, Consent, SubscriptionState, Suppression
from syndicate.store import suppressions
from syndicate.store.batches import KEYS, batched
from syndicate.store.bulk import Row, storing
from syndicate.store.choices import DEFAULT, before, number_of
from syndicate.store.consents import number_of_words
from syndicate.store.engine import Store
from syndicate.store.peopletables import consent, suppression
from syndicate.store.tables import subscriber, subscription

_BATCHES = 25  # batches after which the log is written to the database
AT_ONCE: Final = 500  # rows in one transaction: 25 ms, in which others that write wait
_ACTIVE = SubscriptionState.ACTIVE.value
_packed = json.JSONEncoder(ensure_ascii=False).encode


@contextmanager
def at_ease(store: Store) -> Iterator[Callable[[], None]]:
    """Let SQLite hold 96 MB of pages for the block; give what brings them to the database after a batch.

    Left alone it would do so within the commits, while others that write wait for their turn.
    """
    if store.dialect != "sqlite":
        yield lambda: None
        return
    had = _settings(store, {"cache_size": -98_304, "wal_autocheckpoint": 0})
    batches = count(1)

    def rest() -> None:
        if next(batches) % _BATCHES == 0:
            with store.read() as conn:
                conn.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").close()

    try:
        yield rest
    finally:
        _settings(store, had)


def _settings(store: Store, wanted: Mapping[str, int]) -> dict[str, int]:
    """Change settings of the connection that writes; return those that it had."""
    with store.write() as conn:
        had = {name: int(conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in wanted}
        for name, value in wanted.items():
            conn.exec_driver_sql(f"PRAGMA {name} = {value}").close()
    return had


Standings = Mapping[str, tuple[SubscriptionState, datetime]]  # by newsletter: the state, and since when


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the people in a batch.

    Of each, by his address key, his number and packed `extra`, and his subscriptions; of each suppressed
    address, by its hash, the reasons by newsletter.
    """

    persons: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    standings: Mapping[str, Standings] = field(default_factory=dict)
    suppressed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def look(conn: sa.Connection, keys: Collection[str], digests: Callable[[], Collection[str]]) -> Known:
    """Return what is known of the people with these address keys, and of these hashes of addresses.

    The hashes are only asked for where any address is suppressed.
    """
    persons: dict[str, tuple[int, str]] = {}
    standings: dict[str, dict[str, tuple[SubscriptionState, datetime]]] = {}
    for batch in batched(keys, KEYS):
        for key, number, extra, newsletter, state, began in conn.execute(_LOOK, {"keys": batch}):
            persons[key] = (number, extra)
            if newsletter is not None:
                standings.setdefault(key, {})[newsletter] = (SubscriptionState(state), began)
    found = suppressions.of(conn, digests()) if suppressions.any_there(conn) else {}
    suppressed = {each: {one.newsletter: one.reason for one in those} for each, those in found.items()}
    return Known(persons, standings, suppressed)


_LOOK = (
    sa.select(
        subscriber.c.email_key,
        subscriber.c.id,
        subscriber.c.extra,
        subscription.c.newsletter,
        subscription.c.state,
        subscription.c.started_at,
    )
    .join_from(subscriber, subscription, isouter=True)
    .where(subscriber.c.email_key.in_(sa.bindparam("keys", expanding=True)))
)


def every_key(conn: sa.Connection) -> Iterator[str]:
    """Give the address keys of all people; read it while `conn` is open."""
    yield from conn.scalars(sa.select(subscriber.c.email_key), execution_options={"yield_per": KEYS})


def taken_tokens(conn: sa.Connection, tokens: Collection[str]) -> set[str]:
    """Return which of these links are somebody's already."""
    found: set[str] = set()
    for batch in batched(tokens, KEYS):
        found.update(conn.scalars(_TAKEN, {"tokens": batch}))
    return found


_TAKEN = sa.select(subscription.c.token).where(
    subscription.c.token.in_(sa.bindparam("tokens", expanding=True))
)


@dataclass(slots=True)
class Changes:
    """What is to be written for a batch: new subscriptions with their people and consents, and the rest.

    `extras` are what else is known of people, by their numbers; `endings` whose subscriptions end, when, and
    by which consents, each of one newsletter.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    extras: dict[int, Mapping[str, str]] = field(default_factory=dict)
    endings: list[tuple[int, datetime, tuple[Consent, ...]]] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)


def write(conn: sa.Connection, changes: Changes, *, now: datetime, token: Callable[[], str]) -> None:
    """Write a batch down. What became visible from `now` on is due to who is new.

    A subscription that is there by now stays as it is, and so does a suppression.
    """
    _subscribe(conn, changes.arrivals, now=now, token=token)
    _join_extras(conn, changes.extras)
    for number, at, consents in changes.endings:
        _end(conn, number, consents, at=at)
    _suppress(conn, changes.suppressions)


def _subscribe(
    conn: sa.Connection, arrivals: Sequence[Arrival], *, now: datetime, token: Callable[[], str]
) -> None:
    stored = storing(conn)
    people: dict[str, Arrival] = {}
    for one in arrivals:
        people.setdefault(one.email.key, one)
    known = _persons(conn, people, stored(now))
    choices: dict[object, int] = {}
    after = stored(before(now))
    rows: list[Row] = []
    for one in arrivals:
        wanted = (
            one.newsletter if one.choice is DEFAULT else (one.newsletter, one.choice)
        )  # it is slow to hash
        if wanted not in choices:
            choices[wanted] = number_of(conn, one.newsletter, one.choice, now=now)
        paused = one.paused_until
        rows.append(
            (known[one.email.key], one.newsletter, one.state.value,
             one.token or token(), stored(one.started_at), stored(one.ended_at) if one.ended_at else None,
             choices[wanted], stored(before(paused)) if paused and paused > now else after,
             stored(paused) if paused else None, one.reason)
        )  # fmt: skip
    _insert(conn, subscription, _SUBSCRIPTION, rows, unique="(subscriber_id, newsletter)")
    _consent(conn, [(known[one.email.key], each) for one in arrivals for each in one.consents])


_SUBSCRIPTION = (
    *("subscriber_id", "newsletter", "state", "token", "started_at", "ended_at", "choice_id", "after_at"),
    *("paused_until", "reason"),
)
_PERSON = ("email", "email_key", "extra", "created_at")
_CONSENT = ("subscriber_id", "newsletter", "kind", "at", "source", "wording_id", "ip", "evidence")


def _persons(conn: sa.Connection, arrivals: Mapping[str, Arrival], now: object) -> dict[str, int]:
    """Return the numbers of people by their address keys; new ones are written down."""
    rows = [(one.email.address, key, _packed(dict(one.extra)), now) for key, one in arrivals.items()]
    _insert(conn, subscriber, _PERSON, rows, unique="(email_key)")
    numbers: dict[str, int] = {}
    for batch in batched(arrivals, KEYS):
        numbers.update(conn.execute(_NUMBERS, {"keys": batch}).all())
    return numbers


_NUMBERS = sa.select(subscriber.c.email_key, subscriber.c.id).where(
    subscriber.c.email_key.in_(sa.bindparam("keys", expanding=True))
)


def _consent(conn: sa.Connection, given: Iterable[tuple[int, Consent]]) -> None:
    stored, words = storing(conn), dict[str, int | None]()
    rows: list[Row] = []
    for number, one in given:
        if one.words not in words:
            words[one.words] = number_of_words(conn, one.words)
        evidence = _packed(one.evidence) if one.evidence else "{}"
        rows.append(
            (number, one.newsletter, one.kind, stored(one.at), one.source, words[one.words], one.ip, evidence)
        )
    _insert(conn, consent, _CONSENT, rows)


def _join_extras(conn: sa.Connection, extras: Mapping[int, Mapping[str, str]]) -> None:
    rows = [{"number": number, "packed": _packed(dict(extra))} for number, extra in extras.items()]
    if rows:
        conn.execute(_JOIN, rows)


_JOIN = (
    sa.update(subscriber)
    .where(subscriber.c.id == sa.bindparam("number"))
    .values(extra=sa.bindparam("packed"))
)


def _end(conn: sa.Connection, number: int, consents: Sequence[Consent], *, at: datetime) -> None:
    his = (subscription.c.subscriber_id == number) & (subscription.c.state == _ACTIVE)
    his &= subscription.c.newsletter.in_([one.newsletter for one in consents])
    ended = {"state": SubscriptionState.UNSUBSCRIBED.value, "ended_at": at}
    conn.execute(sa.update(subscription).where(his).values(ended))
    _consent(conn, [(number, one) for one in consents])


def _suppress(conn: sa.Connection, rows: Sequence[Suppression]) -> None:
    stored = storing(conn)
    values = [
        (one.hash, one.newsletter, one.email, one.reason, stored(one.at), _packed(one.evidence))
        for one in rows
    ]
    _insert(conn, suppression, _SUPPRESSION, values, unique="(hash, newsletter)")


_SUPPRESSION = ("hash", "newsletter", "email", "reason", "at", "evidence")


def _insert(
    conn: sa.Connection, table: sa.Table, names: Sequence[str], rows: list[Row], *, unique: str = ""
) -> None:
    """Insert rows by the driver itself; with `unique` those that are not there yet."""
    if not rows:
        return
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    otherwise = f" ON CONFLICT {unique} DO NOTHING" if unique else ""
    values: Any = ", ".join(mark for _ in names)
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}){otherwise}"  # noqa: S608
    conn.exec_driver_sql(statement, rows)

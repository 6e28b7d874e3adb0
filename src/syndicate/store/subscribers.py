"""Queries: persons and their choice for each newsletter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from syndicate.model import OPEN_STATES, DeliveryState, Email, Subscriber, SubscriptionState
from syndicate.store.batches import BATCH, batched, insert_missing
from syndicate.store.choices import WANTED, before, number_of, wanted_of
from syndicate.store.chunks import count, lock
from syndicate.store.leaving import end
from syndicate.store.peopletables import link
from syndicate.store.persons import hush
from syndicate.store.plain import Plain
from syndicate.store.tables import choice, delivery, subscriber, subscription

Added = Literal["added", "already", "unsubscribed"]
Person = tuple[Email, Mapping[str, str]]
_Row = tuple[str, str]  # a person's key and a newsletter


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an addition asks for, whoever is added."""

    newsletters: tuple[str, ...]
    now: datetime
    token: Callable[[], str]
    resubscribe: bool = False


def add(
    conn: sa.Connection,
    email: Email,
    newsletters: Sequence[str],
    *,
    now: datetime,
    token: Callable[[], str],
    extra: Mapping[str, str] | None = None,
    resubscribe: bool = False,
) -> dict[str, Added]:
    """Subscribe `email` to `newsletters`; return for each what came of it.

    "unsubscribed" means that he left it once and stays away, unless `resubscribe`, which says "added".
    `token` makes a random text for his unsubscribe link; it stays the same for ever. `extra` joins what
    is known of him.
    """
    wish = _Wish(tuple(dict.fromkeys(newsletters)), now, token, resubscribe)
    fates = _add(conn, [(email, extra or {})], wish)
    return {name: fates[(email.key, name)] for name in wish.newsletters}


def add_many(
    conn: sa.Connection,
    rows: Sequence[Person],
    newsletters: Sequence[str],
    *,
    now: datetime,
    token: Callable[[], str],
) -> dict[Added, int]:
    """Subscribe thousands in few statements; return how many pairs (person, newsletter) met which fate.

    Nobody who left is resubscribed. A person named twice in `rows` counts as "already" the second time,
    and what is said of him is joined.
    """
    wish = _Wish(tuple(dict.fromkeys(newsletters)), now, token)
    counts: Counter[Added] = Counter({"added": 0, "already": 0, "unsubscribed": 0})
    for batch in batched(rows):
        fates = _add(conn, batch, wish)
        counts.update(fates.values())
        counts["already"] += len(batch) * len(wish.newsletters) - len(fates)
    return dict(counts)


def _add(conn: sa.Connection, rows: Sequence[Person], wish: _Wish) -> dict[_Row, Added]:
    """Add at most a batch of persons with their subscriptions."""
    persons: dict[str, Person] = {}
    for email, extra in rows:
        first, known = persons.get(email.key, (email, {}))
        persons[email.key] = (first, {**known, **extra})
    ids = _save_persons(conn, persons, wish.now)
    states = _states(conn, ids, wish.newsletters)
    wanted = [(key, name) for key in persons for name in wish.newsletters]
    missing = [row for row in wanted if row not in states]
    _subscribe(conn, [(ids[key], name) for key, name in missing], wish)
    left = [row for row, state in states.items() if state == SubscriptionState.UNSUBSCRIBED]
    if wish.resubscribe:
        _resubscribe(conn, [(ids[key], name) for key, name in left], wish.now)
    fates: dict[_Row, Added] = dict.fromkeys(wanted, "already")
    fates.update(dict.fromkeys(missing, "added"))
    fates.update(dict.fromkeys(left, "added" if wish.resubscribe else "unsubscribed"))
    return fates


def _save_persons(conn: sa.Connection, persons: Mapping[str, Person], now: datetime) -> dict[str, int]:
    """Return each person's number; new ones are inserted, news of old ones are joined to `extra`."""
    rows = [
        {"email": email.address, "email_key": key, "extra": _packed(extra), "created_at": now}
        for key, (email, extra) in persons.items()
    ]
    insert_missing(conn, subscriber, rows, keys=["email_key"])
    columns = (subscriber.c.email_key, subscriber.c.id, subscriber.c.extra)
    found = sa.select(*columns).where(subscriber.c.email_key.in_(list(persons)))
    stored = conn.execute(found).all()
    news = []
    for key, number, packed in stored:
        joined = _packed({**json.loads(packed), **persons[key][1]})
        if joined != packed:
            news.append({"number": number, "joined": joined})
    if news:
        conn.execute(_SET_EXTRA, news)
    return {key: number for key, number, _ in stored}


_SET_EXTRA = (
    sa.update(subscriber)
    .where(subscriber.c.id == sa.bindparam("number"))
    .values(extra=sa.bindparam("joined"))
)


def _packed(extra: Mapping[str, str]) -> str:
    return json.dumps(dict(extra), ensure_ascii=False)


def _states(
    conn: sa.Connection, ids: Mapping[str, int], newsletters: Sequence[str]
) -> dict[_Row, SubscriptionState]:
    keys = {number: key for key, number in ids.items()}
    found = sa.select(subscription.c.subscriber_id, subscription.c.newsletter, subscription.c.state).where(
        subscription.c.subscriber_id.in_(list(keys)), subscription.c.newsletter.in_(newsletters)
    )
    return {(keys[number], name): SubscriptionState(state) for number, name, state in conn.execute(found)}


def _subscribe(conn: sa.Connection, pairs: Sequence[tuple[int, str]], wish: _Wish) -> None:
    choices = {name: number_of(conn, name, now=wish.now) for name in {name for _, name in pairs}}
    rows = [
        {
            "subscriber_id": number,
            "newsletter": name,
            "state": SubscriptionState.ACTIVE.value,
            "token": wish.token(),
            "started_at": wish.now,
            "choice_id": choices[name],
            "after_at": before(wish.now),
        }
        for number, name in pairs
    ]
    insert_missing(conn, subscription, rows, keys=["subscriber_id", "newsletter"])


def _resubscribe(conn: sa.Connection, pairs: Sequence[tuple[int, str]], now: datetime) -> None:
    if pairs:
        moments = {"moment": now, "after": before(now)}
        rows = [{"number": number, "name": name, **moments} for number, name in pairs]
        conn.execute(_RESUBSCRIBE, rows)


_RESUBSCRIBE = (
    sa.update(subscription)
    .where(
        subscription.c.subscriber_id == sa.bindparam("number"),
        subscription.c.newsletter == sa.bindparam("name"),
        subscription.c.state == SubscriptionState.UNSUBSCRIBED.value,
    )
    .values(
        state=SubscriptionState.ACTIVE.value,
        started_at=sa.bindparam("moment"),
        after_at=sa.bindparam("after"),
        ended_at=None,
        paused_until=None,
    )
)

_SUBSCRIBER = sa.select(
    subscriber.c.email,
    subscription.c.newsletter,
    subscription.c.state,
    subscription.c.token,
    subscription.c.started_at,
    subscription.c.ended_at,
    subscriber.c.extra,
    subscription.c.paused_until,
    subscription.c.reason,
    *WANTED,
)
_SUBSCRIBER = _SUBSCRIBER.join_from(subscriber, subscription).join(choice)


def subscribers(conn: sa.Connection, newsletter: str | None = None) -> Iterator[Subscriber]:
    """Give every subscription, or one newsletter's, by address; read it while `conn` is open."""
    statement = _SUBSCRIBER.order_by(subscriber.c.email_key, subscription.c.newsletter)
    if newsletter is not None:
        statement = statement.where(subscription.c.newsletter == newsletter)
    for row in conn.execute(statement, execution_options={"yield_per": BATCH}):
        yield _subscriber(row)


def _subscriber(row: Any) -> Subscriber:
    email, newsletter, state, token, started_at, ended_at, extra, paused_until, reason, *said = row
    return Subscriber(
        email,
        newsletter,
        SubscriptionState(state),
        token,
        started_at,
        ended_at,
        json.loads(extra),
        wanted_of(said),
        paused_until,
        reason,
    )


def of_person(conn: sa.Connection, key: str) -> list[Subscriber]:
    """Return the subscriptions of the person with the address key `key`, by newsletter."""
    his = _SUBSCRIBER.where(subscriber.c.email_key == key).order_by(subscription.c.newsletter)
    return [_subscriber(row) for row in conn.execute(his)]


def count_active(conn: sa.Connection, newsletter: str) -> int:
    """Return how many persons the next edition of `newsletter` goes to."""
    statement = (
        sa.select(sa.func.count())
        .select_from(subscription)
        .where(
            subscription.c.newsletter == newsletter, subscription.c.state == SubscriptionState.ACTIVE.value
        )
    )
    return conn.scalar(statement) or 0


def audiences(conn: sa.Connection) -> dict[str, int]:
    """Return how many persons are subscribed to each newsletter that has any, also those long gone."""
    statement = (
        sa.select(subscription.c.newsletter, sa.func.count())
        .where(subscription.c.state == SubscriptionState.ACTIVE.value)
        .group_by(subscription.c.newsletter)
    )
    return dict(conn.execute(statement).all())


def audiences_at(conn: sa.Connection, domains: Collection[str]) -> dict[str, dict[str, int]]:
    """Return how many persons with an address at each of `domains` are subscribed to each newsletter."""
    if not domains:
        return {}
    cases = [(subscriber.c.email_key.like(f"%@{domain}"), domain) for domain in sorted(domains)]
    domain = sa.case(*cases).label("domain")
    statement = (
        sa.select(subscription.c.newsletter, domain, sa.func.count())
        .join_from(subscription, subscriber)
        .where(subscription.c.state == SubscriptionState.ACTIVE.value)
        .where(sa.or_(*(condition for condition, _ in cases)))
        .group_by(subscription.c.newsletter, domain)
    )
    counts: dict[str, dict[str, int]] = {}
    for newsletter, name, number in conn.execute(statement):
        counts.setdefault(newsletter, {})[name] = number
    return counts


def by_token(conn: sa.Connection, token: str) -> Subscriber | None:
    """Return the subscription whose links carry `token`, or did before it was joined with another."""
    row = conn.execute(_SUBSCRIBER.where(subscription.c.token == token)).first()
    if row is None:
        former = sa.select(link.c.subscription_id).where(link.c.token == token).scalar_subquery()
        row = conn.execute(_SUBSCRIBER.where(subscription.c.id == former)).first()
    return _subscriber(row) if row else None


def unsubscribe(conn: sa.Connection, token: str, *, now: datetime) -> bool:
    """End the subscription of `token`; True where it is known, also when it had ended before.

    Once the transaction is committed, no attempt to send him this newsletter begins.
    """
    return end(conn, token, now=now) is not None or by_token(conn, token) is not None


def remove(conn: sa.Connection, key: str, *, now: datetime) -> bool:
    """Delete the person with the address key `key` and his choices; False where nobody has it.

    What waits to be sent to him is skipped, a letter under way ends by itself; the deliveries stay, nameless,
    so that sums still hold, and so do relays' words without his address.
    """
    number = conn.scalar(sa.select(subscriber.c.id).where(subscriber.c.email_key == key).with_for_update())
    if number is None:
        return False
    plain = Plain(conn.connection.dbapi_connection, conn.dialect)
    chunks = _chunks_of(conn, number)
    lock(plain, chunks)
    his = delivery.c.subscriber_id == number
    states = [state.value for state in OPEN_STATES if state is not DeliveryState.SENDING]
    skip: dict[str, Any] = {"state": DeliveryState.SKIPPED.value, "reply": "removed", "code": None}
    skip |= {"due_at": None, "changed_at": now}
    conn.execute(sa.update(delivery).where(his, delivery.c.state.in_(states)).values(skip))
    hush(conn, number)
    conn.execute(sa.update(delivery).where(his).values(subscriber_id=None, email="", token=""))
    count(plain, chunks)
    conn.execute(sa.delete(subscription).where(subscription.c.subscriber_id == number))
    conn.execute(sa.delete(subscriber).where(subscriber.c.id == number))
    return True


def _chunks_of(conn: sa.Connection, number: int) -> list[int]:
    """Return the chunks with letters to a person that may still leave: the others' sums stay as they are."""
    his = sa.select(delivery.c.chunk_id).where(delivery.c.subscriber_id == number)
    return list(conn.scalars(his.where(delivery.c.state.in_([state.value for state in OPEN_STATES]))))


def number_of_person(conn: sa.Connection, key: str) -> int | None:
    """Return the number of the person with the address key `key`, None where nobody has it."""
    return conn.scalar(sa.select(subscriber.c.id).where(subscriber.c.email_key == key))

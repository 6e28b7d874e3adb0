"""Steps that fill a store for its contract tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa

from syndicate.model import (
    ArticleRecord,
    ArticleState,
    Attempt,
    Chunk,
    DeliveryState,
    Edition,
    Email,
    Rendition,
    Settled,
)
from syndicate.store import articles, editions, folders, subscribers
from syndicate.store.editions import Frozen
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import attempt, delivery, edition

NOW = datetime(2026, 11, 23, 7, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def tokens(prefix: str = "token") -> Callable[[], str]:
    """Return a maker of distinct tokens that a test can foresee."""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def email(name: str) -> Email:
    """Return a checked address for `name`."""
    return Email(address=f"{name}@Example.org", key=f"{name}@example.org".lower())


def a_record(
    name: str,
    *,
    slug: str = "",
    state: ArticleState = ArticleState.PRESENT,
    published: datetime = NOW,
    **fields: Any,
) -> ArticleRecord:
    """Return what is remembered of the article in `name`.md."""
    record = ArticleRecord(
        id=f"urn:{name}",
        path=f"{name}.md",
        slug=slug or name,
        fingerprint=f"text-of-{name}.rest",
        state=state,
        first_seen_at=NOW,
        floor_at=datetime(1970, 1, 1, tzinfo=UTC),
        undated_at=NOW - MINUTE,
        title=f"Title of {name}",
        language="id",
        published_at=published,
        updated_at=published,
        visible_at=published,
        address=f"/articles/{slug or name}/",
    )
    return replace(record, **fields)


def articles_are_known(store: Store, *names: str) -> None:
    """Let the store know articles of these names."""
    records_are_known(store, *(a_record(name) for name in names))


def records_are_known(store: Store, *records: ArticleRecord, tags: Mapping[str, str] | None = None) -> None:
    """Let the store know these articles; `tags` of all, folder -> tag."""
    with store.write() as conn:
        articles.save_records(conn, records)
        folders.save(conn, [(record, tags or {}) for record in records])


def people_subscribe(store: Store, names: Sequence[str], *newsletters: str) -> None:
    """Subscribe `names`, with the token "NAME-NEWSLETTER" each."""
    with store.write() as conn:
        for name in names:
            links = iter([f"{name}-{newsletter}" for newsletter in newsletters])
            subscribers.add(conn, email(name), newsletters, now=NOW, token=links.__next__)


def a_crowd_subscribes(store: Store, size: int) -> None:
    """Subscribe p0000, p0001, … to the daily newsletter, with the tokens token-1, token-2, …"""
    rows: list[tuple[Email, Mapping[str, str]]] = [(email(f"p{number:04}"), {}) for number in range(size)]
    with store.write() as conn:
        subscribers.add_many(conn, rows, ["daily"], now=NOW, token=tokens())


def edition_is_frozen(
    store: Store,
    newsletter: str = "daily",
    occasion: str = "2026-11-23",
    *,
    holds: Sequence[str] = (),
    stale_at: datetime | None = None,
    uid: str = "",
) -> Frozen | None:
    """Freeze an edition of the articles `holds`; None where it was frozen before."""
    one = Edition(uid or f"uid of {newsletter} {occasion}", newsletter, occasion, NOW, NOW, stale_at)
    letter = Rendition("id", "Kabar", b"Halo,\r\n", tuple(f"urn:{name}" for name in holds))
    with store.write() as conn:
        return editions.freeze(conn, one, [letter], now=NOW)


def edition_is(store: Store, state: str, reason: str = "", *, number: int = 1) -> None:
    """Give an edition another state, as the operator's commands do."""
    with store.write() as conn:
        conn.execute(sa.update(edition).where(edition.c.id == number).values(state=state, reason=reason))


def one_leaves(store: Store, token: str) -> None:
    """Let the person with this link unsubscribe."""
    with store.write() as conn:
        assert subscribers.unsubscribe(conn, token, now=NOW)


def taken(outbox: StoreOutbox, *, now: datetime = NOW) -> Chunk:
    """Take the next chunk, which must be there."""
    chunk = outbox.take(now=now)
    assert chunk is not None
    return chunk


def begun(outbox: StoreOutbox, count: int = 500, *, now: datetime = NOW) -> tuple[Chunk, list[Attempt]]:
    """Take the next chunk and begin the first `count` attempts of it."""
    chunk = taken(outbox, now=now)
    return chunk, list(outbox.exchange([], chunk.waiting[:count], now=now).attempts)


def settled(attempt: Attempt, state: DeliveryState, *, due_at: datetime | None = NOW) -> Settled:
    """Return what the ledger writes for `attempt`."""
    return Settled(attempt, state, due_at, code=250, reply="2.0.0 taken")


def sent(attempts: Sequence[Attempt]) -> list[Settled]:
    """Return what the ledger writes for letters that a relay took."""
    return [settled(one, DeliveryState.SENT) for one in attempts]


def names(attempts: Sequence[Attempt]) -> list[str]:
    """Return the people the attempts go to."""
    return [one.email.partition("@")[0] for one in attempts]


def ledger(store: Store) -> list[tuple[str, str, int, str | None]]:
    """Return (address, state, attempts, reply) of every delivery, in the order they were queued."""
    columns = (delivery.c.email, delivery.c.state, delivery.c.attempts, delivery.c.reply)
    with store.read() as conn:
        return list(conn.execute(sa.select(*columns).order_by(delivery.c.id)))


def states(store: Store) -> list[str]:
    """Return the state of every delivery, in the order they were queued."""
    return [state for _, state, _, _ in ledger(store)]


def notes(store: Store) -> list[tuple[int, int, str, str | None]]:
    """Return (delivery, number, state, reply) of every attempt that is noted."""
    columns = (attempt.c.delivery_id, attempt.c.number, attempt.c.state, attempt.c.reply)
    with store.read() as conn:
        return list(conn.execute(sa.select(*columns).order_by(attempt.c.id)))

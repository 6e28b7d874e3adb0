"""Queries: what hubs are to be told of, one row for each hub and document."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.store.batches import batched, insert
from syndicate.store.tables import ping


@dataclass(frozen=True, slots=True)
class Ping:
    """That `hub` is to be told of the document `topic`, for which it was tried `attempts` times.

    `changes` tells how often the document changed, `noted_at` when it did last; `due_at` is None where the
    hub is told no more until the next change, `answer` says what it answered last.
    """

    hub: str
    topic: str
    changes: int
    noted_at: datetime
    due_at: datetime | None
    attempts: int = 0
    tried_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class HubStanding:
    """How a hub stands: how many documents wait for it, how many it refused, and its latest complaint."""

    hub: str
    waiting: int
    refused: int
    next_at: datetime | None
    tried_at: datetime | None
    answer: str


def note(conn: sa.Connection, hub: str, topics: Iterable[str], *, now: datetime) -> None:
    """Note that each of `topics` changed, so that `hub` is to be told of it; many changes are one.

    One that the hub put off keeps its time and its attempts; one that was given up begins anew.
    """
    added = insert(conn, ping)
    waits = ping.c.due_at.is_not(None)
    changed = {
        "changes": ping.c.changes + 1,
        "noted_at": now,
        "due_at": sa.func.coalesce(ping.c.due_at, now),
        "attempts": sa.case((waits, ping.c.attempts), else_=0),
    }
    for batch in batched(dict.fromkeys(topics)):
        rows = [{"hub": hub, "topic": one, "changes": 1, "noted_at": now, "due_at": now} for one in batch]
        conn.execute(added.on_conflict_do_update(index_elements=["hub", "topic"], set_=changed), rows)


def due(conn: sa.Connection, hub: str, *, now: datetime) -> list[Ping]:
    """Return what `hub` is to be told at `now`: the main feed's documents, which lie highest, first."""
    rows = conn.execute(sa.select(ping).where(ping.c.hub == hub, ping.c.due_at <= now))
    return sorted((Ping(*row) for row in rows), key=lambda one: (one.topic.count("/"), one.topic))


def next_due(conn: sa.Connection, hubs: Collection[str]) -> datetime | None:
    """Return when one of `hubs` is to be told of something, None where nothing waits."""
    waiting = sa.select(ping.c.due_at).where(ping.c.hub.in_(list(hubs)), ping.c.due_at.is_not(None))
    return conn.scalars(waiting.order_by(ping.c.due_at).limit(1)).first()


def told(conn: sa.Connection, one: Ping) -> None:
    """Note that a hub took `one`; where its document has changed since, it is to be told again."""
    conn.execute(sa.delete(ping).where(*_as_it_was(one)))
    conn.execute(sa.update(ping).where(*_same(one)).values(attempts=0, answer=""))


def not_told(conn: sa.Connection, one: Ping, *, due_at: datetime | None, answer: str, now: datetime) -> None:
    """Note that a hub did not take `one`, which is due again at `due_at`; None gives it up.

    What has changed since is not given up: it is to be told at once.
    """
    tried = {"attempts": one.attempts + 1, "tried_at": now, "answer": answer}
    again = sa.case((sa.and_(*_as_it_was(one)), due_at), else_=due_at or now)
    conn.execute(sa.update(ping).where(*_same(one)).values(due_at=again, **tried))


def put_off(conn: sa.Connection, hub: str, *, until: datetime) -> None:
    """Have `hub` told of nothing before `until`."""
    waiting = (ping.c.hub == hub) & (ping.c.due_at < until)
    conn.execute(sa.update(ping).where(waiting).values(due_at=until))


def forget(conn: sa.Connection, *, hubs: Collection[str], before: datetime) -> None:
    """Forget what other hubs than `hubs` were to be told, and what was given up `before`."""
    old = ping.c.due_at.is_(None) & (ping.c.noted_at < before)
    conn.execute(sa.delete(ping).where(ping.c.hub.not_in(list(hubs)) | old))


def standings(conn: sa.Connection) -> list[HubStanding]:
    """Return how each hub stands that has something to be told or has refused something, by its address."""
    rows = [Ping(*row) for row in conn.execute(sa.select(ping).order_by(ping.c.hub, ping.c.topic))]
    return [
        _standing(hub, [one for one in rows if one.hub == hub])
        for hub in dict.fromkeys(one.hub for one in rows)
    ]


def _standing(hub: str, his: list[Ping]) -> HubStanding:
    tried = [one for one in his if one.tried_at]
    last = max(tried, key=lambda one: one.tried_at or one.noted_at, default=None)
    waiting = [one.due_at for one in his if one.due_at]
    return HubStanding(
        hub=hub,
        waiting=len(waiting),
        refused=len(his) - len(waiting),
        next_at=min(waiting, default=None),
        tried_at=last.tried_at if last else None,
        answer=last.answer if last else "",
    )


def _same(one: Ping) -> tuple[sa.ColumnElement[bool], ...]:
    return ping.c.hub == one.hub, ping.c.topic == one.topic


def _as_it_was(one: Ping) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is true of `one` while its document has not changed since it was read."""
    return *_same(one), ping.c.changes == one.changes

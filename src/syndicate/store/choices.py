"""Queries: what subscribers choose of a newsletter; those who want the same share a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from syndicate.model import Choice, Chosen, SubscriptionState
from syndicate.store.batches import insert
from syndicate.store.tables import choice, subscriber, subscription

WANTED = (
    choice.c.frequency,
    choice.c.zone,
    choice.c.at,
    choice.c.language,
    choice.c.topics,
    choice.c.pictures,
)
_COLUMNS = (choice.c.id, *WANTED, choice.c.created_at, choice.c.occasion, choice.c.covered_at)
_KEYS = ("newsletter", "frequency", "zone", "at", "language", "topics", "pictures")
DEFAULT = Choice()
_TICK = timedelta(microseconds=1)


def chosen(conn: sa.Connection, newsletter: str) -> list[Chosen]:
    """Return every choice that subscribers of `newsletter` ever made, the oldest first."""
    rows = conn.execute(sa.select(*_COLUMNS).where(choice.c.newsletter == newsletter).order_by(choice.c.id))
    return [_chosen(row) for row in rows]


def last_covered(conn: sa.Connection) -> datetime | None:
    """Return the latest moment up to which some newsletter has brought what was new, None for none."""
    last: datetime | None = conn.scalar(sa.select(sa.func.max(choice.c.covered_at)))
    return last


def number_of(conn: sa.Connection, newsletter: str, wanted: Choice = DEFAULT, *, now: datetime) -> int:
    """Return the number of a choice; one that nobody made before is written down."""
    values = _values(newsletter, wanted)
    found = sa.select(choice.c.id).where(*(choice.c[name] == values[name] for name in _KEYS))
    number = conn.scalar(found)
    if number is None:
        new = insert(conn, choice).values(**values, created_at=now)
        conn.execute(new.on_conflict_do_nothing(index_elements=_KEYS))
        number = conn.execute(found).scalar_one()
    return int(number)


def choice_of(conn: sa.Connection, key: str, newsletter: str) -> tuple[Chosen, int] | None:
    """Return the choice of the person with the address key `key`, and the number of his subscription.

    None where he is not subscribed.
    """
    his = _subscription(key, newsletter, *_COLUMNS, subscription.c.id)
    row = conn.execute(his.join(choice, choice.c.id == subscription.c.choice_id)).first()
    return (_chosen(row[:-1]), row[-1]) if row else None


def choose(conn: sa.Connection, key: str, newsletter: str, wanted: Choice, *, now: datetime) -> bool:
    """Give a person another choice from now on; False where he is not subscribed.

    What is due to him does not change by how often or when he gets it. By other topics or another language
    it does: then all since his start counts, but what he had. Who came by a list starts when he came here.
    """
    row = conn.execute(_subscription(key, newsletter, *_HIS)).first()
    if row is None:
        return False
    number = number_of(conn, newsletter, wanted, now=now)
    had = _chosen(conn.execute(sa.select(*_COLUMNS).where(choice.c.id == row.choice_id)).one())
    if number != had.id:
        start = before(max(row.started_at, row.created_at, row.paused_until or row.started_at))
        same = (had.choice.topics, had.choice.language) == (wanted.topics, wanted.language)
        after = max(start, row.after_at or had.covered_at or start) if same else start
        _set(conn, row.id, {"choice_id": number, "after_at": after})
    return True


def before(moment: datetime) -> datetime:
    """Return the moment after which all counts that became new at `moment`: articles have whole seconds."""
    return moment.replace(microsecond=0) - _TICK


def pause(conn: sa.Connection, key: str, newsletter: str, *, until: datetime) -> bool:
    """Send a person nothing until that moment, which is his new start; False where he is not subscribed.

    A moment that has passed ends a pause.
    """
    row = conn.execute(_subscription(key, newsletter, *_HIS)).first()
    if row is not None:
        _set(conn, row.id, {"paused_until": until, "after_at": before(until)})
    return row is not None


def decide(
    conn: sa.Connection, numbers: Iterable[int], occasion: str, covered: Mapping[int, datetime | None]
) -> None:
    """Remember that `occasion` was decided for choices, "" for none, and what is `covered` now."""
    rows = [{"number": one, "text": occasion, "moment": covered.get(one)} for one in numbers]
    if rows:
        conn.execute(_DECIDE, rows)


_DECIDE = (
    sa.update(choice)
    .where(choice.c.id == sa.bindparam("number"))
    .values(
        occasion=sa.case(
            (sa.bindparam("text", type_=sa.Text) != "", sa.bindparam("text")), else_=choice.c.occasion
        ),
        covered_at=sa.func.coalesce(
            sa.bindparam("moment", type_=choice.c.covered_at.type), choice.c.covered_at
        ),
    )
)
_HIS = (
    *(subscription.c.id, subscription.c.choice_id, subscription.c.started_at),
    *(subscription.c.after_at, subscription.c.paused_until, subscriber.c.created_at),
)


def _subscription(key: str, newsletter: str, *columns: sa.Column[Any]) -> sa.Select[Any]:
    people = sa.select(*columns).select_from(subscription)
    return people.join(subscriber, subscriber.c.id == subscription.c.subscriber_id).where(
        subscriber.c.email_key == key,
        subscription.c.newsletter == newsletter,
        subscription.c.state == SubscriptionState.ACTIVE.value,
    )


def _set(conn: sa.Connection, number: int, values: Mapping[str, object]) -> None:
    conn.execute(sa.update(subscription).where(subscription.c.id == number).values(**values))


def _values(newsletter: str, wanted: Choice) -> dict[str, Any]:
    topics = json.dumps(sorted(wanted.topics), ensure_ascii=False) if wanted.topics else ""
    return {
        "newsletter": newsletter,
        "frequency": wanted.frequency,
        "zone": wanted.zone,
        "at": wanted.at,
        "language": wanted.language,
        "topics": topics,
        "pictures": wanted.pictures,
    }


def _chosen(row: Any) -> Chosen:
    number, *said, created_at, occasion, covered_at = row
    return Chosen(number, wanted_of(said), created_at, occasion, covered_at)


def wanted_of(said: Sequence[Any]) -> Choice:
    """Return the choice that a row of the columns `WANTED` holds."""
    frequency, zone, at, language, topics, pictures = said
    return Choice(frequency, zone, at, language, tuple(json.loads(topics or "[]")), bool(pictures))

"""Queries: what the operator was told, one for each cause, matter and day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from syndicate.model import Alert
from syndicate.store.batches import insert
from syndicate.store.tables import alert


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as it was raised; `posted_at` is when the webhook took it."""

    id: int
    cause: str
    about: str
    message: str
    raised_at: datetime
    posted_at: datetime | None


def day_key(one: Alert, now: datetime) -> str:
    """Return the text that one alert of this cause and matter has on a day in UTC."""
    return f"{now.astimezone(UTC):%Y-%m-%d}/{one.cause}/{one.about}"


def add(conn: sa.Connection, one: Alert, *, now: datetime) -> bool:
    """Remember that the operator is told; False where he was told of this cause and matter today."""
    row = {"key": day_key(one, now), "cause": one.cause, "message": one.message, "raised_at": now}
    statement = insert(conn, alert).values(row).on_conflict_do_nothing(index_elements=["key"])
    return conn.execute(statement.returning(alert.c.id)).scalar_one_or_none() is not None


def was_told(conn: sa.Connection, one: Alert) -> bool:
    """Tell whether an alert of this cause ever said the same words."""
    same = sa.select(alert.c.id).where(alert.c.cause == one.cause, alert.c.message == one.message)
    return conn.execute(same.limit(1)).first() is not None


_TOLD = sa.select(
    alert.c.id, alert.c.key, alert.c.cause, alert.c.message, alert.c.raised_at, alert.c.posted_at
)


def latest(conn: sa.Connection, *, limit: int = 10) -> list[Told]:
    """Return what the operator was told last, newest first."""
    return _rows(conn, _TOLD.order_by(alert.c.id.desc()).limit(limit))


def unposted(conn: sa.Connection, *, since: datetime, limit: int = 20) -> list[Told]:
    """Return the alerts raised from `since` on that the webhook has not taken, oldest first."""
    waiting = _TOLD.where(alert.c.posted_at.is_(None), alert.c.raised_at >= since)
    return _rows(conn, waiting.order_by(alert.c.id).limit(limit))


def mark_posted(conn: sa.Connection, ids: Collection[int], *, now: datetime) -> None:
    """Remember that the webhook took these alerts."""
    conn.execute(sa.update(alert).where(alert.c.id.in_(list(ids))).values(posted_at=now))


def _rows(conn: sa.Connection, statement: sa.Select[int, str, str, str, datetime, datetime]) -> list[Told]:
    return [
        Told(number, cause, key.split("/", 2)[2], message, raised_at, posted_at)
        for number, key, cause, message, raised_at, posted_at in conn.execute(statement)
    ]

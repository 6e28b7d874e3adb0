"""Many rows at once by the driver itself: for what is written and read by the hundred thousand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Row = tuple[Any, ...]
_ROOM = -65_536  # kilobytes, as SQLite writes it


def put(
    conn: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], *, keys: Collection[str]
) -> None:
    """Insert `rows` of the columns `names`; one with the same `keys` gets the other values.

    Moments must be as `storing` makes them.
    """
    if not rows:
        return
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    action = f"DO UPDATE SET {others}" if others else "DO NOTHING"
    statement = (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(mark for _ in names)}) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) {action}"
    )
    conn.exec_driver_sql(statement, list(rows))


@contextmanager
def roomy(conn: sa.Connection) -> Iterator[None]:
    """Let SQLite hold 64 MB of pages for the block, so that rows in no order find their pages in memory."""
    if conn.dialect.name != "sqlite":
        yield
        return
    before = conn.exec_driver_sql("PRAGMA cache_size").scalar_one()
    conn.exec_driver_sql(f"PRAGMA cache_size = {_ROOM}")
    try:
        yield
    finally:
        conn.exec_driver_sql(f"PRAGMA cache_size = {before}")
        conn.exec_driver_sql("PRAGMA shrink_memory")


def raw(conn: sa.Connection, statement: sa.Select[Any]) -> Iterable[Row]:
    """Return the rows of `statement` as the driver gives them: moments and booleans are not converted."""
    cursor = conn.execute(statement).cursor
    assert cursor is not None  # noqa: S101 a SELECT has one
    rows: Iterable[Row] = cursor.fetchall()
    return rows


def storing(conn: sa.Connection) -> Callable[[datetime | None], object]:
    """Return what makes of a moment what the driver of `conn` takes for a column of `tables.UtcDateTime`."""
    return _text if conn.dialect.name == "sqlite" else _as_it_is


@lru_cache(maxsize=4096)
def _text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")[:26]


def _as_it_is(moment: datetime | None) -> datetime | None:
    return moment

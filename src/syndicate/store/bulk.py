"""Many rows at once by the driver itself: for what is written and read by the hundred thousand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Row = tuple[Any, ...]


def put(
    conn: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row], *, keys: Collection[str]
) -> None:
    """Insert `rows` of the columns `names`; one with the same `keys` gets the other values.

    Moments must be as `stored` returns them.
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


def raw(conn: sa.Connection, statement: sa.Select[Any]) -> Iterable[Row]:
    """Return the rows of `statement` as the driver gives them: moments and booleans are not converted."""
    cursor = conn.execute(statement).cursor
    assert cursor is not None  # noqa: S101 a SELECT has one
    rows: Iterable[Row] = cursor.fetchall()
    return rows


def stored(conn: sa.Connection, moment: datetime | None) -> object:
    """Return `moment` as the driver of `conn` takes it for a column of `tables.UtcDateTime`."""
    if moment is None or conn.dialect.name != "sqlite":
        return moment
    return _text(moment)


@lru_cache(maxsize=4096)
def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")

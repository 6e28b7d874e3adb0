"""Statements over many rows: upserts on both databases, and key lists cut to what a statement takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

BATCH = 250  # rows for one short transaction: 50 ms beside a send on a busy machine
KEYS = 5000  # keys in one IN list; SQLite takes 32766 parameters, PostgreSQL 65535

T = TypeVar("T")


def batched(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Give `items` in lists of at most `size`, in order."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def insert(conn: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT INTO `table` that knows ON CONFLICT, for the database of `conn`."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(
    conn: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]], *, keys: Collection[str]
) -> None:
    """Insert `rows`; where one with the same `keys` is there, give it the other values."""
    if not rows:
        return
    statement = insert(conn, table)
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=others), rows)


def insert_missing(
    conn: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]], *, keys: Collection[str]
) -> None:
    """Insert those of `rows` whose `keys` are not there yet."""
    if rows:
        conn.execute(insert(conn, table).on_conflict_do_nothing(index_elements=list(keys)), rows)

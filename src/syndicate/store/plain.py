"""Plain SQL for the hot path: a driver's connection without SQLAlchemy's share of each statement."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from syndicate.store.tables import UtcDateTime


@lru_cache(maxsize=8)
def _processors(dialect: sa.Dialect) -> tuple[Any, Any]:
    """Return what encodes moments for this database and what decodes them; finding out takes 30 µs."""
    stored = UtcDateTime().dialect_impl(dialect)
    return stored.bind_processor(dialect), stored.result_processor(dialect, None)


class Plain:
    """A connection that takes SQL with question marks, and moments as the tables store them.

    Outside `transaction` each statement is a transaction of its own on SQLite; PostgreSQL's needs one.
    """

    def __init__(self, raw: Any, dialect: sa.Dialect) -> None:
        self._raw = raw
        self.kind = dialect.name
        self._encode, self._decode = _processors(dialect)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin a write transaction; it is committed and on disk when the block ends well."""
        if self.kind == "sqlite":
            self._raw.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._raw.commit()
        except BaseException:
            self._raw.rollback()
            raise

    def encode(self, moment: datetime | None) -> object:
        return self._encode(moment) if self._encode else moment

    def decode(self, stored: object) -> datetime | None:
        return None if stored is None else self.moment(stored)

    def moment(self, stored: object) -> datetime:
        """Return what a column that is never null holds."""
        moment = self._decode(stored) if self._decode else stored
        if not isinstance(moment, datetime):
            raise TypeError(f"{stored!r} is not a moment")
        return moment

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        return list(self.run(statement, values).fetchall())

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """Run one INSERT, UPDATE or DELETE; return how many rows it met."""
        return int(self.run(statement, values).rowcount)

    def change_each(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each of `rows`."""
        cursor = self._raw.cursor()
        cursor.executemany(_marked(self.kind, statement), [self._encoded(row) for row in rows])

    def run(self, statement: str, values: Sequence[object]) -> Any:
        return self._raw.execute(_marked(self.kind, statement), self._encoded(values))

    def _encoded(self, values: Sequence[object]) -> tuple[object, ...]:
        return tuple([self.encode(value) if isinstance(value, datetime) else value for value in values])


def _marked(kind: str, statement: str) -> str:
    return statement if kind == "sqlite" else statement.replace("?", "%s")


def among(numbers: Collection[int]) -> str:
    """Return the numbers of rows as the right side of IN or NOT IN; no row has the number 0."""
    return f"({','.join(map(str, sorted(numbers))) or '0'})"

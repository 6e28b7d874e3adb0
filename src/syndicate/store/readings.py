"""Queries: the caches of what files said of themselves and of the texts that were shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple

import sqlalchemy as sa

from syndicate.store.batches import KEYS, batched
from syndicate.store.bulk import put, raw
from syndicate.store.tables import body, crosslink, parsed

Stamp = tuple[int, int, bool]  # size, time in nanoseconds, whether a .meta file is beside it
_MOST_KEYS = 20_000


class HeadRow(NamedTuple):
    """What a file said, as it is stored; `payload` and `faults` are texts that this room does not read.

    Its fields are in the order of the table's columns. A tuple, because it is made for every file.
    """

    path: str
    size: int
    mtime_ns: int
    meta: bool
    version: str
    section: str = ""
    dated: bool = False
    payload: str | None = None
    faults: str | None = None


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A text that was shown, as it is stored. `others` marks files it hangs on beside its own."""

    path: str
    size: int
    mtime_ns: int
    version: str
    others: str
    payload: str | None = None
    faults: str | None = None


@dataclass(frozen=True, slots=True)
class Stamps:
    """Size and time of each file when it was last read, and which of them are to be read again anyway."""

    of: dict[str, Stamp]
    again: frozenset[str]


def stamps(conn: sa.Connection, version: str) -> Stamps:
    """Return what is known of every file's size and time; one that another `version` read is read again."""
    columns = (parsed.c.path, parsed.c.size, parsed.c.mtime_ns, parsed.c.meta, parsed.c.version)
    known: dict[str, Stamp] = {}
    again: list[str] = []
    for path, size, at, meta, by in raw(conn, sa.select(*columns)):
        known[path] = (size, at, bool(meta))
        if by != version:
            again.append(path)
    return Stamps(known, frozenset(again))


def stamps_of(conn: sa.Connection, paths: Collection[str]) -> Stamps:
    """Return the same for `paths` alone; whoever read them."""
    columns = sa.select(parsed.c.path, parsed.c.size, parsed.c.mtime_ns, parsed.c.meta)
    known: dict[str, Stamp] = {}
    for batch in batched(paths, KEYS):
        rows = raw(conn, columns.where(parsed.c.path.in_(batch)))
        known.update((path, (size, at, bool(meta))) for path, size, at, meta in rows)
    return Stamps(known, frozenset())


def heads(conn: sa.Connection, paths: Collection[str]) -> dict[str, str]:
    """Return the last good reading of those of `paths` that have one."""
    found: dict[str, str] = {}
    columns = sa.select(parsed.c.path, parsed.c.payload).where(parsed.c.payload.is_not(None))
    if len(paths) > _MOST_KEYS:
        wanted = set(paths)
        return {path: payload for path, payload in raw(conn, columns) if path in wanted}
    for batch in batched(paths, KEYS):
        found.update((path, text) for path, text in raw(conn, columns.where(parsed.c.path.in_(batch))))
    return found


def dated_sections(conn: sa.Connection) -> frozenset[str]:
    """Return the sections that hold a file with a date of its own."""
    return frozenset(conn.scalars(sa.select(parsed.c.section).where(parsed.c.dated).distinct()))


def in_sections(conn: sa.Connection, sections: Collection[str]) -> list[str]:
    """Return the paths of all files in `sections`."""
    found: list[str] = []
    for batch in batched(sections, KEYS):
        found += conn.scalars(sa.select(parsed.c.path).where(parsed.c.section.in_(batch)))
    return found


def save_heads(conn: sa.Connection, rows: Sequence[HeadRow]) -> None:
    """Remember `rows`, each in place of an older one of the same path."""
    names = tuple(column.name for column in parsed.columns)
    put(conn, parsed, names, rows, keys=["path"])


def head_faults(conn: sa.Connection) -> list[tuple[str, str]]:
    """Return path and faults of every file that something is wrong with."""
    found = sa.select(parsed.c.path, parsed.c.faults).where(parsed.c.faults.is_not(None))
    return [(path, text) for path, text in conn.execute(found.order_by(parsed.c.path)).all()]


def drop_heads(conn: sa.Connection, paths: Iterable[str]) -> None:
    """Forget what the files at `paths` said, their texts, and what these link to."""
    for batch in batched(paths, KEYS):
        conn.execute(sa.delete(parsed).where(parsed.c.path.in_(batch)))
        conn.execute(sa.delete(body).where(body.c.path.in_(batch)))
        conn.execute(sa.delete(crosslink).where(crosslink.c.path.in_(batch)))


def read_again(conn: sa.Connection, paths: Collection[str]) -> None:
    """Have the files at `paths` read again at the next scan although they did not change.

    Each counts as faulty, so that `faulty_again` finds it.
    """
    faulty = sa.func.coalesce(parsed.c.faults, "[]")
    for batch in batched(paths, KEYS):
        conn.execute(sa.update(parsed).where(parsed.c.path.in_(batch)).values(version="", faults=faulty))


def faulty_again(conn: sa.Connection) -> list[str]:
    """Return the files that `read_again` named."""
    found = sa.select(parsed.c.path).where(parsed.c.faults.is_not(None), parsed.c.version == "")
    return list(conn.scalars(found.order_by(parsed.c.path)))


# ---------------------------------------------------------------- texts


def bodies(conn: sa.Connection, paths: Collection[str]) -> dict[str, BodyRow]:
    """Return the texts of those of `paths` that were shown before."""
    found: dict[str, BodyRow] = {}
    for batch in batched(paths, KEYS):
        rows = raw(conn, sa.select(body).where(body.c.path.in_(batch)))
        found.update((row[0], BodyRow(*row)) for row in rows)
    return found


def save_bodies(conn: sa.Connection, rows: Sequence[BodyRow]) -> None:
    """Remember `rows`, each in place of an older one of the same path."""
    names = tuple(column.name for column in body.columns)
    put(conn, body, names, [astuple(row) for row in rows], keys=["path"])


def body_faults(conn: sa.Connection) -> list[tuple[str, str]]:
    """Return path and faults of every text that something is wrong with, as its file is now."""
    same = (body.c.path == parsed.c.path) & (body.c.size == parsed.c.size)
    found = sa.select(body.c.path, body.c.faults).where(body.c.faults.is_not(None))
    found = found.join(parsed, same & (body.c.mtime_ns == parsed.c.mtime_ns))
    return [(path, text) for path, text in conn.execute(found.order_by(body.c.path)).all()]


def unopened(conn: sa.Connection) -> list[str]:
    """Return the paths of the texts that could not be opened; their permissions may be right by now."""
    found = sa.select(body.c.path).where(body.c.faults.is_not(None), body.c.version == "")
    return list(conn.scalars(found))


def hanging(conn: sa.Connection, others: str) -> list[str]:
    """Return the paths of the texts that hang on other files than `others` says there are now."""
    return list(conn.scalars(sa.select(body.c.path).where(body.c.others.not_in(["", others]))))


def forget_faults(conn: sa.Connection, others: str) -> None:
    """Forget what was wrong with the texts that `hanging` returns: where shown, they are read again."""
    faulty = body.c.faults.is_not(None) & body.c.others.not_in(["", others])
    conn.execute(sa.update(body).where(faulty).values(faults=None))

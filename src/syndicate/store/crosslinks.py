"""Queries: which texts link to which articles, by the names that their links know these by."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from syndicate.store.batches import KEYS, batched
from syndicate.store.tables import crosslink

_LONGEST = 1000  # bytes: no file's name is longer, and PostgreSQL indexes no longer ones (nor keeps NUL)


def save(conn: sa.Connection, names: Mapping[str, Collection[str]]) -> None:
    """Remember to which `names` each text links, by its path, in place of those it did."""
    for batch in batched(names, KEYS):
        conn.execute(sa.delete(crosslink).where(crosslink.c.path.in_(batch)))
    rows = [
        {"path": path, "name": name}
        for path, wanted in names.items()
        for name in sorted(wanted)
        if len(name.encode()) <= _LONGEST and "\0" not in name
    ]
    if rows:
        conn.execute(sa.insert(crosslink), rows)


def linking(conn: sa.Connection, names: Collection[str]) -> set[str]:
    """Return the paths of the texts that link to one of `names`."""
    found: set[str] = set()
    for batch in batched(names, KEYS):
        found.update(conn.scalars(sa.select(crosslink.c.path).where(crosslink.c.name.in_(batch))))
    return found

"""Queries: ids minted once for what is not an article, and single settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa

from syndicate.store.batches import KEYS, batched, insert_missing, upsert
from syndicate.store.tables import identity, setting


def mint_ids(conn: sa.Connection, keys: Iterable[str], mint: Callable[[], str]) -> dict[str, str]:
    """Return the id of each of `keys`: the one it was ever given, else a new one from `mint`."""
    wanted = list(dict.fromkeys(keys))
    known = known_ids(conn, wanted)
    missing = [key for key in wanted if key not in known]
    if not missing:
        return {key: known[key] for key in wanted}
    insert_missing(conn, identity, [{"key": key, "urn": mint()} for key in missing], keys=["key"])
    known |= known_ids(conn, missing)  # read again: another process may have been first
    return {key: known[key] for key in wanted}


def known_ids(conn: sa.Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return the ids of those of `keys` that were given one."""
    known: dict[str, str] = {}
    for batch in batched(keys, KEYS):
        found = sa.select(identity.c.key, identity.c.urn).where(identity.c.key.in_(batch))
        known.update(conn.execute(found).all())
    return known


def get_setting(conn: sa.Connection, key: str) -> str | None:
    """Return the text stored under `key`, None where there is none."""
    return conn.scalar(sa.select(setting.c.value).where(setting.c.key == key))


def set_setting(conn: sa.Connection, key: str, value: str) -> None:
    """Store `value` under `key`, in place of an older one."""
    upsert(conn, setting, [{"key": key, "value": value}], keys=["key"])


def every(conn: sa.Connection) -> dict[str, str]:
    """Return every id that was minted for what is no article, by its key."""
    rows = conn.execute(sa.select(identity).order_by(identity.c.key))
    return {key: urn for key, urn in rows}  # noqa: C416 - a row is no tuple to mypy


def put_ids(conn: sa.Connection, given: Mapping[str, str]) -> None:
    """Give what has no id yet the one in `given`, by key."""
    insert_missing(conn, identity, [{"key": key, "urn": urn} for key, urn in given.items()], keys=["key"])

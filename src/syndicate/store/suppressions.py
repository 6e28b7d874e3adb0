"""Queries: addresses that nothing brings back; see the table `suppression`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from syndicate.model import Suppression
from syndicate.store.batches import BATCH, KEYS, batched, insert_missing
from syndicate.store.peopletables import suppression

_COLUMNS = (
    suppression.c.hash,
    suppression.c.newsletter,
    suppression.c.reason,
    suppression.c.at,
    suppression.c.email,
    suppression.c.evidence,
)


def suppress(conn: sa.Connection, rows: Sequence[Suppression]) -> None:
    """Write suppressions down; one that is there already stays as it is."""
    values = [
        {
            "hash": one.hash,
            "newsletter": one.newsletter,
            "reason": one.reason,
            "at": one.at,
            "email": one.email,
            "evidence": json.dumps(one.evidence, ensure_ascii=False),
        }
        for one in rows
    ]
    insert_missing(conn, suppression, values, keys=["hash", "newsletter"])


def lift(conn: sa.Connection, digest: str, newsletters: Collection[str]) -> int:
    """Take away the suppressions of an address for some newsletters ("": for all); return how many."""
    his = (suppression.c.hash == digest) & suppression.c.newsletter.in_(list(newsletters))
    return conn.execute(sa.delete(suppression).where(his)).rowcount


def forget_email(conn: sa.Connection, digest: str) -> None:
    """Keep the suppressions of an address by its hash alone."""
    his = suppression.c.hash == digest
    conn.execute(sa.update(suppression).where(his).values(email="", evidence="{}"))


def of(conn: sa.Connection, digests: Collection[str]) -> dict[str, list[Suppression]]:
    """Return the suppressions of some addresses, by their hashes; who has none is not in it."""
    found: dict[str, list[Suppression]] = {}
    for batch in batched(digests, KEYS):
        for row in conn.execute(sa.select(*_COLUMNS).where(suppression.c.hash.in_(batch))):
            found.setdefault(row[0], []).append(_suppression(row))
    return found


def blocked(conn: sa.Connection, digest: str) -> set[str]:
    """Return the newsletters that an address is blocked for ("": for all)."""
    return {one.newsletter for one in of(conn, [digest]).get(digest, ()) if one.reason == "blocked"}


def any_there(conn: sa.Connection) -> bool:
    """Tell whether any address is suppressed."""
    return conn.scalar(sa.select(suppression.c.hash).limit(1)) is not None


def every(conn: sa.Connection) -> Iterator[Suppression]:
    """Give all suppressions, by address and newsletter; read it while `conn` is open."""
    ordered = sa.select(*_COLUMNS).order_by(suppression.c.email, suppression.c.hash, suppression.c.newsletter)
    for row in conn.execute(ordered, execution_options={"yield_per": BATCH}):
        yield _suppression(row)


def _suppression(row: Any) -> Suppression:
    digest, newsletter, reason, at, email, evidence = row
    return Suppression(digest, newsletter, reason, at, email, json.loads(evidence))

"""What is done to whole chunks: given back, counted again, skipped for a reason.

On PostgreSQL whoever changes deliveries of a chunk locks first the chunk's row, then theirs, both in the
order of their numbers, and last a subscription's: so no two of them wait for each other.
"""

# ruff: noqa: S608 - every statement below is made of constants of this file and of numbers
from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from syndicate.store.plain import Plain, among

WAITING = "('pending', 'deferred', 'unknown')"
LONGEST_REPLY = 500  # characters
ABANDONED = "the sender ended before an answer was recorded"
STALE = "stale"  # the reason with which a delivery that nobody should get any more is skipped

_COUNT = """
UPDATE chunk SET sent = n.sent, deferred = n.deferred, unknown = n.unknown, failed = n.failed,
    skipped = n.skipped, due_at = n.due_at
FROM (
    SELECT chunk_id, count(*) FILTER (WHERE state = 'sent') AS sent,
        count(*) FILTER (WHERE state = 'deferred') AS deferred,
        count(*) FILTER (WHERE state = 'unknown') AS unknown,
        count(*) FILTER (WHERE state = 'failed') AS failed,
        count(*) FILTER (WHERE state = 'skipped') AS skipped,
        min(due_at) FILTER (WHERE state IN ('pending', 'deferred', 'unknown', 'sending')) AS due_at
    FROM delivery WHERE chunk_id IN {ids} GROUP BY chunk_id
) AS n
WHERE chunk.id = n.chunk_id
"""
_NOTE = """
INSERT INTO attempt (delivery_id, number, state, ended_at, reply)
SELECT id, attempts, 'unknown', {now}, '{reply}' FROM delivery WHERE chunk_id IN {ids} AND state = 'sending'
"""
_ABANDON = """
UPDATE delivery SET state = 'unknown', due_at = ?, changed_at = ?, code = NULL, reply = ?, relay = NULL
WHERE chunk_id IN {ids} AND state = 'sending'
"""
_CANCEL = """
UPDATE delivery SET state = 'skipped', due_at = NULL, changed_at = ?, code = NULL, reply = 'cancelled'
WHERE chunk_id IN {ids} AND state IN {waiting}
    AND edition_id IN (SELECT id FROM edition WHERE state = 'cancelled')
"""
_SKIP = """
UPDATE delivery SET state = 'skipped', due_at = NULL, changed_at = ?, code = NULL, reply = ?
WHERE chunk_id IN {ids} AND state IN {waiting}{only}
"""
_FREE = "UPDATE chunk SET owner = NULL, leased_until = NULL WHERE id IN {ids}"
_NOT_BEFORE = "UPDATE chunk SET due_at = ? WHERE id IN {ids} AND due_at < ?"


def lock(plain: Plain, ids: Collection[int]) -> None:
    """Make others wait who would change these chunks or their deliveries."""
    if ids and plain.kind == "postgresql":
        for table, column in (("chunk", "id"), ("delivery", "chunk_id")):
            plain.run(f"SELECT id FROM {table} WHERE {column} IN {among(ids)} ORDER BY id FOR UPDATE", ())


def release(
    plain: Plain,
    ids: Collection[int],
    *,
    now: datetime,
    hold: bool,
    not_before: datetime | None = None,
) -> int:
    """Let nobody own these chunks; return how many letters their owner was still sending.

    Those become unknown: due at once, or held for the operator. What waits in a cancelled edition is
    skipped. Nobody takes a chunk before `not_before`.
    """
    if not ids:
        return 0
    lock(plain, ids)
    which = among(ids)
    plain.run(_NOTE.format(ids=which, now="?", reply=ABANDONED), (now,))
    due = None if hold else now
    unknown = plain.change(_ABANDON.format(ids=which), (due, now, ABANDONED))
    plain.run(_CANCEL.format(ids=which, waiting=WAITING), (now,))
    count(plain, ids)
    plain.run(_FREE.format(ids=which), ())
    if not_before is not None:
        plain.run(_NOT_BEFORE.format(ids=which), (not_before, not_before))
    return unknown


def count(plain: Plain, ids: Collection[int]) -> None:
    """Set the counters of these chunks, and when they are due, from their deliveries."""
    if ids:
        plain.run(_COUNT.format(ids=among(ids)), ())


def skip(plain: Plain, ids: Collection[int], reason: str, *, now: datetime, held_too: bool = True) -> int:
    """Skip what waits in these chunks, also what is `held_too`; return how many. The caller counts them."""
    if not ids:
        return 0
    only = "" if held_too else " AND due_at IS NOT NULL"
    return plain.change(_SKIP.format(ids=among(ids), waiting=WAITING, only=only), (now, reason))

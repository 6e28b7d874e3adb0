"""Editions gone stale: what waits in them is skipped, and whoever did not get it lacks its articles again.

The next edition brings them, as it does to all who have a moment of their own: see `audience`. A letter may
also be skipped after the next edition was frozen; then the one after brings them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from syndicate.store.batches import batched
from syndicate.store.chunks import STALE, WAITING, count, lock, skip
from syndicate.store.engine import Store
from syndicate.store.plain import Plain, among
from syndicate.store.tables import chunk, edition

_AT_ONCE = 20  # chunks in one transaction: the others that write wait for it

_WHOSE = """
SELECT d.subscriber_id AS person, e.newsletter AS newsletter, min(r.after_at) AS since
FROM delivery d JOIN edition e ON e.id = d.edition_id JOIN rendition r ON r.id = d.rendition_id
WHERE d.chunk_id IN {ids} AND d.state IN {waiting} AND d.due_at IS NOT NULL
    AND d.subscriber_id IS NOT NULL AND r.after_at IS NOT NULL
GROUP BY d.subscriber_id, e.newsletter
"""
_LOCK = """
SELECT s.id FROM subscription s
JOIN ({whose}) AS v ON s.subscriber_id = v.person AND s.newsletter = v.newsletter
ORDER BY s.id FOR UPDATE OF s
"""
_START = "CASE WHEN {s}.paused_until > {s}.started_at THEN {s}.paused_until ELSE {s}.started_at END"
# Just before the second of a moment: articles have whole seconds.
_BEFORE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', substr({moment}, 1, 19), '-0.001 seconds') || '000'",
    "postgresql": "date_trunc('second', {moment}) - interval '1 millisecond'",
}
_GO_BACK = """
UPDATE subscription SET after_at = v.since FROM (
    SELECT s.id, CASE WHEN {start} > w.since THEN {start} ELSE w.since END AS since
    FROM ({whose}) AS w JOIN subscription s ON s.subscriber_id = w.person AND s.newsletter = w.newsletter
) AS v
WHERE subscription.id = v.id AND (subscription.after_at IS NULL OR subscription.after_at > v.since)
"""


def skip_stale(plain: Plain, ids: Collection[int], *, now: datetime) -> int:
    """Skip what waits in these chunks; return how many. The caller locks and counts them.

    What those people lack counts again from before its articles, but not from before their start. A letter
    that is held for the operator stays.
    """
    if not ids:
        return 0
    whose = _WHOSE.format(ids=among(ids), waiting=WAITING)
    if plain.kind == "postgresql":  # a freeze locks them in the same order
        plain.run(_LOCK.format(whose=whose), ())
    start = _BEFORE[plain.kind].format(moment=_START.format(s="s"))
    plain.run(_GO_BACK.format(whose=whose, start=start), ())
    return skip(plain, ids, STALE, now=now, held_too=False)


def expire(store: Store, newsletter: str, *, now: datetime) -> int:
    """Skip what waits in the editions of `newsletter` that are stale at `now`; return how many letters.

    In short transactions of its own. To be called before an edition is composed: else what it would bring
    waits for a sender to be at work, and for a paused edition to be resumed.
    """
    with store.read() as conn:
        late = sa.and_(edition.c.newsletter == newsletter, edition.c.stale_at <= now)
        unfinished = sa.and_(edition.c.state != "cancelled", chunk.c.due_at.is_not(None))
        found = sa.select(chunk.c.id).join_from(chunk, edition).where(late, unfinished).order_by(chunk.c.id)
        chunks = list(conn.scalars(found))
    skipped = 0
    for some in batched(chunks, _AT_ONCE):
        with store.plain() as plain, plain.transaction():
            lock(plain, some)
            skipped += skip_stale(plain, some, now=now)
            count(plain, some)
    return skipped

"""The hot path: outcomes recorded and attempts begun, by one statement where nothing stands in the way.

On SQLite that statement is a transaction of its own. Beside a thread that keeps the interpreter busy each
call of the driver waits for the interpreter again, up to `sys.getswitchinterval()`: with a statement for
each step an exchange took three times as long, with one for each row ten times and more.
"""

# ruff: noqa: S608 - every statement below is made of constants of this file and of numbers
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.model import Attempt, DeliveryState, Settled
from syndicate.store.chunks import LONGEST_REPLY, WAITING
from syndicate.store.plain import Plain, among

_ENDED = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED})

# What came of letters, as rows: id, attempts, state, due_at, code, reply, relay, attempts from now on.
_OUTCOMES = {
    "sqlite": """
SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS was,
    json_extract(value, '$[2]') AS state, json_extract(value, '$[3]') AS due,
    json_extract(value, '$[4]') AS code, json_extract(value, '$[5]') AS reply,
    json_extract(value, '$[6]') AS relay, json_extract(value, '$[7]') AS after, '' AS newsletter
FROM json_each(?)
""",
    "postgresql": """
SELECT *, '' AS newsletter FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::timestamptz[], %s::int[],
    %s::text[], %s::text[], %s::int[]) AS o (id, was, state, due, code, reply, relay, after)
""",
}
# What may be begun, as rows: id, attempts so far, newsletter.
_WISHES = {
    "sqlite": """
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), 'sending', NULL, NULL, NULL, NULL,
    json_extract(value, '$[1]') + 1, json_extract(value, '$[2]')
FROM json_each(?)
""",
    "postgresql": """
SELECT id, was, 'sending', NULL::timestamptz, NULL::int, NULL, NULL, was + 1, newsletter
FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS w (id, was, newsletter)
""",
}
_HELD = {
    "sqlite": """
SELECT c.id FROM json_each(?) AS j JOIN chunk c ON c.id = json_extract(j.value, '$[0]')
WHERE c.owner = ? AND c.fence = json_extract(j.value, '$[1]')
""",
    "postgresql": """
SELECT c.id FROM unnest(%s::bigint[], %s::int[]) AS j (id, fence) JOIN chunk c ON c.id = j.id
WHERE c.owner = %s AND c.fence = j.fence
""",
}
_OPEN = """
 AND (c.edition_id IS NULL OR EXISTS (SELECT 1 FROM edition e WHERE e.id = c.edition_id
    AND e.state = 'open' AND (e.stale_at IS NULL OR e.stale_at > ?)))
"""
_SWAP = f"""
UPDATE delivery SET state = v.state, attempts = v.after, code = v.code, reply = v.reply, relay = v.relay,
    due_at = CASE v.state WHEN 'sending' THEN delivery.due_at ELSE v.due END, changed_at = ?
FROM ({{outcomes}} UNION ALL {{wishes}}) AS v
WHERE delivery.id = v.id AND delivery.attempts = v.was AND CASE v.state
    WHEN 'sending' THEN delivery.state IN {WAITING} AND delivery.chunk_id IN ({{open}})
        AND (delivery.edition_id IS NULL OR EXISTS (SELECT 1 FROM subscription s
            WHERE s.subscriber_id = delivery.subscriber_id AND s.newsletter = v.newsletter
                AND s.state = 'active' AND (s.paused_until IS NULL OR s.paused_until <= ?)))
    ELSE delivery.state = 'sending' AND delivery.chunk_id IN ({{held}}) END
"""

_SWAPS = {
    kind: _SWAP.format(outcomes=_OUTCOMES[kind], wishes=_WISHES[kind], held=held, open=held + _OPEN)
    for kind, held in _HELD.items()
}


@dataclass(frozen=True, slots=True)
class Work:
    """What one exchange is to do; `fences` are those of the chunks that it touches, as far as we own them."""

    settled: Sequence[Settled]
    wanted: Sequence[Attempt]
    fences: Mapping[int, int]
    owner: str
    now: datetime

    @property
    def chunks(self) -> set[int]:
        return {one.attempt.chunk_id for one in self.settled} | {one.chunk_id for one in self.wanted}

    @property
    def size(self) -> int:
        return len(self.settled) + len(self.wanted)

    @property
    def simple(self) -> bool:
        """Tell whether every letter was sent: nothing more is to be written of it."""
        return all(one.state is DeliveryState.SENT for one in self.settled)


def swap(plain: Plain, work: Work) -> int:
    """Write outcomes and begin attempts as far as they hold; return for how many of both that was so."""
    return plain.change(*statement(plain, work))


def statement(plain: Plain, work: Work) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that does all of an exchange, with its values."""
    mine = (*_packed(plain, list(work.fences.items()), 2), work.owner)
    wishes = [(one.delivery_id, one.attempts - 1, one.newsletter) for one in work.wanted]
    values = (
        work.now,
        *_packed(plain, _outcomes(plain, work.settled), 8),
        *_packed(plain, wishes, 3),
        *(*mine, work.now),
        work.now,
        *mine,
    )
    return _SWAPS[plain.kind], values


def _outcomes(plain: Plain, settled: Sequence[Settled]) -> list[tuple[object, ...]]:
    """Return `settled` as the rows of `_OUTCOMES`; what ended is due no more."""
    return [
        (
            one.attempt.delivery_id,
            one.attempt.attempts,
            one.state.value,
            None if one.state in _ENDED else plain.encode(one.due_at),
            one.code,
            _words(one.reply),
            one.relay or None,
            one.attempt.attempts if one.burnt else one.attempt.attempts - 1,
        )
        for one in settled
    ]


def _words(reply: str) -> str:
    """Return what may be stored of a relay's words, which are foreign bytes."""
    if reply.isascii() and "\0" not in reply:
        return reply[:LONGEST_REPLY]
    return reply[:LONGEST_REPLY].replace("\0", "").encode(errors="replace").decode()


def _packed(plain: Plain, rows: Sequence[tuple[Any, ...]], width: int) -> tuple[Any, ...]:
    """Return rows as the values of a statement: JSON, or for PostgreSQL an array for each column."""
    if plain.kind == "sqlite":
        return (json.dumps(rows),)
    return tuple([row[column] for row in rows] for column in range(width))


def lock(plain: Plain, work: Work) -> None:
    """Make others wait who would change what the exchange depends on; SQLite has one writer anyway.

    In the order that `chunks` names, after the persons. An unsubscription and the beginning of an attempt so
    wait for each other.
    """
    if plain.kind == "sqlite":
        return
    bounced = _numbers(one.attempt.subscriber_id for one in work.settled if one.bounced)
    letters = {one.attempt.delivery_id for one in work.settled} | {one.delivery_id for one in work.wanted}
    persons = _numbers(one.subscriber_id for one in work.wanted)
    newsletters = sorted({one.newsletter for one in work.wanted})
    editions = f"(SELECT edition_id FROM chunk WHERE id IN {among(work.chunks)})"
    for table, those, how in (
        ("subscriber", f"id IN {among(bounced)}", "NO KEY UPDATE"),
        ("edition", f"id IN {editions}", "SHARE"),
        ("chunk", f"id IN {among(work.chunks)}", "SHARE"),
        ("delivery", f"id IN {among(letters)}", "NO KEY UPDATE"),
    ):
        plain.run(f"SELECT id FROM {table} WHERE {those} ORDER BY id FOR {how}", ())
    theirs = f"subscriber_id IN {among(persons)} AND newsletter = ANY (?)"
    plain.run(f"SELECT id FROM subscription WHERE {theirs} ORDER BY id FOR SHARE", (newsletters,))


def _numbers(persons: Iterable[int | None]) -> set[int]:
    return {number for number in persons if number is not None}


_NOTE = """
INSERT INTO attempt (delivery_id, number, state, ended_at, code, reply, relay)
SELECT d.id, d.attempts, v.state, ?, v.code, v.reply, v.relay FROM ({outcomes}) AS v JOIN delivery d
ON d.id = v.id AND d.attempts = v.was AND d.state = 'sending' AND d.chunk_id IN ({held})
"""
_BOUNCE = """
UPDATE subscriber SET bounces = bounces + 1 WHERE id IN (
    SELECT d.subscriber_id FROM ({outcomes}) AS v JOIN delivery d
    ON d.id = v.id AND d.attempts = v.was AND d.state = 'sending' AND d.chunk_id IN ({held}))
"""


def note(plain: Plain, work: Work) -> None:
    """Keep what came of the attempts that ended otherwise than in sent. Before `swap`, in its transaction."""
    tried = [one for one in work.settled if one.burnt and one.state is not DeliveryState.SENT]
    bounced = [one for one in tried if one.bounced]
    parts = {"outcomes": _OUTCOMES[plain.kind], "held": _HELD[plain.kind]}
    held = (*_packed(plain, list(work.fences.items()), 2), work.owner)
    if tried:
        plain.run(_NOTE.format(**parts), (work.now, *_packed(plain, _outcomes(plain, tried), 8), *held))
    if bounced:
        plain.run(_BOUNCE.format(**parts), (*_packed(plain, _outcomes(plain, bounced), 8), *held))


_OURS = """
SELECT c.id, c.fence, c.owner, c.edition_id IS NULL OR EXISTS (SELECT 1 FROM edition e
    WHERE e.id = c.edition_id AND e.state = 'open' AND (e.stale_at IS NULL OR e.stale_at > ?))
FROM chunk c WHERE c.id IN {ids}
"""
_BEGUN = "SELECT id, attempts FROM delivery WHERE id IN {ids} AND state = 'sending' AND chunk_id IN {chunks}"
_SKIP_GONE = """
UPDATE delivery SET state = 'skipped', due_at = NULL, changed_at = ?, code = NULL,
    reply = CASE WHEN subscriber_id IS NULL THEN 'removed' WHEN EXISTS ({active}) THEN 'paused'
        ELSE 'unsubscribed' END
WHERE id IN {ids} AND chunk_id IN {chunks} AND state IN {waiting} AND edition_id IS NOT NULL
    AND NOT EXISTS ({active} AND (s.paused_until IS NULL OR s.paused_until <= ?))
"""
_ACTIVE = """
SELECT 1 FROM subscription s JOIN edition e ON e.newsletter = s.newsletter
WHERE e.id = delivery.edition_id AND s.subscriber_id = delivery.subscriber_id AND s.state = 'active'
"""


def ours(plain: Plain, work: Work) -> dict[int, bool]:
    """Return those of the chunks that we own, each with whether attempts may begin in it."""
    found = plain.rows(_OURS.format(ids=among(work.chunks)), (work.now,))
    return {
        number: bool(is_open)
        for number, fence, owner, is_open in found
        if owner == work.owner and fence == work.fences.get(number)
    }


def sort_out(plain: Plain, work: Work, open_chunks: set[int]) -> list[Attempt]:
    """Return the wanted attempts that have begun; pass over whoever has left in `open_chunks`."""
    ids, chunks = among({one.delivery_id for one in work.wanted}), among(open_chunks)
    begun = {tuple(row) for row in plain.rows(_BEGUN.format(ids=ids, chunks=chunks))}
    gone = _SKIP_GONE.format(ids=ids, chunks=chunks, waiting=WAITING, active=_ACTIVE)
    plain.run(gone, (work.now, work.now))
    return [one for one in work.wanted if (one.delivery_id, one.attempts) in begun]

"""What a run of the fault suite amounts to: the server's journal against the ledger.

The promise: everyone who was confirmed at the freeze got the letter or has a recorded reason; one copy each,
unless the server took it and could not say so, or the sender could not record its 250, at most `in_doubt` of
them for each time that it was cut off; a copy has the same Message-ID and the same bytes.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Final

from .journal import Taken

_COUNTED: Final = ("sent", "deferred", "unknown", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the ledger has it."""

    recipient: str
    state: str
    attempts: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A sender's life. `allowance` letters may have been in doubt when it was cut off, none when it ended."""

    began: float
    end: str = "ended"
    allowance: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge by. `people` are those who were confirmed at the freeze."""

    people: Collection[str]
    ledger: Sequence[Row]
    journal: Sequence[Taken]
    runs: Sequence[Run]
    unbalanced: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """A scenario's counts; it is good where the last four are 0."""

    runs: int = 0
    kills: int = 0
    people: int = 0
    letters: int = 0
    failed: int = 0
    skipped: int = 0
    copies: int = 0
    explained: int = 0
    lost: int = 0
    beyond: int = 0
    changed: int = 0
    other: int = 0  # sums that do not hold, and what a scenario itself found wrong
    words: tuple[str, ...] = field(default=(), compare=False)

    @property
    def good(self) -> bool:
        return not (self.lost or self.beyond or self.changed or self.other)

    def __add__(self, more: Counts) -> Counts:
        parts = [getattr(self, one.name) + getattr(more, one.name) for one in fields(self)]
        return Counts(*parts)


def judge(evidence: Evidence) -> Counts:
    """Return the counts, and in words the first few things that are wrong."""
    taken: dict[str, list[Taken]] = defaultdict(list)
    for one in sorted(evidence.journal, key=lambda letter: letter.taken):
        taken[one.recipient].append(one)
    lost = _lost(evidence, taken)
    changed = _changed(taken)
    copies, beyond = _copies(taken, evidence.runs)
    strangers = [
        f"{name} is not in the ledger, and got a letter" for name in taken.keys() - set(evidence.people)
    ]
    states = Counter(row.state for row in evidence.ledger)
    return Counts(
        runs=len(evidence.runs),
        kills=sum(run.end != "ended" for run in evidence.runs),
        people=len(evidence.people),
        letters=len(evidence.journal),
        failed=states["failed"],
        skipped=states["skipped"],
        copies=copies,
        explained=copies - len(beyond),
        lost=len(lost),
        beyond=len(beyond) + len(strangers),
        changed=len(changed),
        other=len(evidence.unbalanced),
        words=tuple([*lost, *beyond, *strangers, *changed, *evidence.unbalanced][:5]),
    )


def _lost(evidence: Evidence, taken: Mapping[str, Sequence[Taken]]) -> list[str]:
    """Name everyone without a 250 that was said and without a recorded reason."""
    rows = {row.recipient: row for row in evidence.ledger}
    words = []
    for person in evidence.people:
        row = rows.get(person)
        if row is None:
            words.append(f"{person} has no delivery")
        elif row.state == "sent" and not any(letter.said for letter in taken.get(person, ())):
            words.append(f"{person} is sent in the ledger, and no server said so")
        elif row.state in ("failed", "skipped") and not row.reason:
            words.append(f"{person} is {row.state} without a reason")
        elif row.state not in ("sent", "failed", "skipped"):
            words.append(f"{person} is still {row.state} after {row.attempts} tries: {row.reason}")
    return words


def _changed(taken: Mapping[str, Sequence[Taken]]) -> list[str]:
    """Name each letter with another Message-ID or other bytes than the first, or with somebody else's id."""
    words: list[str] = []
    owners: dict[str, str] = {}
    for person, letters in taken.items():
        first = letters[0]
        for one in letters[1:]:
            if (one.message_id, one.sha256) != (first.message_id, first.sha256):
                words.append(f"{person} got letters {first.number} and {one.number}, which differ")
        owner = owners.setdefault(first.message_id, person)
        if owner != person or not first.message_id:
            words.append(f"{person} and {owner} got letters with the id {first.message_id!r}")
    return words


def _copies(taken: Mapping[str, Sequence[Taken]], runs: Sequence[Run]) -> tuple[int, list[str]]:
    """Return how many copies there are, and name those that nothing explains.

    A letter that was taken in a run whose 250 the server withheld by its plan explains the one after it; any
    other must be among those that were in doubt when its run was cut off.
    """
    starts = [run.began for run in runs]
    left = Counter({number: run.allowance for number, run in enumerate(runs)})
    copies, beyond = 0, []
    for person, letters in taken.items():
        for earlier, later in pairwise(letters):
            copies += 1
            run = bisect_right(starts, earlier.taken) - 1
            if earlier.fault:
                continue
            left[run] -= 1
            if left[run] < 0:
                heard = "whose 250 was said" if earlier.said else "whose 250 could not be said"
                words = f"{person} got letter {later.number} after {earlier.number}, {heard} in run {run}"
                beyond.append(f"{words}, which {runs[run].end if run >= 0 else 'there was not'}")
    return copies, beyond


def read_ledger(database: Path) -> list[Row]:
    """Return every delivery, by a connection that has nothing to do with the code under test."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        rows = conn.execute("SELECT email, state, attempts, code, reply FROM delivery ORDER BY id").fetchall()
    conn.close()
    return [
        Row(email, state, attempts, f"{code or ''} {reply or ''}".strip())
        for email, state, attempts, code, reply in rows
    ]


def read_imbalances(database: Path, frozen: int) -> list[str]:
    """Say where frozen = sent + failed + skipped + open does not hold, in rows or chunks' counters."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        rows = conn.execute("SELECT count(*) FROM delivery WHERE edition_id IS NOT NULL").fetchone()[0]
        [sound] = conn.execute("PRAGMA integrity_check").fetchone()
        sums = ", ".join(f"count(*) FILTER (WHERE d.state = '{state}')" for state in _COUNTED)
        counters = ", ".join(f"c.{state}" for state in _COUNTED)
        chunks = conn.execute(
            f"SELECT c.id, c.size, count(d.id), {counters}, {sums} FROM chunk c"  # noqa: S608 constants
            " LEFT JOIN delivery d ON d.chunk_id = c.id WHERE c.owner IS NULL GROUP BY c.id"
        ).fetchall()
    conn.close()
    words = [] if rows == frozen else [f"{frozen} were frozen, the ledger has {rows}"]
    words += [] if sound == "ok" else [f"the database is damaged: {sound}"]
    for number, size, count, *rest in chunks:
        counted, exact = rest[: len(_COUNTED)], rest[len(_COUNTED) :]
        if size != count or counted != exact:
            words.append(f"chunk {number} counts {size}: {counted}, its rows are {count}: {exact}")
    return words

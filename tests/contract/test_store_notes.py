"""The contract of faults and ticks."""

from __future__ import annotations

import pytest
from store_filling import MINUTE, NOW

from syndicate.model import Fault, Tick
from syndicate.store import notes
from syndicate.store.engine import Store

BROKEN = Fault("article", "a.md", 3, "bad YAML")
EMPTY = Fault("article", "b.md", None, "no text")
FULL = Fault("publish", "public", None, "disk full")


def test_faults_of_a_kind_are_replaced(store_db: Store) -> None:
    """A scan's faults replace those of its kinds and leave the others."""
    with store_db.write() as conn:
        notes.replace_faults(conn, ["article", "content"], [EMPTY, BROKEN], now=NOW)
        notes.replace_faults(conn, ["publish"], [FULL], now=NOW)
        assert notes.faults(conn) == [BROKEN, EMPTY, FULL]
        notes.replace_faults(conn, {"article", "content"}, [], now=NOW)
        assert notes.faults(conn) == [FULL]


def test_a_fault_that_stays_keeps_its_first_moment(store_db: Store) -> None:
    """A fault reported again, even twice, is one fault, seen when it was first seen."""
    with store_db.write() as conn:
        notes.replace_faults(conn, ["article"], [EMPTY], now=NOW)
        notes.replace_faults(conn, ["article"], [EMPTY, BROKEN, EMPTY], now=NOW + MINUTE)
        assert notes.fault_times(conn) == {BROKEN: NOW + MINUTE, EMPTY: NOW}


def test_a_fault_of_a_kind_nobody_replaces_is_refused(store_db: Store) -> None:
    """A fault that no later scan would take away is not written."""
    with pytest.raises(ValueError, match="publish"), store_db.write() as conn:
        notes.replace_faults(conn, ["article"], [FULL], now=NOW)


def test_a_tick_tells_the_last_run(store_db: Store) -> None:
    """A run is unended until it ends, and a new one forgets how the last ended."""
    with store_db.write() as conn:
        notes.start_tick(conn, "scan", now=NOW)
        assert notes.ticks(conn) == {"scan": Tick("scan", NOW, None, "", None)}
        notes.end_tick(conn, "scan", now=NOW + MINUTE, detail="3 new", error="one failed")
        ended = Tick("scan", NOW, NOW + MINUTE, "3 new", "one failed")
        assert notes.ticks(conn) == {"scan": ended}
        notes.start_tick(conn, "scan", now=NOW + 2 * MINUTE)
        assert notes.ticks(conn) == {"scan": Tick("scan", NOW + 2 * MINUTE, None, "", None)}


def test_an_end_without_a_start_is_kept(store_db: Store) -> None:
    """Work that only reports its end is known by it."""
    with store_db.write() as conn:
        notes.end_tick(conn, "send", now=NOW)
        assert notes.ticks(conn) == {"send": Tick("send", NOW, NOW, "", None)}


def test_added_faults_are_told_once(store_db: Store) -> None:
    """What is added stands beside what was there; what was known is not new."""
    with store_db.write() as conn:
        notes.replace_faults(conn, ["article", "content"], [EMPTY], now=NOW)
        assert notes.add_faults(conn, [EMPTY, BROKEN, BROKEN], now=NOW) == [BROKEN]
        assert notes.add_faults(conn, [BROKEN], now=NOW) == []
        assert set(notes.faults(conn)) == {EMPTY, BROKEN}

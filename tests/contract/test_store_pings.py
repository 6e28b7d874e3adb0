"""The contract of what hubs are to be told of."""

from __future__ import annotations

from datetime import datetime, timedelta

from store_filling import MINUTE, NOW

from syndicate.store import pings
from syndicate.store.engine import Store
from syndicate.store.pings import Ping

HUB, OTHER = "https://hub.example/", "https://other.example/"
MAIN, TAG = "https://x.example/atom.xml", "https://x.example/tags/a/atom.xml"


def changed(store: Store, *topics: str, now: datetime = NOW, hub: str = HUB) -> None:
    with store.write() as conn:
        pings.note(conn, hub, topics, now=now)


def due(store: Store, now: datetime = NOW, hub: str = HUB) -> list[Ping]:
    with store.read() as conn:
        return pings.due(conn, hub, now=now)


def test_a_change_is_due_at_once_and_once(store_db: Store) -> None:
    """However often a document changes it is one row, for each hub; the main feed's come first."""
    changed(store_db, TAG, MAIN, MAIN)
    changed(store_db, MAIN, hub=OTHER)
    changed(store_db, MAIN, now=NOW + MINUTE)
    first, second = due(store_db)
    assert (first.topic, first.changes, first.noted_at) == (MAIN, 2, NOW + MINUTE)
    assert (second.topic, second.changes) == (TAG, 1)
    assert [one.topic for one in due(store_db, hub=OTHER)] == [MAIN]


def test_what_a_hub_took_is_gone(store_db: Store) -> None:
    """Nothing is due any more, and nothing stands."""
    changed(store_db, MAIN)
    with store_db.write() as conn:
        pings.told(conn, *pings.due(conn, HUB, now=NOW))
        assert pings.standings(conn) == []
        assert pings.next_due(conn, [HUB]) is None


def test_what_changed_while_it_was_told_is_told_again(store_db: Store) -> None:
    """A change between asking and answer is neither lost by a yes nor given up by a no."""
    changed(store_db, MAIN, TAG)
    taken, refused = due(store_db)
    changed(store_db, MAIN, TAG, now=NOW + MINUTE)
    with store_db.write() as conn:
        pings.told(conn, taken)
        pings.not_told(conn, refused, due_at=None, answer="it answered 404", now=NOW + MINUTE)
    assert [one.topic for one in due(store_db, NOW + MINUTE)] == [MAIN, TAG]


def test_what_was_put_off_keeps_its_time(store_db: Store) -> None:
    """A hub that asked for patience gets it, though the document changes again; its attempts count on."""
    changed(store_db, MAIN, TAG)
    later = NOW + 10 * MINUTE
    with store_db.write() as conn:
        pings.not_told(
            conn, pings.due(conn, HUB, now=NOW)[0], due_at=later, answer="it answered 503", now=NOW
        )
        pings.put_off(conn, HUB, until=later)
    changed(store_db, MAIN, now=NOW + MINUTE)
    assert due(store_db, NOW + 9 * MINUTE) == []
    assert [(one.topic, one.attempts) for one in due(store_db, later)] == [(MAIN, 1), (TAG, 0)]
    with store_db.read() as conn:
        assert pings.next_due(conn, [HUB, OTHER]) == later
        assert pings.next_due(conn, [OTHER]) is None


def test_what_was_given_up_begins_anew(store_db: Store) -> None:
    """It is due no more, and stands with its answer; the next change makes it due at once, untried."""
    changed(store_db, MAIN)
    with store_db.write() as conn:
        pings.not_told(conn, *pings.due(conn, HUB, now=NOW), due_at=None, answer="it answered 404", now=NOW)
        [standing] = pings.standings(conn)
    assert (standing.hub, standing.waiting, standing.refused, standing.answer) == (
        HUB,
        0,
        1,
        "it answered 404",
    )
    assert due(store_db, NOW + timedelta(days=9)) == []
    changed(store_db, MAIN, now=NOW + MINUTE)
    assert [one.attempts for one in due(store_db, NOW + MINUTE)] == [0]


def test_what_is_old_or_of_other_hubs_is_forgotten(store_db: Store) -> None:
    """Hubs that are no longer configured go, and what was given up long ago."""
    changed(store_db, MAIN, TAG)
    changed(store_db, MAIN, hub=OTHER)
    with store_db.write() as conn:
        refused, _ = pings.due(conn, HUB, now=NOW)
        pings.not_told(conn, refused, due_at=None, answer="no", now=NOW)
        pings.forget(conn, hubs=[HUB], before=NOW + MINUTE)
        assert [(one.hub, one.waiting, one.refused) for one in pings.standings(conn)] == [(HUB, 1, 0)]

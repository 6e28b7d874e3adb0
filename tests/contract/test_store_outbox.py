"""The contract of the outbox: which letters may be begun, and what becomes of those that were."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    a_crowd_subscribes,
    begun,
    edition_is_frozen,
    ledger,
    names,
    notes,
    people_subscribe,
    sent,
    settled,
    states,
    taken,
)

from syndicate.errors import StoreError
from syndicate.model import Attempt, DeliveryState, Granted, Settled
from syndicate.store import letters
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import delivery, subscriber


@pytest.fixture
def outbox(store_db: Store) -> StoreOutbox:
    """An outbox with letters to ana, budi, citra, dewi and eka."""
    people_subscribe(store_db, ["ana", "budi", "citra", "dewi", "eka"], "daily")
    edition_is_frozen(store_db, stale_at=NOW + 60 * MINUTE)
    return StoreOutbox(store_db)


def letter_is_queued(store: Store, key: str, *, priority: int = 0) -> bool:
    """Queue a letter of no edition to the operator."""
    with store.write() as conn:
        return letters.enqueue(
            conn, key=key, email="op@example.org", body=b"Halo", now=NOW, priority=priority
        )


def test_a_chunk_holds_what_is_due_in_order(outbox: StoreOutbox) -> None:
    """A chunk names its edition, when that is stale, and the letters that wait, in the order of the queue."""
    chunk = taken(outbox)
    assert names(chunk.waiting) == ["ana", "budi", "citra", "dewi", "eka"]
    assert (chunk.edition_id, chunk.fence, chunk.stale_at) == (1, 1, NOW + 60 * MINUTE)
    assert outbox.take(now=NOW) is None


def test_an_attempt_says_all_that_a_letter_needs(outbox: StoreOutbox) -> None:
    """An attempt carries edition, person, token, the number it would have and when it was queued."""
    assert taken(outbox).waiting[0] == Attempt(
        delivery_id=1,
        rendition_id=1,
        edition_uid="uid of daily 2026-11-23",
        newsletter="daily",
        occasion="2026-11-23",
        subscriber_id=1,
        email="ana@Example.org",
        token="ana-daily",
        attempts=1,
        queued_at=NOW,
        chunk_id=1,
    )


def test_an_edition_is_taken_in_chunks_of_500(store_db: Store) -> None:
    """Chunks leave in the order of the queue, 500 letters each, until there are none."""
    a_crowd_subscribes(store_db, 1002)
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    chunks = [taken(outbox) for _ in range(3)]
    assert [len(chunk.waiting) for chunk in chunks] == [500, 500, 2]
    assert names(chunks[1].waiting[:1]) == ["p0500"]
    assert outbox.take(now=NOW) is None


def test_an_exchange_records_outcomes_and_begins_the_next(outbox: StoreOutbox, store_db: Store) -> None:
    """What became of the last letters is written in the transaction that begins the next."""
    chunk, (first, second, third) = begun(outbox, 3)
    fates = [
        replace(settled(first, DeliveryState.SENT), relay="main"),
        Settled(second, DeliveryState.DEFERRED, NOW + MINUTE, 451, "x" * 600, relay="main"),
        Settled(third, DeliveryState.FAILED, None, 550, "5.1.1 no such user"),
    ]
    assert names(outbox.exchange(fates, chunk.waiting[3:4], now=NOW).attempts) == ["dewi"]
    assert ledger(store_db) == [
        ("ana@Example.org", "sent", 1, "2.0.0 taken"),
        ("budi@Example.org", "deferred", 1, "x" * 500),
        ("citra@Example.org", "failed", 1, "5.1.1 no such user"),
        ("dewi@Example.org", "sending", 1, None),
        ("eka@Example.org", "pending", 0, None),
    ]
    with store_db.read() as conn:
        rows = conn.execute(sa.select(delivery.c.relay, delivery.c.due_at).order_by(delivery.c.id)).all()
    assert [tuple(row) for row in rows[:3]] == [("main", None), ("main", NOW + MINUTE), (None, None)]


def test_every_attempt_that_did_not_end_in_sent_is_noted(outbox: StoreOutbox, store_db: Store) -> None:
    """The story of a letter is complete: each deferral, doubt and refusal stays, with its number."""
    chunk, (first, second, *_) = begun(outbox, 3)
    fates = [settled(first, DeliveryState.DEFERRED), settled(second, DeliveryState.UNKNOWN)]
    outbox.exchange(fates, [], now=NOW)
    again = [replace(one, attempts=2) for one in (first, second)]
    assert outbox.exchange([], again, now=NOW).attempts == again
    outbox.exchange([settled(again[0], DeliveryState.FAILED), *sent(again[1:])], [], now=NOW)
    outbox.give_back(chunk, now=NOW)
    assert notes(store_db) == [
        (1, 1, "deferred", "2.0.0 taken"),
        (2, 1, "unknown", "2.0.0 taken"),
        (1, 2, "failed", "2.0.0 taken"),
        (3, 1, "unknown", "the sender ended before an answer was recorded"),
    ]


def test_a_deferred_letter_waits_for_its_time(outbox: StoreOutbox) -> None:
    """A deferred letter is taken again when it is due, not before, and counts its attempts."""
    chunk, (first, *others) = begun(outbox)
    outbox.exchange([settled(first, DeliveryState.DEFERRED, due_at=NOW + MINUTE), *sent(others)], [], now=NOW)
    outbox.give_back(chunk, now=NOW)
    assert outbox.take(now=NOW) is None
    assert outbox.next_due() == NOW + MINUTE
    (again,) = taken(outbox, now=NOW + MINUTE).waiting
    assert (again.email, again.attempts) == ("ana@Example.org", 2)
    assert outbox.next_due() is None


def test_a_letter_never_attempted_burns_no_attempt(outbox: StoreOutbox, store_db: Store) -> None:
    """A letter that came back untried waits with the same number of attempts, and nothing is noted."""
    chunk, (first,) = begun(outbox, 1)
    back = replace(settled(first, DeliveryState.PENDING), burnt=False)
    assert outbox.exchange([back], [], now=NOW) == Granted([])
    assert outbox.exchange([], [first], now=NOW).attempts == [first]
    assert (notes(store_db), ledger(store_db)[0][2]) == ([], 1)
    assert chunk.waiting[0] == first


def test_an_attempt_begins_once(outbox: StoreOutbox, store_db: Store) -> None:
    """A letter that was sent meanwhile, or has another attempt behind it, is not begun."""
    _, (first, second) = begun(outbox, 2)
    outbox.exchange([*sent([first]), settled(second, DeliveryState.DEFERRED)], [], now=NOW)
    late = replace(first, attempts=2)
    assert outbox.exchange([], [first, late, second], now=NOW) == Granted([], frozenset())
    assert states(store_db)[:2] == ["sent", "deferred"]


def test_an_exchange_may_be_asked_again(outbox: StoreOutbox, store_db: Store) -> None:
    """The same exchange a second time answers the same and writes nothing twice."""
    chunk, (first, second) = begun(outbox, 2)
    fates = [*sent([first]), settled(second, DeliveryState.DEFERRED)]
    once = outbox.exchange(fates, chunk.waiting[2:4], now=NOW)
    before = (ledger(store_db), notes(store_db))
    again = outbox.exchange(fates, chunk.waiting[2:4], now=NOW + MINUTE)
    assert again == Granted(list(once.attempts), frozenset())
    assert (ledger(store_db), notes(store_db)) == before


def test_an_exchange_that_raises_wrote_nothing(outbox: StoreOutbox, store_db: Store) -> None:
    """Where the database fails in the middle neither outcome nor attempt is kept, and asking again helps."""
    chunk, (first,) = begun(outbox, 1)
    fates = [settled(first, DeliveryState.DEFERRED)]
    outbox.remember({"main": "{}"}, now=NOW)
    with store_db.write() as conn:
        conn.exec_driver_sql("ALTER TABLE relay RENAME TO mislaid")
    try:
        with pytest.raises((StoreError, sa.exc.SQLAlchemyError)):
            outbox.exchange(fates, chunk.waiting[1:2], now=NOW)
        assert (states(store_db)[:2], notes(store_db)) == (["sending", "pending"], [])
    finally:
        with store_db.write() as conn:
            conn.exec_driver_sql("ALTER TABLE mislaid RENAME TO relay")
    assert names(outbox.exchange(fates, chunk.waiting[1:2], now=NOW).attempts) == ["budi"]
    assert (states(store_db)[:2], outbox.remembered()) == (["deferred", "sending"], {"main": "{}"})


def test_words_of_any_bytes_are_stored(outbox: StoreOutbox, store_db: Store) -> None:
    """A reply with a NUL or half a character, as a broken relay may send, stops nothing."""
    _, (first,) = begun(outbox, 1)
    outbox.exchange(
        [replace(settled(first, DeliveryState.FAILED), reply="tidak \0ada \udcff漢")], [], now=NOW
    )
    assert ledger(store_db)[0][3] == "tidak ada ?漢"


def test_a_refusal_that_bounced_counts_against_the_address(outbox: StoreOutbox, store_db: Store) -> None:
    """Only those refusals are counted that say so, and once, however often they are told."""
    _, (first, second) = begun(outbox, 2)
    fates = [
        replace(settled(first, DeliveryState.FAILED), bounced=True),
        settled(second, DeliveryState.FAILED),
    ]
    outbox.exchange(fates, [], now=NOW)
    outbox.exchange(fates, [], now=NOW)
    with store_db.read() as conn:
        bounces = list(conn.scalars(sa.select(subscriber.c.bounces).order_by(subscriber.c.id)))
    assert bounces == [1, 0, 0, 0, 0]


def test_letters_of_no_edition_go_first(outbox: StoreOutbox, store_db: Store) -> None:
    """A letter with a key leaves before editions, the lower priority first, and needs no subscription."""
    assert letter_is_queued(store_db, "test/1", priority=1)
    assert letter_is_queued(store_db, "alert/1")
    assert not letter_is_queued(store_db, "alert/1")
    found = []
    for _ in range(2):
        chunk, (one,) = begun(outbox)
        found.append((one.key, one.subscriber_id, one.edition_uid, one.newsletter, one.occasion, one.email))
        outbox.exchange(sent([one]), [], now=NOW)
        outbox.give_back(chunk, now=NOW)
        assert (chunk.edition_id, chunk.stale_at) == (None, None)
    assert found == [(key, None, "", "", "", "op@example.org") for key in ("alert/1", "test/1")]
    assert names(taken(outbox).waiting)[0] == "ana"
    assert states(store_db)[-2:] == ["sent", "sent"]


def test_only_what_goes_first_may_be_asked_for(outbox: StoreOutbox, store_db: Store) -> None:
    """With `before` only a chunk of a lower priority is taken, and an edition's waits."""
    assert outbox.take(now=NOW, before=10) is None
    assert letter_is_queued(store_db, "alert/1", priority=9)
    assert outbox.take(now=NOW, before=9) is None
    chunk = outbox.take(now=NOW, before=10)
    assert chunk is not None
    assert [one.key for one in chunk.waiting] == ["alert/1"]


def test_what_relays_must_know_is_remembered(outbox: StoreOutbox, store_db: Store) -> None:
    """It is kept with the next exchange or giving back, replaced by name, and read by the next sender."""
    outbox.remember({"main": "1", "spare": "1"}, now=NOW)
    assert outbox.remembered() == {"main": "1", "spare": "1"}
    assert StoreOutbox(store_db).remembered() == {}
    outbox.exchange([], [], now=NOW)
    outbox.remember({"main": "2"}, now=NOW)
    chunk, _ = begun(outbox, 1)
    assert StoreOutbox(store_db).remembered() == {"main": "2", "spare": "1"}
    outbox.remember({"spare": "3"}, now=NOW)
    outbox.give_back(chunk, now=NOW)
    assert StoreOutbox(store_db).remembered() == {"main": "2", "spare": "3"}


def test_an_empty_outbox_gives_nothing(store_db: Store) -> None:
    """With nothing frozen there is nothing to take, begin, recover, keep or wait for."""
    outbox = StoreOutbox(store_db)
    assert (outbox.take(now=NOW), outbox.exchange([], [], now=NOW)) == (None, Granted(()))
    assert (outbox.recover(now=NOW), outbox.next_due(), outbox.keep(now=NOW)) == (0, None, frozenset())


def test_a_chunk_is_held_from_its_taking_until_it_is_given_back(outbox: StoreOutbox) -> None:
    """Also between two letters a sender holds its chunk, but no longer than its lease."""
    assert not outbox.is_held(now=NOW)
    chunk = outbox.take(now=NOW)
    assert chunk is not None
    assert outbox.is_held(now=NOW)
    assert not outbox.is_held(now=NOW + 60 * MINUTE)
    outbox.give_back(chunk, now=NOW)
    assert not outbox.is_held(now=NOW)

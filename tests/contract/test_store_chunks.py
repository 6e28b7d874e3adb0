"""The contract of owning chunks: leases and fences, giving back, what a dead sender leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_filling import (
    MINUTE,
    NOW,
    a_crowd_subscribes,
    begun,
    edition_is,
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

from syndicate.model import DeliveryState, Granted
from syndicate.store.engine import Store
from syndicate.store.outbox import LEASE, StoreOutbox

LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
def outbox(store_db: Store) -> StoreOutbox:
    """An outbox with letters to ana, budi and citra."""
    people_subscribe(store_db, ["ana", "budi", "citra"], "daily")
    edition_is_frozen(store_db)
    return StoreOutbox(store_db)


def other(store: Store) -> StoreOutbox:
    """Return the outbox of another sender."""
    return StoreOutbox(store, owner="other")


def test_a_chunk_has_one_owner(outbox: StoreOutbox, store_db: Store) -> None:
    """What one sender owns no other takes while the lease lasts; next_due says until when."""
    taken(outbox)
    second = other(store_db)
    assert second.take(now=NOW + LEASE) is None
    assert second.next_due() == NOW + LEASE


def test_a_lease_that_is_kept_does_not_end(outbox: StoreOutbox, store_db: Store) -> None:
    """`keep` names what is ours and renews it."""
    chunk = taken(outbox)
    assert outbox.keep(now=NOW + LEASE) == {chunk.id}
    assert other(store_db).take(now=LATER) is None
    assert other(store_db).take(now=NOW + 2 * LEASE) is None


def test_after_the_lease_another_takes_over(outbox: StoreOutbox, store_db: Store) -> None:
    """The next owner finds what was under way as unknown and due, with its attempt noted."""
    begun(outbox, 1)
    second, attempts = begun(other(store_db), now=LATER)
    assert second.fence == 2
    assert [(one.email[0], one.attempts) for one in attempts] == [("a", 2), ("b", 1), ("c", 1)]
    assert notes(store_db) == [(1, 1, "unknown", "the sender ended before an answer was recorded")]


def test_who_lost_a_chunk_writes_nothing_in_it(outbox: StoreOutbox, store_db: Store) -> None:
    """The first owner's outcomes and attempts are refused after the lease, and the chunk is reported lost."""
    chunk, (first,) = begun(outbox, 1)
    begun(other(store_db), 2, now=LATER)
    before = ledger(store_db)
    for fate in (DeliveryState.SENT, DeliveryState.FAILED):
        granted = outbox.exchange([settled(first, fate)], chunk.waiting[1:], now=LATER)
        assert granted == Granted([], frozenset({chunk.id}))
    assert outbox.exchange(sent([first]), [], now=LATER).lost == {chunk.id}
    outbox.give_back(chunk, now=LATER)
    assert ledger(store_db) == before
    assert outbox.keep(now=LATER) == frozenset()


def test_a_lost_chunk_does_not_hold_up_the_others(store_db: Store) -> None:
    """In one exchange what is of chunks still ours is recorded and begun."""
    a_crowd_subscribes(store_db, 1000)
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    first, (early, *_) = begun(outbox, 1)
    outbox.keep(now=NOW)
    second, (late, *_) = begun(outbox, 1, now=LATER - LEASE)
    taken(other(store_db), now=LATER)
    granted = outbox.exchange(sent([early, late]), [first.waiting[1], second.waiting[1]], now=LATER)
    assert granted == Granted([second.waiting[1]], frozenset({first.id}))
    assert [states(store_db)[number] for number in (0, 1, 500, 501)] == [
        "unknown",
        "pending",
        "sent",
        "sending",
    ]


def test_a_lease_that_nobody_else_took_still_holds(outbox: StoreOutbox) -> None:
    """A sender that slept past its lease goes on where no other was there: its next take releases nothing."""
    chunk, (first,) = begun(outbox, 1)
    assert outbox.take(now=LATER) is None
    assert names(outbox.exchange(sent([first]), chunk.waiting[1:2], now=LATER).attempts) == ["budi"]
    assert outbox.keep(now=LATER) == {chunk.id}


def test_an_outcome_counts_only_for_the_running_attempt(outbox: StoreOutbox, store_db: Store) -> None:
    """A sender of the same name that was thought dead cannot settle what its heir attempts since."""
    chunk, (first,) = begun(outbox, 1)
    heir = StoreOutbox(store_db)
    assert heir.recover(now=NOW) == 1
    outbox.exchange([settled(first, DeliveryState.FAILED)], [], now=NOW)
    assert states(store_db)[0] == "unknown"
    _, (again, *_) = begun(heir)
    assert outbox.exchange([settled(first, DeliveryState.FAILED)], [], now=NOW).lost == {chunk.id}
    heir.exchange([settled(first, DeliveryState.FAILED)], [], now=NOW)
    assert states(store_db)[0] == "sending"
    heir.exchange(sent([again]), [], now=NOW)
    assert ledger(store_db)[0][1:3] == ("sent", 2)


def test_recovery_gives_back_what_a_dead_sender_held(outbox: StoreOutbox, store_db: Store) -> None:
    """What was under way is unknown and due at once, the rest waits; other senders' chunks stay theirs."""
    begun(outbox, 2)
    edition_is_frozen(store_db, occasion="2026-11-24")
    begun(other(store_db), 1)
    heir = StoreOutbox(store_db)
    assert (heir.recover(now=NOW + MINUTE / 2), heir.recover(now=NOW + MINUTE / 2)) == (2, 0)
    assert states(store_db) == ["unknown", "unknown", "pending", "sending", "pending", "pending"]
    again = taken(heir, now=NOW + MINUTE / 2)
    assert [(one.email[0], one.attempts) for one in again.waiting] == [("a", 2), ("b", 2), ("c", 1)]


def test_a_held_unknown_letter_is_not_due(outbox: StoreOutbox, store_db: Store) -> None:
    """Where the operator decides, what was under way is due to nobody and the rest goes on."""
    begun(outbox, 1)
    heir = StoreOutbox(store_db, hold_unknown=True)
    assert heir.recover(now=NOW) == 1
    chunk, rest = begun(heir)
    assert names(rest) == ["budi", "citra"]
    heir.exchange([settled(rest[0], DeliveryState.UNKNOWN, due_at=None), *sent(rest[1:])], [], now=NOW)
    heir.give_back(chunk, now=NOW)
    assert (heir.take(now=NOW + 1000 * MINUTE), heir.next_due()) == (None, None)
    assert states(store_db) == ["unknown", "unknown", "sent"]


def test_what_is_given_back_may_be_taken_at_once(outbox: StoreOutbox, store_db: Store) -> None:
    """A chunk that was given back is anybody's, with a new fence."""
    chunk = taken(outbox)
    outbox.give_back(chunk, now=NOW)
    assert outbox.keep(now=NOW) == frozenset()
    again = taken(other(store_db))
    assert (again.fence, again.waiting) == (2, chunk.waiting)


def test_what_waits_for_a_rate_is_given_back_until_then(outbox: StoreOutbox) -> None:
    """Nobody takes a chunk before the moment with which it was given back."""
    outbox.give_back(taken(outbox), now=NOW, not_before=NOW + MINUTE)
    assert outbox.take(now=NOW) is None
    assert outbox.next_due() == NOW + MINUTE
    assert len(taken(outbox, now=NOW + MINUTE).waiting) == 3


def test_a_letter_under_way_in_a_chunk_given_back_is_unknown(outbox: StoreOutbox, store_db: Store) -> None:
    """Who gives a chunk back without an answer has the letter tried again, its doubt noted."""
    chunk, (first,) = begun(outbox, 1)
    outbox.give_back(chunk, now=NOW)
    assert states(store_db) == ["unknown", "pending", "pending"]
    assert notes(store_db)[0][2] == "unknown"
    assert outbox.exchange(sent([first]), [], now=NOW).lost == {chunk.id}
    assert states(store_db)[0] == "unknown"


def test_an_owner_whose_edition_is_paused_ends_what_is_under_way(
    outbox: StoreOutbox, store_db: Store
) -> None:
    """Nothing more begins, the chunk is reported lost, outcomes still count, and it is free at the last."""
    chunk, (first, second) = begun(outbox, 2)
    outbox.pause(1, "spam", now=NOW)
    granted = outbox.exchange(sent([first]), chunk.waiting[2:], now=NOW)
    assert granted == Granted([], frozenset({chunk.id}))
    assert states(store_db) == ["sent", "sending", "pending"]
    assert outbox.exchange([settled(second, DeliveryState.DEFERRED)], [], now=NOW).attempts == []
    assert (outbox.keep(now=NOW), outbox.take(now=NOW), outbox.next_due()) == (frozenset(), None, None)
    edition_is(store_db, "open", "resumed")
    assert names(taken(other(store_db)).waiting) == ["budi", "citra"]


def test_an_owner_that_is_idle_loses_a_paused_chunk_at_once(outbox: StoreOutbox, store_db: Store) -> None:
    """With nothing under way the chunk is free with the exchange that was refused."""
    chunk = taken(outbox)
    edition_is(store_db, "paused")
    assert outbox.exchange([], chunk.waiting, now=NOW).lost == {chunk.id}
    edition_is(store_db, "open", "resumed")
    assert taken(other(store_db)).id == chunk.id

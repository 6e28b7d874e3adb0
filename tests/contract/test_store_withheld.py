"""The contract of letters that must not leave: to those who left, of editions stopped or stale."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    a_crowd_subscribes,
    begun,
    edition_is,
    edition_is_frozen,
    ledger,
    names,
    one_leaves,
    people_subscribe,
    sent,
    settled,
    states,
    taken,
)

from syndicate.model import DeliveryState
from syndicate.store import subscribers
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import edition, subscription


@pytest.fixture
def outbox(store_db: Store) -> StoreOutbox:
    """An outbox with letters to ana, budi and citra, stale in an hour."""
    people_subscribe(store_db, ["ana", "budi", "citra"], "daily")
    edition_is_frozen(store_db, stale_at=NOW + 60 * MINUTE)
    return StoreOutbox(store_db)


def test_no_attempt_begins_after_an_unsubscription(outbox: StoreOutbox, store_db: Store) -> None:
    """One who left after his chunk was taken is skipped with that reason, and the others begin."""
    chunk = taken(outbox)
    one_leaves(store_db, "ana-daily")
    granted = outbox.exchange([], chunk.waiting, now=NOW)
    assert (names(granted.attempts), granted.lost) == (["budi", "citra"], frozenset())
    assert ledger(store_db)[0][1:] == ("skipped", 0, "unsubscribed")


def test_an_attempt_that_had_begun_may_end(outbox: StoreOutbox, store_db: Store) -> None:
    """What was under way when he left is recorded as it ends, and not tried again."""
    chunk, (first,) = begun(outbox, 1)
    one_leaves(store_db, "ana-daily")
    outbox.exchange([settled(first, DeliveryState.DEFERRED)], chunk.waiting[1:], now=NOW)
    outbox.give_back(chunk, now=NOW)
    assert "ana" not in names(begun(outbox)[1])
    assert ledger(store_db)[0][1:] == ("skipped", 1, "unsubscribed")


def test_leaving_one_newsletter_leaves_the_others_letters(store_db: Store) -> None:
    """Only the newsletter that a person left is withheld from him."""
    people_subscribe(store_db, ["ana"], "daily", "weekly")
    edition_is_frozen(store_db)
    edition_is_frozen(store_db, "weekly", "2026-W48")
    one_leaves(store_db, "ana-daily")
    outbox = StoreOutbox(store_db)
    assert [[one.newsletter for one in begun(outbox)[1]] for _ in range(2)] == [[], ["weekly"]]


def test_one_who_came_back_gets_what_still_waits(outbox: StoreOutbox, store_db: Store) -> None:
    """Who left and came back before his turn is subscribed, and his letter begins."""
    one_leaves(store_db, "ana-daily")
    with store_db.write() as conn:
        conn.execute(sa.update(subscription).values(state="active"))
    assert names(begun(outbox)[1]) == ["ana", "budi", "citra"]


def test_many_who_left_are_passed_over_in_one_exchange(store_db: Store) -> None:
    """However many left, one exchange begins the others' letters and skips theirs."""
    a_crowd_subscribes(store_db, 500)
    edition_is_frozen(store_db)
    with store_db.write() as conn:
        left = subscription.c.token != "token-500"
        conn.execute(sa.update(subscription).where(left).values(state="unsubscribed", ended_at=NOW))
    assert names(begun(StoreOutbox(store_db))[1]) == ["p0499"]
    assert states(store_db) == ["skipped"] * 499 + ["sending"]


def test_a_removed_persons_letters_are_skipped(outbox: StoreOutbox, store_db: Store) -> None:
    """What waits for him is skipped, also in a chunk that a sender holds; what is under way ends."""
    chunk, (first,) = begun(outbox, 1)
    with store_db.write() as conn:
        assert subscribers.remove(conn, "ana@example.org", now=NOW)
        assert subscribers.remove(conn, "budi@example.org", now=NOW)
    assert names(outbox.exchange([], chunk.waiting[1:], now=NOW).attempts) == ["citra"]
    assert ledger(store_db)[:2] == [("", "sending", 1, None), ("", "skipped", 0, "removed")]
    outbox.exchange([settled(first, DeliveryState.DEFERRED)], [], now=NOW)
    outbox.give_back(chunk, now=NOW)
    begun(outbox)
    assert ledger(store_db)[0] == ("", "skipped", 1, "removed")


def test_a_paused_edition_is_not_taken(outbox: StoreOutbox, store_db: Store) -> None:
    """Its letters wait, nobody is woken for them, and the reason stands; resumed they leave."""
    outbox.pause(1, "10 x 5.7.1", now=NOW)
    assert (outbox.take(now=NOW), outbox.next_due()) == (None, None)
    with store_db.read() as conn:
        assert conn.execute(sa.select(edition.c.state, edition.c.reason)).one() == ("paused", "10 x 5.7.1")
    outbox.pause(1, "another reason", now=NOW)
    edition_is(store_db, "open", "resumed")
    assert names(taken(outbox).waiting) == ["ana", "budi", "citra"]


def test_a_cancelled_edition_is_not_paused(outbox: StoreOutbox, store_db: Store) -> None:
    """A pause that comes late does not bring a cancelled edition back within reach."""
    edition_is(store_db, "cancelled", "by hand")
    outbox.pause(1, "10 x 5.7.1", now=NOW)
    with store_db.read() as conn:
        assert conn.execute(sa.select(edition.c.state, edition.c.reason)).one() == ("cancelled", "by hand")


def test_a_cancelled_editions_letters_are_skipped(outbox: StoreOutbox, store_db: Store) -> None:
    """Nothing begins in it any more, and what waits is skipped when its owner gives the chunk back."""
    chunk, (first, second) = begun(outbox, 2)
    edition_is(store_db, "cancelled")
    assert outbox.exchange(sent([first]), chunk.waiting[2:], now=NOW).lost == {chunk.id}
    outbox.exchange([settled(second, DeliveryState.DEFERRED)], [], now=NOW)
    assert [row[1:] for row in ledger(store_db)] == [
        ("sent", 1, "2.0.0 taken"),
        ("skipped", 1, "cancelled"),
        ("skipped", 0, "cancelled"),
    ]


def test_a_dead_senders_cancelled_letters_are_skipped(outbox: StoreOutbox, store_db: Store) -> None:
    """What a dead sender held of a cancelled edition, under way or not, is never tried again."""
    begun(outbox, 1)
    edition_is(store_db, "cancelled")
    assert StoreOutbox(store_db).recover(now=NOW) == 1
    assert states(store_db) == ["skipped"] * 3


def test_a_stale_edition_is_skipped(outbox: StoreOutbox, store_db: Store) -> None:
    """What is still open at that moment is skipped with the reason, chunk by chunk."""
    edition_is_frozen(store_db, occasion="2026-11-24")
    assert taken(outbox, now=NOW + 60 * MINUTE).edition_id == 2
    assert [row[1:] for row in ledger(store_db)[:3]] == [("skipped", 0, "stale")] * 3


def test_nothing_begins_in_an_edition_gone_stale(outbox: StoreOutbox, store_db: Store) -> None:
    """A sender that holds a chunk then begins nothing in it; what is under way may end."""
    chunk, (first, second) = begun(outbox, 2)
    late = NOW + 60 * MINUTE
    assert outbox.exchange(sent([first]), chunk.waiting[2:], now=late).lost == {chunk.id}
    outbox.exchange([settled(second, DeliveryState.DEFERRED)], [], now=late)
    assert outbox.take(now=late) is None
    assert [row[1:] for row in ledger(store_db)] == [
        ("sent", 1, "2.0.0 taken"),
        ("skipped", 1, "stale"),
        ("skipped", 0, "stale"),
    ]


def test_a_minute_before_it_is_stale_it_leaves(outbox: StoreOutbox) -> None:
    """Until then every letter of it may begin."""
    assert len(begun(outbox, now=NOW + 59 * MINUTE)[1]) == 3

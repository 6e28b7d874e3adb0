"""The contract of the outbox: what is claimed, what is settled, and who is passed over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    a_crowd_subscribes,
    edition_is_frozen,
    ledger,
    people_subscribe,
    settled,
)

from syndicate.model import Attempt, DeliveryState, Settled
from syndicate.store import outbox as outbox_module
from syndicate.store import subscribers
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import subscription


@pytest.fixture
def outbox(store_db: Store) -> StoreOutbox:
    """An outbox with letters to ana, budi, citra, dewi and eka."""
    people_subscribe(store_db, ["ana", "budi", "citra", "dewi", "eka"], "daily")
    edition_is_frozen(store_db)
    return StoreOutbox(store_db)


def names(attempts: list[Attempt]) -> list[str]:
    """Return the people the attempts go to."""
    return [one.email.partition("@")[0] for one in attempts]


def test_letters_are_claimed_in_order_and_once(outbox: StoreOutbox) -> None:
    """A claim takes the next letters in the order they were queued; none is claimed twice."""
    assert names(outbox.exchange([], 2, now=NOW)) == ["ana", "budi"]
    assert names(outbox.exchange([], 9, now=NOW)) == ["citra", "dewi", "eka"]
    assert outbox.exchange([], 9, now=NOW) == []


def test_an_attempt_says_all_that_a_letter_needs(outbox: StoreOutbox) -> None:
    """An attempt carries edition, person, token, the number of this attempt and when it was queued."""
    (first,) = outbox.exchange([], 1, now=NOW)
    assert first == Attempt(
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
    )


def test_an_exchange_records_outcomes_and_claims_the_next(outbox: StoreOutbox, store_db: Store) -> None:
    """What became of the last letters is written in the transaction that claims the next."""
    first, second, third = outbox.exchange([], 3, now=NOW)
    fates = [
        settled(first, DeliveryState.SENT),
        Settled(second, DeliveryState.DEFERRED, NOW + MINUTE, 451, "x" * 600),
        Settled(third, DeliveryState.FAILED, NOW, 550, "5.1.1 no such user"),
    ]
    assert names(outbox.exchange(fates, 1, now=NOW)) == ["dewi"]
    assert ledger(store_db) == [
        ("ana@Example.org", "sent", 1, "2.0.0 taken"),
        ("budi@Example.org", "deferred", 1, "x" * 500),
        ("citra@Example.org", "failed", 1, "5.1.1 no such user"),
        ("dewi@Example.org", "sending", 1, None),
        ("eka@Example.org", "pending", 0, None),
    ]


def test_a_deferred_letter_waits_for_its_time(outbox: StoreOutbox) -> None:
    """A deferred letter is claimed again when it is due, not before, and counts its attempts."""
    attempts = outbox.exchange([], 5, now=NOW)
    fates = [settled(attempts[0], DeliveryState.DEFERRED, due_at=NOW + MINUTE)]
    fates += [settled(one, DeliveryState.SENT) for one in attempts[1:]]
    assert outbox.exchange(fates, 5, now=NOW) == []
    assert outbox.next_due() == NOW + MINUTE
    (again,) = outbox.exchange([], 5, now=NOW + MINUTE)
    assert (again.email, again.attempts) == ("ana@Example.org", 2)
    assert outbox.next_due() is None


def test_a_letter_given_back_burns_no_attempt(outbox: StoreOutbox) -> None:
    """A letter that was never attempted comes back with the same number of attempts."""
    (first,) = outbox.exchange([], 1, now=NOW)
    outbox.exchange([replace(settled(first, DeliveryState.PENDING), burnt=False)], 0, now=NOW)
    assert outbox.exchange([], 1, now=NOW) == [first]


def test_an_outcome_counts_only_for_the_running_attempt(outbox: StoreOutbox, store_db: Store) -> None:
    """A sender that was thought dead cannot settle what another one attempts since."""
    (first,) = outbox.exchange([], 1, now=NOW)
    assert outbox.recover(now=NOW) == 1
    outbox.exchange([settled(first, DeliveryState.FAILED)], 0, now=NOW)
    assert ledger(store_db)[0][1] == "unknown"
    (again, *_) = outbox.exchange([], 5, now=NOW)
    outbox.exchange([settled(first, DeliveryState.FAILED)], 0, now=NOW)
    assert ledger(store_db)[0][1] == "sending"
    outbox.exchange([settled(again, DeliveryState.SENT)], 0, now=NOW)
    assert ledger(store_db)[0][1:3] == ("sent", 2)


def test_recovery_makes_abandoned_letters_unknown_and_due(outbox: StoreOutbox) -> None:
    """Letters in the hands of a dead sender are due at once, with their attempts kept."""
    outbox.exchange([], 2, now=NOW)
    assert outbox.recover(now=NOW + MINUTE) == 2
    assert outbox.recover(now=NOW + MINUTE) == 0
    assert outbox.tally().counts == {DeliveryState.UNKNOWN: 2, DeliveryState.PENDING: 3}
    again = outbox.exchange([], 9, now=NOW + MINUTE)
    assert [(one.email[0], one.attempts) for one in again] == [
        ("c", 1),
        ("d", 1),
        ("e", 1),
        ("a", 2),
        ("b", 2),
    ]


def test_no_attempt_begins_after_an_unsubscription(outbox: StoreOutbox, store_db: Store) -> None:
    """One who left after the freeze is passed over with that reason, and the claim goes on."""
    with store_db.write() as conn:
        subscribers.unsubscribe(conn, "ana-daily", now=NOW)
        subscribers.unsubscribe(conn, "citra-daily", now=NOW)
        subscribers.remove(conn, "dewi@example.org", now=NOW)
    assert names(outbox.exchange([], 2, now=NOW)) == ["budi", "eka"]
    assert [row[1:] for row in ledger(store_db)] == [
        ("skipped", 0, "unsubscribed"),
        ("sending", 1, None),
        ("skipped", 0, "unsubscribed"),
        ("skipped", 0, "removed"),
        ("sending", 1, None),
    ]


def test_leaving_one_newsletter_leaves_the_others_letters(store_db: Store) -> None:
    """Only the newsletter that a person left is withheld from him."""
    people_subscribe(store_db, ["ana"], "daily", "weekly")
    edition_is_frozen(store_db)
    edition_is_frozen(store_db, "weekly", "2026-W48")
    with store_db.write() as conn:
        subscribers.unsubscribe(conn, "ana-daily", now=NOW)
    assert [one.newsletter for one in StoreOutbox(store_db).exchange([], 9, now=NOW)] == ["weekly"]


def test_a_deferred_letter_is_withheld_from_one_who_left(outbox: StoreOutbox, store_db: Store) -> None:
    """A second attempt, too, asks whether the person is still subscribed."""
    (first,) = outbox.exchange([], 1, now=NOW)
    outbox.exchange([settled(first, DeliveryState.DEFERRED)], 0, now=NOW)
    with store_db.write() as conn:
        subscribers.unsubscribe(conn, "ana-daily", now=NOW)
    assert "ana" not in names(outbox.exchange([], 9, now=NOW))
    assert ledger(store_db)[0][1:] == ("skipped", 1, "unsubscribed")


def test_thousands_who_left_are_passed_over_in_one_claim(store_db: Store) -> None:
    """A claim looks on until it has what it wants, however many left before."""
    a_crowd_subscribes(store_db, 1300)
    edition_is_frozen(store_db)
    with store_db.write() as conn:
        left = subscription.c.token != "token-1300"
        conn.execute(sa.update(subscription).where(left).values(state="unsubscribed", ended_at=NOW))
    assert names(StoreOutbox(store_db).exchange([], 4, now=NOW)) == ["p1299"]


def test_the_sums_hold(outbox: StoreOutbox) -> None:
    """Frozen is the sum of all states at any moment, and open counts those that may still leave."""
    first, second, third = outbox.exchange([], 3, now=NOW)
    outbox.exchange([settled(first, DeliveryState.SENT), settled(second, DeliveryState.FAILED)], 0, now=NOW)
    tally = outbox.tally()
    assert (tally.frozen, tally.open) == (5, 3)
    outbox.exchange([settled(third, DeliveryState.UNKNOWN, due_at=NOW + MINUTE)], 0, now=NOW)
    assert (outbox.tally(1).open, outbox.tally(2).frozen) == (3, 0)


def test_an_empty_outbox_gives_nothing(store_db: Store) -> None:
    """With nothing frozen there is nothing to claim, recover, count or wait for."""
    outbox = StoreOutbox(store_db)
    assert outbox.exchange([], 5, now=NOW) == []
    assert (outbox.recover(now=NOW), outbox.next_due()) == (0, None)


def test_racing_senders_never_claim_the_same_letter(store_db: Store) -> None:
    """Four threads that empty one outbox together claim each letter exactly once."""
    a_crowd_subscribes(store_db, 200)
    edition_is_frozen(store_db)

    def empty_it() -> list[int]:
        outbox = StoreOutbox(store_db)
        claimed: list[int] = []
        batch = outbox.exchange([], 3, now=NOW)
        while batch:
            claimed += [one.delivery_id for one in batch]
            batch = outbox.exchange([settled(one, DeliveryState.SENT) for one in batch], 3, now=NOW)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        parts = [task.result() for task in [pool.submit(empty_it) for _ in range(4)]]
    claimed = sorted(number for part in parts for number in part)
    assert claimed == list(range(1, 201))
    assert StoreOutbox(store_db).tally().counts == {DeliveryState.SENT: 200}


def test_unsubscriptions_race_claims_without_a_late_attempt(store_db: Store) -> None:
    """Whoever was answered "unsubscribed" before his letter was claimed never gets an attempt."""
    a_crowd_subscribes(store_db, 120)
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    left: set[str] = set()
    late: list[str] = []
    one_left = threading.Event()

    def claim_all() -> None:
        assert one_left.wait(10)
        gone_before = set(left)
        batch = outbox.exchange([], 2, now=NOW)
        while batch:
            late.extend(one.token for one in batch if one.token in gone_before)
            gone_before = set(left)
            batch = outbox.exchange([settled(one, DeliveryState.SENT) for one in batch], 2, now=NOW)

    def leave() -> None:
        for number in range(120, 0, -1):
            with store_db.write() as conn:
                subscribers.unsubscribe(conn, f"token-{number}", now=NOW)
            left.add(f"token-{number}")
            one_left.set()

    with ThreadPoolExecutor(2) as pool:
        for task in [pool.submit(claim_all), pool.submit(leave)]:
            task.result()
    assert late == []
    tally = outbox.tally()
    assert tally[DeliveryState.SENT] + tally[DeliveryState.SKIPPED] == 120
    assert tally[DeliveryState.SKIPPED] > 0


def test_the_queue_is_read_from_its_index(store_db: Store) -> None:
    """Neither database scans or sorts the deliveries to find the next letters."""
    a_crowd_subscribes(store_db, 3000)
    edition_is_frozen(store_db)
    explain = "EXPLAIN QUERY PLAN " if store_db.dialect == "sqlite" else "EXPLAIN "
    statement = outbox_module._NEXT + outbox_module._NEXT_LOCKED[store_db.dialect]
    with store_db.write() as conn:
        if store_db.dialect == "postgresql":
            conn.exec_driver_sql("ANALYZE")
        plan = "\n".join(map(str, outbox_module._Plain(conn).rows(explain + statement, (NOW, 4))))
    assert "ix_delivery_waiting" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_claim_waits_for_an_unsubscription_under_way(outbox: StoreOutbox, store_db: Store) -> None:
    """A claim that meets an unsubscription not yet committed waits, then passes that person over."""
    with ThreadPoolExecutor(1) as pool:
        with store_db.write() as conn:
            subscribers.unsubscribe(conn, "ana-daily", now=NOW)
            claim = pool.submit(outbox.exchange, [], 9, now=NOW)
            with pytest.raises(TimeoutError):
                claim.result(timeout=0.2)
        assert names(claim.result(timeout=10)) == ["budi", "citra", "dewi", "eka"]
    assert ledger(store_db)[0][1:] == ("skipped", 0, "unsubscribed")


def test_a_removal_waits_for_a_claim_under_way(outbox: StoreOutbox, store_db: Store) -> None:
    """A person who is removed while his letter is being settled leaves a ledger that adds up."""
    batch = outbox.exchange([], 5, now=NOW)
    people = [f"{name}@example.org" for name in names(batch)]

    def remove(key: str) -> bool:
        with store_db.write() as conn:
            return subscribers.remove(conn, key, now=NOW)

    with ThreadPoolExecutor(3) as pool:
        tasks = [pool.submit(remove, key) for key in people]
        outbox.exchange([settled(one, DeliveryState.SENT) for one in batch], 5, now=NOW)
        assert all(task.result() for task in tasks)
    assert {(row[0], row[1]) for row in ledger(store_db)} <= {("", "sent"), ("", "skipped")}
    assert outbox.tally().frozen == 5

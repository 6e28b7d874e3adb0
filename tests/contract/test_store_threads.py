"""The contract of several senders, readers and people at one store at once, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from store_filling import (
    NOW,
    a_crowd_subscribes,
    begun,
    edition_is_frozen,
    ledger,
    names,
    one_leaves,
    people_subscribe,
    sent,
    taken,
)

from syndicate.model import Attempt, DeliveryState
from syndicate.store import subscribers, sums
from syndicate.store.batches import batched
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox


@pytest.fixture
def outbox(store_db: Store) -> StoreOutbox:
    """An outbox with letters to ana, budi, citra, dewi and eka."""
    people_subscribe(store_db, ["ana", "budi", "citra", "dewi", "eka"], "daily")
    edition_is_frozen(store_db)
    return StoreOutbox(store_db)


def empty(outbox: StoreOutbox, size: int = 3) -> list[Attempt]:
    """Send all that is due, `size` letters at a time; return what was begun."""
    found: list[Attempt] = []
    while chunk := outbox.take(now=NOW):
        last: list[Attempt] = []
        for wanted in [*batched(chunk.waiting, size), []]:
            last = list(outbox.exchange(sent(last), wanted, now=NOW).attempts)
            found += last
        outbox.give_back(chunk, now=NOW)
    return found


def test_racing_senders_never_begin_the_same_letter(store_db: Store) -> None:
    """Four senders that empty one outbox together begin each letter exactly once."""
    a_crowd_subscribes(store_db, 1800)
    edition_is_frozen(store_db)
    with ThreadPoolExecutor(4) as pool:
        outboxes = [StoreOutbox(store_db, owner=f"sender {number}") for number in range(4)]
        parts = [task.result() for task in [pool.submit(empty, one, 40) for one in outboxes]]
    assert sorted(one.delivery_id for part in parts for one in part) == list(range(1, 1801))
    assert StoreOutbox(store_db).tally().counts == {DeliveryState.SENT: 1800}


def test_unsubscriptions_race_attempts_without_a_late_one(store_db: Store) -> None:
    """Whoever was answered "unsubscribed" before his letter was begun never gets an attempt."""
    a_crowd_subscribes(store_db, 120)
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    left: set[str] = set()
    late: list[str] = []
    one_left = threading.Event()

    def send_all() -> None:
        assert one_left.wait(10)
        last: list[Attempt] = []
        for wanted in [*batched(taken(outbox).waiting, 2), []]:
            gone_before = set(left)
            last = list(outbox.exchange(sent(last), wanted, now=NOW).attempts)
            late.extend(one.token for one in last if one.token in gone_before)

    def leave() -> None:
        for number in range(120, 0, -1):
            one_leaves(store_db, f"token-{number}")
            left.add(f"token-{number}")
            one_left.set()

    with ThreadPoolExecutor(2) as pool:
        for task in [pool.submit(send_all), pool.submit(leave)]:
            task.result()
    assert late == []
    tally = outbox.tally()
    assert tally[DeliveryState.SENT] + tally[DeliveryState.SKIPPED] == 120
    assert tally[DeliveryState.SKIPPED] > 0


def test_an_attempt_waits_for_an_unsubscription_under_way(outbox: StoreOutbox, store_db: Store) -> None:
    """An exchange that meets an unsubscription not yet committed waits, then passes that person over."""
    chunk = taken(outbox)
    with ThreadPoolExecutor(1) as pool:
        with store_db.write() as conn:
            subscribers.unsubscribe(conn, "ana-daily", now=NOW)
            exchange = pool.submit(outbox.exchange, [], chunk.waiting, now=NOW)
            with pytest.raises(TimeoutError):
                exchange.result(timeout=0.2)
        assert names(exchange.result(timeout=10).attempts) == ["budi", "citra", "dewi", "eka"]
    assert ledger(store_db)[0][1:] == ("skipped", 0, "unsubscribed")


def test_removals_race_the_letters_under_way(outbox: StoreOutbox, store_db: Store) -> None:
    """People who are removed while their letters are settled leave a ledger that adds up."""
    chunk, attempts = begun(outbox, 3)
    people = [f"{name}@example.org" for name in names(chunk.waiting)]

    def remove(key: str) -> bool:
        with store_db.write() as conn:
            return subscribers.remove(conn, key, now=NOW)

    with ThreadPoolExecutor(3) as pool:
        tasks = [pool.submit(remove, key) for key in people]
        granted = outbox.exchange(sent(attempts), chunk.waiting[3:], now=NOW)
        outbox.exchange(sent(granted.attempts), [], now=NOW)
        outbox.give_back(chunk, now=NOW)
        assert all(task.result() for task in tasks)
    assert {(row[0], row[1]) for row in ledger(store_db)} <= {("", "sent"), ("", "skipped")}
    with store_db.read() as conn:
        assert sums.tally(conn, 1) == sums.recount(conn, 1)


def test_the_sums_hold_while_a_sender_works(store_db: Store) -> None:
    """A reader beside a sender finds at any moment that all states together are what was frozen."""
    a_crowd_subscribes(store_db, 1200)
    edition_is_frozen(store_db)
    ended = threading.Event()
    wrong = []

    def read() -> None:
        while not ended.is_set():
            with store_db.read() as conn:
                tally = sums.tally(conn, 1)
                if tally.frozen != 1200 or tally != sums.recount(conn, 1):
                    wrong.append(tally)

    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(read)
        sending = pool.submit(empty, StoreOutbox(store_db), 25)
        assert len(sending.result()) == 1200
        ended.set()
        reading.result()
    assert wrong == []

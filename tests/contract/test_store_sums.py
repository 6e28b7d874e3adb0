"""The contract of the sums: they hold after every step, whoever did it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from store_filling import (
    MINUTE,
    NOW,
    a_crowd_subscribes,
    begun,
    edition_is,
    edition_is_frozen,
    people_subscribe,
    sent,
    settled,
    taken,
)

from syndicate.model import Attempt, Chunk, DeliveryState, EditionStanding
from syndicate.store import editions, subscribers, sums
from syndicate.store.engine import Store
from syndicate.store.outbox import LEASE, StoreOutbox

OUTCOMES = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.DEFERRED,
    DeliveryState.UNKNOWN,
    DeliveryState.SKIPPED,
)


class Play:
    """Two senders, people who leave and an operator, who do something at random, step by step."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.random = random.Random(seed)  # noqa: S311
        self.now = NOW
        self.senders = [StoreOutbox(store, owner=owner) for owner in ("one", "two")]
        self.held: list[tuple[StoreOutbox, Chunk]] = []
        self.under_way: list[tuple[StoreOutbox, Attempt]] = []

    def step(self) -> None:
        """Do one thing."""
        acts: list[Callable[[], None]] = [self.take, self.exchange, self.exchange, self.give_back]
        acts += [self.leave, self.operate, self.sleep, self.die]
        self.random.choice(acts)()

    def take(self) -> None:
        outbox = self.random.choice(self.senders)
        if chunk := outbox.take(now=self.now):
            self.held.append((outbox, chunk))

    def exchange(self) -> None:
        if not self.held:
            return
        outbox, chunk = self.random.choice(self.held)
        mine = [one for owner, one in self.under_way if owner is outbox]
        done = self.random.sample(mine, len(mine) // 2)
        wanted = self.random.sample(chunk.waiting, min(len(chunk.waiting), 5))
        fates = [settled(one, self.random.choice(OUTCOMES), due_at=self.now + MINUTE) for one in done]
        granted = outbox.exchange(fates, wanted, now=self.now)
        self.under_way = [pair for pair in self.under_way if pair[0] is not outbox or pair[1] not in done]
        self.under_way += [(outbox, one) for one in granted.attempts]

    def give_back(self) -> None:
        if self.held:
            outbox, chunk = self.held.pop(self.random.randrange(len(self.held)))
            outbox.give_back(chunk, now=self.now)

    def leave(self) -> None:
        name, number = self.random.choice(["unsubscribe", "remove"]), self.random.randrange(1, 1101)
        with self.store.write() as conn:
            if name == "remove":
                subscribers.remove(conn, f"p{number - 1:04}@example.org", now=self.now)
            else:
                subscribers.unsubscribe(conn, f"token-{number}", now=self.now)

    def operate(self) -> None:
        state = self.random.choice(["open", "open", "paused", "cancelled"])
        edition_is(self.store, state, number=self.random.choice([1, 1, 2]))

    def sleep(self) -> None:
        self.now += self.random.choice([MINUTE / 2, LEASE + MINUTE])

    def die(self) -> None:
        outbox = self.random.choice(self.senders)
        outbox.recover(now=self.now)
        self.held = [pair for pair in self.held if pair[0] is not outbox]
        self.under_way = [pair for pair in self.under_way if pair[0] is not outbox]


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_hold_after_every_step(store_db: Store, seed: int) -> None:
    """What the chunks count is what the rows say, and all states together are what was frozen."""
    a_crowd_subscribes(store_db, 1100)
    edition_is_frozen(store_db, stale_at=NOW + 40 * MINUTE)
    edition_is_frozen(store_db, occasion="2026-11-24")
    play = Play(store_db, seed)
    for _ in range(60):
        play.step()
        with store_db.read() as conn:
            tallies = [(sums.tally(conn, number), sums.recount(conn, number)) for number in (1, 2)]
            together = editions.tally(conn)
        assert all(counted == found for counted, found in tallies)
        assert [counted.frozen for counted, _ in tallies] == [1100, 1100]
        assert together.frozen == 2200


def test_a_standing_counts_final_answers(store_db: Store) -> None:
    """Sent and failed letters are settled, those that wait or were skipped are not; resuming forgives."""
    people_subscribe(store_db, ["ana", "budi", "citra", "dewi"], "daily")
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    assert outbox.standing(1) == EditionStanding(0, 0, forgiven=False)
    chunk, (first, second, third) = begun(outbox, 3)
    fates = [settled(second, DeliveryState.FAILED), settled(third, DeliveryState.DEFERRED)]
    outbox.exchange([*sent([first]), *fates], [], now=NOW)
    assert outbox.standing(1) == EditionStanding(2, 1, forgiven=False)
    outbox.give_back(chunk, now=NOW)
    edition_is(store_db, "open", "resumed")
    assert outbox.standing(1) == EditionStanding(2, 1, forgiven=True)
    assert outbox.standing(77) == EditionStanding(0, 0, forgiven=False)


def test_refusals_are_counted_by_their_words(store_db: Store) -> None:
    """The commonest words come first, from chunks that are owned and from those that are not."""
    a_crowd_subscribes(store_db, 502)
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    chunk, (first, *_) = begun(outbox, 1)
    outbox.exchange([settled(first, DeliveryState.FAILED)], [], now=NOW)
    outbox.give_back(chunk, now=NOW, not_before=NOW + MINUTE)
    _, attempts = begun(outbox)
    outbox.exchange([settled(one, DeliveryState.FAILED) for one in attempts], [], now=NOW)
    with store_db.read() as conn:
        assert editions.refusals(conn, 1) == [("250 2.0.0 taken", 3)]
        assert editions.refusals(conn, 2) == []
    assert taken(outbox, now=NOW + MINUTE).id == chunk.id

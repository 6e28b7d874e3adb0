"""The send loop over each database: one sender, two senders of different names, and people who leave."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from store_filling import NOW, a_crowd_subscribes, edition_is_frozen, one_leaves

from syndicate.delivery.onebyone import OneByOne
from syndicate.delivery.plan import RelaySpec, SendPlan
from syndicate.delivery.send import deliver
from syndicate.model import Attempt, DeliveryState, Letter, Outcome, Refused, Retry, Sent
from syndicate.store import sums
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox

PLAN = SendPlan(Retry(timedelta(minutes=5), timedelta(hours=4), timedelta(days=4)))


class Taking:
    """A relay that takes letters in a moment, and counts them."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def open(self) -> OneByOne:
        return OneByOne(self)

    async def send(self, letter: Letter) -> Outcome:
        await asyncio.sleep(0.0005)
        if letter.recipient.startswith("p0003@"):
            return Refused(550, "5.1.1 no such user")
        self.taken[letter.recipient] += 1
        return Sent("250 taken")


def write(attempt: Attempt) -> Letter:
    return Letter("news@example.org", attempt.email, attempt.token, attempt.token, b"Halo\r\n")


def clock() -> datetime:
    return NOW


async def emptied(store: Store, relay: Taking, *owners: str) -> None:
    """Let a sender of each name work until nothing is due."""
    await asyncio.gather(
        *(
            deliver(
                StoreOutbox(store, owner=owner),
                (RelaySpec("relay", relay),),
                write,
                PLAN,
                clock=clock,
                stop=asyncio.Event(),
            )
            for owner in owners
        )
    )


def test_one_sender_empties_the_outbox(store_db: Store) -> None:
    """Everyone gets one letter or has a reason, and the sums hold, on either database."""
    a_crowd_subscribes(store_db, 60)
    edition_is_frozen(store_db)
    one_leaves(store_db, "token-8")
    relay = Taking()
    asyncio.run(emptied(store_db, relay, "one"))
    assert set(relay.taken.values()) == {1}
    assert len(relay.taken) == 58
    with store_db.read() as conn:
        tally = sums.recount(conn, 1)
        assert sums.tally(conn, 1).counts == tally.counts
    assert tally.counts == {DeliveryState.SENT: 58, DeliveryState.FAILED: 1, DeliveryState.SKIPPED: 1}


def test_two_senders_share_the_chunks(store_db: Store) -> None:
    """Two senders at once, as on two machines, send no letter twice and leave none."""
    a_crowd_subscribes(store_db, 1300)
    edition_is_frozen(store_db)
    relay = Taking()
    asyncio.run(emptied(store_db, relay, "one", "two"))
    assert set(relay.taken.values()) == {1}
    assert len(relay.taken) == 1299
    with store_db.read() as conn:
        assert sums.recount(conn, 1).counts == {DeliveryState.SENT: 1299, DeliveryState.FAILED: 1}

"""The contract of editions gone stale: whoever did not get one gets its articles with the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    articles_are_known,
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

from syndicate.model import DeliveryState, Edition, Rendition
from syndicate.store import editions, subscribers, sums
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import delivery, owed

HOUR = 60 * MINUTE


@pytest.fixture
def outbox(store_db: Store) -> StoreOutbox:
    """An edition of a and b to ana, budi and citra that ana got; it is stale in an hour."""
    articles_are_known(store_db, "a", "b", "c", "d", "e")
    people_subscribe(store_db, ["ana", "budi", "citra"], "daily")
    edition_is_frozen(store_db, holds=["b", "a"], stale_at=NOW + HOUR)
    outbox = StoreOutbox(store_db)
    chunk, attempts = begun(outbox, 1)
    outbox.exchange(sent(attempts), [], now=NOW)
    outbox.give_back(chunk, now=NOW)
    return outbox


def stale(store: Store, newsletter: str = "daily") -> dict[int, tuple[str, ...]]:
    """Return what is owed, as the composer asks for it."""
    with store.read() as conn:
        return editions.stale_renditions(conn, newsletter)


def next_is_frozen(
    store: Store,
    occasion: str,
    renditions: Sequence[Sequence[str]],
    audiences: Mapping[int, int],
    *,
    stale_at: datetime | None = None,
) -> None:
    """Freeze an edition of several renditions."""
    one = Edition(f"uid of {occasion}", "daily", occasion, NOW, NOW, stale_at)
    bodies = [
        Rendition("id", "Kabar", " ".join(holds).encode(), tuple(f"urn:{name}" for name in holds))
        for holds in renditions
    ]
    with store.write() as conn:
        assert editions.freeze(conn, one, bodies, now=NOW, audiences=audiences)


def letters(store: Store, edition_id: int) -> list[tuple[str, str]]:
    """Return who gets which articles with an edition."""
    with store.read() as conn:
        rows = conn.execute(
            sa.select(delivery.c.email, delivery.c.rendition_id)
            .where(delivery.c.edition_id == edition_id)
            .order_by(delivery.c.id)
        ).all()
        return [
            (email.partition("@")[0], editions.rendition_body(conn, number).decode())
            for email, number in rows
        ]


def test_nobody_is_owed_what_may_still_leave(outbox: StoreOutbox, store_db: Store) -> None:
    """While an edition is not stale, expiring finds nothing and nobody is owed anything."""
    assert editions.expire(store_db, "daily", now=NOW + 59 * MINUTE) == 0
    assert stale(store_db) == {}
    assert states(store_db) == ["sent", "pending", "pending"]


@pytest.mark.parametrize("by_a_sender", [True, False])
def test_a_stale_editions_articles_are_owed(outbox: StoreOutbox, store_db: Store, by_a_sender: bool) -> None:
    """Whether a sender skipped the letters or the next edition's maker, whose letter waited is owed."""
    if by_a_sender:
        assert outbox.take(now=NOW + HOUR) is None
    else:
        assert editions.expire(store_db, "daily", now=NOW + HOUR) == 2
    assert editions.expire(store_db, "daily", now=NOW + HOUR) == 0
    assert [row[1:] for row in ledger(store_db)[1:]] == [("skipped", 0, "stale")] * 2
    assert stale(store_db) == {1: ("urn:b", "urn:a")}
    assert stale(store_db, "weekly") == {}
    with store_db.read() as conn:
        assert sums.tally(conn, 1) == sums.recount(conn, 1)


def test_the_next_edition_brings_what_was_owed(outbox: StoreOutbox, store_db: Store) -> None:
    """People get the rendition named for what they are owed, the others the first, and all is paid."""
    editions.expire(store_db, "daily", now=NOW + HOUR)
    next_is_frozen(store_db, "2026-11-24", [["c"], ["c", "b", "a"]], {1: 1})
    assert letters(store_db, 2) == [("ana", "c"), ("budi", "c b a"), ("citra", "c b a")]
    assert stale(store_db) == {}


def test_what_is_owed_adds_up_over_stale_editions(outbox: StoreOutbox, store_db: Store) -> None:
    """Where the next edition goes stale too, all that it would have brought is owed, to each his own."""
    editions.expire(store_db, "daily", now=NOW + HOUR)
    next_is_frozen(store_db, "2026-11-24", [["c"], ["c", "a"]], {1: 1}, stale_at=NOW + 2 * HOUR)
    editions.expire(store_db, "daily", now=NOW + 2 * HOUR)
    assert stale(store_db) == {2: ("urn:c",), 3: ("urn:c", "urn:a")}
    next_is_frozen(store_db, "2026-11-25", [["d"], ["d", "c"], ["d", "c", "a"]], {2: 1, 3: 2})
    assert letters(store_db, 3) == [("ana", "d c"), ("budi", "d c a"), ("citra", "d c a")]


def test_several_stale_editions_are_owed_together(outbox: StoreOutbox, store_db: Store) -> None:
    """Whoever missed two editions has one number for both, each article once, the older edition's first."""
    edition_is_frozen(store_db, occasion="2026-11-24", holds=["c", "a"], stale_at=NOW + HOUR)
    assert editions.expire(store_db, "daily", now=NOW + HOUR) == 5
    found = stale(store_db)
    assert sorted(found.values()) == [("urn:b", "urn:a", "urn:c"), ("urn:c", "urn:a")]
    both = next(number for number, articles in found.items() if len(articles) == 3)
    next_is_frozen(store_db, "2026-11-25", [["d"], ["d", "c", "a"], ["d", "c", "b", "a"]], {2: 1, both: 2})
    assert letters(store_db, 3) == [("ana", "d c a"), ("budi", "d c b a"), ("citra", "d c b a")]
    assert stale(store_db) == {}


def test_what_goes_stale_after_the_next_freeze_is_owed_by_the_one_after(
    outbox: StoreOutbox, store_db: Store
) -> None:
    """A letter skipped only once the next edition is frozen is not forgotten, though a later one was sent."""
    next_is_frozen(store_db, "2026-11-24", [["c"]], {})
    chunk = taken(outbox)
    outbox.give_back(chunk, now=NOW)
    second = taken(outbox, now=NOW + HOUR)
    granted = outbox.exchange([], second.waiting, now=NOW + HOUR)
    outbox.exchange(sent(granted.attempts), [], now=NOW + HOUR)
    assert second.edition_id == 2
    assert stale(store_db) == {1: ("urn:b", "urn:a")}


def test_what_is_not_named_stays_owed(outbox: StoreOutbox, store_db: Store) -> None:
    """An edition that knows nothing of it pays nothing; a number named 0 is paid with the first rendition."""
    editions.expire(store_db, "daily", now=NOW + HOUR)
    next_is_frozen(store_db, "2026-11-24/now", [["c"]], {})
    assert stale(store_db) == {1: ("urn:b", "urn:a")}
    next_is_frozen(store_db, "2026-11-24", [["d"]], {1: 0})
    assert stale(store_db) == {}
    assert letters(store_db, 3) == [(name, "d") for name in ("ana", "budi", "citra")]


def test_those_who_left_are_owed_nothing(outbox: StoreOutbox, store_db: Store) -> None:
    """Whoever unsubscribed or was removed is not asked for, and one who comes back much later starts anew."""
    editions.expire(store_db, "daily", now=NOW + HOUR)
    one_leaves(store_db, "budi-daily")
    with store_db.write() as conn:
        assert subscribers.remove(conn, "citra@example.org", now=NOW)
    assert stale(store_db) == {}
    next_is_frozen(store_db, "2026-11-24", [["c"]], {})
    with store_db.read() as conn:
        assert conn.execute(sa.select(owed)).all() == []


def test_a_paused_stale_edition_is_owed_too(outbox: StoreOutbox, store_db: Store) -> None:
    """The next edition does not wait for the operator's word on the last; a cancelled one is not owed."""
    edition_is_frozen(store_db, occasion="2026-11-24", holds=["c"], stale_at=NOW + HOUR)
    edition_is(store_db, "paused", number=1)
    edition_is(store_db, "cancelled", number=2)
    assert editions.expire(store_db, "daily", now=NOW + HOUR) == 2
    assert stale(store_db) == {1: ("urn:b", "urn:a")}


def test_what_is_under_way_when_it_goes_stale_may_end(outbox: StoreOutbox, store_db: Store) -> None:
    """Expiring leaves a sender's running attempts alone; what does not end in sent is owed later."""
    chunk, (budi, citra) = begun(outbox, 2)
    assert editions.expire(store_db, "daily", now=NOW + HOUR) == 0
    outbox.exchange([*sent([budi]), settled(citra, DeliveryState.DEFERRED)], [], now=NOW + HOUR)
    outbox.give_back(chunk, now=NOW + HOUR)
    assert outbox.take(now=NOW + HOUR) is None
    assert stale(store_db) == {1: ("urn:b", "urn:a")}
    next_is_frozen(store_db, "2026-11-24", [["c"], ["c", "b", "a"]], {1: 1})
    assert [name for name, holds in letters(store_db, 2) if holds != "c"] == ["citra"]
    assert names(taken(outbox, now=NOW + HOUR).waiting) == ["ana", "budi", "citra"]

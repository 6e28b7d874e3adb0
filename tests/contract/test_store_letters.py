"""The contract of letters of no edition."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from store_filling import MINUTE, NOW, edition_is_frozen, people_subscribe

from syndicate.model import DeliveryState, Settled
from syndicate.store import editions, letters
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import chunk, delivery, rendition

BODY = b"Message-ID: <one@news.example.org>\r\n\r\nHello\r\n"


def letter_is_queued(store: Store, key: str, *, priority: int = 0) -> bool:
    with store.write() as conn:
        return letters.enqueue(conn, key=key, email="boss@example.org", body=BODY, now=NOW, priority=priority)


def test_a_letter_of_no_edition_is_queued_whole(store_db: Store) -> None:
    """It is due at once with its key and its bytes, and belongs to no edition and no subscriber."""
    assert letter_is_queued(store_db, "alert/one")
    taken = StoreOutbox(store_db).take(now=NOW)
    assert taken is not None
    (attempt,) = taken.waiting
    assert (taken.edition_id, attempt.key, attempt.email) == (None, "alert/one", "boss@example.org")
    assert (attempt.edition_uid, attempt.newsletter, attempt.subscriber_id) == ("", "", None)
    with store_db.read() as conn:
        assert editions.rendition_body(conn, attempt.rendition_id) == BODY


def test_a_key_is_used_once_for_ever(store_db: Store) -> None:
    """The same key again writes nothing, also once its letter was sent."""
    assert letter_is_queued(store_db, "alert/one")
    outbox = StoreOutbox(store_db)
    taken = outbox.take(now=NOW)
    assert taken is not None
    (attempt,) = outbox.exchange([], taken.waiting, now=NOW).attempts
    outbox.exchange([Settled(attempt, DeliveryState.SENT, NOW, 250, "taken")], [], now=NOW)
    outbox.give_back(taken, now=NOW)
    assert not letter_is_queued(store_db, "alert/one")
    with store_db.read() as conn:
        sizes = [conn.scalar(sa.select(sa.func.count()).select_from(t)) for t in (chunk, delivery, rendition)]
    assert sizes == [1, 1, 1]


def test_racing_for_a_key_queues_one_letter(store_db: Store) -> None:
    """Of eight threads that queue the same key at once exactly one succeeds, and none fails."""
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(letter_is_queued, store_db, "alert/one") for _ in range(8)]
        assert sum(task.result() for task in tasks) == 1


def test_letters_of_no_edition_go_first(store_db: Store) -> None:
    """They leave before an edition that has waited longer, the lower priority before the higher."""
    people_subscribe(store_db, ["ana"], "daily")
    edition_is_frozen(store_db)
    letter_is_queued(store_db, "second", priority=1)
    letter_is_queued(store_db, "first")
    outbox = StoreOutbox(store_db)
    taken = [outbox.take(now=NOW + MINUTE) for _ in range(3)]
    assert [one.waiting[0].key for one in taken if one] == ["first", "second", ""]

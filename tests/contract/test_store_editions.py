"""The contract of frozen editions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from store_filling import MINUTE, NOW, articles_are_known, edition_is_frozen, ledger, people_subscribe

from syndicate.model import DeliveryState, Edition, Rendition
from syndicate.store import editions, subscribers
from syndicate.store.engine import Store


def test_a_freeze_queues_one_letter_for_each_active_subscriber(store_db: Store) -> None:
    """Those who left and those of other newsletters get none."""
    people_subscribe(store_db, ["ana", "budi", "citra"], "daily")
    people_subscribe(store_db, ["dewi"], "weekly")
    with store_db.write() as conn:
        subscribers.unsubscribe(conn, "budi-daily", now=NOW)
    frozen = edition_is_frozen(store_db)
    assert frozen is not None
    assert frozen.deliveries == 2
    assert ledger(store_db) == [
        ("ana@Example.org", "pending", 0, None),
        ("citra@Example.org", "pending", 0, None),
    ]


def test_an_occasion_has_one_edition(store_db: Store) -> None:
    """A second freeze for the same occasion writes nothing; another newsletter's is its own."""
    people_subscribe(store_db, ["ana"], "daily", "weekly")
    assert edition_is_frozen(store_db) is not None
    assert edition_is_frozen(store_db) is None
    assert edition_is_frozen(store_db, "weekly") is not None
    assert len(ledger(store_db)) == 2


def test_racing_freezes_make_one_edition(store_db: Store) -> None:
    """Of eight threads that freeze the same occasion at once, each under its uid, exactly one succeeds."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(edition_is_frozen, store_db, uid=f"uid {number}") for number in range(8)]
        results = [task.result() for task in tasks]
    assert sum(result is not None for result in results) == 1
    assert len(ledger(store_db)) == 2


def test_an_edition_comes_back_as_it_was_frozen(store_db: Store) -> None:
    """An edition is found by newsletter and occasion, with its moments, and its letter byte for byte."""
    body = bytes(range(256)) * 100
    one = Edition("cafe", "daily", "2026-11-23/Asia/Tokyo", NOW, NOW + MINUTE)
    with store_db.write() as conn:
        frozen = editions.freeze(conn, one, [Rendition("ja", "件名", body, ())], now=NOW)
    assert frozen is not None
    with store_db.read() as conn:
        found = editions.find(conn, "daily", "2026-11-23/Asia/Tokyo")
        assert found == editions.EditionRow(frozen.edition_id, one)
        assert editions.find(conn, "daily", "2026-11-23") is None
        assert editions.rendition_body(conn, 1) == body
        with pytest.raises(KeyError):
            editions.rendition_body(conn, 2)


def test_an_edition_without_renditions_is_refused(store_db: Store) -> None:
    """An edition that nobody could read is never written."""
    one = Edition("cafe", "daily", "2026-11-23", NOW, NOW)
    with pytest.raises(ValueError, match="rendition"), store_db.write() as conn:
        editions.freeze(conn, one, [], now=NOW)
    with store_db.read() as conn:
        assert editions.editions(conn) == []


def test_editions_are_listed_newest_first(store_db: Store) -> None:
    """The last frozen edition comes first, of one newsletter or of all, up to the limit."""
    for occasion in ("2026-11-21", "2026-11-22", "2026-11-23"):
        edition_is_frozen(store_db, occasion=occasion)
    edition_is_frozen(store_db, "weekly", "2026-W48")
    with store_db.read() as conn:
        everything = [row.edition.occasion for row in editions.editions(conn)]
        assert everything == ["2026-W48", "2026-11-23", "2026-11-22", "2026-11-21"]
        assert editions.count_editions(conn) == 4
        assert [row.edition.occasion for row in editions.editions(conn, "daily", limit=1)] == ["2026-11-23"]
        last = editions.last_edition(conn, "daily")
        assert last is not None
        assert last.edition.occasion == "2026-11-23"
        assert editions.last_edition(conn, "monthly") is None


def test_mailed_articles_are_those_of_the_newsletters_editions(store_db: Store) -> None:
    """An article counts as mailed for the newsletters whose editions held it, and no other."""
    articles_are_known(store_db, "a", "b", "c")
    edition_is_frozen(store_db, holds=["b", "a"])
    edition_is_frozen(store_db, occasion="2026-11-24", holds=["a"])
    edition_is_frozen(store_db, "weekly", "2026-W48", holds=["c"])
    with store_db.read() as conn:
        assert editions.mailed_articles(conn, "daily") == {"urn:a", "urn:b"}
        assert editions.mailed_articles(conn, "weekly") == {"urn:c"}
        assert editions.mailed_articles(conn, "monthly") == set()


def test_a_newsletters_start_is_set_and_moved(store_db: Store) -> None:
    """A newsletter has no start until it is given one; the last given counts."""
    with store_db.write() as conn:
        assert editions.newsletter_start(conn, "daily") is None
        editions.set_newsletter_start(conn, "daily", NOW)
        editions.set_newsletter_start(conn, "daily", NOW + MINUTE)
        assert editions.newsletter_start(conn, "daily") == NOW + MINUTE


def test_the_tally_counts_one_edition_or_all(store_db: Store) -> None:
    """Deliveries are counted by state; with none frozen all counts are zero."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    with store_db.read() as conn:
        assert editions.tally(conn).frozen == 0
    first = edition_is_frozen(store_db)
    edition_is_frozen(store_db, occasion="2026-11-24")
    assert first is not None
    with store_db.read() as conn:
        assert editions.tally(conn)[DeliveryState.PENDING] == 4
        assert editions.tally(conn, first.edition_id).counts == {DeliveryState.PENDING: 2}


def test_a_freeze_waits_for_a_removal_under_way(store_db: Store) -> None:
    """A person who is being removed does not break the freeze, and gets no letter."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    with ThreadPoolExecutor(1) as pool:
        with store_db.write() as conn:
            subscribers.remove(conn, "ana@example.org", now=NOW)
            freezing = pool.submit(edition_is_frozen, store_db)
            with pytest.raises(TimeoutError):
                freezing.result(timeout=0.2)
        frozen = freezing.result(timeout=10)
    assert frozen is not None
    assert frozen.deliveries == 1
    assert [row[0] for row in ledger(store_db)] == ["budi@Example.org"]

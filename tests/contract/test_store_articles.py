"""The contract of what the store remembers of articles and ids."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from store_filling import NOW, a_record, articles_are_known, edition_is_frozen, people_subscribe

from syndicate.model import ArticleState
from syndicate.store import articles, editions, ids
from syndicate.store.articles import CachedRow
from syndicate.store.engine import Store


def test_records_come_back_as_they_were_saved(store_db: Store) -> None:
    """A record is read with every moment, its microseconds and its zone."""
    saved = [
        a_record("a"),
        replace(a_record("b", state=ArticleState.MISSING), changed_at=NOW),
    ]
    with store_db.write() as conn:
        articles.save_records(conn, saved)
    with store_db.read() as conn:
        assert articles.records(conn) == saved


def test_saving_again_changes_a_record(store_db: Store) -> None:
    """A record saved again under its id replaces the older one."""
    articles_are_known(store_db, "a", "b")
    with store_db.write() as conn:
        articles.save_records(conn, [replace(a_record("a"), path="moved.md")])
    with store_db.read() as conn:
        assert [record.path for record in articles.records(conn)] == ["b.md", "moved.md"]


def test_two_articles_may_swap_slugs(store_db: Store) -> None:
    """Slugs that change hands within one save break nothing."""
    articles_are_known(store_db, "a", "b")
    with store_db.write() as conn:
        articles.save_records(conn, [a_record("a", slug="b"), a_record("b", slug="a")])
    with store_db.read() as conn:
        assert [record.slug for record in articles.records(conn)] == ["b", "a"]


def test_a_slug_belongs_to_one_article(store_db: Store) -> None:
    """Two articles never share a slug."""
    with pytest.raises(sa.exc.IntegrityError), store_db.write() as conn:
        articles.save_records(conn, [a_record("a", slug="x"), a_record("b", slug="x")])


def test_a_mailed_article_keeps_its_editions_under_a_new_id(store_db: Store) -> None:
    """What was mailed is still known after an article's id was renamed."""
    articles_are_known(store_db, "a")
    people_subscribe(store_db, ["ana"], "daily")
    edition_is_frozen(store_db, holds=["a"])
    with store_db.write() as conn:
        articles.rename_ids(conn, {"urn:a": "tag:a"})
        assert editions.mailed_articles(conn, "daily") == {"tag:a"}


def test_the_cache_is_kept_replaced_and_dropped(store_db: Store) -> None:
    """A cached reading is given back raw, replaced by path, and forgotten when dropped."""
    good = CachedRow("a.md", 10, 1_795_417_200_123_456_789, "v1", '{"title": "A"}')
    bad = CachedRow("b.md", 2**40, 1, "v1", None, 3, "not UTF-8")
    with store_db.write() as conn:
        articles.save_cache(conn, [good, replace(bad, version="v0")])
        articles.save_cache(conn, [bad])
        assert articles.cache(conn) == [good, bad]
        articles.drop_cache(conn, ["a.md", "unheard.md"])
        assert articles.cache(conn) == [bad]


def test_saving_nothing_is_nothing(store_db: Store) -> None:
    """Empty lists are accepted everywhere."""
    with store_db.write() as conn:
        articles.save_records(conn, [])
        articles.save_cache(conn, [])
        articles.drop_cache(conn, [])
        articles.rename_ids(conn, {})
        assert ids.mint_ids(conn, [], lambda: "x") == {}
        assert articles.records(conn) == []


def test_an_id_is_minted_once(store_db: Store) -> None:
    """A key keeps the id it was first given, in this transaction and in later ones."""
    minted = iter(f"urn:uuid:{number}" for number in range(9))
    with store_db.write() as conn:
        first = ids.mint_ids(conn, ["feed:", "feed:tags/a", "feed:"], lambda: next(minted))
    with store_db.write() as conn:
        again = ids.mint_ids(conn, ["feed:tags/b", "feed:"], lambda: next(minted))
    assert first == {"feed:": "urn:uuid:0", "feed:tags/a": "urn:uuid:1"}
    assert again == {"feed:tags/b": "urn:uuid:2", "feed:": "urn:uuid:0"}


def test_thousands_of_keys_are_minted_at_once(store_db: Store) -> None:
    """More keys than a statement takes parameters are minted in one call."""
    numbers = iter(range(7_000))
    with store_db.write() as conn:
        minted = ids.mint_ids(conn, [f"key {n}" for n in range(6_000)], lambda: f"urn:{next(numbers)}")
    assert len(set(minted.values())) == 6_000


def test_a_setting_is_replaced(store_db: Store) -> None:
    """A setting is None before it is set, then what was set last."""
    with store_db.write() as conn:
        assert ids.get_setting(conn, "first scan") is None
        ids.set_setting(conn, "first scan", "1")
        ids.set_setting(conn, "first scan", "é漢")
        assert ids.get_setting(conn, "first scan") == "é漢"

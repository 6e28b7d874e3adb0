"""The contract of articles that are held until their pages are there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from store_filling import MINUTE, NOW, a_record, records_are_known

from syndicate.model import ArticleRecord, ArticleState
from syndicate.store import articles, folders, selection, waiting
from syndicate.store.engine import Store


def one_is_held(store: Store) -> ArticleRecord:
    """Have one of three known articles held, with its moments in the past, and return it."""
    past = NOW - MINUTE
    record = a_record("held", published=past, held_since=past - MINUTE)
    records_are_known(store, a_record("a"), a_record("b"), record, tags={"tags/x": "x"})
    return record


def test_a_held_article_is_shown_nowhere(store_db: Store) -> None:
    """No query for what is shown has it, and it is in no feed's folder."""
    record = one_is_held(store_db)
    with store_db.read() as conn:
        assert waiting.any_held(conn)
        assert waiting.records(conn) == [record]
        assert record.id not in [kept.record.id for kept in selection.newest(conn, now=NOW, count=9)]
        assert record.id not in [kept.record.id for kept in selection.everything(conn)]
        assert selection.with_ids(conn, [record.id], now=NOW) == []
        assert folders.of_articles(conn, [record.id]) == set()
        assert articles.count(conn)["waiting"] == 1


def test_what_was_answered_is_kept_until_it_is_shown(store_db: Store) -> None:
    """Each answer takes the place of the last; that the operator was told stays."""
    record = one_is_held(store_db)
    with store_db.write() as conn:
        [first] = waiting.waiting(conn, now=NOW)
        waiting.note(conn, {record.id: "it answered 404", "nobody": "x"}, now=NOW)
        waiting.mark_told(conn, [record.id])
        waiting.note(conn, {record.id: "it answered 503"}, now=NOW + MINUTE)
        [second] = waiting.waiting(conn, now=NOW)
        waiting.forget(conn, [record.id])
        [third] = waiting.waiting(conn, now=NOW)
    assert (first.asked_at, first.told) == (None, False)
    assert first.since == NOW - MINUTE  # it was to be out then, and held before
    assert (second.asked_at, second.answer, second.told) == (NOW + MINUTE, "it answered 503", True)
    assert third == first


def test_only_what_would_be_shown_waits_for_its_page(store_db: Store) -> None:
    """Drafts, articles of later, of earlier, and those whose files are gone are not asked for."""
    record = one_is_held(store_db)
    changes: tuple[dict[str, Any], ...] = (
        {"hidden": True},
        {"published_at": NOW + MINUTE},
        {"expires_at": NOW},
        {"state": ArticleState.MISSING},
        {"state": ArticleState.WITHDRAWN},
    )
    for change in changes:
        with store_db.write() as conn:
            articles.save_records(conn, [replace(record, **change)])
            assert waiting.waiting(conn, now=NOW) == [], change

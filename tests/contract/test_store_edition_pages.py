"""The contract of what anybody may see of editions."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from store_filling import MINUTE, NOW, a_record, edition_is, people_subscribe, records_are_known

from syndicate.model import ArticleState, Edition, Rendition
from syndicate.store import edition_pages, editions
from syndicate.store.engine import Store
from syndicate.store.tables import chunk, delivery


def frozen(
    store: Store, occasion: str, *renditions: tuple[str, str], name: str = "daily", held: bool = False
) -> int:
    """Freeze an edition whose renditions are pairs of a language and the first letters of its articles."""
    its = [
        Rendition(language, f"{language} {articles}", b"", tuple(f"urn:{one}" for one in articles))
        for language, articles in renditions
    ]
    with store.write() as conn:
        made = editions.freeze(
            conn,
            Edition(f"uid-{occasion}" if name == "daily" else name, name, occasion, NOW, NOW),
            its,
            now=NOW,
            held=held,
        )
    assert made is not None
    return made.edition_id


def test_an_edition_is_found_by_occasion_or_uid(store_db: Store) -> None:
    """Of its newsletter alone, and as `editions.find` has it."""
    records_are_known(store_db, a_record("a"))
    number = frozen(store_db, "2026-11-23/Asia/Tokyo", ("en", "a"))
    with store_db.read() as conn:
        row = edition_pages.find(conn, "daily", "2026-11-23/Asia/Tokyo")
        assert row == editions.find(conn, "daily", "2026-11-23/Asia/Tokyo") and row and row.id == number
        assert edition_pages.find(conn, "daily", "uid-2026-11-23/Asia/Tokyo") == row
        assert edition_pages.find(conn, "weekly", "uid-2026-11-23/Asia/Tokyo") is None
        assert edition_pages.find(conn, "daily", "2026-11-23") is None
        assert edition_pages.names(conn) == ["daily"]


def test_what_waits_for_a_word_or_never_left_is_not_seen(store_db: Store) -> None:
    """Held: not; cancelled: only where a letter was sent, also while a sender has the chunk."""
    records_are_known(store_db, a_record("a"))
    people_subscribe(store_db, ["ana"], "daily")
    number = frozen(store_db, "1", ("en", "a"), held=True)

    def seen() -> bool:
        with store_db.read() as conn:
            found = edition_pages.find(conn, "daily", "1") is not None
            assert found == bool(edition_pages.frozen_before(conn, "daily", None, count=9))
            assert found == bool(edition_pages.names(conn))
        return found

    def chunk_has(**values: object) -> None:
        with store_db.write() as conn:
            conn.execute(sa.update(chunk).values(**values))

    assert not seen()
    edition_is(store_db, "open", "resumed", number=number)
    assert seen()
    edition_is(store_db, "paused", "too many refusals", number=number)
    assert seen()
    edition_is(store_db, "cancelled", number=number)
    assert not seen()
    chunk_has(owner="me")
    assert not seen()
    with store_db.write() as conn:
        conn.execute(sa.update(delivery).values(state="unknown"))
    assert seen()
    chunk_has(owner=None)
    assert not seen()
    chunk_has(unknown=1)
    assert seen()


def test_the_last_frozen_come_first(store_db: Store) -> None:
    """In as many steps as are asked for, each before an edition of the step before."""
    records_are_known(store_db, a_record("a"))
    numbers = [frozen(store_db, f"{one}", ("en", "a")) for one in range(5)]
    frozen(store_db, "0", ("en", "a"), name="weekly")
    with store_db.read() as conn:
        first = edition_pages.frozen_before(conn, "daily", None, count=3)
        then = edition_pages.frozen_before(conn, "daily", first[-1].id, count=3)
    assert [row.id for row in (*first, *then)] == numbers[::-1]


def test_renditions_are_united(store_db: Store) -> None:
    """Each article once, where the rendition has it that has most before it; or those of one language."""
    records_are_known(store_db, *(a_record(one) for one in "abcd"))
    number = frozen(store_db, "1", ("en", "c"), ("en", "abc"), ("id", "cd"), ("id", "ba"))
    other = frozen(store_db, "2", ("fr", "d"))
    with store_db.read() as conn:
        assert edition_pages.articles_in(conn, number) == ["urn:a", "urn:b", "urn:d", "urn:c"]
        assert edition_pages.articles_in(conn, number, "en") == ["urn:a", "urn:b", "urn:c"]
        assert edition_pages.articles_in(conn, number, "fr") == []
        assert edition_pages.languages(conn, number) == ("en", "id")
        found = edition_pages.contents(conn, [number, other, 99])
    assert found == {
        number: frozenset({"urn:a", "urn:b", "urn:c", "urn:d"}),
        other: frozenset({"urn:d"}),
        99: frozenset(),
    }


def test_an_edition_is_called_by_the_rendition_of_the_language(store_db: Store) -> None:
    """Else by the first; with its articles in order, whether each is shown, and when that changed last."""
    later = NOW + MINUTE
    records_are_known(
        store_db,
        replace(a_record("a"), title="A", updated_at=NOW),
        a_record("b", state=ArticleState.WITHDRAWN, missing_at=later),
        a_record("c", expires_at=later),
        a_record("d", hidden=True),
    )
    number = frozen(store_db, "1", ("en", "abcd"), ("id", "a"), ("id", "b"))
    other = frozen(store_db, "2", ("fr", ""))
    with store_db.read() as conn:
        before = edition_pages.headlines(conn, [number], "en", now=NOW)[number]
        after = edition_pages.headlines(conn, [number, other], "en", now=later)
        indonesian = edition_pages.headlines(conn, [number], "id", now=later)[number]
    assert [one.is_out for one in before.articles] == [True, False, True, False]
    assert [one.is_out for one in after[number].articles] == [True, False, False, False]
    assert [one.moved for one in after[number].articles][:3] == [NOW, later, later]
    assert (after[number].subject, after[number].articles[0].title) == ("en abcd", "A")
    assert (after[other].subject, after[other].articles) == ("fr ", ())
    assert (indonesian.subject, [one.id for one in indonesian.articles]) == ("id a", ["urn:a"])

"""The contract of what the store remembers of articles and ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_filling import (
    NOW,
    a_record,
    articles_are_known,
    edition_is_frozen,
    people_subscribe,
    records_are_known,
)

from syndicate.model import ArticleRecord, ArticleState, Identity
from syndicate.store import articles, editions, folders, ids, selection
from syndicate.store.engine import Store

DAY = timedelta(days=1)
FULL = replace(
    a_record("b", state=ArticleState.MISSING),
    title="Judul — é漢 'x' %s ? :a",
    changed_at=NOW,
    updated_at=NOW + DAY,
    visible_at=NOW - DAY,
    expires_at=NOW + 9 * DAY,
    hidden=True,
    address="https://example.org/a?b=%20",
    aliases=("/old/", '/"quoted"/'),
    permalink=True,
    missing_at=NOW,
)


def all_records(store: Store) -> list[ArticleRecord]:
    with store.read() as conn:
        return articles.records(conn)


# ---------------------------------------------------------------- records


@pytest.mark.parametrize("new", [True, False])
def test_records_come_back_as_they_were_saved(store_db: Store, new: bool) -> None:
    """A record is read with every field, its moments with microseconds and zone."""
    bare = replace(a_record("a"), published_at=None, updated_at=None, visible_at=None, title="", address="")
    with store_db.write() as conn:
        articles.save_records(conn, [bare, FULL], new=new)
    assert all_records(store_db) == [bare, FULL]


MOMENTS = st.integers(-62_000_000_000, 250_000_000_000).map(
    lambda s: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=s, microseconds=7)
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(MOMENTS, min_size=7, max_size=7), WORDS, st.lists(WORDS, max_size=3), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_moment_and_text_comes_back(
    store_db: Store, moments: list[datetime], word: str, aliases: list[str], flag: bool
) -> None:
    """From the first year to the last, in any script."""
    names = (
        "first_seen_at",
        "floor_at",
        "undated_at",
        "changed_at",
        "published_at",
        "expires_at",
        "missing_at",
    )
    fields: dict[str, object] = dict(zip(names, moments, strict=True))
    fields |= {"title": word, "address": word, "aliases": tuple(aliases), "hidden": flag, "permalink": flag}
    saved = replace(a_record("a"), **fields)  # type: ignore[arg-type]
    with store_db.write() as conn:
        articles.save_records(conn, [saved])
    assert all_records(store_db) == [saved]


def test_moments_are_compared_as_moments(store_db: Store) -> None:
    """What the driver writes itself sorts and compares with what SQLAlchemy asks for."""
    early = datetime(2026, 11, 23, 23, 0, 0, 1, tzinfo=UTC)
    late = datetime(2026, 11, 24, 0, 0, 0, 0, tzinfo=UTC)
    records_are_known(store_db, a_record("b", published=late), a_record("a", published=early))
    with store_db.read() as conn:
        for now, shown in (
            (early, ["urn:a"]),
            (early - timedelta(microseconds=1), []),
            (late, ["urn:b", "urn:a"]),
        ):
            assert [kept.record.id for kept in selection.out(conn, now=now)] == shown


def test_saving_again_changes_a_record(store_db: Store) -> None:
    """A record saved again under its id replaces the older one, every field of it."""
    articles_are_known(store_db, "a", "b")
    with store_db.write() as conn:
        articles.save_records(conn, [replace(FULL, id="urn:a", path="moved.md", slug="a")])
    assert [record.path for record in all_records(store_db)] == ["b.md", "moved.md"]
    assert all_records(store_db)[1] == replace(FULL, id="urn:a", path="moved.md", slug="a")


def test_two_articles_may_swap_slugs(store_db: Store) -> None:
    """Slugs that change hands within one save break nothing."""
    articles_are_known(store_db, "a", "b", "c")
    with store_db.write() as conn:
        articles.save_records(
            conn, [a_record("a", slug="b"), a_record("b", slug="c"), a_record("c", slug="a")]
        )
    assert [record.slug for record in all_records(store_db)] == ["b", "c", "a"]


def test_a_slug_belongs_to_one_article(store_db: Store) -> None:
    """Two articles never share a slug."""
    with pytest.raises(sa.exc.IntegrityError), store_db.write() as conn:
        articles.save_records(conn, [a_record("a", slug="x"), a_record("b", slug="x")])


def test_a_mailed_article_keeps_its_editions_under_a_new_id(store_db: Store) -> None:
    """What was mailed, tagged and folded is still known after an article's id was renamed."""
    records_are_known(store_db, a_record("a"), tags={"tags/x": "X"})
    people_subscribe(store_db, ["ana"], "daily")
    edition_is_frozen(store_db, holds=["a"])
    with store_db.write() as conn:
        articles.save_folded(conn, {"copy.md": "urn:a"}, looked_at=["copy.md"])
        articles.rename_ids(conn, {"urn:a": "tag:a"})
        assert editions.mailed_articles(conn, "daily") == {"tag:a"}
        assert articles.folded_into(conn, ["tag:a"]) == ["copy.md"]
        assert selection.in_folder(conn, "tags/x", now=NOW, count=9) == ["tag:a"]


# ---------------------------------------------------------------- what a scan asks for


def test_records_are_found_by_path_id_and_mark(store_db: Store) -> None:
    """Each that any of the three names, once; a mark is the half of a fingerprint before the point."""
    states = (ArticleState.PRESENT, ArticleState.MISSING, ArticleState.WITHDRAWN, ArticleState.FORGOTTEN)
    saved = [a_record(name, state=state) for name, state in zip("abcd", states, strict=True)]
    other = replace(a_record("e"), fingerprint="text-of-d-and-more.rest")
    records_are_known(store_db, *saved, other)
    with store_db.read() as conn:

        def found(paths: set[str], numbers: set[str], marks: set[str]) -> list[str]:
            records = articles.records_for(conn, paths=paths, ids=numbers, marks=marks)
            return sorted(record.id for record in records)

        assert found({"a.md", "no.md"}, {"urn:b"}, {"text-of-c"}) == ["urn:a", "urn:b", "urn:c"]
        assert found({"a.md"}, {"urn:a"}, {"text-of-a"}) == ["urn:a"]
        assert found(set(), set(), {"text-of-d", "text-of", ""}) == ["urn:d"]
        assert found(set(), set(), set()) == []
        assert len(found({f"{n}.md" for n in range(20_001)}, set(), set())) == 5
        assert [record.id for record in articles.records_at(conn, ["c.md"])] == ["urn:c"]


def test_thousands_of_keys_are_looked_up(store_db: Store) -> None:
    """More paths, ids and marks than a statement takes parameters."""
    articles_are_known(store_db, "a")
    many = [f"x{n}" for n in range(6_000)]
    with store_db.read() as conn:
        found = articles.records_for(
            conn, paths=[*many, "a.md"], ids=[*many, "urn:a"], marks=[*many, "text-of-a"]
        )
        assert [record.id for record in found] == ["urn:a"]
        assert articles.slugs_like(conn, [*many, "a"]) == {"a"}
        assert articles.namesakes(conn, many) == []


def test_slugs_that_are_given_away(store_db: Store) -> None:
    """A slug and what its followers are called; signs of patterns are only signs."""
    for slug in ("a", "a-2", "a_b", "axb", "ab", "c%d", "c%d-2", "cxd-2"):
        records_are_known(store_db, a_record(f"n {slug}", slug=slug))
    with store_db.read() as conn:
        assert articles.slugs_like(conn, {"a"}) == {"a", "a-2"}
        assert articles.slugs_like(conn, {"a_b"}) == {"a_b"}
        assert articles.slugs_like(conn, {"c%d"}) == {"c%d", "c%d-2"}


def test_who_is_missing_who_lives_and_how_many_there_are(store_db: Store) -> None:
    """Hidden articles count by themselves, withdrawn and forgotten ones are no living."""
    for name, state in (("a", "present"), ("b", "missing"), ("c", "withdrawn"), ("d", "forgotten")):
        records_are_known(store_db, a_record(name, state=ArticleState(state)))
    records_are_known(
        store_db,
        a_record("e", hidden=True),
        a_record("f", state=ArticleState.WITHDRAWN, hidden=True),
    )
    with store_db.read() as conn:
        assert articles.count(conn) == {
            "present": 1, "missing": 1, "withdrawn": 2, "forgotten": 1, "hidden": 1,
        }  # fmt: skip
        assert articles.living(conn) == 3
        assert [record.id for record in articles.missing(conn)] == ["urn:b"]


def test_namesakes_are_living_plain_texts(store_db: Store) -> None:
    """Only plain text is told again under one title."""
    one = replace(a_record("a"), path="a.txt", title="T")
    gone = replace(a_record("b", state=ArticleState.WITHDRAWN), path="b.txt", title="T")
    page = replace(a_record("c"), path="c.md", title="T")
    records_are_known(store_db, one, gone, page)
    with store_db.read() as conn:
        assert articles.namesakes(conn, {"T", "U"}) == [one]


def test_the_outside_of_each_living_article(store_db: Store) -> None:
    """For adopting and for checking links: newest first, without what is withdrawn or forgotten."""
    records_are_known(
        store_db,
        a_record("a"),
        a_record("b", published=NOW + DAY, permalink=True),
        a_record("c", state=ArticleState.WITHDRAWN),
        a_record("d", state=ArticleState.FORGOTTEN),
    )
    with store_db.read() as conn:
        assert articles.identities(conn) == [
            Identity("urn:b", "b.md", "/articles/b/", "Title of b", NOW + DAY, True, "id"),
            Identity("urn:a", "a.md", "/articles/a/", "Title of a", NOW, False, "id"),
        ]


# ---------------------------------------------------------------- copies and permalinks


def test_folded_files_are_known_until_they_are_looked_at_again(store_db: Store) -> None:
    """A file that is folded no more is forgotten as such; others stay."""
    articles_are_known(store_db, "a", "b")
    with store_db.write() as conn:
        articles.save_folded(conn, {"x.md": "urn:a", "y.md": "urn:b"}, looked_at=["x.md", "y.md"])
        assert articles.folded_files(conn) == [("x.md", "a.md"), ("y.md", "b.md")]
        articles.save_folded(conn, {"x.md": "urn:b"}, looked_at=["x.md"])
        assert sorted(articles.folded_into(conn, ["urn:b"])) == ["x.md", "y.md"]
        articles.save_folded(conn, {}, looked_at=["y.md", "a.md"])
        assert articles.folded_files(conn) == [("x.md", "b.md")]


def test_permalinks_are_set_and_their_feeds_made_again(store_db: Store) -> None:
    """What an adopted feed said of ids, and nothing else of the articles."""
    records_are_known(store_db, a_record("a"), tags={"tags/x": "X"})
    records_are_known(store_db, a_record("b"), tags={"tags/y": "Y"})
    with store_db.write() as conn:
        folders.freshen(conn, ["", "tags/x", "tags/y"])
        articles.set_permalinks(conn, {"urn:a": True, "urn:unheard": True})
        articles.set_permalinks(conn, {})
        assert folders.stale_ones(conn) == ["", "tags/x"]
    assert [record.permalink for record in all_records(store_db)] == [True, False]


def test_saving_nothing_is_nothing(store_db: Store) -> None:
    """Empty lists are accepted everywhere."""
    with store_db.write() as conn:
        articles.save_records(conn, [])
        articles.save_records(conn, [], new=True)
        folders.save(conn, [])
        articles.save_folded(conn, {}, looked_at=[])
        articles.rename_ids(conn, {})
        folders.restale(conn, [])
        assert ids.mint_ids(conn, [], lambda: "x") == {}
        ids.put_ids(conn, {})
        assert articles.records(conn) == []
        assert (articles.count(conn), articles.living(conn)) == ({}, 0)
        assert folders.stale_ones(conn) == []


# ---------------------------------------------------------------- ids of what is no article


def test_an_id_is_minted_once(store_db: Store) -> None:
    """A key keeps the id it was first given, in this transaction and in later ones."""
    minted = iter(f"urn:uuid:{number}" for number in range(9))
    with store_db.write() as conn:
        first = ids.mint_ids(conn, ["feed:", "feed:tags/a", "feed:"], lambda: next(minted))
    with store_db.write() as conn:
        again = ids.mint_ids(conn, ["feed:tags/b", "feed:"], lambda: next(minted))
    assert first == {"feed:": "urn:uuid:0", "feed:tags/a": "urn:uuid:1"}
    assert again == {"feed:tags/b": "urn:uuid:2", "feed:": "urn:uuid:0"}


def test_ids_are_told_and_given_back(store_db: Store) -> None:
    """Every id comes out, and goes in where there is none yet."""
    with store_db.write() as conn:
        ids.mint_ids(conn, ["feed:b", "feed:a"], iter(["urn:1", "urn:2"]).__next__)
        assert ids.every(conn) == {"feed:a": "urn:2", "feed:b": "urn:1"}
        ids.put_ids(conn, {"feed:a": "urn:other", "feed:c": "urn:3"})
        assert ids.known_ids(conn, ["feed:a", "feed:c", "feed:d"]) == {"feed:a": "urn:2", "feed:c": "urn:3"}


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

"""The contract of which articles are shown, and of which feeds are to be made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_filling import NOW, a_record, records_are_known

from syndicate.content.articles import article_of
from syndicate.model import ArticleRecord, ArticleState, Body, Parsed
from syndicate.store import articles, folders, readings, selection
from syndicate.store.engine import Store
from syndicate.store.folders import Topic
from syndicate.store.readings import HeadRow
from syndicate.store.selection import Kept

DAY = timedelta(days=1)


@pytest.fixture
def store(store_db: Store) -> Store:
    """Articles of every fate: a, b and m are shown, newest first b, a, m."""
    records_are_known(
        store_db,
        a_record("a", published=NOW - DAY),
        a_record("b", published=NOW),
        a_record("m", published=NOW - 2 * DAY, state=ArticleState.MISSING),
        a_record("future", published=NOW + DAY),
        a_record("hidden", hidden=True),
        a_record("over", published=NOW - 3 * DAY, expires_at=NOW),
        a_record("withdrawn", state=ArticleState.WITHDRAWN),
        a_record("forgotten", state=ArticleState.FORGOTTEN),
        tags={"tags/x": "X"},
    )
    return store_db


def names(kept: list[Kept]) -> list[str]:
    return [one.record.id.removeprefix("urn:") for one in kept]


def test_what_is_shown_is_newest_first(store: Store) -> None:
    """No drafts, nothing of the future, nothing that is over or gone; what is only missing is shown."""
    with store.read() as conn:
        assert names(selection.out(conn, now=NOW)) == ["b", "a", "m"]
        assert names(selection.newest(conn, now=NOW, count=2)) == ["b", "a"]
        assert names(selection.newest(conn, now=NOW, count=2, without={"urn:b"})) == ["a", "m"]
        before = NOW - timedelta(microseconds=1)
        assert names(selection.out(conn, now=before)) == ["a", "m", "over"]
        assert names(selection.out(conn, now=NOW + DAY)) == ["future", "b", "a", "m"]
        assert selection.count_out(conn, now=NOW) == 3
        assert names(selection.everything(conn)) == ["future", "b", "a", "m", "over"]


def test_a_tag_has_its_newest_articles(store: Store) -> None:
    """The same rules, and a limit, for the ids of the articles with one tag."""
    records_are_known(store, a_record("z", published=NOW + timedelta(seconds=-1)), tags={"tags/y": "Y"})
    with store.read() as conn:
        assert selection.in_folder(conn, "tags/x", now=NOW, count=9) == ["urn:b", "urn:a", "urn:m"]
        assert selection.in_folder(conn, "tags/x", now=NOW, count=1) == ["urn:b"]
        assert selection.in_folder(conn, "tags/y", now=NOW, count=9) == ["urn:z"]
        assert selection.in_folder(conn, "tags/unheard", now=NOW, count=9) == []


def test_what_became_visible_between_two_moments(store: Store) -> None:
    """After the one, until the other; it counts when it was seen, not what date it has."""
    records_are_known(
        store,
        a_record("old", published=NOW - 900 * DAY, visible_at=NOW),
        a_record("redated", published=NOW + DAY, visible_at=NOW),
    )
    with store.read() as conn:
        assert names(selection.became_visible(conn, after=NOW - DAY, until=NOW)) == ["b", "old"]
        assert names(selection.became_visible(conn, after=NOW, until=NOW + DAY)) == ["future"]


def test_what_is_new_again_counts_from_then(store: Store) -> None:
    """Its first moment counts no more, and what is to be new again later is not new yet."""
    long_ago = NOW - 90 * DAY
    records_are_known(
        store,
        a_record("again", published=long_ago, again_at=NOW),
        a_record("twice", published=NOW - DAY, again_at=NOW + DAY),
        a_record("gone", published=long_ago, again_at=NOW, hidden=True),
        a_record("before", published=long_ago, again_at=NOW - DAY),
    )
    with store.read() as conn:
        assert names(selection.became_visible(conn, after=NOW - DAY, until=NOW)) == ["b", "again"]
        assert names(selection.became_visible(conn, after=NOW, until=NOW + DAY)) == ["future", "twice"]
        assert "again" not in names(selection.became_visible(conn, after=long_ago, until=NOW - DAY))


def test_articles_by_id_are_those_that_are_shown(store: Store) -> None:
    """Ids of what is hidden, gone or unheard of find nothing; thousands may be asked for."""
    wanted = {f"urn:{name}" for name in ("a", "m", "hidden", "future", "withdrawn", "unheard")}
    with store.read() as conn:
        assert sorted(names(selection.with_ids(conn, wanted, now=NOW))) == ["a", "m"]
        many = {*wanted, *(f"urn:{n}" for n in range(6_000))}
        assert sorted(names(selection.with_ids(conn, many, now=NOW))) == ["a", "m"]
        assert selection.with_ids(conn, [], now=NOW) == []


def test_the_languages_of_what_is_shown(store: Store) -> None:
    """Each once, of what is out or will be; not of drafts, nor of articles that name none."""
    records_are_known(
        store,
        *(a_record(name, language=tag) for name, tag in (("en", "en"), ("ar", "ar"), ("none", ""))),
        a_record("draft", language="fr", hidden=True),
    )
    with store.read() as conn:
        assert selection.languages(conn) == ["ar", "en", "id"]


def test_an_article_comes_with_what_its_file_said(store: Store) -> None:
    """Head, size and time of its file, where they are remembered."""
    row = HeadRow("a.md", 7, 8, True, "v1", payload="{}")
    with store.write() as conn:
        readings.save_heads(conn, [row])
        kept = {one.record.id: one for one in selection.out(conn, now=NOW)}
    one = kept["urn:a"]
    assert (one.head, one.size, one.mtime_ns, one.meta) == ("{}", 7, 8, True)
    assert kept["urn:b"].head is None
    assert one.record == a_record("a", published=NOW - DAY)


def test_tags_are_told_with_their_spellings(store: Store) -> None:
    """How often each spelling is used by what is shown; a tag of hidden articles alone is none."""
    records_are_known(store, a_record("c", published=NOW), tags={"tags/x": "x", "tags/y": "Y"})
    records_are_known(store, a_record("d", hidden=True), tags={"tags/z": "Z"})
    with store.read() as conn:
        assert folders.topics(conn, now=NOW) == [
            Topic("tags/x", {"X": 4, "x": 1}),
            Topic("tags/y", {"Y": 1}),
        ]
        assert folders.topics(conn, now=NOW, among=["tags/y", "tags/q"]) == [Topic("tags/y", {"Y": 1})]
        assert folders.topics(conn, now=NOW, among=[]) == []
        assert folders.topics(conn, now=NOW - 90 * DAY) == []
        assert folders.count(conn) == 2


def test_the_addresses_of_what_is_shown_are_told_by_path(store: Store) -> None:
    """For links from one article to another: none leads to what is hidden, over or yet to come."""
    with store.read() as conn:
        assert sorted(selection.addresses(conn, now=NOW)) == [
            (f"{name}.md", f"/articles/{name}/") for name in ("a", "b", "m")
        ]


# ---------------------------------------------------------------- stale feeds


def stale(store: Store) -> list[str]:
    """Return the stale folders, which are fresh from now on."""
    with store.write() as conn:
        found = folders.stale_ones(conn)
        folders.freshen(conn, found)
    return found


def test_the_feeds_that_an_article_is_in_or_leaves_are_stale(store: Store) -> None:
    """The main feed, the tags it has and the tags it had, also when it is hidden or withdrawn."""
    assert stale(store) == ["", "tags/x"]
    assert stale(store) == []
    one = a_record("a", published=NOW - DAY)
    records_are_known(store, one, tags={"tags/x": "X", "tags/y": "Y"})
    assert stale(store) == ["", "tags/x", "tags/y"]
    records_are_known(store, one, tags={"tags/y": "Y"})
    assert stale(store) == ["", "tags/x", "tags/y"]
    records_are_known(store, replace(one, hidden=True), tags={"tags/y": "Y"})
    assert stale(store) == ["", "tags/y"]
    records_are_known(store, replace(one, state=ArticleState.WITHDRAWN))
    assert stale(store) == [""]


def test_only_what_was_made_is_fresh(store: Store) -> None:
    """A folder that became stale while others were made stays so."""
    with store.write() as conn:
        folders.freshen(conn, ["", "tags/unheard"])
        assert folders.stale_ones(conn) == ["tags/x"]
        folders.make_stale(conn, ["tags/x", "tags/é"])
        assert folders.stale_ones(conn) == ["tags/x", "tags/é"]


def test_articles_can_make_their_feeds_stale(store: Store) -> None:
    """As when a picture that they show has changed."""
    stale(store)
    with store.write() as conn:
        folders.restale(conn, ["urn:a", "urn:unheard"])
    assert stale(store) == ["", "tags/x"]


def test_the_clock_alone_turns_articles(store: Store) -> None:
    """What came out or expired after the one moment, until the other; drafts never do."""
    records_are_known(store, a_record("draft", published=NOW + DAY, hidden=True))
    with store.read() as conn:
        assert selection.turned(conn, after=NOW, until=NOW + DAY) == ["urn:future"]
        assert sorted(selection.turned(conn, after=NOW - timedelta(seconds=1), until=NOW)) == [
            "urn:b",
            "urn:over",
        ]
        assert selection.turned(conn, after=NOW, until=NOW) == []
        assert folders.of_articles(conn, ["urn:future", "urn:unheard"]) == {"tags/x"}
        assert folders.of_articles(conn, []) == set()


# ---------------------------------------------------------------- over any articles

MOMENTS = st.integers(-3, 3).map(lambda days: NOW + days * DAY)
RECORDS = st.builds(
    lambda state, hidden, published, expires, again: {
        "state": state, "hidden": hidden, "published_at": published, "visible_at": published,
        "expires_at": expires, "again_at": again,
    },
    st.sampled_from(list(ArticleState)),
    st.booleans(),
    MOMENTS,
    st.one_of(st.none(), MOMENTS),
    st.one_of(st.none(), MOMENTS),
)  # fmt: skip


def is_out(one: ArticleRecord, now: datetime) -> bool:
    """Return what the selection is to find, in Python."""
    assert one.published_at is not None
    over = one.expires_at is not None and one.expires_at <= now
    living = one.state in (ArticleState.PRESENT, ArticleState.MISSING)
    return living and not one.hidden and one.published_at <= now and not over


def mail_at(one: ArticleRecord) -> datetime:
    """Return since when it is new to newsletters, as its article has it."""
    return article_of(one, Parsed(one.path, one.title), Body("")).mail_at


@given(st.lists(RECORDS, max_size=8), MOMENTS, MOMENTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_shows_what_it_should(
    store_db: Store, fields: list[dict[str, object]], one: datetime, other: datetime
) -> None:
    """Over any articles and moments, and between two moments only what `turned` tells differs."""
    saved = [replace(a_record(str(n)), **given) for n, given in enumerate(fields)]  # type: ignore[arg-type]
    with store_db.write() as conn:
        for record in articles.records(conn):
            gone = replace(record, state=ArticleState.WITHDRAWN)
            articles.save_records(conn, [gone])
            folders.save(conn, [(gone, {})])
    records_are_known(store_db, *saved, tags={"tags/x": "X"})
    first, last = sorted((one, other))
    with store_db.read() as conn:
        shown = {}
        for now in (first, last):
            expected = [record.id for record in saved if is_out(record, now)]
            shown[now] = {kept.record.id for kept in selection.out(conn, now=now)}
            assert sorted(shown[now]) == sorted(expected)
            found = selection.in_folder(conn, "tags/x", now=now, count=99)
            assert sorted(found) == sorted(expected)
            assert selection.count_out(conn, now=now) == len(expected)
            assert folders.topics(conn, now=now) or not expected  # all may have expired
        new = {kept.record.id for kept in selection.became_visible(conn, after=first, until=last)}
        mailable = [record.id for record in saved if first < mail_at(record) <= last and is_out(record, last)]
        assert sorted(new) == sorted(mailable)
        assert shown[first] ^ shown[last] <= set(selection.turned(conn, after=first, until=last))

"""Which articles an edition holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndicate.config import Selection
from syndicate.digest.due import (
    Due,
    Terms,
    Wish,
    due,
    in_order,
    is_too_late,
    matches,
    newest,
    stale_at,
)
from syndicate.model import Article, Occasion

DAY = timedelta(days=1)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def article(name: str, published: datetime, **others: object) -> Article:
    made = Article(
        id=name,
        path=f"{name}.md",
        slug=name,
        title=name,
        html="",
        summary="",
        language="en",
        published=published,
        updated=published,
        visible_at=published,
    )
    return replace(made, **others)  # type: ignore[arg-type]


def ids(articles: tuple[Article, ...]) -> str:
    return " ".join(a.id for a in articles)


NOBODY: dict[str, datetime] = {}


def due_at(articles: Iterable[Article], until: datetime = NOON, **more: Any) -> Due:
    """Return what is due to somebody who had all up to two hours before noon and wants all."""
    wish, terms = more.pop("wish", Wish()), more.pop("terms", Terms())
    terms_of_time = {"after": NOON - 2 * HOUR, "had": NOBODY, **more}
    return due(articles, wish, terms, until=until, **terms_of_time)


def test_new_is_after_the_moment_and_not_after_the_occasion() -> None:
    """What became new at the moment itself is old, at the occasion itself is new."""
    moments = {"mark": -2 * HOUR, "new": -HOUR, "occasion": 0 * HOUR, "later": HOUR}
    found = due_at([article(name, NOON + delta) for name, delta in moments.items()])
    assert (ids(found.articles), found.covered) == ("occasion new", NOON)


def test_an_article_dropped_in_with_an_old_date_is_due() -> None:
    """What counts is when it became visible, or new again, not its date."""
    old = article("old", NOON - 1000 * HOUR, visible_at=NOON - HOUR)
    back = article("back", NOON - 1000 * HOUR, again_at=NOON - HOUR)
    assert ids(due_at([old, back]).articles) == "back old"


def test_an_article_in_an_earlier_letter_is_not_due() -> None:
    """Nobody gets an article twice, unless it asked since to be mailed once more."""
    sent, unsent = article("sent", NOON - HOUR), article("unsent", NOON - HOUR)
    had = {"sent": NOON - HOUR / 2}
    assert ids(due_at([sent, unsent], had=had).articles) == "unsent"
    asked = replace(sent, again_at=NOON - HOUR / 4, resent_at=NOON - HOUR / 4)
    assert ids(due_at([asked], had=had).articles) == "sent"
    assert ids(due_at([asked], had={"sent": NOON}).articles) == ""


def test_an_article_whose_file_is_missing_or_whose_date_is_ahead_waits() -> None:
    """Both are held back, whatever their moment."""
    gone = article("gone", NOON - HOUR, present=False)
    moved = article("moved", NOON + HOUR, visible_at=NOON - HOUR)
    assert ids(due_at([gone, moved]).articles) == ""


def test_a_missing_article_is_waited_for() -> None:
    """Others go; when its file is back it counts as if it had been there, and nobody gets those again."""
    gone = article("gone", NOON - HOUR, present=False)
    other = article("other", NOON - HOUR / 2)
    found = due_at([gone, other])
    assert (ids(found.articles), found.covered) == ("other", NOON - HOUR - timedelta(microseconds=1))
    back = replace(gone, present=True)
    later = due_at([back, other], NOON + HOUR, after=found.covered, had={"other": NOON})
    assert (ids(later.articles), later.covered) == ("gone", NOON + HOUR)


def test_pinned_ones_come_first_then_featured_ones_then_the_newest() -> None:
    """The order of an edition; ids settle a tie."""
    plain = [article(name, NOON - HOUR) for name in "ba"]
    marked = [
        article("featured", NOON - HOUR * 1.5, featured=True),
        article("pinned", NOON - HOUR * 1.6, pinned=True),
    ]
    assert ids(due_at([*plain, *marked]).articles) == "pinned featured a b"
    titled = [article("x", NOON - HOUR, title="Zebra"), article("y", NOON - HOUR, title="ananas")]
    assert ids(in_order(titled, "title")) == "y x"
    assert ids(in_order([article("old", NOON - HOUR), article("new", NOON)], "oldest")) == "old new"


def test_too_few_wait_and_too_many_are_carried_over() -> None:
    """Fewer than `min_items` wait for the next; beyond `max_items` the last ones wait, plain ones first."""
    three = [article(f"a{n}", NOON - HOUR + n * HOUR / 10) for n in range(3)]
    few = due_at(three, terms=Terms(min_items=4))
    assert (few.articles, few.covered) == ((), NOON - HOUR - timedelta(microseconds=1))
    many = due_at(three, terms=Terms(max_items=2))
    assert ids(many.articles) == "a1 a0"
    assert many.covered == three[2].mail_at - timedelta(microseconds=1)
    rest = due_at(three, terms=Terms(max_items=2), after=many.covered, had={"a0": NOON, "a1": NOON})
    assert ids(rest.articles) == "a2"
    featured = [*three[:2], replace(three[2], featured=True)]
    assert ids(due_at(featured, terms=Terms(max_items=2)).articles) == "a2 a0"


@pytest.mark.parametrize(
    ("select", "wish", "matching"),
    [
        ({}, Wish(), True),
        ({}, Wish(("politik",)), True),
        ({}, Wish(("  POLITIK ", "Sport")), True),
        ({}, Wish(("berita",)), True),
        ({}, Wish(("sport",)), False),
        ({}, Wish((), "id"), True),
        ({}, Wish((), "en"), False),
        ({"tag": "Politik", "category": ["Berita"], "author": "Sari"}, Wish(), True),
        ({"tag": "Berita"}, Wish(), False),
        ({"language": ["en", "id"]}, Wish(), True),
        ({"folder": "news"}, Wish(), True),
        ({"folder": "new"}, Wish(), False),
    ],
)
def test_what_matches_a_selection_and_a_wish(select: dict[str, object], wish: Wish, matching: bool) -> None:
    """An article has all that a newsletter selects and one of the topics, however they are written."""
    one = article(
        "one",
        NOON,
        path="news/one.md",
        tags=("Politik",),
        categories=("Berita",),
        authors=("Sari",),
        language="id-ID",
    )
    assert matches(one, Selection.model_validate(select), wish) is matching


@pytest.mark.parametrize(
    ("name", "wanted", "matching"),
    [
        ("C++", "C", False), ("C", "C#", False), ("c++", "C ++", True), ("...", "tag", False),
        ("Cafe", "Café", True), ("olah-raga", "Olah Raga", True), ("OLAHRAGA", "Olah Raga", True),
        ("Strasse", "Straße", True),
    ],
)  # fmt: skip
def test_names_match_as_people_read_them(name: str, wanted: str, matching: bool) -> None:
    """Tags, categories and authors alike, for the newsletter's selection and for a subscriber's topics."""
    one = article("one", NOON, tags=(name,), categories=(name,), authors=(name,))
    for kind in ("tag", "category", "author"):
        assert matches(one, Selection.model_validate({kind: wanted}), Wish()) is matching
    assert matches(one, Selection(), Wish(("nothing", wanted))) is matching


def test_newest_takes_articles_however_old() -> None:
    """A preview has something to show long after the last article."""
    assert ids(newest([article("old", NOON - 9999 * HOUR)], now=NOON, count=5)) == "old"


def test_an_edition_leaves_only_while_it_is_less_than_late_by_late() -> None:
    """Just inside the limit it leaves, at the limit it does not."""
    occasion = Occasion("2026-11-23", NOON)
    assert not is_too_late(occasion, 12 * HOUR, NOON + 12 * HOUR - timedelta(seconds=1))
    assert is_too_late(occasion, 12 * HOUR, NOON + 12 * HOUR)


def test_an_edition_is_stale_one_period_after_its_occasion() -> None:
    """`stale_after` sets another length, shorter or longer."""
    assert stale_at(NOON, NOON + HOUR, period=7 * DAY, stale_after=None) == NOON + 7 * DAY
    assert stale_at(NOON, NOON, period=DAY, stale_after=3 * DAY) == NOON + 3 * DAY
    assert stale_at(NOON, NOON, period=DAY, stale_after=6 * HOUR) == NOON + 6 * HOUR


def test_a_daily_edition_is_stale_when_the_next_is_made() -> None:
    """So that the next one brings what it left open, also on a day of 23 hours."""
    made = NOON + timedelta(minutes=20)
    for hours in (23, 24, 25):
        assert stale_at(NOON, made, period=hours * HOUR, stale_after=None) == NOON + hours * HOUR


def test_an_edition_made_late_is_not_born_stale() -> None:
    """It has 22 hours from when it was made, or as long as was asked for where that is shorter."""
    late = NOON + 11 * HOUR
    assert stale_at(NOON, late, period=DAY, stale_after=None) == late + 22 * HOUR
    assert stale_at(NOON, late, period=DAY, stale_after=6 * HOUR) == late + 6 * HOUR
    assert stale_at(NOON, late, period=7 * DAY, stale_after=None) == NOON + 7 * DAY

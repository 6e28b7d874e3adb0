"""Which articles an edition holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicate.digest.due import (
    MOST_CATCHING_UP,
    catching_up,
    due,
    is_too_late,
    newest,
    stale_at,
    start_mark,
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


def test_new_is_after_the_start_mark_and_not_after_the_occasion() -> None:
    """The start mark itself is old, the occasion itself is new."""
    moments = {"mark": -2 * HOUR, "new": -HOUR, "occasion": 0 * HOUR, "later": HOUR}
    articles = [article(name, NOON + delta) for name, delta in moments.items()]
    assert ids(due(articles, after=NOON - 2 * HOUR, until=NOON, mailed=())) == "occasion new"


def test_an_article_dropped_in_with_an_old_date_is_due() -> None:
    """What counts is when it became visible, not its date."""
    old = article("old", NOON - 1000 * HOUR, visible_at=NOON - HOUR)
    assert ids(due([old], after=NOON - 2 * HOUR, until=NOON, mailed=())) == "old"


def test_an_article_in_an_earlier_edition_is_not_due() -> None:
    """No newsletter mails an article twice."""
    articles = [article("sent", NOON - HOUR), article("unsent", NOON - HOUR)]
    assert ids(due(articles, after=NOON - 2 * HOUR, until=NOON, mailed={"sent"})) == "unsent"


def test_an_article_whose_file_is_missing_or_whose_date_is_ahead_waits() -> None:
    """Neither a missing file nor a date moved into the future is mailed or previewed."""
    articles = [
        article("missing", NOON - HOUR, present=False),
        article("ahead", NOON + HOUR, visible_at=NOON - HOUR),
    ]
    assert due(articles, after=NOON - 2 * HOUR, until=NOON, mailed=()) == ()
    assert newest(articles, now=NOON, count=5) == ()


def test_the_newest_come_first_and_ids_settle_a_tie() -> None:
    """The order is the same whatever order the articles come in."""
    articles = [article("b", NOON), article("old", NOON - HOUR), article("a", NOON)]
    for given in (articles, articles[::-1]):
        assert ids(due(given, after=NOON - 9 * HOUR, until=NOON, mailed=())) == "a b old"
        assert ids(newest(given, now=NOON, count=2)) == "a b"


def test_newest_takes_articles_however_old() -> None:
    """A preview has something to show long after the last article."""
    assert ids(newest([article("old", NOON - 9999 * HOUR)], now=NOON, count=5)) == "old"


def test_the_start_mark_is_the_earlier_moment() -> None:
    """A newsletter set up long before its first edition keeps what came in between."""
    assert start_mark(None, NOON) == NOON
    assert start_mark(NOON - HOUR, NOON) == NOON - HOUR
    assert start_mark(NOON + HOUR, NOON) == NOON


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


def test_who_missed_articles_gets_them_with_the_new_ones() -> None:
    """Newest first; those that are gone, or chosen anyway, are left out."""
    new, old, older = (article(name, NOON - n * HOUR) for n, name in enumerate(("new", "old", "older"), 1))
    gone = article("gone", NOON - 2 * HOUR, present=False)
    owed = {7: ["older"], 8: ["old", "gone"], 9: ["older", "gone"], 10: ["new"], 11: ["gone", "unknown"]}
    made, which = catching_up([new], owed, [older, gone, old, new], at=NOON)
    assert which == {9: 1, 7: 1, 8: 2, 10: 0, 11: 0}
    assert [ids(one) for one in made] == ["new older", "new old"]


def test_the_oldest_of_many_sets_become_one() -> None:
    """However many editions went stale, an edition has so many renditions at most, and nothing is missed."""
    articles = [article(f"a{n:02}", NOON - n * HOUR) for n in range(30)]
    owed = {100 - n: [one.id] for n, one in enumerate(articles)}
    made, which = catching_up([], owed, articles, at=NOON)
    assert len(made) == MOST_CATCHING_UP
    assert [ids(one) for one in made[:2]] == ["a00", "a01"]
    assert all(articles[100 - number] in made[place - 1] for number, place in which.items())
    assert len(made[-1]) == 30 - MOST_CATCHING_UP + 1
    assert catching_up([], {}, articles, at=NOON) == ([], {})

"""Which articles an edition holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syndicate.digest.due import due, is_too_late, newest, start_mark
from syndicate.model import Article, Occasion

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

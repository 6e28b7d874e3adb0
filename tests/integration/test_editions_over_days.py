"""Which articles an edition holds, over days, crashes and clocks: the whole line up to the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.library import Library
from syndicate.app.mailing import Made, make_edition
from syndicate.errors import UsageError
from syndicate.store import editions

Maker = Callable[..., Publication]


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


def titles(made: Made) -> list[str]:
    return sorted(article.title for article in made.articles)


def test_an_article_dropped_in_today_is_in_tomorrows_digest_once(publication: Maker) -> None:
    """What was seen after one occasion goes out at the next, and not at the one after."""
    news = publication()
    news.people_subscribe("a@example.org", "b@example.org")
    news.folder_is_scanned()
    news.time_passes(hours=2)  # 08:00, after today's occasion
    news.article_is_dropped("first", date="2019-01-01")
    assert [made.fate for made in news.due_editions_are_made()] == ["nothing new"]
    news.time_passes(hours=23)
    [made] = news.due_editions_are_made()
    assert (made.fate, made.occasion.text, made.recipients) == ("made", "2026-11-24", 2)
    assert titles(made) == ["first"]
    assert news.due_editions_are_made() == []
    news.letters_leave()
    news.time_passes(days=1)
    [made] = news.due_editions_are_made()
    assert made.fate == "nothing new"


def test_an_article_dated_tomorrow_waits_for_its_date(publication: Maker) -> None:
    """An article with a future date is neither published nor mailed before it."""
    news = publication()
    news.people_subscribe("a@example.org")
    news.folder_is_scanned()
    news.article_is_dropped("later", date="2026-11-24 12:00")
    news.article_is_dropped("soon", date="2026-11-23 06:30")
    news.folder_is_scanned()
    news.time_passes(days=1, hours=1.5)
    [made] = news.due_editions_are_made()
    assert titles(made) == ["soon"]
    assert news.folder_is_published().articles == 1
    news.letters_leave()
    news.time_passes(days=1)
    [made] = news.due_editions_are_made()
    assert titles(made) == ["later"]


def test_an_archive_is_never_mailed(publication: Maker) -> None:
    """On the first scan of a folder, and when many old articles come at once, their own dates count."""
    news = publication()
    news.people_subscribe("a@example.org")
    for number in range(30):
        news.article_is_dropped(f"old {number}", f"Text {number}.", date=f"2020-01-{number % 28 + 1:02}")
    news.article_is_dropped("fresh", date="2026-11-23 05:00")
    news.folder_is_scanned()
    news.time_passes(hours=1.5)
    [made] = news.due_editions_are_made()
    assert titles(made) == ["fresh"]
    news.letters_leave()
    for number in range(25):
        news.article_is_dropped(f"moved in {number}", f"Words {number}.", date=f"2021-02-{number + 1:02}")
    scanned = news.folder_is_scanned()
    assert any(fault.kind == "content" for fault in scanned.faults)
    news.time_passes(days=1)
    [made] = news.due_editions_are_made()
    assert made.fate == "nothing new"


def test_an_archive_without_dates_is_not_mailed_either(publication: Maker) -> None:
    """A first scan of many files without dates, all new on disk as after a clone, mails none of them."""
    news = publication()
    news.people_subscribe("a@example.org")
    for number in range(25):
        news.article_is_dropped(f"undated {number}", f"Text {number}.")
    news.folder_is_scanned()
    news.time_passes(hours=1.5)
    [made] = news.due_editions_are_made()
    assert made.fate == "nothing new"


def test_off_at_the_hour_the_edition_is_made_on_start_unless_too_late(publication: Maker) -> None:
    """Eleven hours late it is made; thirteen hours late its articles wait for the next."""
    news = publication()
    news.people_subscribe("a@example.org")
    news.folder_is_scanned()
    news.article_is_dropped("one")
    news.folder_is_scanned()
    news.time_passes(days=1, hours=14)  # 20:00 the day after: thirteen hours late
    [made] = news.due_editions_are_made()
    assert made.fate == "too late"
    assert news.due_editions_are_made() == []
    news.letters_leave()
    news.time_passes(hours=22)  # 18:00 the next day: eleven hours late
    [made] = news.due_editions_are_made()
    assert (made.fate, titles(made)) == ("made", ["one"])


def test_a_fresh_service_does_not_mail_for_an_hour_before_its_time(publication: Maker) -> None:
    """Set up at ten, it leaves the occasion of seven o'clock alone."""
    news = publication(now=datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    news.people_subscribe("a@example.org")
    news.article_is_dropped("one", date="2026-11-23 06:00")
    assert news.due_editions_are_made() == []


def test_an_edition_asked_for_is_of_the_latest_occasion_however_late(publication: Maker) -> None:
    """`digest send` makes today's edition in the evening, from what was visible at its hour."""
    news = publication(now=datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    news.people_subscribe("a@example.org", days_ago=0.9)
    news.article_is_dropped("morning", date="2026-11-23 05:00")
    news.article_is_dropped("noon", date="2026-11-23 12:00")
    news.folder_is_scanned()
    made = news.edition_is_made()
    assert (made.fate, made.occasion.text, titles(made)) == ("made", "2026-11-23", ["morning"])
    assert news.edition_is_made().fate == "exists"
    tomorrow = news.edition_is_made(at=datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    assert (tomorrow.occasion.text, titles(tomorrow)) == ("2026-11-24", ["noon"])


def test_an_edition_made_at_once_leaves_nothing_for_the_occasion(publication: Maker) -> None:
    """--now takes the newest articles; today's edition then has nothing new, and again sends nothing."""
    news = publication(now=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    news.people_subscribe("a@example.org")
    news.article_is_dropped("old", date="2020-05-05")
    news.article_is_dropped("morning", date="2026-11-23 05:00")
    news.folder_is_scanned()
    made = news.edition_is_made(at_once=True)
    assert (made.fate, titles(made), made.repeated) == ("made", ["morning", "old"], False)
    assert news.edition_is_made().fate == "nothing new"
    assert news.due_editions_are_made() == []
    assert not any("overdue" in line for line in news.problems())
    again = news.edition_is_made(at_once=True)
    assert (again.fate, again.edition_id) == ("exists", made.edition_id)


def test_an_edition_asked_for_is_no_more_overdue(publication: Maker) -> None:
    """What `digest send` made of today's occasion is not made, or missed, by the service."""
    news = publication(now=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    news.people_subscribe("a@example.org")
    news.article_is_dropped("morning", date="2026-11-23 05:00")
    news.folder_is_scanned()
    assert news.edition_is_made().fate == "made"
    assert news.due_editions_are_made() == []
    assert not any("overdue" in line for line in news.problems())


def test_the_wall_clock_decides_over_a_spring_change(publication: Maker) -> None:
    """Over the Berlin change each local day has one edition, at seven o'clock local time."""
    news = publication(zone="Europe/Berlin", now=datetime(2027, 3, 26, 12, 0, tzinfo=UTC))
    news.people_subscribe("a@example.org")
    news.folder_is_scanned()
    made = []
    for hour in range(4 * 24):
        if hour % 24 == 0:
            news.article_is_dropped(f"day {hour // 24}", f"Text {hour}.")
        made += [(one.occasion.text, news.now) for one in news.due_editions_are_made() if one.fate == "made"]
        news.time_passes(hours=1)
    assert [text for text, _ in made] == ["2027-03-27", "2027-03-28", "2027-03-29", "2027-03-30"]
    assert [when.hour for _, when in made] == [6, 5, 5, 5]


def test_with_nobody_there_the_first_subscriber_does_not_get_weeks_of_articles(publication: Maker) -> None:
    """What became visible before somebody subscribed is not due to him."""
    news = publication()
    news.folder_is_scanned()
    news.article_is_dropped("one")
    news.folder_is_scanned()
    news.time_passes(hours=2)
    assert [made.fate for made in news.due_editions_are_made()] == ["no subscribers"]
    news.people_subscribe("a@example.org", days_ago=0)
    news.article_is_dropped("two")
    news.folder_is_scanned()
    news.time_passes(days=1)
    [made] = news.due_editions_are_made()
    assert titles(made) == ["two"]


def test_two_makers_of_one_occasion_make_one_edition(publication: Maker) -> None:
    """The same occasion decided twice freezes its deliveries once."""
    news = publication(now=datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    news.people_subscribe("a@example.org", "b@example.org")
    news.article_is_dropped("morning", date="2026-11-23 05:00")
    news.folder_is_scanned()
    assert news.edition_is_made().fate == "made"
    assert news.edition_is_made().fate == "exists"
    with news.site.store.read() as conn:
        assert editions.tally(conn).frozen == 2


def test_an_unknown_newsletter_is_named_with_those_that_there_are(publication: Maker) -> None:
    """A misspelt name is answered with the known ones."""
    news = publication()
    with pytest.raises(UsageError, match="daily"):
        make_edition(news.site, "dayly", Library(news.site), now=news.now)

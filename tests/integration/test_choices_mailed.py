"""What newsletters and subscribers can ask for: frequency, hours, topics, limits, a word before it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mail_steps import chooses, comes, got, mailed
from publications import Publication, maker

from syndicate.app.mailing import Made, make_edition, make_edition_now
from syndicate.app.timetables import next_occasion
from syndicate.model import Choice
from syndicate.store import alerts, editions, operations

Maker = Callable[..., Publication]
HOUR = timedelta(hours=1)


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


@pytest.fixture
def news(publication: Maker) -> Publication:
    """A publication at 06:00 with an archive, whose newsletter is ana's, budi's and citra's."""
    made = publication()
    made.folder_is_scanned()
    made.people_subscribe("ana@example.org", "budi@example.org", "citra@example.org")
    return made


def test_each_gets_it_at_his_hour_in_his_zone(news: Publication) -> None:
    """One edition for each zone and hour that somebody chose, named after them; each article once."""
    chooses(news, "ana", Choice(zone="Asia/Tokyo"))
    chooses(news, "budi", Choice(at="18:00"))
    comes(news, "first")
    assert next_occasion(news.site, now=news.now) == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert mailed(news, hours=2) == ["2026-11-23 made"]
    assert next_occasion(news.site, now=news.now) == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert mailed(news, hours=10.1) == ["2026-11-23/18:00 made"]
    assert mailed(news, hours=4) == ["2026-11-24/Asia/Tokyo made"]
    assert [got(news, name) for name in ("ana", "budi", "citra")] == [["first"]] * 3


def test_instant_letters_bring_each_article_by_itself(news: Publication) -> None:
    """An edition an article; who switches to it gets in one letter what he lacks, and nothing twice."""
    chooses(news, "ana", Choice(frequency="instant"))
    comes(news, "first")
    assert len(mailed(news, minutes=1)) == 1
    comes(news, "second")
    news.time_passes(seconds=30)
    comes(news, "third")
    assert len(mailed(news, seconds=30)) == 2
    assert mailed(news, minutes=1) == []
    chooses(news, "budi", Choice(frequency="instant"))
    assert mailed(news, minutes=1) == ["2026-11-23T06:04:00 made"]
    chooses(news, "ana", Choice())
    assert mailed(news, hours=1) == ["2026-11-23 made"]
    assert got(news, "ana") == ["first", "second", "third"]
    assert [sorted(one.split()) for one in got(news, "budi")] == [["first", "second", "third"]]
    assert len(got(news, "citra")) == 1


def test_weekly_and_monthly_letters_bring_all_that_came(news: Publication) -> None:
    """The first of the newsletter's days, and the first of the month."""
    chooses(news, "ana", Choice(frequency="weekly"))
    chooses(news, "budi", Choice(frequency="monthly"))
    texts = mailed(news, minutes=61)
    for number in range(10):
        comes(news, f"a{number}")
        texts += mailed(news, days=1)
    assert [text for text in texts if not text.startswith("2026-11-2") and "-W" in text] == [
        "2026-W48 nothing new",
        "2026-W49 made",
    ]
    assert "2026-12 made" in texts
    assert [len(one.split()) for one in got(news, "ana")] == [7]
    assert [len(one.split()) for one in got(news, "budi")] == [8]
    assert len(got(news, "citra")) == 10


def test_topics_and_the_newsletters_selection(news: Publication) -> None:
    """The newsletter takes what it selects, each subscriber of that what is on his topics."""
    news.configuration_says('at: "07:00"', 'at: "07:00", select: {language: en}')
    chooses(news, "ana", Choice(topics=("Sport",)))
    comes(news, "race", "tags: [SPORT]")
    comes(news, "vote", "categories: [Politik]")
    comes(news, "suara", "tags: [sport]", "lang: id")
    mailed(news, hours=1.5)
    assert got(news, "ana") == ["race"]
    assert sorted(got(news, "budi")[0].split()) == ["race", "vote"]
    chooses(news, "ana", Choice(topics=("Politik", "Sport")))
    comes(news, "game", "tags: [sport]")
    mailed(news, days=1)
    assert [sorted(one.split()) for one in got(news, "ana")] == [["race"], ["game", "vote"]]


def test_who_chose_a_language_gets_articles_in_it_alone_where_it_says_so(news: Publication) -> None:
    """With `by_language` the language decides what comes, else only our words."""
    chooses(news, "ana", Choice(language="id"))
    comes(news, "one", "lang: en")
    comes(news, "dua", "lang: id")
    mailed(news, hours=1.5)
    assert sorted(got(news, "ana")[0].split()) == ["dua", "one"]
    news.configuration_says('at: "07:00"', 'at: "07:00", by_language: true')
    comes(news, "three", "lang: en")
    comes(news, "empat", "lang: id-ID")
    mailed(news, days=1)
    assert got(news, "ana")[1:] == ["empat"]


def test_too_few_articles_wait_and_too_many_are_carried_over(news: Publication) -> None:
    """`min_items` and `max_items`: nothing is lost, nothing comes twice, featured ones first."""
    news.configuration_says('at: "07:00"', 'at: "07:00", min_items: 2, max_items: 2')
    comes(news, "a1")
    assert mailed(news, hours=1.5) == ["2026-11-23 nothing new"]
    for name in ("a2", "a3"):
        comes(news, name)
    comes(news, "a4", "featured: true")
    assert mailed(news, days=1) == ["2026-11-24 made"]
    assert mailed(news, days=1) == ["2026-11-25 made"]
    assert [sorted(one.split()) for one in got(news, "ana")] == [["a1", "a4"], ["a2", "a3"]]
    assert got(news, "ana")[0] == "a4 a1"


def test_on_quiet_days_nothing_leaves(news: Publication) -> None:
    """What would have left comes with the next edition."""
    news.configuration_says('at: "07:00"', 'at: "07:00", quiet: ["11-24", 2026-11-25]')
    comes(news, "first")
    assert mailed(news, days=1.1) == ["2026-11-23 too late"]
    assert mailed(news, days=1) == []
    assert mailed(news, days=1) == ["2026-11-26 made"]
    assert got(news, "ana") == ["first"]


def test_a_held_edition_waits_for_a_word(news: Publication) -> None:
    """With `hold: true` an edition is made and stays until `editions resume`."""
    news.configuration_says('at: "07:00"', 'at: "07:00", hold: true')
    comes(news, "first")
    assert mailed(news, hours=1.5) == ["2026-11-23 made"]
    assert got(news, "ana") == []
    with news.site.store.read() as conn:
        assert [told.cause for told in alerts.latest(conn)] == ["edition held"]
    with news.site.store.write() as tx:
        [one] = operations.unfinished(tx)
        assert (one.state, one.reason) == ("paused", "held until you resume it")
        operations.set_state(tx, one.id, "open", reason="", of=["paused"])
    assert news.letters_leave() == 3
    assert got(news, "ana") == ["first"]


def test_pictures_and_language_make_renditions_the_rest_is_shared(news: Publication) -> None:
    """Who gets the same shares a rendition, also across topics that hold the same articles."""
    chooses(news, "ana", Choice(topics=("Sport",)))
    chooses(news, "budi", Choice(language="id"))
    comes(news, "race", "tags: [Sport]")
    news.time_passes(hours=1.5)
    [made] = news.due_editions_are_made()
    assert sorted((one.variant.language, one.people) for one in made.helpings) == [("en", 2), ("id", 1)]


def test_an_edition_made_at_once_knows_who_had_what(news: Publication) -> None:
    """--now brings the newest, to nobody what he had; with nothing new at all the newest again."""
    comes(news, "first")
    mailed(news, hours=1.5)
    comes(news, "second")
    news.people_subscribe("dewi@example.org", days_ago=0)

    def at_once() -> Made:
        made = make_edition_now(news.site, "daily", news.articles, now=news.now)
        news.letters_leave()
        return made

    assert at_once().fate == "made"
    assert got(news, "ana") == ["first", "second"]
    assert got(news, "dewi") == ["second first"]
    again = at_once()
    assert (again.fate, again.repeated) == ("nothing new", False)
    news.time_passes(days=1)
    assert (at_once().repeated, got(news, "ana")[-1]) == (True, "second first")
    assert mailed(news, days=1) in (["2026-11-25 nothing new"], ["2026-11-24 nothing new"])
    with news.site.store.read() as conn:
        assert len(editions.editions(conn)) == 3


def test_a_clock_set_back_loses_no_article(news: Publication) -> None:
    """What comes before the clock has caught up is new to newsletters after what they brought."""
    comes(news, "first")
    mailed(news, hours=1.5)
    news.time_passes(hours=-1)
    comes(news, "second")
    assert mailed(news, hours=1) == []
    mailed(news, days=1)
    assert got(news, "ana") == ["first", "second"]


def test_an_edition_made_ahead_of_its_time_takes_nothing_from_what_is_to_come(news: Publication) -> None:
    """`digest send --at` of a day to come brings what is there; what comes until then has its own edition."""
    comes(news, "first")
    assert news.edition_is_made(at=news.now + timedelta(days=3)).fate == "made"
    news.letters_leave()
    comes(news, "second")
    mailed(news, hours=1.5)
    assert got(news, "ana") == ["first", "second"]


def test_a_newsletter_of_instant_letters_can_be_asked_for(news: Publication) -> None:
    """`digest send` and --dry-run say what there is, also where nothing is."""
    news.configuration_says('at: "07:00"', "frequency: instant")
    comes(news, "first")
    planned = make_edition(news.site, "daily", news.articles, now=news.now, dry_run=True)
    assert (planned.fate, planned.recipients) == ("planned", 3)
    assert news.edition_is_made().fate == "made"
    news.letters_leave()
    assert news.edition_is_made().fate == "nothing new"
    assert got(news, "ana") == ["first"]
    assert not any("overdue" in line for line in news.problems())

"""Corners of who is due what, found by hostile play: loops, other newsletters, clocks, pauses, outages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mail_steps import chooses, comes, got, mailed
from publications import Publication, maker

from syndicate.app.mailing import make_edition
from syndicate.app.people import add_people
from syndicate.delivery.plan import SendPlan
from syndicate.delivery.retry import settle
from syndicate.model import Choice, Deferred, Outcome, Unknown
from syndicate.store import choices, subscribers
from syndicate.store.outbox import StoreOutbox

Maker = Callable[..., Publication]
INSTANT = Choice(frequency="instant")
DAY = timedelta(days=1)


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


@pytest.fixture
def news(publication: Maker) -> Publication:
    """A publication at 06:00 whose newsletter is ana's and budi's."""
    made = publication()
    made.folder_is_scanned()
    made.people_subscribe("ana@example.org", "budi@example.org")
    return made


def pauses(news: Publication, name: str, until: datetime) -> None:
    with news.site.store.write() as tx:
        assert choices.pause(tx, f"{name}@example.org", "daily", until=until)


def leaves(news: Publication, name: str) -> None:
    with news.site.store.write() as tx:
        [token] = [x.token for x in subscribers.subscribers(tx) if x.email == f"{name}@example.org"]
        assert subscribers.unsubscribe(tx, token, now=news.now)


@pytest.mark.timeout(60)
def test_who_comes_and_who_switches_between_two_looks_end_no_look(news: Publication) -> None:
    """A newcomer to instant letters lacks nothing of before, though a switcher beside him does."""
    chooses(news, "ana", INSTANT)
    comes(news, "first")
    mailed(news)
    news.people_subscribe("citra@example.org", days_ago=-0.001)
    news.time_passes(minutes=5)
    chooses(news, "citra", INSTANT)
    chooses(news, "budi", INSTANT)
    mailed(news, minutes=1)
    assert [got(news, name) for name in ("ana", "budi", "citra")] == [["first"], ["first"], []]


@pytest.mark.timeout(60)
def test_two_catch_ups_in_one_second(news: Publication) -> None:
    """Each has a name of its own, and none is begun for ever."""
    chooses(news, "ana", INSTANT)
    comes(news, "first")
    mailed(news)
    for name in ("budi", "citra"):
        if name == "citra":
            news.people_subscribe("citra@example.org")
        chooses(news, name, INSTANT)
        assert len(mailed(news)) == 1
    assert [got(news, name) for name in ("budi", "citra")] == [["first"], ["first"]]


def test_a_letter_of_another_newsletter_is_not_had(publication: Maker) -> None:
    """Whoever reads two newsletters gets each article in both, whatever others chose."""
    news = publication()
    news.configuration_says("newsletters:\n", 'newsletters:\n  evening: {title: Evening, at: "18:00"}\n')
    news.folder_is_scanned()
    news.people_subscribe("ana@example.org", "budi@example.org", to=["daily", "evening"])
    chooses(news, "budi", INSTANT, "evening")
    for day in range(3):
        comes(news, f"a{day}")
        mailed(news, hours=1.5)
        comes(news, f"b{day}")
        mailed(news, hours=11)
        mailed(news, hours=11.5)
    assert sorted(" ".join(got(news, "ana", "evening")).split()) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert sorted(" ".join(got(news, "ana")).split()) == ["a0", "a1", "a2", "b0", "b1"]


def test_an_edition_of_a_time_past_takes_nobody_back(news: Publication) -> None:
    """`digest send --at` of an earlier occasion leaves newcomers after it what they are due, and no more."""
    comes(news, "first")
    mailed(news, days=1.1)
    mailed(news, days=1)
    news.people_subscribe("citra@example.org", days_ago=0)
    news.edition_is_made(at=news.now - 2 * DAY)
    comes(news, "second")
    mailed(news, days=1)
    assert got(news, "citra") == ["second"]


def test_a_late_edition_after_one_made_at_once_takes_nobody_back(news: Publication) -> None:
    """Off at the hour, --now, then the late edition: who comes after them lacks nothing of before."""
    comes(news, "first")
    news.time_passes(hours=2)
    news.edition_is_made(at_once=True)
    news.letters_leave()
    comes(news, "second")
    news.time_passes(minutes=10)
    chooses(news, "budi", Choice(language="id"))
    mailed(news, minutes=20)
    news.people_subscribe("citra@example.org", days_ago=0)
    mailed(news, days=1)
    assert [got(news, name) for name in ("ana", "budi", "citra")] == [["first", "second"]] * 2 + [[]]


def test_what_goes_stale_in_a_pause_is_not_brought_after_it(news: Publication) -> None:
    """The end of a pause is a new start, whatever did not leave before it."""
    comes(news, "first")
    mailed(news, hours=1.5, leaving=False)
    pauses(news, "ana", news.now + 3 * DAY)
    comes(news, "second")
    for _ in range(4):
        mailed(news, days=1)
    comes(news, "third")
    mailed(news, days=1)
    assert got(news, "ana") == ["third"]
    assert sorted(" ".join(got(news, "budi")).split()) == ["first", "second", "third"]


def test_a_letter_that_waits_does_not_leave_in_a_pause(news: Publication) -> None:
    """It is skipped, and says why."""
    comes(news, "first")
    mailed(news, hours=1.5, leaving=False)
    pauses(news, "ana", news.now + DAY)
    assert news.letters_leave() == 1
    assert (got(news, "ana"), got(news, "budi")) == ([], ["first"])


def test_what_goes_stale_before_somebody_comes_back_is_not_brought(news: Publication) -> None:
    """Who left and came back begins anew, though a letter of before waited all the while."""
    comes(news, "first")
    mailed(news, hours=1.5, leaving=False)
    leaves(news, "ana")
    comes(news, "second")
    news.time_passes(hours=12)
    assert add_people(news.site, ["ana@example.org"], ["daily"], resubscribe=True)[0].good
    mailed(news, hours=12)
    assert got(news, "ana") == []
    assert sorted(" ".join(got(news, "budi")).split()) == ["first", "second"]


def test_sharing_a_letter_gone_stale_gives_nobody_a_longer_past(news: Publication) -> None:
    """A newcomer who shared it with somebody whose past reaches further back gets its articles alone."""
    comes(news, "first")
    mailed(news, hours=1.5)
    chooses(news, "ana", Choice(language="id"))
    chooses(news, "ana", Choice())
    news.people_subscribe("citra@example.org", days_ago=0)
    comes(news, "second")
    mailed(news, days=1, leaving=False)
    mailed(news, days=1)
    assert [got(news, name) for name in ("ana", "citra")] == [["first", "second"], ["second"]]


def test_what_an_edition_ahead_of_its_time_brought_is_had_after_a_pause(news: Publication) -> None:
    """An article dated tomorrow and mailed today is not mailed again when its date comes."""
    comes(news, "ahead", "date: 2026-11-24 06:00")
    news.edition_is_made(at=datetime(2026, 11, 24, 7, tzinfo=UTC))
    news.letters_leave()
    pauses(news, "ana", datetime(2026, 11, 24, 5, tzinfo=UTC))
    mailed(news, days=1.1)
    mailed(news, days=1)
    assert got(news, "ana") == ["ahead"]


def test_a_plan_counts_what_goes_stale(news: Publication) -> None:
    """--dry-run says what the next edition brings to those who did not get the last."""
    comes(news, "first")
    mailed(news, hours=1.5, leaving=False)
    news.time_passes(days=1)
    planned = make_edition(news.site, "daily", news.articles, now=news.now, dry_run=True)
    made = make_edition(news.site, "daily", news.articles, now=news.now)
    assert (planned.recipients, made.recipients) == (2, 2)


def test_a_letter_held_for_the_operator_stays_when_its_edition_goes_stale(publication: Maker) -> None:
    """With `on_unknown: hold` nobody gets its articles in another letter before the operator has looked."""
    news = publication(more="  on_unknown: hold\n")
    news.folder_is_scanned()
    news.people_subscribe("ana@example.org", "budi@example.org")
    comes(news, "first")
    mailed(news, hours=1.5, leaving=False)
    plan = SendPlan(news.config.mail.retry.rule, hold_unknown=True)
    outbox = StoreOutbox(news.site.store, hold_unknown=True)
    chunk = outbox.take(now=news.now)
    assert chunk is not None
    begun = outbox.exchange([], chunk.waiting, now=news.now).attempts
    answers: list[Outcome] = [Unknown("no answer"), Deferred(451, "later")]
    ended = [settle(one, said, plan, now=news.now) for one, said in zip(begun, answers, strict=True)]
    outbox.exchange(ended, [], now=news.now)
    outbox.give_back(chunk, now=news.now)
    mailed(news, days=1)
    assert (got(news, "ana"), got(news, "budi")) == ([], ["first"])


@pytest.mark.parametrize("way", ["left", "paused"])
def test_who_comes_back_is_not_sent_at_once_what_he_had(news: Publication, way: str) -> None:
    """An edition at once brings the newest articles, however old, but to nobody twice."""

    def titles(news: Publication) -> list[str]:
        return sorted(title for letter in got(news, "ana") for title in letter.split())

    comes(news, "first")
    comes(news, "second")
    assert news.edition_is_made(at_once=True).fate == "made"
    news.letters_leave()
    assert titles(news) == ["first", "second"]
    if way == "left":
        with news.site.store.write() as tx:
            [his] = subscribers.of_person(tx, "ana@example.org")
            assert subscribers.unsubscribe(tx, his.token, now=news.now)
        news.time_passes(hours=1)
        add_people(news.site, ["ana@example.org"], ["daily"], resubscribe=True)
    else:
        pauses(news, "ana", news.now + timedelta(hours=1))
        news.time_passes(hours=2)
    assert news.edition_is_made(at_once=True).fate == "nothing new"
    comes(news, "third")
    assert news.edition_is_made(at_once=True).fate == "made"
    news.letters_leave()
    assert titles(news) == ["first", "second", "third"]

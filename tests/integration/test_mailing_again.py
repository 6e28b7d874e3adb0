"""The same mailing asked for again: planned only, or while an edition of it is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import composing
from syndicate.app.mailing import Made, make_edition, make_edition_now
from syndicate.app.reporting import status_of
from syndicate.configfile import load_config
from syndicate.delivery.plan import SendPlan
from syndicate.delivery.retry import settle
from syndicate.digest.letter import compose
from syndicate.model import Attempt, Deferred, Edition, Rendition, Sent
from syndicate.store.outbox import StoreOutbox

Maker = Callable[..., Publication]


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


def with_a_second_newsletter(news: Publication) -> Publication:
    """Write another newsletter into the configuration, and read it again."""
    file = news.folder / "config.yaml"
    file.write_text(file.read_text().replace("mail:\n", "  second: {title: Second, at: '07:00'}\nmail:\n", 1))
    news.config = load_config(file, {})
    news.site = replace(news.site, config=news.config)
    return news


def letters_are_begun(outbox: StoreOutbox, *, now: datetime) -> Sequence[Attempt]:
    """Take the next chunk and begin what is due of it."""
    chunk = outbox.take(now=now)
    assert chunk is not None
    return outbox.exchange([], chunk.waiting, now=now).attempts


@pytest.mark.parametrize("make", [make_edition, make_edition_now])
def test_a_plan_for_an_edition_that_exists_gives_nothing_to_deliver(
    publication: Maker, make: Callable[..., Made]
) -> None:
    """--dry-run names no edition to go on with, so what is still due of one is not sent by it."""
    news = publication()
    news.people_subscribe("a@example.org", days_ago=1.5)
    news.article_is_dropped("first", date="2026-11-22 06:30")
    news.folder_is_scanned()
    assert make(news.site, "daily", news.articles, now=news.now).fate == "made"
    planned = make(news.site, "daily", news.articles, now=news.now, dry_run=True)
    assert (planned.fate, planned.edition_id, planned.recipients) == ("exists", None, 1)


def test_an_edition_made_at_once_and_cut_short_is_gone_on_with_after_midnight(publication: Maker) -> None:
    """The same command after a crash and midnight makes no second edition of the same articles."""
    news = publication()
    news.people_subscribe("a@example.org", "b@example.org")
    news.article_is_dropped("first", date="2026-11-22 12:00")
    news.time_passes(hours=17.9)  # 23:54
    news.folder_is_scanned()
    first = news.edition_is_made(at_once=True)
    assert first.fate == "made"
    outbox = StoreOutbox(news.site.store)
    sent, left = letters_are_begun(outbox, now=news.now)
    plan = SendPlan(news.config.mail.retry.rule)
    outbox.exchange([settle(sent, Sent("250"), plan, now=news.now)], [], now=news.now)
    news.time_passes(hours=0.2)
    again = news.edition_is_made(at_once=True)
    assert (again.fate, again.edition_id) == ("exists", first.edition_id)
    outbox.exchange([settle(left, Deferred(450, "later"), plan, now=news.now)], [], now=news.now)
    assert news.edition_is_made(at_once=True).fate == "made", "one that a relay puts off holds up no new one"


def test_a_newsletter_that_cannot_be_made_leaves_the_others(publication: Maker, tmp_path: Path) -> None:
    """A template with a mistake is noted with its place, tried again at each call, and stops no other."""
    news = with_a_second_newsletter(publication(more=f"templates: {{folder: {tmp_path / 'mine'}}}\n"))
    news.people_subscribe("a@example.org", to=["daily", "second"])
    news.article_is_dropped("first", date="2026-11-23 05:10")
    news.folder_is_scanned()
    news.time_passes(hours=2)
    mine = tmp_path / "mine" / "mail" / "subject.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("{% if newsletter.name == 'daily' %}{{ nobody.home.here }}{% endif %}Subject\n")
    assert [made.newsletter for made in news.due_editions_are_made()] == ["second"]
    [wrong] = [line for line in status_of(news.site).wrong if line.startswith("newsletter:daily")]
    assert "subject.txt" in wrong
    mine.unlink()
    news.time_passes(hours=3)
    assert [made.newsletter for made in news.due_editions_are_made()] == ["daily"]


def test_a_bug_in_one_newsletter_leaves_the_others(
    publication: Maker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is logged with its traceback and noted, and the others are made."""
    news = with_a_second_newsletter(publication())
    news.people_subscribe("a@example.org", to=["daily", "second"])
    news.article_is_dropped("first", date="2026-11-23 05:10")
    news.folder_is_scanned()
    news.time_passes(hours=2)

    def composed(edition: Edition, *rest: object, **options: object) -> Rendition:
        if edition.newsletter == "daily":
            raise ZeroDivisionError("seven by nothing")
        return compose(edition, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(composing, "compose", composed)
    with caplog.at_level("CRITICAL", logger="syndicate.edition"):
        assert [made.newsletter for made in news.due_editions_are_made()] == ["second"]
    assert any("seven by nothing" in line for line in status_of(news.site).wrong)

"""Letters that did not leave in time: they are skipped, and their articles come with the next edition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.configfile import load_config
from syndicate.delivery.plan import SendPlan
from syndicate.delivery.retry import settle
from syndicate.model import Chunk, DeliveryState, Sent
from syndicate.store import editions
from syndicate.store.outbox import StoreOutbox

Maker = Callable[..., Publication]
DAY = timedelta(days=1)


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


def a_daily_edition_of(news: Publication, *names: str) -> None:
    """Let the morning come with these articles and make its edition, a minute after the hour."""
    for name in names:
        news.article_is_dropped(name, f"The text of {name}.")
    news.folder_is_scanned()
    news.now = (news.now + DAY).replace(hour=7, minute=1)
    [made] = news.due_editions_are_made()
    assert made.fate == "made"
    assert {one.title for one in made.articles} >= set(names)


def a_chunk_is_taken(news: Publication) -> tuple[StoreOutbox, Chunk]:
    outbox = StoreOutbox(news.site.store)
    chunk = outbox.take(now=news.now)
    assert chunk is not None
    return outbox, chunk


def letters_leave(news: Publication, *to: str) -> None:
    """Send what is due to these people; the rest is given back."""
    outbox, chunk = a_chunk_is_taken(news)
    wanted = [one for one in chunk.waiting if one.email in to]
    plan = SendPlan(news.config.mail.retry.rule)
    begun = outbox.exchange([], wanted, now=news.now).attempts
    outbox.exchange([settle(one, Sent("250"), plan, now=news.now) for one in begun], [], now=news.now)
    outbox.give_back(chunk, now=news.now)


def what_waits(news: Publication) -> dict[str, list[str]]:
    """Return the titles in the letters of the newest edition that wait, in their order, by address."""
    outbox, chunk = a_chunk_is_taken(news)
    names = [article.title for article in news.articles]
    found = {}
    with news.site.store.read() as conn:
        for one in chunk.waiting:
            body = editions.rendition_body(conn, one.rendition_id).decode()
            text = body.partition("text/html")[0].partition("quoted-printable")[2]
            found[one.email] = sorted((name for name in names if name in text), key=text.index)
    outbox.give_back(chunk, now=news.now)
    return found


def test_what_was_not_sent_in_its_period_comes_with_the_next_edition(publication: Maker) -> None:
    """Who got yesterday's letter gets today's articles, who did not gets both days' in one letter."""
    news = publication()
    news.people_subscribe("a@example.org", "b@example.org")
    news.folder_is_scanned()
    a_daily_edition_of(news, "alpha")
    letters_leave(news, "a@example.org")
    a_daily_edition_of(news, "beta")
    assert what_waits(news) == {"a@example.org": ["beta"], "b@example.org": ["beta", "alpha"]}
    with news.site.store.read() as conn:
        tally = editions.tally(conn, 1)
    assert (tally[DeliveryState.SKIPPED], tally.open) == (1, 0)


def test_articles_of_several_days_add_up(publication: Maker) -> None:
    """While a relay is down for days nothing is lost, and what was withdrawn meanwhile is left out."""
    news = publication()
    news.people_subscribe("a@example.org", "b@example.org")
    news.folder_is_scanned()
    a_daily_edition_of(news, "alpha", "gone")
    (news.folder / "content" / "gone.md").unlink()
    a_daily_edition_of(news, "beta")
    letters_leave(news, "b@example.org")
    a_daily_edition_of(news, "gamma")
    assert what_waits(news) == {
        "a@example.org": ["gamma", "beta", "alpha"],
        "b@example.org": ["gamma"],
    }


def test_stale_after_keeps_letters_longer(publication: Maker) -> None:
    """With two days, yesterday's letter still waits beside today's."""
    news = publication()
    file = news.folder / "config.yaml"
    file.write_text(file.read_text().replace('at: "07:00"', 'at: "07:00", stale_after: 49h'))
    news.site = replace(news.site, config=load_config(file, {}))
    news.people_subscribe("a@example.org")
    news.folder_is_scanned()
    a_daily_edition_of(news, "alpha")
    a_daily_edition_of(news, "beta")
    assert what_waits(news) == {"a@example.org": ["alpha"]}


def test_an_edition_made_late_has_time_to_leave(publication: Maker) -> None:
    """Made eleven hours after its hour, it may leave for 22 more."""
    news = publication(now=datetime(2026, 11, 23, 5, tzinfo=UTC))
    news.people_subscribe("a@example.org")
    news.folder_is_scanned()
    news.article_is_dropped("alpha")
    news.folder_is_scanned()
    news.time_passes(hours=13)
    [made] = news.due_editions_are_made()
    assert made.fate == "made"
    _, chunk = a_chunk_is_taken(news)
    assert chunk.stale_at == news.now + timedelta(hours=22)

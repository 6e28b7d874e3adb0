"""What `status` says about the mail: what failed and why, and who is left without a newsletter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.reporting import status_of
from syndicate.app.sending import send_plan
from syndicate.delivery.retry import settle
from syndicate.emails import parse_email
from syndicate.model import Outcome, Refused, Sent
from syndicate.store import subscribers
from syndicate.store.outbox import StoreOutbox


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        yield make()


def test_failed_letters_are_told_with_the_relays_words(news: Publication) -> None:
    """The commonest reasons of the latest edition, how many letters each, and no more."""
    news.people_subscribe(*(f"p{number}@example.org" for number in range(4)))
    news.article_is_dropped("first", date="2026-11-22 12:00")
    news.folder_is_scanned()
    news.edition_is_made(at_once=True)
    outbox = StoreOutbox(news.site.store)
    chunk = outbox.take(now=news.now)
    assert chunk is not None
    no, full = Refused(550, "5.1.1 no such user"), Refused(552, "5.2.2 full")
    outcomes: list[Outcome] = [no, full, no, Sent("250")]
    attempts = outbox.exchange([], chunk.waiting, now=news.now).attempts
    plan = send_plan(news.site)
    fates = zip(attempts, outcomes, strict=True)
    outbox.exchange([settle(one, fate, plan, now=news.now) for one, fate in fates], [], now=news.now)
    outbox.give_back(chunk, now=news.now)
    status = status_of(news.site)
    assert status.wrong == (
        "daily/2026-11-23/now: 2 failed with: 550 5.1.1 no such user",
        "daily/2026-11-23/now: 1 failed with: 552 5.2.2 full",
    )
    assert status.editions == 1


def test_people_of_a_newsletter_that_is_gone_are_told(news: Publication) -> None:
    """A newsletter renamed or removed leaves nobody behind in silence."""
    news.people_subscribe("a@example.org")
    with news.site.store.write() as tx:
        subscribers.add(tx, parse_email("a@example.org"), ["weekly"], now=news.now, token=lambda: "a token")
    assert status_of(news.site).wrong == (
        "weekly: is not in the configuration, and its subscribers (1) get nothing",
    )

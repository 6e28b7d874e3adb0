"""The same mailing asked for again: planned only, or while an edition of it is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.mailing import Made, make_edition, make_edition_now
from syndicate.delivery.retry import settle
from syndicate.model import Deferred, Sent
from syndicate.store.outbox import StoreOutbox

Maker = Callable[..., Publication]


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


@pytest.mark.parametrize("make", [make_edition, make_edition_now])
def test_a_plan_for_an_edition_that_exists_gives_nothing_to_deliver(
    publication: Maker, make: Callable[..., Made]
) -> None:
    """--dry-run names no edition to go on with, so what is still due of one is not sent by it."""
    news = publication()
    news.people_subscribe("a@example.org")
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
    sent, left = outbox.exchange([], 2, now=news.now)
    retry = news.config.mail.retry.rule
    outbox.exchange([settle(sent, Sent("250"), retry, now=news.now)], 0, now=news.now)
    news.time_passes(hours=0.2)
    again = news.edition_is_made(at_once=True)
    assert (again.fate, again.edition_id) == ("exists", first.edition_id)
    outbox.exchange([settle(left, Deferred(450, "later"), retry, now=news.now)], 0, now=news.now)
    assert news.edition_is_made(at_once=True).fate == "made", "one that a relay puts off holds up no new one"

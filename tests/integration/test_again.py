"""What is new to newsletters again, from files on disk to what a digest is given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from publications import Publication, maker

DATE = "2026-11-01"
HOUR = timedelta(hours=1)


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication whose one article was there from the beginning."""
    with maker(tmp_path) as make:
        made = make()
        made.article_is_dropped("a", date=DATE)
        made.folder_is_scanned()
        made.time_passes(hours=1)
        yield made


def article_says(site: Publication, *fields: str, text: str = "Some words.") -> None:
    site.article_is_dropped("a", text, date="\n".join((DATE, *fields)))
    site.folder_is_scanned()


def new_ones(site: Publication) -> list[str]:
    """Return what newsletters are told of the last minute."""
    found = site.articles.became_visible(after=site.now - timedelta(minutes=1), until=site.now)
    return [one.path for one in found]


def test_an_article_that_asks_is_new_again(news: Publication) -> None:
    """With its flags; an edit that asks for nothing is not."""
    article_says(news, text="Other words.")
    assert new_ones(news) == []
    article_says(news, "resend: 2026-11-23", "featured: true", "sticky: 3")
    [one] = news.articles.became_visible(after=news.now - HOUR, until=news.now)
    assert (one.mail_at, one.again_at, one.resent_at) == (news.now, news.now, news.now)
    assert one.featured and one.pinned and one.visible_at < news.now - HOUR
    news.time_passes(hours=1)
    article_says(news, "resend: 2026-11-23", text="Once more other words.")
    assert new_ones(news) == []


def test_a_draft_that_is_published_again_is_new_again(news: Publication) -> None:
    """From the scan on that saw it, and not while it is hidden."""
    article_says(news, "draft: true")
    assert new_ones(news) == []
    news.time_passes(hours=1)
    article_says(news)
    assert new_ones(news) == ["a.md"]
    assert news.articles.became_visible(after=news.now, until=news.now + HOUR) == ()


def test_an_upgrade_asks_nothing(news: Publication) -> None:
    """What files said before anybody read it is read again, and mails nothing."""
    news.article_is_dropped("b", date=f"{DATE}\nresend: x")
    news.folder_is_scanned()
    news.time_passes(hours=1)
    with news.site.store.write() as tx:
        tx.execute(sa.text("UPDATE article SET resend = ''"))
        tx.execute(sa.text("UPDATE parsed SET version = ''"))
    news.folder_is_scanned()
    assert (news.records()["b.md"].resend, news.records()["b.md"].resent_at) == ("x", None)
    assert new_ones(news) == []


def test_a_lost_database_knows_what_was_asked(news: Publication) -> None:
    """The file of ids has it: no article asks again because nobody remembers that it did."""
    article_says(news, "resend: x")
    before = news.records()["a.md"]
    news.site.store.close()
    for file in news.config.var.glob("syndicate.db*"):
        file.unlink()
    news.time_passes(days=3)
    news.opens()
    news.folder_is_scanned()
    after = news.records()["a.md"]
    assert (after.id, after.again_at, after.resend, after.resent_at) == (
        before.id, before.again_at, "x", before.again_at,
    )  # fmt: skip
    assert new_ones(news) == []

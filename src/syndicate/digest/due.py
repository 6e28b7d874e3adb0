"""Which articles an edition holds, and whether it still leaves. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from syndicate.model import Article, Occasion


def due(
    articles: Iterable[Article], *, after: datetime, until: datetime, mailed: Collection[str]
) -> tuple[Article, ...]:
    """Return the articles new to a newsletter at `until`, newest first.

    New is what became visible after the newsletter's start mark `after` and not after the occasion
    `until`, and whose id is not in `mailed`, the ids in its earlier editions. An article whose file is
    missing waits, and so does one dated later than the occasion.
    """
    return _newest_first(
        article
        for article in articles
        if after < article.visible_at <= until and _is_out(article, until) and article.id not in mailed
    )


def newest(articles: Iterable[Article], *, now: datetime, count: int) -> tuple[Article, ...]:
    """Return the `count` newest articles visible at `now`, for a preview or an edition made at once."""
    visible = (article for article in articles if article.visible_at <= now and _is_out(article, now))
    return _newest_first(visible)[:count]


def start_mark(started_at: datetime | None, first_occasion_previous: datetime) -> datetime:
    """Return the instant after which an article is new to a newsletter.

    It is one period before the newsletter's first edition, or the moment it was first known
    (`started_at`) where that is earlier.
    """
    return first_occasion_previous if started_at is None else min(started_at, first_occasion_previous)


def is_too_late(occasion: Occasion, late_by: timedelta, now: datetime) -> bool:
    """Return whether `occasion` is `late_by` or more ago, so that its articles wait for the next."""
    return now - occasion.at >= late_by


def _is_out(article: Article, at: datetime) -> bool:
    return article.present and article.published <= at


def _newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    by_id = sorted(articles, key=lambda article: article.id)
    return tuple(sorted(by_id, key=lambda article: article.published, reverse=True))

"""Which articles an edition holds, and whether it still leaves. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from syndicate.model import Article, Occasion

MOST_CATCHING_UP: Final = 20  # renditions of an edition for people who missed something
# At least so long an edition's letters may leave. Less than a day, by what a change of the clocks and the
# making take: what a daily edition leaves open is stale when the next one is made, which brings it.
_FRESH: Final = timedelta(hours=22)


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


def stale_at(
    occasion_at: datetime, frozen_at: datetime, *, period: timedelta, stale_after: timedelta | None
) -> datetime:
    """Return when what is still open of an edition is skipped: `stale_after` its occasion, else one period.

    An edition made late still has most of a day from when it was made, or `stale_after` if that is shorter.
    """
    length = period if stale_after is None else stale_after
    fresh = _FRESH if stale_after is None else min(_FRESH, stale_after)
    return max(occasion_at + length, frozen_at + fresh)


def catching_up(
    chosen: Sequence[Article],
    owed: Mapping[int, Collection[str]],
    articles: Iterable[Article],
    *,
    at: datetime,
) -> tuple[list[tuple[Article, ...]], dict[int, int]]:
    """Return what those get who are owed articles: `chosen` and these, newest first.

    `owed` has the articles by a number for whom they are owed to. One selection for each distinct set of
    those that are still out, and for each number which of them, counted from 1, or 0 where nothing is left
    but what is chosen anyway. Of more than `MOST_CATCHING_UP` sets those of the lowest numbers become one,
    so that people may see an article again but miss none.
    """
    has = {article.id for article in chosen}
    out = {article.id: article for article in articles if _is_out(article, at) and article.id not in has}
    left = {number: frozenset(ids).intersection(out) for number, ids in owed.items()}
    sets = list(dict.fromkeys(left[number] for number in sorted(left, reverse=True) if left[number]))
    alone = sets[: MOST_CATCHING_UP - 1] if len(sets) > MOST_CATCHING_UP else sets
    rest = frozenset[str]().union(*sets[len(alone) :])
    place = {ids: min(index, len(alone)) + 1 for index, ids in enumerate(sets)}
    selections = [*alone, rest] if rest else alone
    renditions = [_newest_first([*chosen, *(out[one] for one in ids)]) for ids in selections]
    return renditions, {number: place.get(ids, 0) for number, ids in left.items()}


def _is_out(article: Article, at: datetime) -> bool:
    return article.present and article.published <= at


def _newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    by_id = sorted(articles, key=lambda article: article.id)
    return tuple(sorted(by_id, key=lambda article: article.published, reverse=True))

"""Which articles an edition holds, and whether it still leaves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from syndicate.config import Newsletter, Selection
from syndicate.model import Article, Occasion
from syndicate.spelling import folded

# At least so long an edition's letters may leave. Less than a day, by what a change of the clocks and the
# making take: what a daily edition leaves open is stale when the next one is made, which brings it.
_FRESH: Final = timedelta(hours=22)
_INSTANT: Final = timedelta(microseconds=1)
_ALL: Final = Selection()


@dataclass(frozen=True, slots=True)
class Wish:
    """What people want of a newsletter: one of `topics`, and articles in `language`; what is empty is all."""

    topics: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a newsletter's editions hold: see the settings of the same names."""

    select: Selection = _ALL
    order: Literal["newest", "oldest", "title"] = "newest"
    min_items: int = 1
    max_items: int | None = None

    @classmethod
    def of(cls, newsletter: Newsletter) -> Terms:
        """Return the terms of a configured newsletter; what goes to the web is no limit of an edition."""
        most = newsletter.max_items if newsletter.rest == "later" else None
        return cls(newsletter.select, newsletter.order, newsletter.min_items, most)


@dataclass(frozen=True, slots=True)
class Due:
    """What is due to people now, in order, and up to which moment they have then had all that is for them."""

    articles: tuple[Article, ...]
    covered: datetime


def due(
    candidates: Iterable[Article],
    wish: Wish,
    terms: Terms,
    *,
    after: datetime,
    until: datetime,
    had: Mapping[str, datetime],
) -> Due:
    """Return what is due at `until` to people who had all that became new up to `after`.

    Due is what became new since, is shown, matches the newsletter's selection and their wish, and is in no
    letter of theirs: `had` says when the last one that holds it was made. One that asked to be mailed once
    more is due again. Fewer than `min_items` wait, all of them; beyond `max_items` those wait that became
    new last, pinned and featured ones never before others. One whose file is missing is waited for.
    """
    new = [
        article
        for article in candidates
        if after < article.mail_at <= until
        and not _was_had(article, had)
        and matches(article, terms.select, wish)
    ]
    taken, waiting = _cut([article for article in new if _is_out(article, until)], terms)
    missing = [article for article in new if not article.present]
    covered = min((article.mail_at - _INSTANT for article in (*waiting, *missing)), default=until)
    return Due(in_order(taken, terms.order), covered)


def _was_had(article: Article, had: Mapping[str, datetime]) -> bool:
    made_at = had.get(article.id)
    return made_at is not None and (article.resent_at is None or made_at >= article.resent_at)


def _cut(found: Sequence[Article], terms: Terms) -> tuple[Sequence[Article], Sequence[Article]]:
    if len(found) < terms.min_items:
        return (), found
    if terms.max_items is None or len(found) <= terms.max_items:
        return found, ()
    ranked = sorted(found, key=lambda one: (not one.pinned, not one.featured, one.mail_at, one.id))
    return ranked[: terms.max_items], ranked[terms.max_items :]


def matches(article: Article, select: Selection, wish: Wish) -> bool:
    """Tell whether an article is in a newsletter's selection and is what people wish.

    Of names, case, accents and spaces do not count; see `spelling.folded`.
    """
    below = select.folder.strip("/")
    return (
        _has(article.tags, select.tag)
        and _has(article.categories, select.category)
        and _has(article.authors, select.author)
        and _speaks(article, select.language)
        and (not below or article.path.startswith(f"{below}/"))
        and _has((*article.tags, *article.categories), wish.topics)
        and _speaks(article, (wish.language,) if wish.language else ())
    )


def _has(there: Sequence[str], wanted: Sequence[str]) -> bool:
    return not wanted or not {folded(name) for name in wanted}.isdisjoint(folded(name) for name in there)


def _speaks(article: Article, languages: Sequence[str]) -> bool:
    """Tell whether an article is in one of `languages`; ``pt`` is ``pt-BR`` too."""
    tag = f"{article.language.lower()}-"
    return not languages or any(tag.startswith(f"{one.lower()}-") for one in languages)


def in_order(
    articles: Iterable[Article], order: Literal["newest", "oldest", "title"] = "newest"
) -> tuple[Article, ...]:
    """Return `articles` in the order of an edition: pinned ones, then featured ones, then the rest."""
    ordered = list(_newest_first(articles))
    if order == "oldest":
        ordered.reverse()
    elif order == "title":
        ordered.sort(key=lambda one: one.title.casefold())
    return tuple(sorted(ordered, key=lambda one: (not one.pinned, not one.featured)))


def newest(articles: Iterable[Article], *, now: datetime, count: int) -> tuple[Article, ...]:
    """Return the `count` newest articles visible at `now`, for a preview or an edition made at once."""
    visible = (article for article in articles if article.visible_at <= now and _is_out(article, now))
    return _newest_first(visible)[:count]


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


def _is_out(article: Article, at: datetime) -> bool:
    return article.present and article.published <= at


def _newest_first(articles: Iterable[Article]) -> tuple[Article, ...]:
    by_id = sorted(articles, key=lambda article: article.id)
    return tuple(sorted(by_id, key=lambda article: article.published, reverse=True))

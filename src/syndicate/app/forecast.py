"""The next edition before it is made, as one person would get it or as most would; nothing is remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.app.composing import NEWEST, new_edition, rendition, settings_for
from syndicate.app.library import Library
from syndicate.app.mailing import Made
from syndicate.app.planning import Helping, Occasioned, plan, variant_of
from syndicate.app.site import Site
from syndicate.app.timetables import newsletter_of, timetables
from syndicate.digest.due import Terms, Wish, due, in_order, matches
from syndicate.digest.occasions import latest, previous, schedule_of
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Article, Choice, Chosen, Edition, Occasion, Rendition
from syndicate.store import choices, editions, subscribers

_AS_IT_IS = Choice()


@dataclass(frozen=True, slots=True)
class Preview:
    """An edition that is only looked at."""

    made: Made
    edition: Edition
    rendition: Rendition


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose letter is looked at: a subscriber's by `email`, else one with this `choice`."""

    email: str = ""
    choice: Choice = _AS_IT_IS


ANYBODY = Reader()


def preview(site: Site, name: str, articles: Library, *, now: datetime, reader: Reader = ANYBODY) -> Preview:
    """Return what the next edition would be if it left at `now`, and its letter.

    With nothing due it shows the newest articles and says so in `Made.repeated`. Raises UsageError where
    there is no article at all, and for somebody who is not subscribed.
    """
    newsletter = newsletter_of(site, name)
    choice, chosen = _reading(site, name, articles, now, reader)
    repeated = not chosen
    chosen = chosen or _newest(site, name, articles, now, choice)
    if not chosen:
        raise UsageError(f"{site.config.content.folder} holds no article to show; write one and try again")
    schedule = schedule_of(newsletter, site.config.publication.timezone, choice)
    edition = new_edition(site, name, Occasion(latest(schedule, now).text, now), now=now, schedule=schedule)
    ids = tuple(one.id for one in chosen)
    helping = Helping(variant_of(site, name, choice), ids, 1, now)
    by_id = {one.id: one for one in articles.with_ids(ids, now=now)}
    letter = rendition(site, edition, settings_for(site.config, name), helping, by_id)
    people = 1 if reader.email else recipients_of(site, name)
    made = Made(name, Occasion(edition.occasion, now), "planned", None, chosen, people, repeated)
    return Preview(made, edition, letter)


def recipients_of(site: Site, name: str) -> int:
    """Return how many people are subscribed to this newsletter now."""
    with site.store.read() as conn:
        return subscribers.count_active(conn, name)


def _reading(
    site: Site, name: str, articles: Library, now: datetime, reader: Reader
) -> tuple[Choice, tuple[Article, ...]]:
    """Return the reader's choice, and what is due to him."""
    if not reader.email:
        return reader.choice, _due_to_most(site, name, articles, now, reader.choice)
    try:
        key = parse_email(reader.email).key
    except ValueError as error:
        raise UsageError(str(error)) from None
    with site.store.read() as conn:
        found = choices.choice_of(conn, key, name)
    if found is None:
        raise UsageError(f"{reader.email} is not subscribed to {name}")
    chosen, number = found
    planned = plan(site, Occasioned(name, [chosen], now, only=number), articles)
    return chosen.choice, articles.with_ids(planned.articles, now=now)


def _due_to_most(
    site: Site, name: str, articles: Library, now: datetime, choice: Choice
) -> tuple[Article, ...]:
    """Return what is due to somebody with this choice who had all editions so far."""
    newsletter = site.config.newsletters[name]
    after = _since(site, name, now, choice)
    with site.store.read() as conn:
        mailed = dict.fromkeys(editions.mailed_articles(conn, name), now)
    wish = Wish(choice.topics, choice.language if newsletter.by_language else "")
    terms = replace(Terms.of(newsletter), min_items=1)
    candidates = articles.candidates(after=after, until=now)
    return due(candidates, wish, terms, after=after, until=now, had=mailed).articles


def _since(site: Site, name: str, now: datetime, choice: Choice) -> datetime:
    """Return up to when people with this choice had all; else a newsletter's start, or a period ago."""
    alike: list[Chosen] = []
    with site.store.read() as conn:
        alike = [one for one in choices.chosen(conn, name) if one.choice == choice and one.covered_at]
        start = editions.newsletter_start(conn, name)
    if alike and alike[0].covered_at:
        return alike[0].covered_at
    own = timetables(site, name)[0].schedule
    before = previous(own, latest(own, now)).at
    return min(start, before) if start else before


def _newest(site: Site, name: str, articles: Library, now: datetime, choice: Choice) -> tuple[Article, ...]:
    newsletter = site.config.newsletters[name]
    wish = Wish(choice.topics, choice.language if newsletter.by_language else "")
    newest = articles.newest(now=now, count=NEWEST)
    fitting = [one for one in newest if matches(one, newsletter.select, wish)]
    return in_order(fitting or newest, newsletter.order)

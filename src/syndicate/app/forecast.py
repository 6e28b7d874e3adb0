"""The next edition before it is made, as one person would get it or as most would; nothing is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.app.composing import NEWEST, new_edition, rendition, settings_for
from syndicate.app.library import Library
from syndicate.app.mailing import Made
from syndicate.app.planning import Helping, Occasioned, Plan, plan, variant_of
from syndicate.app.site import Site
from syndicate.app.timetables import Timetable, newsletter_of, pending, timetables
from syndicate.digest.due import Wish, in_order, matches
from syndicate.digest.occasions import Schedule, following, schedule_of
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Article, Choice, Edition, Occasion, Rendition
from syndicate.store import choices, editions, notes, subscribers

_AS_IT_IS = Choice()


@dataclass(frozen=True, slots=True)
class Preview:
    """An edition that is only looked at. `made` tells of all of it, `rendition` is one of its letters."""

    made: Made
    edition: Edition
    rendition: Rendition


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose letter is looked at: a subscriber's by `email`, else one with this `choice`."""

    email: str = ""
    choice: Choice = _AS_IT_IS


ANYBODY = Reader()


@dataclass(frozen=True, slots=True)
class _Awaited:
    """What is due to whom at the next occasion of a schedule."""

    schedule: Schedule
    occasion: Occasion
    planned: Plan | None = None


def preview(site: Site, name: str, articles: Library, *, now: datetime, reader: Reader = ANYBODY) -> Preview:
    """Return what the next edition would be as seen at `now`, and its letter.

    That is the edition of the latest occasion where it is still to be made and something is due, else of the
    next one, for those who get the newsletter at its own hour, as `digest send --dry-run` plans it; where
    nobody does, for those of another hour. Its letter is the one that most would get. With nothing due, or
    nobody subscribed, it shows the newest articles and says so in `Made.repeated`. Raises UsageError where
    there is no article at all, and for somebody who is not subscribed.
    """
    newsletter_of(site, name)
    choice, awaited = _awaited_by(site, name, articles, now, reader)
    occasion, planned = awaited.occasion, awaited.planned
    until = max(now, occasion.at)
    helping = _helping(site, name, articles, planned, choice, until) if planned else None
    repeated = helping is None
    helping = helping or _newest(site, name, articles, now, choice)
    edition = new_edition(site, name, occasion, now=now, schedule=awaited.schedule)
    ids = planned.articles if planned and not repeated else helping.articles
    by_id = {one.id: one for one in articles.with_ids({*ids, *helping.articles}, now=until)}
    letter = rendition(site, edition, settings_for(site.config, name), helping, by_id)
    people = planned.people if planned and not repeated else 1 if reader.email else recipients_of(site, name)
    made = Made(
        name,
        occasion,
        "planned",
        articles=tuple(by_id[one] for one in ids if one in by_id),
        recipients=people,
        repeated=repeated,
        helpings=planned.helpings if planned and not repeated else (),
    )
    return Preview(made, edition, letter)


def recipients_of(site: Site, name: str) -> int:
    """Return how many people are subscribed to this newsletter now."""
    with site.store.read() as conn:
        return subscribers.count_active(conn, name)


def _awaited_by(
    site: Site, name: str, articles: Library, now: datetime, reader: Reader
) -> tuple[Choice, _Awaited]:
    """Return the reader's choice, and what is due to him, or to those who get the newsletter."""
    if not reader.email:
        return reader.choice, _awaited_by_most(site, name, articles, now)
    try:
        key = parse_email(reader.email).key
    except ValueError as error:
        raise UsageError(str(error)) from None
    with site.store.read() as conn:
        found = choices.choice_of(conn, key, name)
    if found is None:
        raise UsageError(f"{reader.email} is not subscribed to {name}")
    chosen, number = found
    schedule = schedule_of(newsletter_of(site, name), site.config.publication.timezone, chosen.choice)
    table = Timetable(name, schedule, (chosen,), own=False)
    return chosen.choice, _awaited(site, table, articles, now, only=number)


def _awaited_by_most(site: Site, name: str, articles: Library, now: datetime) -> _Awaited:
    """Return what is due to those of the newsletter's own hour; where that is nobody, to those of another."""
    own, *others = timetables(site, name)
    for table in (own, *sorted(others, key=lambda one: -len(one.among))):
        found = _awaited(site, table, articles, now) if table.among else None
        if found and found.planned and found.planned.reached:
            return found
    return _Awaited(own.schedule, following(own.schedule, now))


def _awaited(
    site: Site, table: Timetable, articles: Library, now: datetime, *, only: int | None = None
) -> _Awaited:
    """Return what is due to people of a timetable at the first of its occasions that would bring something.

    At its next one where none would.
    """
    instant = table.schedule.frequency == "instant"
    for occasion in _occasions(site, table, now):
        wanted = Occasioned(table.newsletter, table.among, occasion.at, only=only, limited=not instant)
        found = _Awaited(table.schedule, occasion, plan(site, wanted, articles))
        if found.planned and found.planned.helpings:
            break
    return found


def _occasions(site: Site, table: Timetable, now: datetime) -> Iterator[Occasion]:
    """Yield the latest occasion where its edition is still to be made, and the next; of instant ones now."""
    if table.schedule.frequency == "instant":
        yield Occasion(now.strftime("%Y-%m-%dT%H:%M:%S"), now)
        return
    with site.store.read() as conn:
        start = editions.newsletter_start(conn, table.newsletter)
        late = pending(table, notes.ticks(conn).get(table.tick), start, now)
        made = late is not None and editions.find(conn, table.newsletter, late.text) is not None
    if late and not made:
        yield late
    yield following(table.schedule, now)


def _helping(
    site: Site, name: str, articles: Library, planned: Plan, choice: Choice, until: datetime
) -> Helping | None:
    """Return the largest rendition of a plan that suits a choice, else one made for it of all that is due."""
    by_size = sorted(planned.helpings, key=lambda one: -one.people)
    if by_size and choice == _AS_IT_IS:
        return by_size[0]
    variant = variant_of(site, name, choice)
    fitting = [one for one in by_size if one.variant.language == variant.language]
    newsletter = site.config.newsletters[name]
    if by_size and (fitting or not (newsletter.by_language or choice.topics)):
        return replace((fitting or by_size)[0], variant=variant)
    ids = [one.id for one in _wished(site, name, articles.with_ids(planned.articles, now=until), choice)]
    return Helping(variant, tuple(ids), 1, until) if ids else None


def _newest(site: Site, name: str, articles: Library, now: datetime, choice: Choice) -> Helping:
    """Return a rendition of the newest articles; UsageError where there is none."""
    newest = articles.newest(now=now, count=NEWEST)
    if not newest:
        raise UsageError(f"{site.config.content.folder} holds no article to show; write one and try again")
    shown = in_order(_wished(site, name, newest, choice) or newest, site.config.newsletters[name].order)
    return Helping(variant_of(site, name, choice), tuple(one.id for one in shown), 1, now)


def _wished(site: Site, name: str, found: Sequence[Article], choice: Choice) -> list[Article]:
    newsletter = site.config.newsletters[name]
    wish = Wish(choice.topics, choice.language if newsletter.by_language else "")
    return [one for one in found if matches(one, newsletter.select, wish)]

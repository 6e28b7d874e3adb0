"""What a subscriber wants of a newsletter, changed by himself on the page behind the link in his letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from syndicate.app.site import Site
from syndicate.app.wishes import pause_end, settled_newsletter, zone_of
from syndicate.config import Newsletter
from syndicate.digest.occasions import following, schedule_of
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Choice, Consent, Subscriber
from syndicate.store import choices, consents, selection, subscribers
from syndicate.subscribers.choosing import canonical, ours, parse_choice

SOURCE: Final = "preferences page"
KEEP, RESUME, ON_DATE = "keep", "resume", "date"
# How long a pause may be, by what the form sends: days, or months.
LENGTHS: Final[Mapping[str, Callable[[date], date]]] = {
    "week": lambda day: day + timedelta(days=7),
    "month": lambda day: _months_after(day, 1),
    "quarter": lambda day: _months_after(day, 3),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form says, as texts. With `every` he gets all topics, also those to come."""

    frequency: str = ""
    zone: str = ""
    at: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    every: bool = True
    pictures: bool = True
    pause: str = KEEP
    until: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a form: the subscription as it is now, or the names of the fields that are wrong."""

    now: Subscriber | None = None
    wrong: frozenset[str] = frozenset()


def wanted_now(site: Site, one: Subscriber) -> Wanted:
    """Return what a form shows before anything is changed in it."""
    newsletter, choice = settled_newsletter(site.config, one.newsletter), one.choice
    return Wanted(
        frequency=choice.frequency or newsletter.frequency,
        zone=zone_of(site.config, one.newsletter, choice).key,
        at=choice.at or f"{newsletter.at:%H:%M}",
        language=canonical(choice.language or newsletter.language or ""),
        topics=choice.topics,
        every=not choice.topics,
        pictures=choice.pictures,
    )


def topics_for(newsletter: Newsletter, choice: Choice) -> tuple[str, ...]:
    """Return the topics that a subscriber may choose: those of the newsletter, and what he chose before."""
    return tuple(dict.fromkeys((*newsletter.topics, *choice.topics)))


def languages_for(site: Site, one: Subscriber) -> tuple[str, ...]:
    """Return the tags of the languages that he may choose, sorted."""
    with site.store.read() as conn:
        written = selection.languages(conn)
    newsletter = settled_newsletter(site.config, one.newsletter)
    there = (*ours(), *written, *newsletter.select.language, newsletter.language, one.choice.language)
    return tuple(sorted({canonical(tag) for tag in there if tag}))


def next_letter(site: Site, one: Subscriber, *, now: datetime) -> datetime | None:
    """Return when his next letter comes, if there is news by then; None for who gets articles at once."""
    newsletter, zone = site.config.newsletters[one.newsletter], site.config.publication.timezone
    schedule = schedule_of(newsletter, zone, one.choice)
    if schedule.frequency == "instant":
        return None
    return following(schedule, max(now, one.paused_until or now)).at


def save(site: Site, one: Subscriber, wanted: Wanted) -> Saved:
    """Give a subscriber what his form says; with a wrong field nothing is changed.

    `Saved.now` is None too where he has left in between.
    """
    now = site.clock()
    choice, wrong = _choice(site, one, wanted)
    until = one.paused_until
    try:
        until = _pause(site, one, wanted, choice, now)
    except UsageError:
        wrong |= {"pause"}
    if wrong:
        return Saved(wrong=frozenset(wrong))
    key = parse_email(one.email).key
    changed = (choice, until) != (one.choice, one.paused_until)
    with site.store.write() as tx:
        good = choices.choose(tx, key, one.newsletter, choice, now=now)
        if until != one.paused_until and until is not None:
            good = choices.pause(tx, key, one.newsletter, until=until) and good
        person = subscribers.number_of_person(tx, key)
        if good and changed and person is not None:
            consents.record(tx, person, [Consent("changed", now, one.newsletter, SOURCE)])
    return Saved(now=replace(one, choice=choice, paused_until=until) if good else None)


def _choice(site: Site, one: Subscriber, wanted: Wanted) -> tuple[Choice, set[str]]:
    """Return the choice that a form makes, and the fields of it that are wrong."""
    newsletter, had = settled_newsletter(site.config, one.newsletter), one.choice
    spoken = languages_for(site, one)
    wrong = set()
    for name in ("frequency", "zone", "at", "language"):
        try:
            parse_choice(newsletter, **{name: getattr(wanted, name)}, languages=spoken)
        except ValueError:
            wrong.add(name)
    there = topics_for(newsletter, had)
    topics = () if wanted.every else tuple(one for one in wanted.topics if one in there)
    if not topics and there and not wanted.every:
        wrong.add("topics")
    if wrong:
        return had, wrong
    choice = parse_choice(
        newsletter,
        frequency=wanted.frequency,
        zone=wanted.zone,
        at=wanted.at,
        language=wanted.language,
        pictures=wanted.pictures,
        languages=spoken,
    )
    return replace(choice, topics=tuple(sorted(topics))), wrong


def _pause(site: Site, one: Subscriber, wanted: Wanted, choice: Choice, now: datetime) -> datetime | None:
    """Return until when he gets nothing from now on. UsageError for a day that is none, or has passed."""
    paused = one.paused_until is not None and one.paused_until > now
    if wanted.pause == RESUME:
        return now if paused else one.paused_until
    length = LENGTHS.get(wanted.pause)
    if length is not None:
        today = now.astimezone(zone_of(site.config, one.newsletter, choice)).date()
        return pause_end(site.config, one.newsletter, length(today).isoformat(), choice, now=now)
    if wanted.pause == ON_DATE or wanted.until:
        return pause_end(site.config, one.newsletter, wanted.until[:10], choice, now=now)
    return one.paused_until


def _months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or the last one that it has."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))

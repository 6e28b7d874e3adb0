"""What subscribers want of a newsletter, written down by the operator's hand."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from syndicate.app.people import Result
from syndicate.app.site import Site
from syndicate.config import Config, Newsletter
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Choice, Email, SubscriptionState
from syndicate.store import choices, selection, subscribers
from syndicate.subscribers.choosing import parse_choice, settled, words_of

_NEVER: Final = 9999  # the last year of calendars here: in another zone it may be past its end


@dataclass(frozen=True, slots=True)
class Wish:
    """Texts in which somebody says what he wants; None says nothing, "" is as the newsletter has it."""

    frequency: str | None = None
    zone: str | None = None
    at: str | None = None
    language: str | None = None
    topics: tuple[str, ...] | None = None
    pictures: bool | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether all is as it was."""
        return all(getattr(self, one.name) is None for one in fields(self))


@dataclass(frozen=True, slots=True)
class Pause:
    """Until when somebody wants nothing, as a day or a moment; "" ends a pause."""

    until: str = ""


def choice_for(site: Site, name: str, wish: Wish, had: Choice = Choice()) -> Choice:  # noqa: B008 - it is frozen
    """Return the choice of newsletter `name` that `wish` makes of what somebody `had`.

    Topics that he chose stay also where the newsletter offers them no more. UsageError for what there is not.
    """
    said = {one.name: getattr(wish, one.name) for one in fields(wish)}
    texts = {field: getattr(had, field) if value is None else value for field, value in said.items()}
    spoken: list[str] = []
    if wish.language or had.language:
        with site.store.read() as conn:
            spoken = [*selection.languages(conn), *filter(None, [had.language])]
    texts["topics"] = wish.topics or ()
    try:
        wanted = parse_choice(settled_newsletter(site.config, name), **texts, languages=spoken)
    except ValueError as error:
        raise UsageError(f"newsletter {name}: {error}") from None
    return wanted if wish.topics is not None else replace(wanted, topics=had.topics)


def settled_newsletter(config: Config, name: str) -> Newsletter:
    """Return a newsletter with the publication's language and zone where it has none of its own."""
    own = config.publication
    return settled(config.newsletters[name], language=own.language, zone=own.timezone)


def words_for(config: Config, name: str, choice: Choice) -> str:
    """Return what is wanted of newsletter `name`, as an operator reads it; "" where it is as that has it."""
    if choice == Choice():
        return ""
    if name not in config.newsletters:
        return "a choice of its own"
    return words_of(choice, settled_newsletter(config, name))


def change(site: Site, text: str, name: str, wish: Wish, pause: Pause | None = None) -> Result:
    """Give a subscriber of newsletter `name` another choice, or a pause; UsageError for what is none."""
    email = _address(text)
    now = site.clock()
    with site.store.read() as conn:
        his = next((one for one in subscribers.of_person(conn, email.key) if one.newsletter == name), None)
    if his is None or his.state is not SubscriptionState.ACTIVE:
        return Result(f"{email.address} does not get {name}; `syndicate subscribers add` adds.", good=False)
    wanted = choice_for(site, name, wish, his.choice)
    until = pause_end(site.config, name, pause.until, wanted, now=now) if pause and pause.until else None
    resumed = pause is not None and until is None and his.paused_until is not None and his.paused_until > now
    with site.store.write() as tx:
        good = wish.says_nothing or choices.choose(tx, email.key, name, wanted, now=now)
        if until or resumed:
            good = choices.pause(tx, email.key, name, until=until or now) and good
    if not good:  # he left in between
        return Result(f"{email.address} does not get {name} any more.", good=False)
    said = [f"{email.address} gets {name} {words_of(wanted, settled_newsletter(site.config, name))}"]
    if until:
        zone = zone_of(site.config, name, wanted)
        said.append(f"nothing until {until.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})")
    elif pause:
        said.append("again from now on" if resumed else "and was not paused")
    return Result(f"{', '.join(said)}.", good=True)


def zone_of(config: Config, name: str, choice: Choice) -> ZoneInfo:
    """Return the zone in which a subscriber of newsletter `name` lives, as far as it is known."""
    newsletter = config.newsletters.get(name)
    own = newsletter.timezone if newsletter else None
    return ZoneInfo(choice.zone) if choice.zone else own or config.publication.timezone


def pause_end(config: Config, name: str, text: str, choice: Choice, *, now: datetime) -> datetime:
    """Return the moment that a day, which is its beginning where the person lives, or a time names.

    UsageError for what is no date, has passed, or is too far away.
    """
    zone = zone_of(config, name, choice)
    try:
        said = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text[:60]!r} is no date; write 2026-12-24 or 2026-12-24 07:00") from None
    moment = said if isinstance(said, datetime) else datetime.combine(said, time(), zone)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment.year >= _NEVER:
        raise UsageError(f"{text} is too far away; write a date before the year {_NEVER}")
    if moment.year <= 1 or moment <= now:
        raise UsageError(f"{text} has passed; --resume ends a pause")
    return moment.astimezone(UTC)


def _address(text: str) -> Email:
    try:
        return parse_email(text)
    except ValueError as error:
        raise UsageError(str(error)) from None

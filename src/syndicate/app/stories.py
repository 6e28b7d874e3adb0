"""Why somebody got a letter, or did not: everything that is known of one address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicate.app.site import Site
from syndicate.app.wishes import words_for
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import DeliveryState, SubscriptionState
from syndicate.store import stories
from syndicate.store.stories import Choice, LetterRow, Missed, Person


@dataclass(frozen=True, slots=True)
class Told:
    """A letter with the reason why it has not arrived, empty where it was sent."""

    letter: LetterRow
    why: str


@dataclass(frozen=True, slots=True)
class Without:
    """An edition without a letter for this person, and why."""

    edition: Missed
    why: str


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of one address. `person` is None where only letters of no edition went there.

    `wishes` say in words what is wanted of a newsletter that is not as it has it.
    """

    email: str
    person: Person | None
    choices: tuple[Choice, ...]
    letters: tuple[Told, ...]
    without: tuple[Without, ...]
    wishes: Mapping[str, str] = field(default_factory=dict)


def story_of(site: Site, text: str, *, limit: int = 20) -> Story | None:
    """Return what is known of the address in `text`, the newest first; None where nothing is.

    Only the whole address is looked for. UsageError for what is no address.
    """
    try:
        email = parse_email(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    with site.store.read() as conn:
        person = stories.person(conn, email.key)
        address = person.email if person else email.address
        rows = stories.letters_of_no_edition(conn, address, limit=limit)
        if person is None and not rows:
            return None
        chosen = stories.choices(conn, person.id) if person else []
        if person:
            rows = stories.letters_of_person(conn, person.id, limit=limit) + rows
        gaps = [
            Without(one, why_without(one, choice))
            for choice in chosen
            for one in stories.missed(conn, person.id if person else 0, choice.newsletter, limit=3)
        ]
    gone = {one.newsletter for one in chosen if one.state is SubscriptionState.UNSUBSCRIBED}
    letters = [Told(one, why_not(one, unsubscribed=one.newsletter in gone)) for one in rows]
    wishes = {
        one.newsletter: words
        for one in chosen
        if (words := words_for(site.config, one.newsletter, one.wanted))
    }
    return Story(address, person, tuple(chosen), tuple(letters), tuple(gaps), wishes)


_SKIPPED = {
    "unsubscribed": "this address had unsubscribed before it was its turn",
    "paused": "this address paused before it was its turn",
    "cancelled": "the edition was cancelled",
    "stale": "it had waited past its time; its articles are in the next edition instead",
}


def why_not(one: LetterRow, *, unsubscribed: bool) -> str:
    """Return why a letter has not been taken by a relay; empty where one took it. Pure.

    `unsubscribed` says that the person left the newsletter since.
    """
    name = f"{one.newsletter}/{one.occasion}"
    match one.state:
        case DeliveryState.SENT:
            return ""
        case DeliveryState.SKIPPED:
            return _SKIPPED.get(one.reply, one.reply)
        case DeliveryState.FAILED:
            who = f"; `syndicate deliveries retry --edition {name} {one.email}` tries once more"
            return f"the relay refused it{who if one.edition_id else ''}"
    if unsubscribed and one.state is not DeliveryState.SENDING:
        return "this address has unsubscribed; it is skipped when it is its turn"
    if one.state is DeliveryState.UNKNOWN and one.due_at is None:
        retry = f"`syndicate deliveries retry --edition {name} {one.email}` sends it again"
        return f"the relay may have it and did not say so; {retry}"
    if one.edition_state == "paused":
        resume = f"`syndicate editions resume {name}` lets it go on"
        return f"the edition is paused ({one.edition_reason}); {resume}"
    if one.edition_state == "cancelled":
        return "the edition is cancelled; it is skipped as soon as the sender gives it back"
    return _WAITS[one.state]


_WAITS = {
    DeliveryState.PENDING: "it has not been its turn yet",
    DeliveryState.SENDING: "it is being sent",
    DeliveryState.DEFERRED: "the relay put it off",
    DeliveryState.UNKNOWN: "the relay may have it and did not say so; it is sent again, the same",
}


def why_without(one: Missed, choice: Choice) -> str:
    """Return why an edition of a newsletter holds no letter for somebody who subscribed to it. Pure."""
    if choice.started_at > one.frozen_at:
        return "it was made before this address subscribed"
    if choice.ended_at is not None and choice.ended_at <= one.frozen_at:
        return "this address had unsubscribed before it was made"
    if choice.state is not SubscriptionState.ACTIVE and choice.ended_at is None:
        return f"the subscription was {choice.state.value} when it was made"
    if choice.paused_until is not None and one.frozen_at < choice.paused_until:
        return "this address wanted nothing then"
    return "nothing in it was due to this address: its wishes are others, or it had the articles before"

"""Subscribing people by hand, and removing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from syndicate.app.erasing import erase
from syndicate.app.keyring import keyring
from syndicate.app.site import Site, mint_token
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Choice, Consent, Email, Subscriber, Suppression
from syndicate.store import choices, consents, subscribers, suppressions

BY_HAND = "command line"  # where what an operator did was done, as consents name it


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one address, in words."""

    words: str
    good: bool


def add_people(
    site: Site,
    texts: Sequence[str],
    newsletters: Sequence[str],
    *,
    resubscribe: bool = False,
    wanted: Mapping[str, Choice] = MappingProxyType({}),
) -> list[Result]:
    """Subscribe each address to `newsletters`; a bad one is a result, not an end.

    Who is added gets what is `wanted` of a newsletter; who gets it already keeps what he chose. Who left, or
    is suppressed, is only added where `resubscribe` says that he asked; who is blocked not even then.
    """
    results: list[Result] = []
    ring = keyring(site)
    for text in texts:
        try:
            email = parse_email(text)
        except ValueError as error:
            results.append(Result(str(error), good=False))
            continue
        results += _add(site, email, ring.address_hash(email), newsletters, wanted, resubscribe=resubscribe)
    return results


def _add(
    site: Site,
    email: Email,
    digest: str,
    newsletters: Sequence[str],
    wanted: Mapping[str, Choice],
    *,
    resubscribe: bool,
) -> list[Result]:
    now = site.clock()
    with site.store.write() as tx:
        there = suppressions.of(tx, [digest]).get(digest, [])
        stops = {name: stop for name in newsletters if (stop := _stop(there, name, resubscribe=resubscribe))}
        names = [name for name in newsletters if name not in stops]
        fates = (
            subscribers.add(tx, email, names, now=now, token=mint_token, resubscribe=resubscribe)
            if names
            else {}
        )
        added = [name for name, fate in fates.items() if fate == "added"]
        for name in added:
            if name in wanted:
                choices.choose(tx, email.key, name, wanted[name], now=now)
        number = subscribers.number_of_person(tx, email.key)
        if added and number is not None:
            suppressions.lift(tx, digest, ["", *added])
            consents.record(tx, number, [Consent("added", now, name, BY_HAND) for name in added])
    refused = [Result(f"{email.address} {words}", good=False) for words in dict.fromkeys(stops.values())]
    return [*(_result(email, name, fate) for name, fate in fates.items()), *refused]


def _stop(there: Sequence[Suppression], newsletter: str, *, resubscribe: bool) -> str:
    """Return why an address cannot be added to a newsletter, in words; "" where it can."""
    his = [one for one in there if one.newsletter in ("", newsletter)]
    blocked = next((one for one in his if one.reason == "blocked"), None)
    if blocked:
        return f"is blocked since {blocked.at:%Y-%m-%d}; `syndicate subscribers suppress --lift` lifts that."
    if not his or resubscribe:
        return ""
    one = his[0]
    return f"is suppressed ({one.reason}) since {one.at:%Y-%m-%d}; --resubscribe overrules that if asked for."


def _result(email: Email, newsletter: str, fate: str) -> Result:
    match fate:
        case "added":
            return Result(f"{email.address} gets {newsletter} from now on.", good=True)
        case "already":
            return Result(f"{email.address} gets {newsletter} already.", good=True)
        case _:
            words = (
                f"{email.address} unsubscribed from {newsletter}; --resubscribe overrules that if asked for."
            )
            return Result(words, good=False)


def remove_person(site: Site, text: str) -> bool:
    """Erase a person (see `erase`); False where the address is not known. UsageError for no address."""
    try:
        email = parse_email(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return erase(site, email)


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of an address: subscriptions, what was agreed to, and what stops it."""

    subscriptions: tuple[Subscriber, ...]
    consents: tuple[Consent, ...]
    suppressions: tuple[Suppression, ...]


def find_person(site: Site, text: str) -> Person:
    """Return what is known of the address in `text`; UsageError for no address."""
    try:
        email = parse_email(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    digest = keyring(site).address_hash(email)
    with site.store.read() as conn:
        number = subscribers.number_of_person(conn, email.key)
        return Person(
            tuple(subscribers.of_person(conn, email.key)),
            tuple(consents.of_person(conn, number)) if number is not None else (),
            tuple(suppressions.of(conn, [digest]).get(digest, [])),
        )

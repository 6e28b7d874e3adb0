"""What the link of a confirmation opens: the sign-up, its button, and how things stand after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.app.confirming import wanted
from syndicate.app.keyring import keyring, token_hash
from syndicate.app.site import Site, mint_token
from syndicate.app.speaking import language_of
from syndicate.app.welcoming import Newcomer, welcome
from syndicate.app.wishes import zone_of
from syndicate.digest.occasions import following, schedule_of
from syndicate.model import Choice, Consent, Frequency, Subscriber, SubscriptionState
from syndicate.store import choices, consents, signups, subscribers, suppressions, tickets
from syndicate.store.signups import SignupRow
from syndicate.subscribers.limits import AGAIN, FIRST
from syndicate.subscribers.visitors import kept_ip


@dataclass(frozen=True, slots=True)
class Standing:
    """One newsletter of a sign-up, as it would be or is: `next_at` is when a letter may come, None for any
    time. `token` opens his preferences, "" while he is not subscribed."""

    name: str
    title: str
    frequency: Frequency
    topics: tuple[str, ...]
    zone: ZoneInfo
    next_at: datetime | None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-up and how it stands: it `waits` for the button, was `confirmed`, or he has `left` since."""

    state: str
    email: str
    language: str
    standings: tuple[Standing, ...]


def opened(site: Site, token: str) -> Opened | None:
    """Return what the link with this token opens; None where there is nothing, or nothing any more."""
    with site.store.read() as conn:
        row = _row(conn, token, now=site.clock())
        if row is None:
            return None
        return _standing(site, conn, row)


def confirm(site: Site, token: str, *, ip: str = "") -> Opened | None:
    """Subscribe who signed up to what he asked for, and return how it stands; None as `opened` says.

    What he asked for is done once: who presses the button again after he has left stays away. A sign-up lifts
    each suppression of the address for these newsletters and for all, but not that it is blocked.
    """
    ring, now = keyring(site), site.clock()
    with site.store.write() as tx:
        row = _row(tx, token, now=now)
        if row is None:
            return None
        digest = ring.address_hash(row.signup.email)
        names = wanted(site, tx, row.signup, digest)
        if row.confirmed_at is None and not names:
            return None
        if signups.confirm(tx, row.id, now=now):
            suppressions.lift(tx, digest, [*names, ""])
            _subscribe(site, tx, row, names, now=now)
            _record(site, tx, row, names, ip=ip, now=now)
            for purpose in (FIRST, AGAIN):
                signups.forget_letters(tx, digest=digest, purpose=purpose)
        row = signups.find(tx, row.id) or row
        return _standing(site, tx, row)


def _row(conn: Any, token: str, *, now: datetime) -> SignupRow | None:
    ticket = tickets.find(conn, token_hash(token), "confirm", now=now)
    return signups.find(conn, ticket.signup_id) if ticket and ticket.signup_id else None


def _subscribe(site: Site, tx: Any, row: SignupRow, names: Sequence[str], *, now: datetime) -> None:
    """Subscribe him, with what he chose; who gets it already and chose nothing keeps what he had."""
    email, asked = row.signup.email, row.signup.wanted
    fates = subscribers.add(tx, email, names, now=now, token=mint_token, resubscribe=True)
    for name in names:
        if fates[name] == "added" or asked[name] != Choice():
            choices.choose(tx, email.key, name, asked[name], now=now)
    number = subscribers.number_of_person(tx, email.key)
    his = {one.newsletter: one for one in subscribers.of_person(tx, email.key)}
    for name in names:
        newsletter = site.config.newsletters[name]
        if fates[name] == "added" and newsletter.welcome == "latest" and number is not None:
            language = language_of(site.config, name, asked[name])
            newcomer = Newcomer(name, number, email, his[name].token, language)
            welcome(site, tx, newcomer, now=now)


def _record(site: Site, tx: Any, row: SignupRow, names: Sequence[str], *, ip: str, now: datetime) -> None:
    """Write down what he agreed to, by which words, and that he confirmed it."""
    number = subscribers.number_of_person(tx, row.signup.email.key)
    assert number is not None  # noqa: S101 he was subscribed a moment ago
    asked, address = row.signup, kept_ip(ip, site.config.privacy.ip)
    page = f"{site.config.web_url}/confirm/"
    consents.record(
        tx,
        number,
        [
            one
            for name in names
            for one in (
                Consent("asked", row.asked_at, name, asked.source, asked.words, asked.ip),
                Consent("confirmed", now, name, page, asked.words, address),
            )
        ],
    )


def _standing(site: Site, conn: Any, row: SignupRow) -> Opened | None:
    """Return how a sign-up stands."""
    there = site.config.newsletters
    his = {one.newsletter: one for one in subscribers.of_person(conn, row.signup.email.key)}
    gets = {name: one for name, one in his.items() if one.state is SubscriptionState.ACTIVE}
    names = [name for name in row.signup.wanted if name in there]
    state = "waits"
    if row.confirmed_at is not None:
        names = [name for name in names if name in gets]
        state = "confirmed" if names else "left"
    else:
        names = [name for name in names if there[name].signup]
    if state == "waits" and not names:
        return None
    standings = tuple(
        _of_one(site, name, row.signup.wanted[name], gets.get(name) if state == "confirmed" else None)
        for name in names
    )
    return Opened(state, row.signup.email.address, row.signup.language, standings)


def _of_one(site: Site, name: str, asked: Choice, his: Subscriber | None) -> Standing:
    config = site.config
    newsletter, choice = config.newsletters[name], his.choice if his else asked
    schedule = schedule_of(newsletter, config.publication.timezone, choice)
    instant = schedule.frequency == "instant"
    start = max(filter(None, (site.clock(), his.paused_until if his else None)))
    return Standing(
        name,
        newsletter.title,
        schedule.frequency,
        choice.topics,
        zone_of(config, name, choice),
        None if instant else following(schedule, start).at,
        his.token if his else "",
    )

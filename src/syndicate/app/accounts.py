"""The page of everything held about a person: the link to it is mailed to him, and opens it for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from syndicate.app.keyring import keyring, token_hash
from syndicate.app.leaving import LONGEST_TOKEN
from syndicate.app.notices import Notice, notice_letter
from syndicate.app.site import Site, mint_token
from syndicate.app.speaking import language_of
from syndicate.emails import parse_email
from syndicate.model import Subscriber, Ticket
from syndicate.store import letters, persons, signups, subscribers, tickets
from syndicate.store.persons import Person

LASTS: Final = timedelta(hours=1)
HOURS: Final = int(LASTS / timedelta(hours=1))
_BETWEEN: Final = timedelta(minutes=10)
_MOST: Final = 5  # letters a day (UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """A person and his subscriptions, by newsletter."""

    person: Person
    subscriptions: tuple[Subscriber, ...]


def mail_link(site: Site, one: Subscriber) -> bool:
    """Mail a link to the address on record; False, and nothing leaves, within the limits.

    Those are one in ten minutes, and five a day.
    """
    now, ring, token = site.clock(), keyring(site), mint_token()
    email = parse_email(one.email)
    digest = ring.address_hash(email)
    with site.store.read() as conn:
        if not _may_ask(conn, digest, now):
            return False
    hashed = token_hash(token)
    key = f"account/{hashed}"
    link = f"{site.config.web_url}/account/{token}"
    said = {"link": link, "hours": HOURS}
    notice = Notice("account", key, language_of(site.config, one.newsletter, one.choice), values=said)
    body = notice_letter(site, email, notice, now=now)
    with site.store.write() as tx:
        number = subscribers.number_of_person(tx, email.key)
        if number is None or not _may_ask(tx, digest, now):
            return False
        signups.count_letter(tx, digest, on_day("account", now), now=now)
        tickets.issue(tx, hashed, Ticket("account", now + LASTS, subscriber_id=number), now=now)
        return letters.enqueue(tx, key=key, email=email.address, body=body, now=now)


def on_day(purpose: str, now: datetime) -> str:
    """Return the name under which letters of one day are counted: ``account/2026-11-30``. Pure."""
    return f"{purpose}/{now.astimezone(UTC):%Y-%m-%d}"


def _may_ask(conn: Any, digest: str, now: datetime) -> bool:
    today, last = signups.letters_asked(conn, digest, on_day("account", now))
    if last is None:
        _, last = signups.letters_asked(conn, digest, on_day("account", now - timedelta(days=1)))
    return today < _MOST and (last is None or now - last >= _BETWEEN)


def find(site: Site, token: str) -> Account | None:
    """Return whose account a mailed link opens; None where it has expired or is none."""
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        return None
    with site.store.read() as conn:
        ticket = tickets.find(conn, token_hash(token), "account", now=site.clock())
        person = persons.find(conn, ticket.subscriber_id) if ticket and ticket.subscriber_id else None
        if person is None:
            return None
        return Account(person, tuple(subscribers.of_person(conn, person.email.key)))

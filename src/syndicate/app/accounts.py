"""The page of everything held about a person: the link to it is mailed to him, and opens it for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

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
_DAY: Final = timedelta(days=1)
_MOST: Final = 5  # letters in a row; then a day without


@dataclass(frozen=True, slots=True)
class Account:
    """A person and his subscriptions, by newsletter."""

    person: Person
    subscriptions: tuple[Subscriber, ...]


def mail_link(site: Site, one: Subscriber) -> bool:
    """Mail a link to the address on record; False, and nothing leaves, within the limits.

    Those are one in ten minutes, and five until a day went by without.
    """
    now, ring, token = site.clock(), keyring(site), mint_token()
    email = parse_email(one.email)
    digest = ring.address_hash(email)
    with site.store.read() as conn:
        number = subscribers.number_of_person(conn, email.key)
        allowed = may_ask(*signups.letters_asked(conn, digest, "account"), now=now)
    if number is None or not allowed:
        return False
    hashed = token_hash(token)
    key = f"account/{hashed}"
    link = f"{site.config.web_url}/account/{token}"
    said = {"link": link, "hours": HOURS}
    notice = Notice("account", key, language_of(site.config, one.newsletter, one.choice), values=said)
    body = notice_letter(site, email, notice, now=now)
    with site.store.write() as tx:
        letters_so_far, last = signups.letters_asked(tx, digest, "account")
        if not may_ask(letters_so_far, last, now=now):
            return False
        if last is not None and now - last >= _DAY:
            signups.forget_letters(tx, digest=digest, purpose="account")
        signups.count_letter(tx, digest, "account", now=now)
        tickets.issue(tx, hashed, Ticket("account", now + LASTS, subscriber_id=number), now=now)
        return letters.enqueue(tx, key=key, email=email.address, body=body, now=now)


def may_ask(letters_so_far: int, last: datetime | None, *, now: datetime) -> bool:
    """Tell whether one more link may be mailed to a person. Pure."""
    if last is None or now - last >= _DAY:
        return True
    return letters_so_far < _MOST and now - last >= _BETWEEN


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

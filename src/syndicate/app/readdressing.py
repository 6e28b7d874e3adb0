"""Another address for a person: a link is mailed to it, and only what that opens changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from syndicate.app.accounts import HOURS, LASTS, Account, on_day
from syndicate.app.keyring import Keyring, keyring, token_hash
from syndicate.app.leaving import LONGEST_TOKEN
from syndicate.app.notices import Notice, notice_letter
from syndicate.app.site import Site, mint_token
from syndicate.app.speaking import language_of
from syndicate.emails import parse_email
from syndicate.model import Consent, Email, Suppression, Ticket
from syndicate.store import consents, letters, moving, persons, signups, subscribers, suppressions, tickets
from syndicate.store.persons import Person

SOURCE: Final = "account page"
_DAY: Final = timedelta(days=1)
_TO_ONE: Final = 3  # letters in all that an address is sent because people typed it, one a day
_BY_ONE: Final = 3  # letters that one person has sent a day (UTC)


@dataclass(frozen=True, slots=True)
class Move:
    """A move that its link may make: who, and where to. `done` where he is there."""

    person: Person
    email: Email

    @property
    def done(self) -> bool:
        """Whether he has this address now."""
        return self.person.email.key == self.email.key and self.person.email.address == self.email.address


def ask(site: Site, account: Account, email: Email) -> bool:
    """Mail a link to a new address; False, and nothing leaves, within the limits or to a blocked one.

    Nobody can have many letters sent that way: an address is sent one a day and three in all, a person has
    three sent a day.
    """
    now, ring, token = site.clock(), keyring(site), mint_token()
    hashed = token_hash(token)
    key = f"move/{hashed}"
    said = {"link": f"{site.config.web_url}/move/{token}", "hours": HOURS}
    body = notice_letter(site, email, Notice("move", key, spoken(site, account), values=said), now=now)
    ticket = Ticket("move", now + LASTS, subscriber_id=account.person.id, email=email.address)
    with site.store.write() as tx:
        if not _allowed(tx, ring, account.person, email, now):
            return False
        tickets.issue(tx, hashed, ticket, now=now)
        return letters.enqueue(tx, key=key, email=email.address, body=body, now=now)


def _allowed(tx: Any, ring: Keyring, person: Person, email: Email, now: datetime) -> bool:
    """Tell whether one more letter may go to an address, and count it."""
    to, by = ring.address_hash(email), ring.address_hash(person.email)
    to_it, last_to = signups.letters_asked(tx, to, "move")
    by_him, _ = signups.letters_asked(tx, by, on_day("moves", now))
    if (
        suppressions.blocked(tx, to)
        or to_it >= _TO_ONE
        or (last_to is not None and now - last_to < _DAY)
        or by_him >= _BY_ONE
    ):
        return False
    signups.count_letter(tx, to, "move", now=now)
    signups.count_letter(tx, by, on_day("moves", now), now=now)
    return True


def find(site: Site, token: str) -> Move | None:
    """Return the move that a mailed link may make; None where it has expired or is none."""
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        return None
    with site.store.read() as conn:
        ticket = tickets.find(conn, token_hash(token), "move", now=site.clock())
        person = persons.find(conn, ticket.subscriber_id) if ticket and ticket.subscriber_id else None
    return Move(person, parse_email(ticket.email)) if ticket and person else None


def make(site: Site, one: Move) -> bool:
    """Let a person's letters go to the new address, and tell the old one; False where he is gone, or the
    address was blocked since it was asked.

    Links to his account that were mailed to the old address open nothing from then on, nor do other moves.
    What else suppressed the new address no longer holds for what he gets there, as after a sign-up; and no
    list brings back the address that he left. Made again, it changes nothing.
    """
    if one.done:
        return True
    now, old, ring = site.clock(), one.person.email, keyring(site)
    to, left = ring.address_hash(one.email), Suppression(ring.address_hash(old), "", "unsubscribed", now)
    key = f"moved/{one.person.id}/{token_hash(f'{now.isoformat()}{one.email.key}')}"
    body = notice_letter(site, old, Notice("moved", key, spoken_by(site, one.person)), now=now)
    with site.store.write() as tx:
        there = persons.find(tx, one.person.id)
        if there is None or there.email != old:  # erased or moved in another tab
            return False
        if suppressions.blocked(tx, to):
            return False
        number = moving.move(tx, one.person.id, one.email)
        if number is None:
            return False
        if number != one.person.id:
            subscribers.remove(tx, old.key, now=now)
        consents.record(tx, number, [Consent("moved", now, source=SOURCE)])
        tickets.spend(tx, number, "account")
        tickets.spend_others(tx, number, "move", email=one.email.address)
        signups.forget_person(tx, [old.key])
        letters.erase(tx, old, now=now)
        his = subscribers.of_person(tx, one.email.key)
        suppressions.lift(tx, to, ["", *(each.newsletter for each in his if each.ended_at is None)])
        if old.key != one.email.key:
            suppressions.suppress(tx, [left])
            letters.enqueue(tx, key=key, email=old.address, body=body, now=now)
    return True


def spoken(site: Site, account: Account) -> str:
    """Return the language in which a person is spoken to: that of his first subscription that goes on."""
    ordered = sorted(account.subscriptions, key=lambda one: one.ended_at is not None)
    first = next(iter(ordered), None)
    return language_of(site.config, first.newsletter, first.choice) if first else ""


def spoken_by(site: Site, person: Person) -> str:
    """Return the same of a person alone."""
    with site.store.read() as conn:
        return spoken(site, Account(person, tuple(subscribers.of_person(conn, person.email.key))))

"""Decides, behind the web's back, which sign-ups are mailed a link to confirm them, and queues that.

The handler of a form only writes a row, so that its answer tells nobody whether an address is known. One
transaction takes the row's turn, counts the letter, makes its link and queues it: a crash anywhere loses no
letter and doubles none.
"""

from __future__ import annotations

import logging
from math import inf
from threading import Event
from time import monotonic, sleep
from typing import Any, Final

from syndicate.app.keyring import Keyring, keyring, token_hash
from syndicate.app.notices import Notice, notice_letter, notice_subject
from syndicate.app.retention import blank_ended, tidy
from syndicate.app.signing_up import offered
from syndicate.app.site import Site, mint_token
from syndicate.errors import SyndicateError
from syndicate.model import Signup, Ticket
from syndicate.store import letters, signups, suppressions, tickets, welcomes
from syndicate.store.signups import SignupRow
from syndicate.subscribers.limits import AGAIN, FIRST, next_letter

log = logging.getLogger("syndicate.signup")

_LOOK: Final = 5.0  # seconds between looks for sign-ups that nobody told of
_ANSWERED: Final = 0.2  # until the visitor who told has his answer, which nothing here may slow down
_CLEAR: Final = 30.0  # seconds between looks for letters that have ended
_TIDY: Final = 3600.0  # seconds between looks for what was kept long enough
_NAME: Final = "confirmation"


def keep_confirming(site: Site, told: Event) -> None:
    """Decide on sign-ups whenever `told`, or every few seconds; tidy up now and then.

    For a thread that dies with its process.
    """
    cleared = tidied = -inf
    while True:
        try:
            decide_due(site)
            if monotonic() - cleared >= _CLEAR:
                clear_up(site)
                cleared = monotonic()
            if monotonic() - tidied >= _TIDY:
                tidy(site, now=site.clock())
                tidied = monotonic()
        except SyndicateError as error:
            log.error("sign-ups wait, and are looked at again in a minute: %s", error)
            sleep(60)
        except Exception:
            log.exception("sign-ups could not be looked at; it is done again in a minute")
            sleep(60)
        told.wait(_LOOK)
        if told.is_set():
            told.clear()
            sleep(_ANSWERED)


def clear_up(site: Site) -> None:
    """Take tokens and addresses out of letters that have ended; skip welcomes to who has left meanwhile."""
    blank_ended(site)
    names = [name for name, one in site.config.newsletters.items() if one.welcome != "none"]
    with site.store.read() as conn:
        places = welcomes.of_who_left(conn, names)
    if places:
        with site.store.write() as tx:
            welcomes.skip(tx, places, now=site.clock())


def decide_due(site: Site) -> int:
    """Decide on all sign-ups that wait; return how many letters were queued.

    Raises, at its end, what kept one from being decided on; it goes on waiting, and no other with it.
    """
    with site.store.read() as conn:
        rows = signups.due(conn)
    ring = keyring(site) if rows else None
    failed: Exception | None = None
    queued = 0
    for row in rows:
        assert ring is not None  # noqa: S101 there is a row
        try:
            queued += _decide(site, ring, row)
        except Exception as error:
            failed = error
    if failed:
        raise failed
    return queued


def _decide(site: Site, ring: Keyring, row: SignupRow) -> bool:
    """Decide on one sign-up; return whether a letter was queued."""
    now = site.clock()
    token, digest = mint_token(), ring.address_hash(row.signup.email)
    key = f"confirm/{row.id}/{token_hash(token)[:24]}"
    link = f"{site.config.web_url}/confirm/{token}"
    body = notice_letter(site, row.signup.email, _notice(site, row, key, link), now=now)
    with site.store.write() as tx:
        if not signups.decide(tx, row) or row.expires_at <= now or not wanted(site, tx, row.signup, digest):
            return False
        first, resent = (signups.letters_asked(tx, digest, one) for one in (FIRST, AGAIN))
        purpose = next_letter(first, resent, again=row.signup.again, now=now)
        if not purpose:
            return False
        signups.count_letter(tx, digest, purpose, now=now)
        tickets.issue(tx, token_hash(token), Ticket("confirm", row.expires_at, signup_id=row.id), now=now)
        return letters.enqueue(tx, key=key, email=row.signup.email.address, body=body, now=now)


def wanted(site: Site, tx: Any, signup: Signup, digest: str) -> list[str]:
    """Return the newsletters that a sign-up is for, without those not offered or blocked for the address."""
    there = offered(site)
    blocked = suppressions.blocked(tx, digest)
    return [name for name in signup.wanted if name in there and not blocked & {"", name}]


def _notice(site: Site, row: SignupRow, key: str, link: str) -> Notice:
    there = offered(site)
    titles = [there[name] for name in row.signup.wanted if name in there]
    values = {"titles": titles, "link": link, "until": row.expires_at}
    return Notice(_NAME, key, language=row.signup.language, values=values)


def subject(site: Site, language: str) -> str:
    """Return the subject of the letter that confirms, as the page names it. Raises TemplateFault."""
    return notice_subject(site, Notice(_NAME, "", language=language))

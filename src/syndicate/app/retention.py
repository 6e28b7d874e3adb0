"""What is kept of people no longer than it is needed, taken away hour by hour."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from syndicate.app.ledger import without_addresses
from syndicate.app.people import remove_person
from syndicate.app.site import Site
from syndicate.store import consents, retention, signups, tickets
from syndicate.store.retention import Ended
from syndicate.subscribers.limits import FORGOTTEN_AFTER

log = logging.getLogger("syndicate.people")

IPS: Final = timedelta(days=30)
FATES: Final = timedelta(days=30)  # what became of a letter with a link is told so long
_LINKS: Final = ("confirm/", "account/", "move/", "moved/")
_WELCOMES: Final = ("welcome/",)  # their keys stay: nobody is welcomed twice
_BATCH: Final = 500


def tidy(site: Site, *, now: datetime) -> None:
    """Take away what was kept long enough: links and sign-ups that expired, letters that ended, IP addresses
    after 30 days, counts of letters after 90, and who left longer than `privacy.forget` ago.

    It does a few hundred of each in short transactions, goes on the next time, and may be cut off anywhere.
    """
    with site.store.write() as tx:
        signups.forget(tx, now=now)
        tickets.forget(tx, now=now)
        signups.forget_letters(tx, before=now - FORGOTTEN_AFTER)
        consents.forget_ips(tx, before=now - IPS)
        retention.forget_ended(tx, _LINKS, before=now - FATES, limit=_BATCH)
    while blank_ended(site) == _BATCH:
        pass
    erased = _forget_people(site, now=now)
    if erased:
        log.info("erased %d people who left long ago", erased)


def blank_ended(site: Site) -> int:
    """Take tokens and addresses out of letters of no edition that have ended; return of how many."""
    with site.store.read() as conn:
        letters = retention.ended(conn, [*_LINKS, *_WELCOMES], limit=_BATCH)
    if not letters:
        return 0
    with site.store.write() as tx:
        said = retention.attempts_of(tx, [one.delivery_id for one in letters])
        clean = [Ended(one.delivery_id, one.rendition_id, _clean(one.reply)) for one in letters]
        retention.blank(tx, clean, [(number, without_addresses(words)) for number, words in said])
    return len(letters)


def _clean(reply: str | None) -> str | None:
    return without_addresses(reply) if reply else reply


def _forget_people(site: Site, *, now: datetime) -> int:
    after = site.config.privacy.forget
    if after is None:
        return 0
    with site.store.read() as conn:
        left = retention.left_before(conn, now - after, limit=_BATCH)
    return sum(remove_person(site, email) for email in left)

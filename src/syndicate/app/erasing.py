"""Erasing a person: what is held about him goes, a keyed hash stays so that no import brings him back."""

from __future__ import annotations

from syndicate.app.keyring import keyring
from syndicate.app.site import Site
from syndicate.model import Email, Suppression
from syndicate.store import letters, signups, subscribers, suppressions


def erase(site: Site, email: Email) -> bool:
    """Delete the person with this address; False where nobody has it. What he asked for goes in any case.

    Letters that wait are not sent. His deliveries stay without a name, so that sums still hold; where a
    relay's words hold his address they lose it.
    """
    digest, now = keyring(site).address_hash(email), site.clock()
    with site.store.write() as tx:
        known = subscribers.remove(tx, email.key, now=now)
        letters.erase(tx, email, now=now)
        signups.forget_person(tx, [email.key])
        suppressions.forget_email(tx, digest)
        if known:
            suppressions.suppress(tx, [Suppression(digest, "", "erased", now)])
    return known

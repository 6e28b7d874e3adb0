"""Suppressing addresses by hand: nothing brings them back but the persons themselves, or, blocked, nobody."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.app.keyring import keyring
from syndicate.app.people import BY_HAND, Result
from syndicate.app.site import Site, mint_token
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Consent, Email, SubscriptionState, Suppression, SuppressionReason
from syndicate.store import importing, subscribers, suppressions


def suppress(
    site: Site, texts: Sequence[str], reason: SuppressionReason, newsletter: str = ""
) -> list[Result]:
    """Suppress each address, for one newsletter or for all (""); who is subscribed is not any more.

    Another reason than that which is there replaces it. A bad address is a result, not an end.
    """
    ring, results = keyring(site), []
    for text in texts:
        try:
            email = parse_email(text)
        except ValueError as error:
            results.append(Result(str(error), good=False))
            continue
        results.append(_suppress(site, email, ring.address_hash(email), reason, newsletter))
    return results


def _suppress(site: Site, email: Email, digest: str, reason: SuppressionReason, newsletter: str) -> Result:
    now, what = site.clock(), f"for {newsletter}" if newsletter else "for every newsletter"
    with site.store.write() as tx:
        there = {one.newsletter: one.reason for one in suppressions.of(tx, [digest]).get(digest, [])}
        if there.get(newsletter) not in (None, reason):
            suppressions.lift(tx, digest, [newsletter])
        number = subscribers.number_of_person(tx, email.key)
        ended = [
            one.newsletter
            for one in subscribers.of_person(tx, email.key)
            if one.state is SubscriptionState.ACTIVE and newsletter in ("", one.newsletter)
        ]
        changes = importing.Changes(
            suppressions=[Suppression(digest, newsletter, reason, now, email.address)]
        )
        if ended and number is not None:
            given = tuple(Consent("left", now, name, BY_HAND) for name in ended)
            changes.endings.append((number, now, given))
        importing.write(tx, changes, now=now, token=mint_token)
    if there.get(newsletter) == reason:
        return Result(f"{email.address} was suppressed {what} already ({reason}).", good=True)
    more = f"; it got {', '.join(ended)} until now" if ended else ""
    return Result(f"{email.address} is suppressed {what} ({reason}){more}.", good=True)


def lift(site: Site, texts: Sequence[str], newsletter: str | None = None) -> list[Result]:
    """Take the suppressions of each address away, all or one newsletter's; nobody is subscribed by that."""
    ring, results = keyring(site), []
    for text in texts:
        try:
            email = parse_email(text)
        except ValueError as error:
            raise UsageError(str(error)) from None
        digest = ring.address_hash(email)
        with site.store.write() as tx:
            there = suppressions.of(tx, [digest]).get(digest, [])
            names = [one.newsletter for one in there if newsletter in (None, one.newsletter)]
            suppressions.lift(tx, digest, names)
        said = ", ".join(f"{one.newsletter or 'every newsletter'} ({one.reason})" for one in there)
        words = f"is not suppressed any more for {said}." if names else "was not suppressed."
        results.append(Result(f"{email.address} {words}", good=bool(names)))
    return results

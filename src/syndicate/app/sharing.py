"""What each relay would get of letters that are not made yet, by its limits and what is used of them."""

from __future__ import annotations

from syndicate.app.sending import outbox_of
from syndicate.app.site import Site
from syndicate.delivery.relays import make_relays
from syndicate.delivery.shares import OTHERS, Shares, share_out
from syndicate.store import subscribers


def shares_of(site: Site, newsletter: str, letters: int) -> Shares:
    """Return how many of so many `letters` of a newsletter each relay would take now, if nothing fails.

    Of the domains with a limit of their own each has its part of the newsletter's subscribers.
    """
    relays = make_relays(site.config)
    limited = {domain for relay in relays for domain in relay.limits.domains}
    with site.store.read() as conn:
        everybody = subscribers.count_active(conn, newsletter)
        at = subscribers.audiences_at(conn, limited).get(newsletter, {})
    counts = {domain: _part(letters, number, everybody) for domain, number in sorted(at.items())}
    counts[OTHERS] = max(letters - sum(counts.values()), 0)
    return share_out(relays, counts, now=site.clock().timestamp(), remembered=outbox_of(site).remembered())


def _part(letters: int, number: int, everybody: int) -> int:
    return number if letters >= everybody else letters * number // max(everybody, 1)

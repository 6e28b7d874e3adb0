"""What the link of one subscription does: end it, take that back, say why. All is written down as consent."""

from __future__ import annotations

from typing import Final, Literal

from syndicate.app.keyring import keyring
from syndicate.app.site import Site
from syndicate.emails import parse_email
from syndicate.model import Consent, ConsentKind, Subscriber
from syndicate.store import consents, leaving, subscribers, suppressions

LONGEST_TOKEN: Final = 64
LONGEST_REASON: Final = 500  # characters
# Why people leave, by what the form sends; the operator reads the words.
REASONS: Final = {
    "many": "too many letters",
    "other": "not what was expected",
    "interest": "no longer interested",
    "never": "never asked for it",
}
By = Literal["one click", "unsubscribe page", "preferences page"]


def find(site: Site, token: str) -> Subscriber | None:
    """Return the subscription whose links carry `token`."""
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        return None
    with site.store.read() as conn:
        return subscribers.by_token(conn, token)


def leave(site: Site, one: Subscriber, *, by: By) -> None:
    """End a subscription; one that has ended stays as it is."""
    now = site.clock()
    with site.store.write() as tx:
        person = leaving.end(tx, one.token, now=now)
        if person is not None:
            consents.record(tx, person, [_consent("left", one, site, by)])


def undo(site: Site, one: Subscriber) -> bool:
    """Take the end of a subscription back; one that goes on stays as it is.

    False, and nothing is done, for an address that is suppressed: the operator ended it, or a list did.
    """
    now, email = site.clock(), parse_email(one.email)
    digest = keyring(site).address_hash(email)
    with site.store.write() as tx:
        there = suppressions.of(tx, [digest]).get(digest, ())
        if any(each.newsletter in ("", one.newsletter) for each in there):
            return False
        person = leaving.undo(tx, one.token, now=now)
        if person is not None:
            consents.record(tx, person, [_consent("undone", one, site, "unsubscribe page")])
    return True


def explain(site: Site, one: Subscriber, reason: str, words: str) -> None:
    """Write down why somebody left: one of `REASONS`, his own words, or both; nothing says nothing."""
    said = {"reason": REASONS.get(reason, ""), "words": _shown(words)[:LONGEST_REASON]}
    text = ": ".join(filter(None, said.values()))
    if not text:
        return
    with site.store.write() as tx:
        person = leaving.explain(tx, one.token, text)
        if person is not None:
            evidence = {name: value for name, value in said.items() if value}
            consents.explain(tx, person, one.newsletter, "left", evidence)


def _shown(words: str) -> str:
    """Return typed words as an operator's terminal may show them: on one line, without what steers it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(words.split()))


def _consent(kind: ConsentKind, one: Subscriber, site: Site, by: By) -> Consent:
    return Consent(kind, site.clock(), one.newsletter, by)

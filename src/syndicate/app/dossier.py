"""Everything that is held about a person, for himself: as values that JSON can hold."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from syndicate.app.accounts import Account
from syndicate.app.keyring import keyring
from syndicate.app.site import Site
from syndicate.model import Subscriber
from syndicate.store import consents, persons, signups, suppressions

_LEFT_OUT = "the secret parts of links, and the keys by which addresses are compared"


def dossier(site: Site, account: Account) -> dict[str, Any]:
    """Return what every table says of a person; moments are texts of ISO 8601, in UTC."""
    person, now = account.person, site.clock()
    digest = keyring(site).address_hash(person.email)
    with site.store.read() as conn:
        held = {
            "consents": [asdict(one) for one in consents.of_person(conn, person.id)],
            "letters": [_without(asdict(one), "id") for one in persons.mailed(conn, person)],
            "links": persons.links(conn, person.id),
            "signup": _signup(signups.of_address(conn, person.email.key)),
            "suppressions": [
                _without(asdict(one), "hash") for one in suppressions.of(conn, [digest]).get(digest, [])
            ],
            "letters_asked_for": signups.all_letters_asked(conn, digest),
        }
    about = {
        "publication": site.config.publication.title,
        "url": site.config.publication.url,
        "made_at": now,
        "left_out": _LEFT_OUT,
        "person": {
            "email": person.email.address,
            "since": person.created_at,
            "bounces": person.bounces,
            "extra": dict(person.extra),
        },
        "subscriptions": [_subscription(one) for one in account.subscriptions],
    }
    plain: dict[str, Any] = _plain({**about, **held})
    return plain


def _subscription(one: Subscriber) -> dict[str, Any]:
    fields = ("newsletter", "state", "started_at", "ended_at", "paused_until", "reason")
    return {**{name: getattr(one, name) for name in fields}, "choice": asdict(one.choice)}


def _signup(row: signups.SignupRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    said = _without(asdict(row.signup), "again")
    said["email"] = row.signup.email.address
    moments = {"asked_at": row.asked_at, "expires_at": row.expires_at, "confirmed_at": row.confirmed_at}
    return {**said, **moments}


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _plain(value: Any) -> Any:
    """Return a value of ours as one that JSON can hold."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)

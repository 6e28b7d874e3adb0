"""The publication's keys at work: hashes of addresses that nobody can guess without them, marks of forms."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from syndicate.app.site import Site
from syndicate.model import Email
from syndicate.store import keys

_VALID: Final = timedelta(hours=2)  # how long a page may lie open until its form is sent
_STEP: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of one publication. They stay for ever: without that of addresses, who was erased is unknown.

    That of forms may be deleted (setting ``key:form``): then only pages that lie open must be opened again.
    """

    address: bytes
    form: bytes

    def address_hash(self, email: Email) -> str:
        """Return what an address is known by where it must not be kept: 64 hexadecimal digits."""
        return self.address_key_hash(email.key)

    def address_key_hash(self, key: str) -> str:
        """Return the same of an address key."""
        return hmac.digest(self.address, key.encode(), "sha256").hex()

    def form_token(self, purpose: str, subject: str, *, now: datetime) -> str:
        """Return the mark that a form for `purpose` about `subject` carries, good for about two hours."""
        return self._form_token(purpose, subject, _step(now))

    def is_form_token(self, token: str, purpose: str, subject: str, *, now: datetime) -> bool:
        """Tell whether `token` is the mark of such a form, made in the last two hours."""
        last = _step(now)
        wanted = (
            self._form_token(purpose, subject, step) for step in range(last, last - _VALID // _STEP - 1, -1)
        )
        given = token.encode("utf-8", "replace")
        return sum(hmac.compare_digest(given, one.encode()) for one in wanted) > 0  # none is left out

    def _form_token(self, purpose: str, subject: str, step: int) -> str:
        said = "\x00".join((purpose, subject, str(step)))
        return hmac.digest(self.form, said.encode("utf-8", "replace"), "sha256").hex()[:32]


def keyring(site: Site) -> Keyring:
    """Return the publication's keys; they are made at the first call. Not within a write transaction."""
    with site.store.read() as conn:
        address, form = keys.key(conn, "address"), keys.key(conn, "form")
    if address is None or form is None:
        with site.store.write() as tx:
            address, form = keys.make_key(tx, "address"), keys.make_key(tx, "form")
    return Keyring(address, form)


def token_hash(token: str) -> str:
    """Return what a random token that expires is known by to the database."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _step(now: datetime) -> int:
    return int(now.timestamp() // _STEP.total_seconds())

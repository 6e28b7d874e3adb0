"""Texts that claim to be mail addresses -> checked values. The only file that knows email-validator."""

from __future__ import annotations

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from syndicate.model import Email

SPECIAL_USE_DOMAIN_NAMES.clear()  # whether `localhost` or `.test` can be reached is for the relay to say
_PLAIN = re.compile(
    r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_LONGEST_LOCAL, _LONGEST = 64, 254  # RFC 5321 section 4.5.3.1
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>|(?P<bare>[^<>]+)")


def parse_email(text: str) -> Email:
    """Return the address in `text` (RFC 5321 mailbox, RFC 6531 where it is not ASCII).

    The domain becomes its lower-case A-label and the local part keeps its case; the key, one per
    person, is lower case throughout. Names in special use such as ``localhost`` are allowed, because a
    relay of one's own may serve them. Raises ValueError with the text and the reason.
    """
    stripped = text.strip()
    return _plain(stripped) or checked_email(stripped)


def checked_email(text: str) -> Email:
    """Return what `parse_email` does of a text without spaces around it, whatever it is: 40 times slower."""
    try:
        checked = validate_email(
            text, check_deliverability=False, globally_deliverable=False, allow_quoted_local=False
        )
    except EmailNotValidError as error:
        raise ValueError(f"{text[:80]!r} is not a mail address: {error}") from None
    address = f"{checked.local_part}@{checked.ascii_domain.lower()}"
    return Email(address=address, key=address.lower())


def _plain(text: str) -> Email | None:
    """Return an address of plain letters and digits, as nearly all are; None for any other text."""
    match = _PLAIN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    local, domain = match.groups()
    if len(local) > _LONGEST_LOCAL or "--" in domain or local.lower() in CASE_INSENSITIVE_MAILBOX_NAMES:
        return None
    domain = domain.lower()
    return Email(address=f"{local}@{domain}", key=f"{local.lower()}@{domain}")


def parse_visitor_email(text: str) -> Email:
    """Return the address in `text` as `parse_email`; ValueError too for one that is nobody's on the internet.

    A visitor who writes ``name@gmail`` left the end out.
    """
    email = parse_email(text)
    if "." not in email.key.rpartition("@")[2]:
        raise ValueError(f"{text.strip()[:80]!r} is not a mail address: its end is missing, such as .org")
    return email


def parse_mailbox(text: str) -> tuple[str, Email]:
    """Return the display name (may be empty) and the address of ``Name <address>`` (RFC 5322 3.4).

    Raises ValueError with the text in it.
    """
    if any(ord(character) < 32 for character in text):
        raise ValueError(f"{text[:80]!r} holds a control character")
    match = _MAILBOX.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text[:80]!r} is not of the form Name <address>")
    if match["bare"]:
        return "", parse_email(match["bare"])
    name = match["name"].strip()
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, parse_email(match["address"])


def parse_domain(text: str) -> str:
    """Return the domain in `text` as its lower-case A-label. Raises ValueError with the text in it."""
    stripped = text.strip()
    try:
        return parse_email(f"x@{stripped}").address.removeprefix("x@")
    except ValueError:
        raise ValueError(f"{stripped[:80]!r} is not a domain such as gmail.com") from None

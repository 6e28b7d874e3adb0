"""The headers of a letter, as bytes with slots. Pure."""

from __future__ import annotations

from email.utils import format_datetime

from syndicate.config import Mailbox
from syndicate.digest.lettersettings import LetterSettings
from syndicate.digest.mime import address_header, ascii_url, given_header, header, raw_header
from syndicate.digest.slots import LEAVING, marker
from syndicate.errors import SyndicateError
from syndicate.model import Edition

_LONGEST_WEB_URL = 800  # characters: a header's line has 998 at most (RFC 5322 section 2.1.1), never folded


def headers(edition: Edition, settings: LetterSettings, subject: str, language: str) -> list[bytes]:
    """Return all headers but Content-Type, which belongs to the body.

    The same ones whatever `subject` and names hold. Raises SyndicateError for a `web_url` too long.
    """
    uid, sender = edition.uid, settings.sender
    date = edition.frozen_at.astimezone(settings.publication.timezone)
    return [
        address_header("From", sender.name or settings.publication.title, sender.email.address),
        raw_header("To", marker(uid, "to")),
        header("Subject", subject),
        raw_header("Date", format_datetime(date)),
        raw_header("Message-ID", f"<{uid}.{marker(uid, 'id')}@{settings.home}>"),
        address_header("List-Id", settings.title, f"{settings.newsletter}.{settings.home}"),
        raw_header("List-Unsubscribe", f"<{unsubscribe_url(settings, uid)}>"),
        raw_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        raw_header("Auto-Submitted", "auto-generated"),
        raw_header("MIME-Version", "1.0"),
        raw_header("Content-Language", language),
        *(_reply_to(settings.reply_to) if settings.reply_to else ()),
        *(given_header(name, value) for name, value in settings.headers),
    ]


def unsubscribe_url(settings: LetterSettings, uid: str) -> str:
    """Return the address that unsubscribes, with a slot for the person's token."""
    return _personal_url(settings, LEAVING, uid)


def preferences_url(settings: LetterSettings, uid: str) -> str:
    """Return the address of the person's own preferences, with the same slot."""
    return _personal_url(settings, "/preferences/", uid)


def _personal_url(settings: LetterSettings, path: str, uid: str) -> str:
    base = ascii_url(settings.web_url)
    if len(base) > _LONGEST_WEB_URL:
        raise SyndicateError(
            f"web.url: has {len(base)} characters; {_LONGEST_WEB_URL} fit into a letter's List-Unsubscribe"
        )
    return f"{base}{path}{marker(uid, 'token')}"


def _reply_to(mailbox: Mailbox) -> list[bytes]:
    return [address_header("Reply-To", mailbox.name, mailbox.email.address)]

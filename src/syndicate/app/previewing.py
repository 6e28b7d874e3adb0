"""Writes an edition that nobody gets: as HTML, as text, and as the letter itself."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from syndicate.app.forecast import Preview
from syndicate.app.site import Site
from syndicate.digest.slots import LetterTemplate
from syndicate.durable import write_whole
from syndicate.model import Attempt, Letter

_TOKEN = "preview"  # noqa: S105 opens nothing: no subscription has it


def write_preview(site: Site, shown: Preview, folder: Path) -> list[Path]:
    """Write ``digest.html``, ``digest.txt`` and ``digest.eml`` into `folder`; return their paths."""
    letter = sample_letter(site, shown, recipient="you@example.org")
    message = message_from_bytes(letter.body, EmailMessage, policy=SMTP)
    paths = []
    for kind, suffix in (("html", "html"), ("plain", "txt")):
        part = message.get_body((kind,))
        text = part.get_content() if part else ""
        paths.append(folder / f"digest.{suffix}")
        write_whole(paths[-1], text.encode())
    paths.append(folder / "digest.eml")
    write_whole(paths[-1], letter.body)
    return paths


def sample_letter(site: Site, shown: Preview, *, recipient: str) -> Letter:
    """Return the letter of a preview to `recipient` alone; its unsubscribe link opens nothing."""
    edition = shown.edition
    attempt = Attempt(
        delivery_id=0,
        rendition_id=0,
        edition_uid=edition.uid,
        newsletter=edition.newsletter,
        occasion=edition.occasion,
        subscriber_id=0,
        email=recipient,
        token=_TOKEN,
        attempts=1,
        queued_at=edition.frozen_at,
    )
    sender = site.config.envelope_sender(edition.newsletter)
    return LetterTemplate(shown.rendition.body, edition.uid, sender).fill(attempt)

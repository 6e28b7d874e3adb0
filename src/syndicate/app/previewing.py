"""An edition that nobody gets: what it would be for whom, as HTML, as text, and as the letter itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from syndicate.app.composing import settings_for
from syndicate.app.forecast import ANYBODY, Preview, Reader, preview
from syndicate.app.library import Library
from syndicate.app.linting import lint_edition
from syndicate.app.site import Site
from syndicate.configtypes import parse_language
from syndicate.digest.findings import Finding
from syndicate.digest.letter import compose
from syndicate.digest.slots import LetterTemplate
from syndicate.durable import write_whole
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Attempt, Letter, Variant
from syndicate.store import choices

NO_TOKEN = "preview"  # noqa: S105 opens nothing: no subscription has it
NOBODY = "you@example.org"


def foresee(site: Site, name: str, articles: Library, *, now: datetime, reader: Reader = ANYBODY) -> Preview:
    """Return what the next edition would be for `reader`, as seen at `now`; nothing is remembered.

    The language of his choice holds also for the letter of a
    subscriber. Raises UsageError where there is no article at all, and for somebody who is not subscribed.
    """
    shown = preview(site, name, articles, now=now, reader=reader)
    language = reader.choice.language
    if not reader.email or not language:
        return shown
    by_id = {one.id: one for one in shown.made.articles}
    read = [by_id[one] for one in shown.rendition.article_ids if one in by_id]
    variant = Variant(language, _with_pictures(site, name, reader.email))
    settings = settings_for(site.config, name)
    rendition = compose(shown.edition, read, settings, site.templates, variant=variant)
    return replace(shown, rendition=rendition)


def _with_pictures(site: Site, name: str, email: str) -> bool:
    with site.store.read() as conn:
        found = choices.choice_of(conn, parse_email(email).key, name)
    return found is None or (found[0].choice.pictures and site.config.newsletters[name].pictures)


def language_of(text: str) -> str:
    """Return a language tag as given; UsageError where it is none."""
    try:
        return parse_language(text)
    except ValueError as error:
        raise UsageError(f"--language {text!r}: {error}") from None


def findings_of(site: Site, shown: Preview) -> tuple[Finding, ...]:
    """Return what is wrong with the letter of a preview, errors first."""
    return lint_edition(site, shown.edition, [shown.rendition], shown.made.articles)


def write_preview(site: Site, shown: Preview, folder: Path, recipient: str = NOBODY) -> list[Path]:
    """Write ``digest.html``, ``digest.txt`` and ``digest.eml`` into `folder`; return their paths."""
    letter = sample_letter(site, shown, recipient=recipient)
    html, text = parts_of(letter)
    files = {"digest.html": html.encode(), "digest.txt": text.encode(), "digest.eml": letter.body}
    for name, body in files.items():
        write_whole(folder / name, body)
    return [folder / name for name in files]


def parts_of(letter: Letter) -> tuple[str, str]:
    """Return the HTML and the text of a letter, "" for a part that it has not."""
    message = message_from_bytes(letter.body, EmailMessage, policy=SMTP)
    parts = (message.get_body((kind,)) for kind in ("html", "plain"))
    html, text = (part.get_content() if part else "" for part in parts)
    return html, text


def sample_letter(
    site: Site, shown: Preview, *, recipient: str, token: str = NO_TOKEN, number: int = 0
) -> Letter:
    """Return the letter of a preview to `recipient` alone; its unsubscribe link opens nothing.

    `number` stands in its Message-ID, so that each of several has its own.
    """
    edition = shown.edition
    attempt = Attempt(
        delivery_id=0,
        rendition_id=0,
        edition_uid=edition.uid,
        newsletter=edition.newsletter,
        occasion=edition.occasion,
        subscriber_id=number,
        email=recipient,
        token=token,
        attempts=1,
        queued_at=edition.frozen_at,
    )
    sender = site.config.envelope_sender(edition.newsletter)
    return LetterTemplate(shown.rendition.body, edition.uid, sender).fill(attempt)

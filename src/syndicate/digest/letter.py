"""An edition's articles -> the letter as bytes with slots, the same for everyone who gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from syndicate.config import Mailbox, Publication
from syndicate.digest.inline import inline
from syndicate.digest.items import Item, item
from syndicate.digest.mime import (
    CRLF,
    address_header,
    ascii_url,
    clean_header,
    encode_body,
    given_header,
    header,
    raw_header,
)
from syndicate.digest.slots import LetterTemplate, marker
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.markup import clean_text, shorten
from syndicate.model import Article, Edition, Rendition
from syndicate.templating import Templates

__all__ = ["LARGEST", "LetterSettings", "LetterTemplate", "compose"]

LARGEST = 90_000  # bytes of a letter: Gmail hides what lies beyond about 102 kB, the footer first
_MOST_ITEMS = 120  # more never fit into LARGEST
_LONGEST_SUBJECT = 180  # characters
_LONGEST_WEB_URL = 800  # characters: a header's line has 998 at most (RFC 5322 section 2.1.1), never folded
_SHOWN_OF_PUBLICATION = ("title", "url", "description", "language", "author")


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """What a newsletter's letters have in common. `web_url` is where syndicate answers: unsubscribing.

    `headers` are added to the letter's own. `domain` is what Message-ID and List-Id end in, whatever host
    sends and whoever the newsletter is from; else the domain of `sender`.
    """

    publication: Publication
    newsletter: str
    title: str
    sender: Mailbox
    web_url: str
    reply_to: Mailbox | None = None
    headers: Sequence[tuple[str, str]] = ()
    domain: str = ""

    @property
    def home(self) -> str:
        """The domain that makes ids the publication's own."""
        return self.domain or self.sender.email.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A letter before it is put into bytes."""

    subject: str
    text: str
    html: str


def compose(
    edition: Edition,
    articles: Sequence[Article],
    settings: LetterSettings,
    templates: Templates,
    *,
    note: str = "",
) -> Rendition:
    """Return the letter of `edition` with `articles` in their order; `note` stands above them.

    At most `LARGEST` bytes: articles that do not fit are counted and left to the web, and still belong to
    the rendition. The same arguments give the same bytes. Raises TemplateFault, also for a template that
    leaves out the unsubscribe link.
    """
    items = [item(article, settings.publication.url) for article in articles]
    job = _Job(edition, settings, templates, items, clean_text(note))
    draft, body = _largest_that_fits(job)
    language = settings.publication.language
    return Rendition(language, draft.subject, body, tuple(article.id for article in articles))


@dataclass(frozen=True, slots=True)
class _Job:
    """What stays the same however many articles are shown."""

    edition: Edition
    settings: LetterSettings
    templates: Templates
    items: Sequence[Item]
    note: str

    def render(self, name: str, **context: object) -> str:
        publication = self.settings.publication
        language, zone = publication.language, publication.timezone
        return self.templates.render(f"mail/{name}", language=language, zone=zone, **context)

    def context(self, shown: int) -> dict[str, object]:
        """Return what the templates are given: plain values, and slots for what is a person's own."""
        publication, uid = self.settings.publication, self.edition.uid
        return {
            "publication": {name: getattr(publication, name) for name in _SHOWN_OF_PUBLICATION},
            "newsletter": {"name": self.settings.newsletter, "title": self.settings.title},
            "date": self.edition.occasion_at,
            "articles": self.items[:shown],
            "more": len(self.items) - shown,
            "total": len(self.items),
            "note": self.note,
            "email": marker(uid, "email"),
            "unsubscribe_url": _unsubscribe_url(self.settings, uid),
        }


def _largest_that_fits(job: _Job) -> tuple[_Draft, bytes]:
    """Return the letter with as many of the articles as fit into `LARGEST`, by halving."""

    def made(shown: int) -> tuple[_Draft, bytes]:
        draft = _draft(job, shown)
        return draft, _assemble(job.edition, job.settings, draft)

    too_many = min(len(job.items), _MOST_ITEMS)
    best = made(too_many)
    if len(best[1]) <= LARGEST:
        return best
    fits = 0
    best = made(fits)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        tried = made(middle)
        if len(tried[1]) <= LARGEST:
            fits, best = middle, tried
        else:
            too_many = middle
    return best


def _draft(job: _Job, shown: int) -> _Draft:
    """Return the rendered texts that show the first `shown` articles."""
    context = job.context(shown)
    subject = shorten(clean_header(job.render("subject.txt", **context)), _LONGEST_SUBJECT)
    context["subject"] = subject = subject or job.settings.title
    parts = {name: job.render(name, **context) for name in ("digest.txt", "digest.html")}
    for name, part in parts.items():
        if marker(job.edition.uid, "token") not in part:
            raise TemplateFault(f"mail/{name}", "has no unsubscribe link; put {{ unsubscribe_url }} into it")
    try:
        return _Draft(subject, parts["digest.txt"], inline(parts["digest.html"]))
    except ValueError as error:
        raise TemplateFault("mail/digest.html", str(error)) from error


def _unsubscribe_url(settings: LetterSettings, uid: str) -> str:
    base = ascii_url(settings.web_url)
    if len(base) > _LONGEST_WEB_URL:
        raise SyndicateError(
            f"web.url: has {len(base)} characters; {_LONGEST_WEB_URL} fit into a letter's List-Unsubscribe"
        )
    return f"{base}/unsubscribe/{marker(uid, 'token')}"


def _assemble(edition: Edition, settings: LetterSettings, draft: _Draft) -> bytes:
    """Return headers and both parts, the text first: a reader shows the last it can (RFC 2046 5.1.4)."""
    boundary = f"=_{edition.uid}"  # "=_" never stands in quoted-printable (RFC 2045 section 6.7)
    delimiter = b"--" + boundary.encode("ascii")
    return b"".join(
        [
            *_headers(edition, settings, draft.subject),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode("ascii"),
            CRLF,
            delimiter + CRLF,
            _part(edition.uid, "text", "plain", draft.text),
            delimiter + CRLF,
            _part(edition.uid, "html", "html", draft.html),
            delimiter + b"--" + CRLF,
        ]
    )


def _headers(edition: Edition, settings: LetterSettings, subject: str) -> list[bytes]:
    uid, sender = edition.uid, settings.sender
    date = edition.frozen_at.astimezone(settings.publication.timezone)
    return [
        address_header("From", sender.name or settings.publication.title, sender.email.address),
        raw_header("To", marker(uid, "to")),
        header("Subject", subject),
        raw_header("Date", format_datetime(date)),
        raw_header("Message-ID", f"<{uid}.{marker(uid, 'id')}@{settings.home}>"),
        address_header("List-Id", settings.title, f"{settings.newsletter}.{settings.home}"),
        raw_header("List-Unsubscribe", f"<{_unsubscribe_url(settings, uid)}>"),
        raw_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        raw_header("Auto-Submitted", "auto-generated"),
        raw_header("MIME-Version", "1.0"),
        raw_header("Content-Language", settings.publication.language),
        *(_reply_to(settings.reply_to) if settings.reply_to else ()),
        *(given_header(name, value) for name, value in settings.headers),
    ]


def _reply_to(mailbox: Mailbox) -> list[bytes]:
    return [address_header("Reply-To", mailbox.name, mailbox.email.address)]


def _part(uid: str, place: str, subtype: str, text: str) -> bytes:
    slots = {marker(uid, name): marker(uid, f"{place}_{name}") for name in ("token", "email")}
    return b"".join(
        [
            raw_header("Content-Type", f"text/{subtype}; charset=utf-8"),
            raw_header("Content-Transfer-Encoding", "quoted-printable"),
            CRLF,
            encode_body(text, slots),
        ]
    )

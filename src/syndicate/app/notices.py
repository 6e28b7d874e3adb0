"""Letters of no edition to people: to confirm, to open an account, to say that something changed.

Each is complete, and carries a link or two but nobody's unsubscribe token; `store/letters.enqueue` queues it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from syndicate.config import Config
from syndicate.delivery.providers import letter_headers
from syndicate.digest.inline import inline
from syndicate.digest.mime import (
    CRLF,
    address_header,
    clean_header,
    encode_body,
    given_header,
    header,
    raw_header,
)
from syndicate.digest.style import for_outlook, resolved, variables
from syndicate.errors import TemplateFault
from syndicate.model import Email, Fault
from syndicate.templating import Templates, as_html

# What each of our own letters is filled with, as an example: none may meet its first person with a fault.
_EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "confirmation": {"titles": ["Example"], "link": "https://news.example.org/confirm/AbCdEfGh12345678"},
    "account": {"link": "https://news.example.org/account/AbCdEfGh12345678", "hours": 1},
    "move": {"link": "https://news.example.org/move/AbCdEfGh12345678", "hours": 1},
    "moved": {},
}
_STYLES = ("mail/style.css", "mail/notice.css")


class Desk(Protocol):
    """Where letters are written: a site, or the parts of one that they need."""

    @property
    def config(self) -> Config: ...

    @property
    def templates(self) -> Templates: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """A desk without a store."""

    config: Config
    templates: Templates


@dataclass(frozen=True, slots=True)
class Notice:
    """What one letter says: the templates ``mail/NAME.subject.txt``, ``.txt`` and ``.html``, filled with
    `values`.

    The same `key` gives the same Message-ID. "" and None: in the publication's language and zone, from the
    publication and not from a newsletter.
    """

    name: str
    key: str
    language: str = ""
    zone: ZoneInfo | None = None
    newsletter: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def notice_letter(desk: Desk, to: Email, notice: Notice, *, now: datetime) -> bytes:
    """Return the letter as bytes without slots: text and HTML, 7-bit. Raises TemplateFault."""
    subject = notice_subject(desk, notice)
    text = _rendered(desk, notice, "txt", subject)
    html = _html(desk, notice, subject)
    mark = _mark(desk.config, notice)
    delimiter = f"--=_{mark}".encode("ascii")
    return b"".join(
        [
            *_headers(desk.config, to, notice, subject, now=now),
            f'Content-Type: multipart/alternative;\r\n boundary="=_{mark}"\r\n'.encode("ascii"),
            CRLF,
            *(
                part
                for kind, body in (("plain", text), ("html", html))
                for part in _part(delimiter, kind, body)
            ),
            delimiter + b"--" + CRLF,
        ]
    )


def notice_faults(desk: Desk, *, now: datetime) -> list[Fault]:
    """Write each of these letters as an example; return what their templates get wrong."""
    faults = []
    for name, values in _EXAMPLES.items():
        try:
            notice = Notice(name, "", values={**values, "until": now})
            notice_letter(desk, desk.config.mail.sender.email, notice, now=now)
        except TemplateFault as error:
            faults.append(error.fault)
    return faults


def notice_subject(desk: Desk, notice: Notice) -> str:
    """Return the subject that the letter has. Raises TemplateFault."""
    return clean_header(_rendered(desk, notice, "subject.txt"))


def _part(delimiter: bytes, kind: str, body: str) -> tuple[bytes, ...]:
    return (
        delimiter + CRLF,
        raw_header("Content-Type", f"text/{kind}; charset=utf-8"),
        raw_header("Content-Transfer-Encoding", "quoted-printable"),
        CRLF,
        encode_body(body, {}),
    )


def _headers(config: Config, to: Email, notice: Notice, subject: str, *, now: datetime) -> list[bytes]:
    sender, zone = config.letter_sender(notice.newsletter), config.publication.timezone
    domain = config.mail.sender.email.address.rpartition("@")[2]
    return [
        address_header("From", sender.name or config.publication.title, sender.email.address),
        address_header("To", "", to.address),
        header("Subject", subject),
        raw_header("Date", format_datetime(now.astimezone(zone).replace(microsecond=0))),
        raw_header("Message-ID", f"<notice.{_mark(config, notice)}@{domain}>"),
        raw_header("Auto-Submitted", "auto-generated"),
        raw_header("MIME-Version", "1.0"),
        raw_header("Content-Language", _language(config, notice)),
        *(given_header(name, value) for name, value in letter_headers(config)),
    ]


def _html(desk: Desk, notice: Notice, subject: str) -> str:
    name, colours = f"mail/{notice.name}.html", variables(desk.config.letter)
    try:
        style = "\n".join(resolved(desk.templates.source(sheet), colours) for sheet in _STYLES)
        styles = {"style": as_html(style), "outlook_style": as_html(for_outlook(style))}
        return inline(_rendered(desk, notice, "html", subject, **styles))
    except ValueError as error:
        raise TemplateFault(name, str(error)) from error


def _rendered(desk: Desk, notice: Notice, part: str, subject: str = "", **more: object) -> str:
    config = desk.config
    known = config.newsletters.get(notice.newsletter)
    return desk.templates.render(
        f"mail/{notice.name}.{part}",
        language=_language(config, notice),
        zone=notice.zone or config.publication.timezone,
        **{
            "publication": config.publication,
            "newsletter_title": known.title if known else "",
            "width": config.letter.width,
            "subject": subject,
            **more,
            **notice.values,
        },
    )


def _language(config: Config, notice: Notice) -> str:
    return notice.language or config.publication.language


def _mark(config: Config, notice: Notice) -> str:
    return hashlib.sha256(f"{config.publication.url}\n{notice.key}".encode()).hexdigest()[:32]

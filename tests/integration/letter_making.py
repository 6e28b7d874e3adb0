"""Articles, settings and letters for the tests of letters, and how a letter is read back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from zoneinfo import ZoneInfo

from syndicate.config import Mailbox, Publication
from syndicate.digest.letter import LetterSettings, LetterTemplate
from syndicate.emails import parse_email
from syndicate.model import Article, Attempt, Edition, Letter, Rendition
from syndicate.resources import shipped
from syndicate.templating import Templates

UID = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)
EDITION = Edition(UID, "daily", "2026-11-23", NOW.replace(second=0), NOW)
SENDER = "kabar@news.example.org"
TOKEN = "tok_" + "A1-b" * 18
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Language",
    "Content-Type",
]
WORDS = {
    "en": (
        "The clock stands still",
        "Nine years it stood still, until four machinists came.",
        "Read the article",
    ),
    "id": ("Harga beras turun", "Petani mulai memanen lebih awal tahun ini.", "Baca artikel ini"),
    "ar": ("المكتبة التي تُعير الأدوات", "حيٌّ يتشارك المثاقب والسلالم وماكينات الخياطة.", "اقرأ المقال"),
}


@lru_cache(maxsize=1)
def templates() -> Templates:
    return Templates(shipped("templates"))


def article(name: str = "a", language: str = "en", **others: object) -> Article:
    title, summary, _ = WORDS[language]
    made = Article(
        id=f"urn:x:{name}",
        path=f"{name}.md",
        slug=name,
        title=title,
        html="<p>The whole text.</p>",
        summary=summary,
        language=language,
        published=NOW,
        updated=NOW,
        visible_at=NOW,
    )
    return replace(made, **others)  # type: ignore[arg-type]


def letter_settings(language: str = "en", web_url: str = "https://news.example.org") -> LetterSettings:
    publication = Publication(
        title="Kabar Contoh",
        url="https://news.example.org",
        language=language,
        timezone=ZoneInfo("Asia/Jakarta"),
    )
    sender = Mailbox(name="Kabar Harian", email=parse_email(SENDER))
    return LetterSettings(publication, "daily", "Kabar Harian", sender, web_url)


def attempt(email: str = "ani@contoh.example", token: str = TOKEN) -> Attempt:
    return Attempt(1, 1, UID, "daily", "2026-11-23/Asia/Tokyo", 42, email, token, 1, NOW)


def letter_of(rendition: Rendition, *, to: Attempt | None = None) -> Letter:
    return LetterTemplate(rendition.body, UID, SENDER).fill(to or attempt())


def read(body: bytes) -> tuple[EmailMessage, str, str]:
    """The message, and the text of its two parts."""
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    parts = [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    return message, parts[0], parts[1]


def assert_sound(body: bytes, headers: Sequence[str] = HEADERS) -> None:
    """What any letter keeps, whatever is in it."""
    assert body.isascii() and b"slot_" not in body
    assert re.fullmatch(rb"(?:[\t\x20-\x7e]{0,998}\r\n)+", body)
    assert message_from_bytes(body, policy=policy.default).keys() == [*headers]

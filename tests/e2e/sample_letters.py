"""Letters of real articles in every look: as mail programs get them, and their HTML as files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from PIL import Image

from syndicate.app.composing import settings_for
from syndicate.app.scanning import scan_content
from syndicate.app.site import open_site
from syndicate.config import Config
from syndicate.configfile import load_config
from syndicate.digest.letter import compose
from syndicate.digest.slots import LetterTemplate
from syndicate.model import Article, Attempt, Edition, Picture

SAMPLES = Path(
    os.environ.get("SYNDICATE_SAMPLES") or Path(__file__).resolve().parents[3] / "shared" / "samples"
)
LOOKS = ("plain", "magazine", "headlines")
NOW = datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)
UID = "0123456789abcdef"
SENDER = "kabar@news.example.org"
CONFIG = """\
publication:
  title: {title}
  url: "{url}"
  language: {language}
  timezone: Asia/Jakarta
  postal_address: "{title}\\nJalan Contoh 12\\nJakarta 10110"
  privacy_url: "{url}/privacy/"
  contact: redaksi@news.example.org
content: {{folder: "{folder}"}}
letter: {{logo: "{url}/logo.png", logo_width: 120}}
newsletters:
  daily:
    title: {newsletter}
    sections: {sections}
    subject: "{subject}"
    intro: "{intro}"
mail: {{from: {newsletter} <kabar@news.example.org>}}
"""


@dataclass(frozen=True)
class Sample:
    """Some articles by others, and what a newsletter of them says of itself."""

    name: str
    folder: str
    language: str
    title: str
    newsletter: str
    intro: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()  # of categories, given to the articles by turns


KINDS = (
    Sample(
        *("id", "news-id", "id", "Kabar Contoh", "Kabar Harian"),
        names=("Kesehatan", "Ekonomi", "Daerah", ""),
    ),
    Sample(*("ar", "blogs/fahdlabs-ar/content", "ar", "مختبرات فهد", "رسالة الأسبوع")),
    Sample(
        *("en", "blogs/brew/_posts", "en", "The Homebrew Blog", "Homebrew Weekly"),
        intro="Good morning,\\n\\nhere are {{ n }} articles. Write to us: redaksi@news.example.org, or see"
        " https://brew.sh.",
        subject="{{ articles[0].title }} and {{ n - 1 }} more",
    ),
)


def pictures(folder: Path) -> None:
    """Draw what the letters show into `folder`."""
    for at, (name, size) in enumerate(
        (("a.png", (1600, 900)), ("b.png", (900, 900)), ("logo.png", (360, 96)))
    ):
        picture = Image.new("RGB", (2, 2))
        picture.putdata([(30 + 60 * at, 90, 140), (220, 170, 90), (70, 130, 110), (40, 50 + 40 * at, 80)])
        picture.resize(size, Image.Resampling.BICUBIC).save(folder / name)


def letters(sample: Sample, url: str, place: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the letter of each look by its name, made of the newest articles of `sample`."""
    with open_site(_config(sample, url, place), lambda: NOW) as site:
        found = scan_content(site).articles.newest(now=NOW, count=12, texts=True)
        articles = [_pictured(sample, at, one, url) for at, one in enumerate(found)]
        edition = Edition(UID, "daily", "2026-11-23", NOW, NOW)
        for look in LOOKS:
            made = replace(settings_for(site.config, "daily"), look=look)
            body = compose(edition, articles, made, site.templates).body
            attempt = Attempt(1, 1, UID, "daily", "2026-11-23", 42, "ani@contoh.example", "A1-b" * 10, 1, NOW)
            yield f"{sample.name}-{look}", LetterTemplate(body, UID, SENDER).fill(attempt).body


def html_of(letter: bytes) -> str:
    """Return the HTML part of a letter."""
    part = message_from_bytes(letter, EmailMessage, policy=SMTP).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _config(sample: Sample, url: str, place: Path) -> Config:
    sections = "{by: category, first: [Ekonomi]}" if sample.names else "null"
    text = CONFIG.format(
        title=sample.title,
        newsletter=sample.newsletter,
        language=sample.language,
        intro=sample.intro,
        subject=sample.subject,
        sections=sections,
        folder=SAMPLES / sample.folder,
        url=url,
    )
    (place / "config.yaml").write_text(text, "utf-8")
    return load_config(place / "config.yaml", {})


def _pictured(sample: Sample, at: int, article: Article, url: str) -> Article:
    """Give articles what these samples lack: pictures, categories, one that is featured."""
    shown = (Picture(f"{url}/a.png", "", 1600, 900), None, Picture(f"{url}/b.png", "A square", 900, 900))
    names = (sample.names[at % len(sample.names)],) if sample.names else ()
    return replace(
        article,
        picture=shown[at % 3],
        categories=tuple(name for name in names if name),
        featured=bool(sample.names) and at in (2, 3),
    )

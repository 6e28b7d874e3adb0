"""What a digest's templates see of an article."""

from __future__ import annotations

from datetime import UTC, datetime

from syndicate.digest.items import item
from syndicate.model import Article, Picture

BASE = "https://news.example.org"
WHEN = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)


def article(**fields: object) -> Article:
    given = {
        "id": "urn:uuid:1", "path": "satu.md", "slug": "satu", "title": "Satu", "html": "", "summary": "",
        "language": "id", "published": WHEN, "updated": WHEN, "visible_at": WHEN, **fields,
    }  # fmt: skip
    return Article(**given)  # type: ignore[arg-type]


def test_a_letter_leads_to_our_page_of_an_article() -> None:
    """Where we make the pages, the address is made of the slug."""
    assert item(article(), BASE).url == f"{BASE}/articles/satu/"


def test_a_letter_leads_to_where_another_program_shows_the_article() -> None:
    """Its link is the address, and its picture is seen from there."""
    shown = item(article(link=f"{BASE}/2026/02/satu/", picture=Picture("foto.jpg")), BASE)
    assert shown.url == f"{BASE}/2026/02/satu/"
    assert shown.picture and shown.picture.url == f"{BASE}/2026/02/satu/foto.jpg"

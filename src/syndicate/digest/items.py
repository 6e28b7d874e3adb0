"""What a digest's templates see of an article: short, clean, and no address but the publication's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from syndicate.links import article_url
from syndicate.markup import clean_text, shorten
from syndicate.model import Article

LONGEST_TITLE = 200  # characters
LONGEST_SUMMARY = 360
LONGEST_ADDRESS = 1000
MOST_AUTHORS = 3
PICTURE_WIDTH = 536  # pixels: the letter's column without its padding


@dataclass(frozen=True, slots=True)
class ItemPicture:
    """A picture on the publication's own host; `width` and `height` in pixels as shown, `height` if known."""

    url: str
    alt: str
    width: int
    height: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """An article in a digest. All texts are plain and on one line."""

    title: str
    url: str
    summary: str
    language: str
    published: datetime
    authors: tuple[str, ...]
    picture: ItemPicture | None


def item(article: Article, base: str) -> Item:
    """Return `article` as templates see it; `base` is the publication's URL without a slash at its end."""
    url = article.link or article_url(base, article.slug)
    return Item(
        title=_line(article.title, LONGEST_TITLE) or url,
        url=url,
        summary=_line(article.summary, LONGEST_SUMMARY),
        language=_line(article.language, 35),
        published=article.published,
        authors=tuple(_line(author, 80) for author in article.authors[:MOST_AUTHORS]),
        picture=_picture(article, url, base),
    )


def _picture(article: Article, page: str, base: str) -> ItemPicture | None:
    """Return the article's picture where it lies on the publication's own host.

    A picture elsewhere would tell that host who reads the letter.
    """
    if article.picture is None:
        return None
    try:
        url = urljoin(page, article.picture.src.strip())
        parts, own = urlsplit(url), urlsplit(base)
    except ValueError:
        return None
    same = (parts.scheme, parts.netloc.lower()) == (own.scheme, own.netloc.lower())
    if not same or len(url) > LONGEST_ADDRESS or any(c.isspace() or not c.isprintable() for c in url):
        return None
    width, height = article.picture.width, article.picture.height
    shown = min(width or PICTURE_WIDTH, PICTURE_WIDTH)
    return ItemPicture(
        url=url,
        alt=_line(article.picture.alt, LONGEST_TITLE),
        width=shown,
        height=round(height * shown / width) if width and height else None,
    )


def _line(text: str, limit: int) -> str:
    return shorten(clean_text(text[: limit * 20]), limit)

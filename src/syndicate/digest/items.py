"""What a digest's templates see of an article: short, clean, and no address but the publication's. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import SplitResult, urljoin, urlsplit

from syndicate.links import article_url
from syndicate.markup import clean_text, shorten
from syndicate.model import Article

LONGEST_TITLE = 200  # characters
LONGEST_SUMMARY = 360
LONGEST_NAME = 80
LONGEST_ADDRESS = 1000
MOST_AUTHORS = 3
MOST_NAMES = 10  # of categories and tags
PICTURE_WIDTH = 536  # pixels: the column of a letter of the usual width without its padding


@dataclass(frozen=True, slots=True)
class ItemPicture:
    """A picture on the publication's own host; `width` and `height` in pixels as shown, `height` if known."""

    url: str
    alt: str
    width: int
    height: int | None

    def within(self, width: int) -> ItemPicture:
        """Return the picture as it is shown where there are only `width` pixels."""
        if self.width <= width:
            return self
        height = None if self.height is None else max(1, round(self.height * width / self.width))
        return replace(self, width=width, height=height)


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
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    featured: bool = False
    pinned: bool = False


def item(
    article: Article,
    base: str,
    *,
    hosts: Sequence[str] = (),
    width: int = PICTURE_WIDTH,
    pictures: bool = True,
) -> Item:
    """Return `article` as templates see it; `base` is the publication's URL without a slash at its end.

    Pictures are shown from there and from the other `hosts`, URLs too, and at most `width` pixels wide.
    """
    url = article.link or article_url(base, article.slug)
    return Item(
        title=_line(article.title, LONGEST_TITLE) or url,
        url=url,
        summary=_line(article.summary, LONGEST_SUMMARY),
        language=_line(article.language, 35),
        published=article.published,
        authors=_names(article.authors[:MOST_AUTHORS]),
        picture=_picture(article, url, (base, *hosts), width) if pictures else None,
        categories=_names(article.categories[:MOST_NAMES]),
        tags=_names(article.tags[:MOST_NAMES]),
        featured=article.featured,
        pinned=article.pinned,
    )


def own_picture(url: str, hosts: Sequence[str]) -> bool:
    """Tell whether a picture lies on one of `hosts`, URLs of the publication's own.

    A picture elsewhere would tell that host who reads the letter.
    """
    try:
        return _host(urlsplit(url)) in [_host(urlsplit(host)) for host in hosts]
    except ValueError:
        return False


def _host(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc.lower()


def _picture(article: Article, page: str, hosts: Sequence[str], most: int) -> ItemPicture | None:
    """Return the article's picture where it lies on a host of the publication's own."""
    if article.picture is None:
        return None
    try:
        url = urljoin(page, article.picture.src.strip())
    except ValueError:
        return None
    odd = any(c.isspace() or not c.isprintable() for c in url)
    if odd or len(url) > LONGEST_ADDRESS or not own_picture(url, hosts):
        return None
    width, height = article.picture.width, article.picture.height
    alt = _line(article.picture.alt, LONGEST_TITLE)
    if not width:
        return ItemPicture(url, alt, most, None)
    return ItemPicture(url, alt, width, height or None).within(most)


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_line(name, LONGEST_NAME) for name in names)


def _line(text: str, limit: int) -> str:
    return shorten(clean_text(text[: limit * 20]), limit)

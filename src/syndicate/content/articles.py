"""A record, what its file says and its text -> the article. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from syndicate.content.naming import key_of
from syndicate.model import Article, ArticleRecord, ArticleState, Body, Parsed

NO_TEXT = Body("")


def article_of(record: ArticleRecord, parsed: Parsed, body: Body, *, base: str = "") -> Article:
    """Return the article, ready to publish.

    `base` is the publication's URL where another program makes the pages, which is then where its link
    leads; "" where we make them.
    """
    published = record.published_at or record.undated_at
    return Article(
        id=record.id,
        path=record.path,
        slug=record.slug,
        title=parsed.title,
        html=body.html,
        summary=parsed.summary or body.summary,
        language=parsed.language,
        published=published,
        updated=record.updated_at or published,
        visible_at=record.visible_at or published,
        authors=parsed.authors,
        tags=parsed.tags,
        picture=body.picture,
        media=body.media,
        present=record.state is ArticleState.PRESENT,
        categories=parsed.categories,
        enclosures=body.enclosures,
        link=link_of(record.address, base) if base else "",
        permalink=record.permalink,
        canonical=parsed.canonical,
        aliases=tuple(dict.fromkeys((*record.aliases, *parsed.aliases))),
        key=parsed.key or key_of(record.path),
        correction=parsed.correction,
        featured=parsed.featured,
        pinned=parsed.pinned,
        again_at=record.again_at,
        resent_at=record.resent_at,
    )


def link_of(address: str, base: str) -> str:
    """Return the absolute URL of the page at `address` of a publication at `base`."""
    return address if urlsplit(address).scheme else f"{base}{address}"

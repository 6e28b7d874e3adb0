"""What an article's page tells machines: its facts as schema.org has them. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from syndicate import links
from syndicate.config import Publication
from syndicate.pages.stories import Story

_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
_LONGEST = 110  # characters: what search engines show of a headline


def facts_of(story: Story, publication: Publication, address: str) -> Markup:
    """Return the article at the absolute `address` as JSON-LD (schema.org/Article), safe in a ``script``."""
    zone, base = publication.timezone, publication.url
    facts = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": story.title if len(story.title) <= _LONGEST else f"{story.title[: _LONGEST - 1]}…",
        "description": story.summary,
        "url": address,
        "mainEntityOfPage": address,
        "inLanguage": story.language or publication.language,
        "datePublished": _iso(story.published, zone),
        "dateModified": _iso(story.changed, zone),
        "image": _image(story, base),
        "author": [
            {"@type": "Person", "name": name, **_page(name, story, base)} for name in story.authors if name
        ]
        or [{"@type": "Organization", "name": publication.author or publication.title, "url": f"{base}/"}],
        "publisher": {
            "@type": "Organization",
            "name": publication.title,
            "url": f"{base}/",
            **_logo(publication),
        },
        "keywords": list(story.tags),
        "correction": story.correction,
    }
    text = json.dumps({name: value for name, value in facts.items() if value}, ensure_ascii=False)
    return Markup(text.translate(_ESCAPES))  # noqa: S704 no element can begin or end in it


def _page(name: str, story: Story, base: str) -> dict[str, str]:
    folder = links.author_folder(name)
    return {"url": links.url(base, f"{folder}/index.html")} if folder in story.folders else {}


def _image(story: Story, base: str) -> object:
    url, picture = story.picture_url(base), story.picture
    if not url or picture is None or not (picture.width and picture.height):
        return url
    return {"@type": "ImageObject", "url": url, "width": picture.width, "height": picture.height}


def _logo(publication: Publication) -> dict[str, str]:
    return {"logo": publication.icon} if publication.icon else {}


def _iso(moment: datetime, zone: ZoneInfo) -> str:
    try:
        return moment.astimezone(zone).isoformat(timespec="seconds")
    except OverflowError:
        return moment.isoformat(timespec="seconds")

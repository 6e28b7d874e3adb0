"""A web page that was named where a feed belongs: that it is one, and which feeds it names."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import etree

from syndicate.app.moving.fetching import is_address

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head)\b",
    re.I | re.S,
)
_LOOKED_AT = 500_000  # bytes: the head of a page comes first
_MOST = 3
_FEEDS = ("rss+xml", "atom+xml", "feed+json", "rdf+xml")


def is_page(body: bytes) -> bool:
    """Return whether `body` is a web page by its first bytes."""
    return _PAGE.match(body[:10_000]) is not None


def feeds_of(body: bytes, *, name: str) -> list[str]:
    """Return the addresses of the first feeds that the page `name` names by ``<link rel=alternate>``."""
    parser = etree.HTMLParser(no_network=True, recover=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(body[:_LOOKED_AT], parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    found: dict[str, None] = {}
    for link in root.iter("link") if root is not None else ():
        place = (link.get("href") or "").strip()
        alternate = "alternate" in (link.get("rel") or "").lower().split()
        if place.isprintable() and place and alternate and _is_feed(link.get("type") or ""):
            found[_whole(place, name)] = None
    return list(found)[:_MOST]


def _is_feed(kind: str) -> bool:
    return kind.lower().partition(";")[0].strip().removeprefix("application/") in _FEEDS


def _whole(place: str, name: str) -> str:
    try:
        return urljoin(name, place) if is_address(name) else place
    except ValueError:
        return place

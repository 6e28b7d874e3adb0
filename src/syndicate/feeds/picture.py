"""An article's picture as Media RSS, for RSS and Atom alike (rssboard.org/media-rss)."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from syndicate.feeds.generator import Element, add
from syndicate.model import Picture

NAMESPACE = "http://search.yahoo.com/mrss/"

# A table of our own: the system's differs from machine to machine, and so would the feeds.
_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}


def add_picture(element: Element, picture: Picture) -> None:
    """Add media:content, with the picture's alternative text, and media:thumbnail to an item's element."""
    attributes = {"url": picture.src, "medium": "image"}
    if kind := _TYPES.get(PurePosixPath(urlsplit(picture.src).path).suffix.lower()):
        attributes["type"] = kind
    size = {}
    if picture.width and picture.height:
        size = {"width": str(picture.width), "height": str(picture.height)}
    content = add(element, f"{{{NAMESPACE}}}content", attributes=attributes | size)
    if picture.alt:
        add(content, f"{{{NAMESPACE}}}description", picture.alt, {"type": "plain"})
    add(element, f"{{{NAMESPACE}}}thumbnail", attributes={"url": picture.src} | size)

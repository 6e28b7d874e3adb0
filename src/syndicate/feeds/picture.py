"""An article's picture as Media RSS, for RSS and Atom alike (rssboard.org/media-rss)."""

from __future__ import annotations

from syndicate.feeds.generator import Element, add
from syndicate.feeds.mediatypes import picture_type
from syndicate.model import Picture

NAMESPACE = "http://search.yahoo.com/mrss/"


def add_picture(element: Element, picture: Picture) -> None:
    """Add media:content, with the picture's alternative text, and media:thumbnail to an item's element."""
    attributes = {"url": picture.src, "medium": "image"}
    if kind := picture_type(picture.src):
        attributes["type"] = kind
    size = {}
    if picture.width and picture.height:
        size = {"width": str(picture.width), "height": str(picture.height)}
    content = add(element, f"{{{NAMESPACE}}}content", attributes=attributes | size)
    if picture.alt:
        add(content, f"{{{NAMESPACE}}}description", picture.alt, {"type": "plain"})
    add(element, f"{{{NAMESPACE}}}thumbnail", attributes={"url": picture.src} | size)

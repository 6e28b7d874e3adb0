"""A document as Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from syndicate.feedfiles import KINDS
from syndicate.feeds import generator, picture
from syndicate.feeds.document import Document, Item
from syndicate.feeds.generator import Element, add

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render(document: Document) -> bytes:
    """Return `document` as Atom 1.0."""
    return generator.atom(document, document.addresses["atom"], KINDS["atom"].content_type, _FINISH)


def _finish_feed(_feed: Element, _document: Document) -> None:
    """Add nothing: feedgen's element for the feed itself is whole."""


def _finish_entry(element: Element, item: Item) -> None:
    # feedgen's tree is outside of every namespace; an Atom element added here must be so too
    element.set(_LANG, item.language)
    for name in item.authors:
        add(add(element, "author"), "name", name)
    add(element, "published", item.published.isoformat())
    for one in item.enclosures:
        length = {"length": str(one.length)} if one.length else {}
        add(element, "link", attributes={"href": one.src, "rel": "enclosure", "type": one.type} | length)
    if item.picture:
        picture.add_picture(element, item.picture)


_FINISH = generator.Finish(namespaces={"media": picture.NAMESPACE}, feed=_finish_feed, item=_finish_entry)

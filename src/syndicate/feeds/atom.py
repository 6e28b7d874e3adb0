"""A document as Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from syndicate.feeds import generator, picture
from syndicate.feeds.document import Document, Item
from syndicate.feeds.generator import Element, add

FILENAME = "atom.xml"
CONTENT_TYPE = "application/atom+xml"

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render(document: Document) -> bytes:
    """Return `document` as Atom 1.0."""
    return generator.atom(document, document.address(FILENAME), CONTENT_TYPE, _FINISH)


def _finish_feed(_feed: Element, _document: Document) -> None:
    """Add nothing: feedgen's element for the feed itself is whole."""


def _finish_entry(element: Element, item: Item) -> None:
    # feedgen's tree is outside of every namespace; an Atom element added here must be so too
    element.set(_LANG, item.language)
    for name in item.authors:
        add(add(element, "author"), "name", name)
    add(element, "published", item.published.isoformat())
    if item.picture:
        picture.add_picture(element, item.picture)


_FINISH = generator.Finish(namespaces={"media": picture.NAMESPACE}, feed=_finish_feed, item=_finish_entry)

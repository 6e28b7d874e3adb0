"""A document as RSS 2.0 (rssboard.org/rss-specification, with the profile's advice)."""

from __future__ import annotations

from html import escape

from syndicate.feedfiles import KINDS
from syndicate.feeds import generator, picture
from syndicate.feeds.document import Document, Item, rfc5322
from syndicate.feeds.generator import Element, add

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def render(document: Document) -> bytes:
    """Return `document` as RSS 2.0."""
    return generator.rss(document, document.addresses["rss"], KINDS["rss"].content_type, _FINISH)


def _finish_channel(channel: Element, document: Document) -> None:
    for found in channel.findall("generator"):
        found.text = f"syndicate {document.version}"
    add(channel, "lastBuildDate", rfc5322(document.updated))
    add(channel, f"{_DC}creator", document.author)


def _finish_item(element: Element, item: Item) -> None:
    _finish_texts(element, item)
    if item.permalink:
        for guid in element.findall("guid"):
            guid.set("isPermaLink", "true")
    for one in item.enclosures[:1]:  # readers take one, and the specification speaks of one
        add(element, "enclosure", attributes={"url": one.src, "length": str(one.length), "type": one.type})
    # an RSS author must be a mail address; names go into dc:creator
    for name in item.authors:
        add(element, f"{_DC}creator", name)
    add(element, f"{_DC}language", item.language)
    add(element, "pubDate", rfc5322(item.published))
    add(element, f"{_ATOM}updated", item.updated.isoformat())
    if item.picture:
        picture.add_picture(element, item.picture)


def _finish_texts(element: Element, item: Item) -> None:
    """Set right what feedgen makes of the texts: a description is HTML, and so is the plain summary in it."""
    description = element.find("description")
    if description is None:
        return
    if item.summary:
        description.text = escape(item.summary, quote=False)
    else:
        description.tag = f"{_CONTENT}encoded"


_FINISH = generator.Finish(
    namespaces={"dc": _DC.strip("{}"), "media": picture.NAMESPACE},
    feed=_finish_channel,
    item=_finish_item,
)

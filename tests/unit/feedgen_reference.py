"""Feeds as feedgen makes them whole, items too, with its faults cured: what our own writing must equal."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from lxml.etree import SubElement, _Element, tostring

from syndicate.feedfiles import KINDS
from syndicate.feeds import atom as atom_format
from syndicate.feeds import generator
from syndicate.feeds import rss as rss_format
from syndicate.feeds.document import Document, Item, rfc5322
from syndicate.feeds.mediatypes import picture_type
from syndicate.model import Picture

_AT = "{http://purl.org/atompub/tombstones/1.0}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def rss(document: Document) -> bytes:
    """`document` as RSS 2.0."""
    made = _made(document, "rss", rss_format.finish(document), _RssEntry)
    body: bytes = made.rss_str(pretty=True)
    return body


def atom(document: Document) -> bytes:
    """`document` as Atom 1.0."""
    made = _made(document, "atom", atom_format.finish(document), _AtomEntry)
    root, _ = made._create_atom()
    for one in document.gone:
        deleted = _add(root, f"{_AT}deleted-entry", None, {"ref": one.id, "when": one.when.isoformat()})
        _add(deleted, "link", None, {"href": one.url, "rel": "alternate", "type": "text/html"})
    body: bytes = tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
    return body


def as_json(body: bytes) -> bytes:
    """What the json module makes of a JSON Feed's values."""
    return json.dumps(json.loads(body), ensure_ascii=False, indent=1).encode() + b"\n"


def _made(document: Document, form: Any, finish: generator.Finish, entry: type[_Entry]) -> Any:
    made = generator._generator(document, document.addresses[form], KINDS[form].content_type, finish)
    for item in document.items:
        made.add_entry(entry(item), order="append")
    return made


class _Entry(FeedEntry):  # type: ignore[misc]  # feedgen has no types
    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item
        self.guid(item.id, permalink=item.permalink)
        self.title(item.title)
        self.updated(item.updated)
        self.link(href=item.url, rel="alternate", type="text/html")
        if item.summary:
            self.summary(item.summary, type="text")
        if item.html is not None:
            self.content(item.html, type="html")
        for tag in item.tags:
            self.category(term=tag)


class _AtomEntry(_Entry):
    def atom_entry(self, extensions: bool = True) -> _Element:
        element: _Element = super().atom_entry(extensions)
        for made, link in zip(element.findall("link"), self.link(), strict=True):
            made.attrib.update({name: link[name] for name in ("rel", "type") if link.get(name)})
        element.set(_LANG, self.item.language)
        for name in self.item.authors:
            _add(_add(element, "author"), "name", name)
        _add(element, "published", self.item.published.isoformat())
        for one in self.item.enclosures:
            length = {"length": str(one.length)} if one.length else {}
            _add(element, "link", None, {"href": one.src, "rel": "enclosure", "type": one.type} | length)
        _picture(element, self.item.picture)
        return element


class _RssEntry(_Entry):
    def rss_entry(self, extensions: bool = True) -> _Element:
        for one in self.item.enclosures[:1]:
            self.enclosure(one.src, str(one.length), one.type)
        element: _Element = super().rss_entry(extensions)
        description = element.find("description")
        if description is not None and self.item.summary:
            description.text = escape(self.item.summary, quote=False)
        elif description is not None:
            description.tag = f"{_CONTENT}encoded"
        for name in self.item.authors:
            _add(element, f"{_DC}creator", name)
        _add(element, f"{_DC}language", self.item.language)
        _add(element, "pubDate", rfc5322(self.item.published))
        _add(element, f"{_ATOM}updated", self.item.updated.isoformat())
        _picture(element, self.item.picture)
        return element


def _picture(element: _Element, picture: Picture | None) -> None:
    if picture is None:
        return
    attributes = {"url": picture.src, "medium": "image"}
    if kind := picture_type(picture.src):
        attributes["type"] = kind
    size = {}
    if picture.width and picture.height:
        size = {"width": str(picture.width), "height": str(picture.height)}
    content = _add(element, f"{_MEDIA}content", None, attributes | size)
    if picture.alt:
        _add(content, f"{_MEDIA}description", picture.alt, {"type": "plain"})
    _add(element, f"{_MEDIA}thumbnail", None, {"url": picture.src} | size)


def _add(
    parent: _Element, name: str, text: str | None = None, attributes: dict[str, str] | None = None
) -> _Element:
    made = SubElement(parent, name, attributes or {})
    made.text = text
    return made

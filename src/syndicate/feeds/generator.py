"""feedgen's door: the only file that knows it and the lxml beneath it, and where its faults are cured.

feedgen has been frozen since December 2023. What it gets wrong, it is not asked for: dates of RSS, authors,
pictures and languages are written by the formats through `Finish`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement, _Element

from syndicate.feeds.document import Document, Item

Element: TypeAlias = _Element

_LINK_ATTRIBUTES = ("rel", "type", "hreflang", "title", "length")


@dataclass(frozen=True, slots=True)
class Finish:
    """What a format adds to feedgen's work: namespaces by prefix, to the feed's element, to each item's."""

    namespaces: Mapping[str, str]
    feed: Callable[[Element, Document], None]
    item: Callable[[Element, Item], None]


class _FeedExtras(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Declares the namespaces and finishes the feed's own element before the items follow.

    Only an extension of the feed can declare a namespace; feedgen's own dc and media are faulty.
    """

    def __init__(self, document: Document, finish: Finish) -> None:
        self.document = document
        self.finish = finish

    def extend_ns(self) -> dict[str, str]:
        return dict(self.finish.namespaces)

    def extend_rss(self, feed: Element) -> Element:
        self.finish.feed(feed[0], self.document)
        return feed

    def extend_atom(self, feed: Element) -> Element:
        self.finish.feed(feed, self.document)
        return feed


class _Entry(FeedEntry):  # type: ignore[misc]  # feedgen has no types
    """An entry whose links keep their attributes (feedgen #135, #143) and which the format finishes."""

    def __init__(self, item: Item, finish: Finish) -> None:
        super().__init__()
        self.item = item
        self.finish = finish
        self.id(item.id)
        self.title(item.title)
        self.updated(item.updated)  # else it is now()
        self.link(href=item.url, rel="alternate", type="text/html")
        if item.summary:
            self.summary(item.summary, type="text")
        if item.html is not None:
            self.content(item.html, type="html")
        for tag in item.tags:
            self.category(term=tag)

    def atom_entry(self, extensions: bool = True) -> Element:
        element: Element = super().atom_entry(extensions)
        for made, link in zip(element.findall("link"), self.link(), strict=True):
            for name in _LINK_ATTRIBUTES:
                if link.get(name):
                    made.set(name, link[name])
        self.finish.item(element, self.item)
        return element

    def rss_entry(self, extensions: bool = True) -> Element:
        element: Element = super().rss_entry(extensions)
        self.finish.item(element, self.item)
        return element


def add(
    parent: Element, name: str, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> Element:
    """Add an element to `parent` and return it; `name` is ``{namespace}name`` where it has a namespace."""
    made = SubElement(parent, name, dict(attributes or {}))
    made.text = text
    return made


def rss(document: Document, address: str, content_type: str, finish: Finish) -> bytes:
    """Return `document` as RSS 2.0, found at `address`."""
    body: bytes = _generator(document, address, content_type, finish).rss_str(pretty=True)
    return body


def atom(document: Document, address: str, content_type: str, finish: Finish) -> bytes:
    """Return `document` as Atom 1.0 (RFC 4287), found at `address`."""
    body: bytes = _generator(document, address, content_type, finish).atom_str(pretty=True)
    return body


def _generator(document: Document, address: str, content_type: str, finish: Finish) -> Any:
    made = FeedGenerator()
    made.id(document.id)
    made.title(document.title)
    made.description(document.description)
    made.language(document.language)
    made.author(name=document.author)
    made.generator("syndicate", version=document.version)
    made.docs("https://www.rssboard.org/rss-specification")
    made.ttl(15)
    made.updated(document.updated)  # else it is now()
    # feedgen writes RSS dates by switching the locale of the whole process: it gets none to write
    made._FeedGenerator__rss_lastBuildDate = None
    made.link(href=address, rel="self", type=content_type)
    made.link(href=document.home, rel="alternate", type="text/html")  # last: it becomes RSS's link
    made.register_extension("extras", lambda: _FeedExtras(document, finish))
    for item in document.items:
        made.add_entry(_Entry(item, finish), order="append")
    return made

"""feedgen's door: the only file that knows it and the lxml beneath it, and where its faults are cured.

feedgen has been frozen since December 2023. It makes the feed itself; items, of which there are thousands,
the formats write as it would, in a tenth of its time. What it gets wrong, it is not asked for: RSS's date is
written by the format through `Finish`. Both libraries are loaded when the first feed is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from feedgen.ext.base import BaseExtension

if TYPE_CHECKING:
    from lxml.etree import _Element

    from syndicate.feedfiles import FeedFormat
    from syndicate.feeds.document import Document

    Element: TypeAlias = _Element

HISTORY = "http://purl.org/syndication/history/1.0"

_RSS_END = b"  </channel>\n</rss>\n"
_ATOM_END = b"</feed>\n"


@dataclass(frozen=True, slots=True)
class Finish:
    """What a format adds to feedgen's work: namespaces by prefix, and to the feed's element."""

    namespaces: Mapping[str, str]
    feed: Callable[[Element, Document], None]


@dataclass(frozen=True, slots=True)
class Shell:
    """A feed without its items: what stands before them, and after."""

    start: bytes
    end: bytes

    def filled(self, items: Iterable[bytes]) -> bytes:
        """Return the feed with `items`, each on lines of its own."""
        return b"".join((self.start, *items, self.end))


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


def add(
    parent: Element, name: str, text: str | None = None, attributes: Mapping[str, str] | None = None
) -> Element:
    """Add an element to `parent` and return it; `name` is ``{namespace}name`` where it has a namespace."""
    from lxml.etree import SubElement

    made = SubElement(parent, name, dict(attributes or {}))
    made.text = text
    return made


def parsed(body: bytes) -> Element:
    """Return the root of an XML document; ValueError says where it is not well-formed.

    As readers do: nothing is mended, and no entity and no other file is fetched.
    """
    from lxml.etree import XMLParser, XMLSyntaxError, fromstring

    try:
        return fromstring(body, XMLParser(resolve_entities=False, no_network=True))
    except XMLSyntaxError as error:
        raise ValueError(f"it is not well-formed: {error}") from None


def relate(
    parent: Element, document: Document, form: FeedFormat, content_type: str, namespace: str = ""
) -> None:
    """Add to a feed's element its hubs, and its place in the history (RFC 5005, section 4).

    feedgen writes no such links in RSS; in Atom its own elements have no namespace, so `namespace` is "".
    """
    for hub in document.hubs:
        add(parent, f"{namespace}link", None, {"href": hub, "rel": "hub"})
    for relation, addresses in document.relations.items():
        add(parent, f"{namespace}link", None,
            {"href": addresses[form], "rel": relation, "type": content_type})  # fmt: skip
    if document.archive:
        add(parent, f"{{{HISTORY}}}archive")


def rss(document: Document, address: str, content_type: str, finish: Finish) -> Shell:
    """Return `document` as RSS 2.0, found at `address`, without its items."""
    return _opened(_generator(document, address, content_type, finish).rss_str(pretty=True), _RSS_END)


def atom(document: Document, address: str, content_type: str, finish: Finish) -> Shell:
    """Return `document` as Atom 1.0 (RFC 4287), found at `address`, without its items."""
    return _opened(_generator(document, address, content_type, finish).atom_str(pretty=True), _ATOM_END)


def _opened(whole: bytes, end: bytes) -> Shell:
    if not whole.endswith(end):
        raise AssertionError(f"feedgen ends a feed otherwise than with {end!r}")
    return Shell(whole[: -len(end)], end)


def _generator(document: Document, address: str, content_type: str, finish: Finish) -> Any:
    from feedgen.feed import FeedGenerator

    made = FeedGenerator()
    made.id(document.id)
    made.title(document.title)
    made.description(document.description)
    made.language(document.language)
    made.author(name=document.author)
    made.generator("syndicate", version=document.version)
    made.docs("https://www.rssboard.org/rss-specification")
    if document.ttl and not document.archive:
        made.ttl(document.ttl)
    made.updated(document.updated)  # else it is now()
    # feedgen writes RSS dates by switching the locale of the whole process: it gets none to write
    made._FeedGenerator__rss_lastBuildDate = None
    if document.icon:
        made.icon(document.icon)  # Atom's; some readers look for a logo alone
        made.logo(document.icon)
        made.image(document.icon, title=document.title, link=document.home)  # RSS's
    made.link(href=address, rel="self", type=content_type)
    made.link(href=document.home, rel="alternate", type="text/html")  # last: it becomes RSS's link
    made.register_extension("extras", lambda: _FeedExtras(document, finish))
    return made

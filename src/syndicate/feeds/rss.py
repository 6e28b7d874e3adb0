"""A document as RSS 2.0 (rssboard.org/rss-specification, with the profile's advice)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from syndicate.feedfiles import KINDS
from syndicate.feeds import generator, picture
from syndicate.feeds.document import Document, Item, rfc5322
from syndicate.feeds.generator import add
from syndicate.feeds.xml import attribute, text

if TYPE_CHECKING:
    from syndicate.feeds.generator import Element

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def render(document: Document) -> bytes:
    """Return `document` as RSS 2.0."""
    address, content_type = document.addresses["rss"], KINDS["rss"].content_type
    shell = generator.rss(document, address, content_type, finish(document))
    return shell.filled(item.written("rss", written) for item in document.items)


def written(item: Item) -> str:
    """Return `item` as an element of the channel, on lines of its own.

    As feedgen would write it, but for its faults: a description is HTML, and so is the plain summary in it;
    an author must be a mail address, so names go into dc:creator; a date needs no locale. Of recordings
    readers take one, and the specification speaks of one.
    """
    lines = [f"    <item>\n      <title>{text(item.title)}</title>\n      <link>{text(item.url)}</link>\n"]
    if item.summary:
        lines.append(f"      <description>{text(escape(item.summary, quote=False))}</description>\n")
    if item.html is not None:
        lines.append(f"      <content:encoded>{text(item.html)}</content:encoded>\n")
    permalink = "true" if item.permalink else "false"
    lines.append(f'      <guid isPermaLink="{permalink}">{text(item.id)}</guid>\n')
    lines += [f"      <category>{text(tag)}</category>\n" for tag in item.tags]
    lines += [
        f'      <enclosure url="{attribute(one.src)}" length="{one.length}" type="{one.type}"/>\n'
        for one in item.enclosures[:1]
    ]
    lines += [f"      <dc:creator>{text(name)}</dc:creator>\n" for name in item.authors]
    lines.append(
        f"      <dc:language>{text(item.language)}</dc:language>\n"
        f"      <pubDate>{rfc5322(item.published)}</pubDate>\n"
        f"      <atom:updated>{item.updated.isoformat()}</atom:updated>\n"
    )
    if item.picture:
        lines.append(picture.written(item.picture, "      "))
    lines.append("    </item>\n")
    return "".join(lines)


def finish(document: Document) -> generator.Finish:
    """Return what feedgen's channel lacks; a namespace is declared only where it is used."""
    history = {"fh": generator.HISTORY} if document.archive else {}
    return generator.Finish({"dc": _DC.strip("{}"), "media": picture.NAMESPACE} | history, _finish)


def _finish(channel: Element, document: Document) -> None:
    for found in channel.findall("generator"):
        found.text = f"syndicate {document.version}"
    add(channel, "lastBuildDate", rfc5322(document.updated))
    add(channel, f"{_DC}creator", document.author)
    generator.relate(channel, document, "rss", KINDS["rss"].content_type, _ATOM)

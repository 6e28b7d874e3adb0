"""A document as Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndicate.feedfiles import KINDS
from syndicate.feeds import generator, picture
from syndicate.feeds.document import Document, Item
from syndicate.feeds.xml import attribute, text
from syndicate.model import Enclosure, Tombstone

if TYPE_CHECKING:
    from syndicate.feeds.generator import Element

_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


def render(document: Document) -> bytes:
    """Return `document` as Atom 1.0."""
    address, content_type = document.addresses["atom"], KINDS["atom"].content_type
    shell = generator.atom(document, address, content_type, finish(document))
    entries = [item.written("atom", written) for item in document.items]
    return shell.filled([*entries, *(_deleted(one).encode() for one in document.gone)])


def written(item: Item) -> str:
    """Return `item` as an entry of the feed, on lines of its own.

    As feedgen would write it, but its links keep their attributes (feedgen #135, #143), and it has its
    language.
    """
    lines = [
        f'  <entry xml:lang="{attribute(item.language)}">\n'
        f"    <id>{text(item.id)}</id>\n"
        f"    <title>{text(item.title)}</title>\n"
        f"    <updated>{item.updated.isoformat()}</updated>\n"
    ]
    if item.html:
        lines.append(f'    <content type="html">{text(item.html)}</content>\n')
    elif item.html is not None:
        lines.append('    <content type="html"/>\n')
    lines.append(f'    <link href="{attribute(item.url)}" rel="alternate" type="text/html"/>\n')
    if item.summary:
        lines.append(f'    <summary type="text">{text(item.summary)}</summary>\n')
    lines += [f'    <category term="{attribute(tag)}"/>\n' for tag in item.tags]
    lines += [f"    <author>\n      <name>{text(name)}</name>\n    </author>\n" for name in item.authors]
    lines.append(f"    <published>{item.published.isoformat()}</published>\n")
    lines += map(_enclosure, item.enclosures)
    if item.picture:
        lines.append(picture.written(item.picture, "    "))
    lines.append("  </entry>\n")
    return "".join(lines)


def _enclosure(one: Enclosure) -> str:
    length = f' length="{one.length}"' if one.length else ""
    return f'    <link href="{attribute(one.src)}" rel="enclosure" type="{one.type}"{length}/>\n'


def _deleted(one: Tombstone) -> str:
    """Return what says that an article was withdrawn (RFC 6721); its text and title are not in it."""
    return (
        f'  <at:deleted-entry ref="{attribute(one.id)}" when="{one.when.isoformat()}">\n'
        f'    <link href="{attribute(one.url)}" rel="alternate" type="text/html"/>\n'
        "  </at:deleted-entry>\n"
    )


def finish(document: Document) -> generator.Finish:
    """Return what feedgen's feed lacks; a namespace is declared only where it is used."""
    history = {"fh": generator.HISTORY} if document.archive else {}
    gone = {"at": _TOMBSTONES} if document.gone else {}
    return generator.Finish({"media": picture.NAMESPACE} | history | gone, _finish)


def _finish(feed: Element, document: Document) -> None:
    generator.relate(feed, document, "atom", KINDS["atom"].content_type)

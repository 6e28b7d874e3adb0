"""A feed of another program -> its items: RSS 0.9 to 2.0, RDF, Atom and JSON Feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from lxml import etree

from syndicate.app.moving.webpage import feeds_of, is_page
from syndicate.content.dates import read_date
from syndicate.errors import UsageError

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}origLink"
_PARENTS = {"item": ("channel", "rdf", "rss"), "entry": ("feed",)}
_LONGEST = 1000  # characters of an id, as in front matter
_MOMENTS = ("pubdate", "published", "date", "issued", "created", "updated", "modified")


@dataclass(frozen=True, slots=True)
class Item:
    """An item as its feed has it. `id` is what readers tell it by: its id or guid, else its link.

    `permalink` is RSS's isPermaLink, True where the item says nothing of it. `links` are its addresses, the
    truest first; `at` is None where it has no date that can be read.
    """

    id: str
    permalink: bool
    links: tuple[str, ...]
    title: str
    at: datetime | None


def items_of(body: bytes, *, name: str) -> list[Item]:
    """Return the items of the feed in `body`, in its order.

    One without id and link, or whose id no feed of ours could hold, is none.

    Raises UsageError with `name` where it is no feed. No entity is looked up, nothing is fetched.
    """
    if is_page(body):
        raise UsageError(_page(body, name))
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return list(_of_json(body, name))
    found = _Found()
    try:
        for event, element in etree.iterparse(
            BytesIO(body),
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        ):
            found.take(event, element)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"{name}: is no feed: {error}") from None
    if found.root not in ("rss", "rdf", "feed"):
        raise UsageError(
            f"{name}: is no feed: it begins with <{found.root or '?'}>; name RSS, Atom or JSON Feed"
        )
    return found.items


def _page(body: bytes, name: str) -> str:
    feeds = feeds_of(body, name=name)
    hint = f"; the feed it names is {' or '.join(feeds)}" if feeds else "; name RSS, Atom or JSON Feed"
    return f"{name}: is no feed but a web page{hint}"


class _Found:
    """What was seen of an XML document up to now."""

    def __init__(self) -> None:
        self.root = ""
        self.items: list[Item] = []

    def take(self, event: str, element: Any) -> None:
        name = _local(element)
        if not self.root:
            self.root = name
        if event == "start" or name not in _PARENTS:
            return
        parent = element.getparent()
        if parent is None or _local(parent) not in _PARENTS[name]:
            return
        item = _of_xml(element)
        if item:
            self.items.append(item)
        element.clear()
        while element.getprevious() is not None and _local(element.getprevious()) == name:
            del parent[0]


def _local(element: Any) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _of_xml(element: Any) -> Item | None:
    texts: dict[str, str] = {}
    links: list[str] = []
    permalink = False
    for child in element:
        name = _local(child)
        if name == "link":
            links += _link(child)
        elif child.tag == _FEEDBURNER:
            links.insert(0, _text(child))
        elif name:
            texts.setdefault(name, _text(child))
        if name == "guid":
            permalink = child.get("isPermaLink", "true").strip().lower() != "false"
    given = texts.get("guid") or texts.get("id") or (element.get(_RDF) or "").strip()
    moments = (moment for name in _MOMENTS if (moment := _moment(texts.get(name, ""))))
    return _item(
        given, permalink or not given, [link for link in links if link], texts.get("title", ""), moments
    )


def _item(
    given: str, permalink: bool, links: list[str], title: str, moments: Iterator[datetime]
) -> Item | None:
    if given.startswith(("http://", "https://")):
        links = [*links, given]
    name = given or (links[0] if links else "")
    if not name or len(name) > _LONGEST or not name.isprintable():
        return None
    return Item(name, permalink, tuple(dict.fromkeys(links)), " ".join(title.split()), next(moments, None))


def _link(element: Any) -> list[str]:
    """Return the address in a link: RSS's text, or Atom's ``href`` where it is the entry's own page."""
    if element.get("rel", "alternate") != "alternate":
        return []
    return [urljoin(element.base or "", element.get("href", "").strip()) or _text(element)]


def _text(element: Any) -> str:
    """Return an element's text without the white space around it, which no reader takes as part of an id."""
    return "".join(element.itertext()).strip()


def _moment(text: str) -> datetime | None:
    """Return the instant that a date of a feed is (RFC 822, RFC 3339, or as people write), in UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime, _read):
        try:
            moment = read(text.strip()) if text.strip() else None
            if moment is not None:
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _read(text: str) -> datetime | None:
    found: date | datetime | None = read_date(text, language="en", zone=ZoneInfo("UTC"))
    if found is None or isinstance(found, datetime):
        return found
    return datetime.combine(found, time(12), UTC)


def _of_json(body: bytes, name: str) -> Iterator[Item]:
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: is no feed: {error}") from None
    entries = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(entries, list):
        raise UsageError(f"{name}: is no JSON Feed: it has no items")
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        given = entry.get("id")
        links = [entry[key].strip() for key in ("url", "external_url") if isinstance(entry.get(key), str)]
        said = (_moment(str(entry.get(key) or "")) for key in ("date_published", "date_modified"))
        item = _item(
            str(given).strip() if isinstance(given, str | int | float) else "",
            not given,
            [link for link in links if link],
            str(entry.get("title") or ""),
            (moment for moment in said if moment),
        )
        if item:
            yield item

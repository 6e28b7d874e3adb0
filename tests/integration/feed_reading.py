"""Feeds as a reader takes them: RSS and Atom by feedparser, JSON Feed by its rules, all as one model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
AT = "{http://purl.org/atompub/tombstones/1.0}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MIME = re.compile(r"[a-z]+/[a-z0-9.+-]+")


@dataclass(frozen=True)
class Entry:
    """What every format says of an article. Moments are in UTC."""

    id: str
    link: str
    title: str
    published: datetime
    updated: datetime
    html: str
    summary: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    picture: str
    enclosures: tuple[tuple[str, str, int], ...]


def read(path: Path) -> list[Entry]:
    """Return the entries of a feed file in their order."""
    return entries(path.read_bytes())


def entries(body: bytes) -> list[Entry]:
    """Return the entries of a feed, whatever its format, in their order."""
    if body.startswith(b"{"):
        return [of_json(item) for item in json.loads(body)["items"]]
    root = strictly(body)
    if root.tag == "rss":
        return [of_rss(item) for item in root.iter("item")]
    return [of_atom(entry) for entry in root.iter(f"{ATOM}entry")]


def tombstones(body: bytes) -> list[tuple[str, datetime]]:
    """Return the ids that an Atom feed says are gone, and since when (RFC 6721)."""
    return [
        (one.get("ref", ""), moment(one.get("when", ""))) for one in strictly(body).iter(f"{AT}deleted-entry")
    ]


def strictly(body: bytes) -> Any:
    """Return the root of an XML document, of which nothing is mended."""
    return etree.fromstring(body, etree.XMLParser(recover=False, resolve_entities=False))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def of_rss(item: Any) -> Entry:
    pictures = [one.get("url") for one in item.findall(f"{MEDIA}content")]
    return Entry(
        id=item.findtext("guid"),
        link=item.findtext("link"),
        title=item.findtext("title"),
        published=parsedate_to_datetime(item.findtext("pubDate")).astimezone(UTC),
        updated=moment(item.findtext(f"{ATOM}updated")),
        html=item.findtext(CONTENT) or "",
        summary=unescape(item.findtext("description") or ""),
        authors=tuple(one.text for one in item.findall(f"{DC}creator")),
        tags=tuple(one.text for one in item.findall("category")),
        language=item.findtext(f"{DC}language"),
        picture=pictures[0] if pictures else "",
        enclosures=tuple(
            (one.get("url"), one.get("type"), int(one.get("length"))) for one in item.findall("enclosure")
        ),
    )


def of_atom(entry: Any) -> Entry:
    links = [(one.get("rel"), one) for one in entry.findall(f"{ATOM}link")]
    pictures = [one.get("url") for one in entry.findall(f"{MEDIA}content")]
    (alternate,) = [one.get("href") for rel, one in links if rel == "alternate"]
    return Entry(
        id=entry.findtext(f"{ATOM}id"),
        link=alternate,
        title=entry.findtext(f"{ATOM}title"),
        published=moment(entry.findtext(f"{ATOM}published")),
        updated=moment(entry.findtext(f"{ATOM}updated")),
        html=entry.findtext(f"{ATOM}content") or "",
        summary=entry.findtext(f"{ATOM}summary") or "",
        authors=tuple(one.text for one in entry.findall(f"{ATOM}author/{ATOM}name")),
        tags=tuple(one.get("term") for one in entry.findall(f"{ATOM}category")),
        language=entry.get("{http://www.w3.org/XML/1998/namespace}lang"),
        picture=pictures[0] if pictures else "",
        enclosures=tuple(
            (one.get("href"), one.get("type"), int(one.get("length", "0")))
            for rel, one in links
            if rel == "enclosure"
        ),
    )


def of_json(item: dict[str, Any]) -> Entry:
    return Entry(
        id=item["id"],
        link=item["url"],
        title=item["title"],
        published=moment(item["date_published"]),
        updated=moment(item["date_modified"]),
        html=item.get("content_html", ""),
        summary=item.get("summary", ""),
        authors=tuple(one["name"] for one in item["authors"]),
        tags=tuple(item.get("tags", ())),
        language=item["language"],
        picture=item.get("image", ""),
        enclosures=tuple(
            (one["url"], one["mime_type"], one.get("size_in_bytes", 0)) for one in item.get("attachments", ())
        ),
    )


# ---------------------------------------------------------------- what is wrong with one file


def wrong_with_xml(path: Path) -> Iterator[str]:
    """Yield what feedparser, and an XML parser that mends nothing, say against an RSS or Atom file."""
    body = path.read_bytes()
    try:
        strictly(body)
    except etree.XMLSyntaxError as error:
        yield f"{path}: {error}"
        return
    kind = "application/rss+xml" if b"<rss" in body[:200] else "application/atom+xml"
    seen = feedparser.parse(body, response_headers={"content-type": f"{kind}; charset=utf-8"})
    if seen.bozo:
        yield f"{path}: bozo: {seen.get('bozo_exception')}"
    if seen.version not in ("rss20", "atom10"):
        yield f"{path}: is {seen.version} to feedparser"
    if [one.id for one in seen.entries] != [one.id for one in read(path)]:
        yield f"{path}: feedparser sees other ids"
    for one in seen.entries:
        if not one.get("published_parsed") or not one.get("updated_parsed"):
            yield f"{path}: {one.id}: feedparser reads no date"


# JSON Feed 1.1 (jsonfeed.org/version/1.1): each key, with what its value must be.
_FEED = {
    "version": "version", "title": "text", "home_page_url": "url", "feed_url": "url", "description": "text",
    "user_comment": "text", "next_url": "url", "icon": "url", "favicon": "url", "authors": "authors",
    "language": "language", "expired": "bool", "hubs": "hubs", "items": "items",
}  # fmt: skip
_ITEM = {
    "id": "text", "url": "url", "external_url": "url", "title": "text", "content_html": "text",
    "content_text": "text", "summary": "text", "image": "url", "banner_image": "url",
    "date_published": "date", "date_modified": "date", "authors": "authors", "tags": "texts",
    "language": "language", "attachments": "attachments",
}  # fmt: skip
_AUTHOR = {"name": "text", "url": "url", "avatar": "url"}
_HUB = {"type": "text", "url": "url"}
_ATTACHMENT = {
    "url": "url", "mime_type": "mime", "title": "text", "size_in_bytes": "number",
    "duration_in_seconds": "number",
}  # fmt: skip
_LISTS = {"authors": _AUTHOR, "hubs": _HUB, "items": _ITEM, "attachments": _ATTACHMENT}
_REQUIRED = {
    "feed": ("version", "title", "items", "home_page_url", "feed_url"), "items": ("id",),
    "hubs": ("type", "url"), "attachments": ("url", "mime_type"), "authors": (),
}  # fmt: skip


def wrong_with_json(path: Path) -> Iterator[str]:
    """Yield what breaks JSON Feed 1.1 in a file: keys, kinds of values, ids, dates, addresses."""
    body = path.read_bytes()
    if body.startswith(b"\xef\xbb\xbf"):
        yield f"{path}: begins with a byte order mark"
    feed = json.loads(body.decode("utf-8"), object_pairs_hook=_no_key_twice)
    for one in _wrong_object(feed, _FEED, "feed"):
        yield f"{path}: {one}"
    if feed.get("next_url") == feed.get("feed_url"):
        yield f"{path}: its next_url is its feed_url"
    ids = [item.get("id") for item in feed["items"]]
    if len(set(ids)) < len(ids):
        yield f"{path}: an id is there twice"
    for item in feed["items"]:
        if not ("content_html" in item or "content_text" in item):
            yield f"{path}: {item['id']}: no content"
        for author in item.get("authors", ()):
            if not author:
                yield f"{path}: {item['id']}: an author of whom nothing is said"


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs), f"a key is there twice: {pairs}"
    return dict(pairs)


def _wrong_object(value: Any, keys: dict[str, str], what: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{what} is no object: {value!r}"
        return
    for name in _REQUIRED[what]:
        if name not in value:
            yield f"{what} lacks {name}"
    for name, one in value.items():
        if name not in keys and not name.startswith("_"):
            yield f"{what} has {name}, which is no key of JSON Feed"
        elif not name.startswith("_"):
            yield from _wrong_value(one, keys[name], name)


def _wrong_value(value: Any, kind: str, name: str) -> Iterator[str]:
    if kind in _LISTS:
        if not isinstance(value, list):
            yield f"{name} is no array"
        for one in value if isinstance(value, list) else ():
            yield from _wrong_object(one, _LISTS[kind], kind)
        return
    rules: dict[str, Callable[[], bool]] = {
        "text": lambda: isinstance(value, str) and bool(value),
        "texts": lambda: isinstance(value, list) and all(isinstance(one, str) and one for one in value),
        "url": lambda: isinstance(value, str) and is_absolute(value),
        "date": lambda: isinstance(value, str) and bool(RFC3339.fullmatch(value)) and bool(moment(value)),
        "language": lambda: bool(re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value)),
        "mime": lambda: bool(MIME.fullmatch(value)),
        "number": lambda: isinstance(value, int | float) and not isinstance(value, bool) and value >= 0,
        "bool": lambda: isinstance(value, bool),
        "version": lambda: value == "https://jsonfeed.org/version/1.1",
    }
    if not rules[kind]() and not (name == "content_html" and value == ""):
        yield f"{name} is {value!r:.200}, which is no {kind}"


def is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s<>\"]", address)


# ---------------------------------------------------------------- what is wrong with one entry


class _Markup(HTMLParser):
    """Notes what no feed may have: relative addresses, style, active elements, pictures of one pixel."""

    ADDRESSES = frozenset(
        {"href", "src", "poster", "cite", "data", "action", "background", "longdesc", "formaction"}
    )
    LOOKS = frozenset({"style", "bgcolor", "color", "face", "size"})
    ACTIVE = frozenset({
        "script", "style", "iframe", "form", "input", "button", "object", "embed", "base", "meta", "link",
        "font", "svg", "math", "template",
    })  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in self.ACTIVE:
            self.wrong.append(f"<{tag}>")
        for name, value in given.items():
            if name in self.ADDRESSES and not value.startswith(("mailto:", "tel:")):
                self._address(tag, name, value)
            if name == "srcset":
                for one in value.split(", "):
                    self._address(tag, name, one.split(" ")[0])
            if name in self.LOOKS or name.startswith(("on", "data-")):
                self.wrong.append(f"<{tag} {name}={value!r}>")
        if not all(one.startswith("language-") for one in given.get("class", "").split()):
            self.wrong.append(f"<{tag} class={given['class']!r}>")
        if tag == "img":
            if not given.get("src"):
                self.wrong.append("<img> without src")
            if "alt" not in given:
                self.wrong.append(f"<img src={given.get('src')!r}> without alt")
            if {given.get("width"), given.get("height")} & {"0", "1"}:
                self.wrong.append(f"a picture of one pixel: {given}")

    def _address(self, tag: str, name: str, value: str) -> None:
        if not is_absolute(value):
            self.wrong.append(f"<{tag} {name}={value!r}>")


def wrong_with_entry(entry: Entry) -> Iterator[str]:
    """Yield what is wrong with an entry: its text, its addresses, its dates, what is said twice."""
    markup = _Markup()
    markup.feed(entry.html)
    markup.close()
    yield from markup.wrong
    for address in (entry.link, *filter(None, [entry.picture]), *(one[0] for one in entry.enclosures)):
        if not is_absolute(address):
            yield f"{address!r} is not absolute"
    if "<" in entry.summary and re.search(r"</?[a-z]+[ >]", entry.summary):
        yield f"its summary has markup: {entry.summary[:100]!r}"
    if entry.title != " ".join(entry.title.split()) or not entry.title:
        yield f"its title is {entry.title!r}"
    if entry.updated < entry.published:
        yield "it was changed before it was published"
    for names in (entry.authors, entry.tags):
        if len({name.casefold() for name in names}) < len(names):
            yield f"said twice: {names}"
    if not entry.authors:
        yield "it has no author"


def groups(public: Path) -> dict[Path, dict[str, Path]]:
    """Return the feeds below a publish folder, by their folder: the files of their formats by name."""
    found: dict[Path, dict[str, Path]] = {}
    for name in ("rss.xml", "atom.xml", "feed.json"):
        for path in public.rglob(name):
            found.setdefault(path.parent, {})[name] = path
    return found

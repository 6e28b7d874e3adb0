"""Whether a feed may replace the one that is out: its bytes are read again, as a reader would. Pure.

An item stands in many feeds. Its bytes are looked at once, and remembered by their hash; of each file what
is around the items is read, and that ids, dates and order of the whole are sound. Items stand between marks
that no text can hold, since "<" and line ends are escaped in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from syndicate.feedfiles import FeedFormat
from syndicate.feeds import generator

LARGEST: Final = 64_000_000  # bytes: far above what readers take, far below what harms the machine
AHEAD: Final = timedelta(days=1)  # clocks differ
_MOST_TOLD = 10
_MOST_REMEMBERED = 100_000  # items

# What stands before the first item, between two of them, and behind the last one; then what of it is theirs.
_MARKS: dict[FeedFormat, tuple[bytes, bytes, bytes]] = {
    "rss": (b"\n    <item>\n", b"\n    </item>\n    <item>\n", b"\n    </item>\n"),
    "atom": (b"\n  <entry ", b"\n  </entry>\n  <entry ", b"\n  </entry>\n"),
    "json": (b'\n "items": [\n  {\n', b"\n  },\n  {\n", b"\n  }\n ]\n"),
}
_OPENINGS = {"rss": b"    <item>\n", "atom": b"  <entry ", "json": b"  {\n"}
_CLOSINGS = {"rss": b"\n    </item>\n", "atom": b"\n  </entry>\n", "json": b"\n  }"}
_A, _AT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_MEDIA = "{http://search.yahoo.com/mrss/}"
# Sanitised HTML is canonical: every value quoted, no quote in it, no "<" in texts. An attribute's value may
# look like another attribute, so those before it are read as such.
_TAG = r'<[a-z][a-z0-9]*(?: [\w:-]+="[^"]*")*? '
_RELATIVE = re.compile(
    _TAG + r'(?:href|src|poster|cite)="(?!https?://[^/"]|mailto:|tel:)([^"]{0,80})', re.IGNORECASE
)
_SRCSET = re.compile(_TAG + r'srcset="([^"]*)"')
_ACTIVE = re.compile(rf"<(script|style|iframe|form|object|embed|base|meta|link)\b|{_TAG}(on\w+|style)=")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one item says, and what is wrong with it whatever feed it is in."""

    id: str
    published: datetime | None
    updated: datetime | None
    problems: tuple[str, ...]


_memory: dict[tuple[FeedFormat, int], tuple[_Seen, ...]] = {}


def check_feed(path: str, body: bytes, form: FeedFormat, *, now: datetime) -> tuple[str, ...]:
    """Return what is wrong with the feed `body` that is to lie at `path`; empty where it may replace the old.

    Looked at: that it can be parsed; what its format requires; ids, unique; addresses, absolute; dates, in
    their form, no article's ahead of `now` by more than a day, and no change before its article or after the
    feed's own; its size. Of many problems the first ten are told.
    """
    if len(body) > LARGEST:
        return (f"{path}: has {len(body):,} bytes; at most {LARGEST:,} are sensible",)
    try:
        found = list(_problems(body, form, now))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        found = [f"cannot be read: {error}"]
    return tuple(f"{path}: {one}" for one in found[:_MOST_TOLD])


def _problems(body: bytes, form: FeedFormat, now: datetime) -> Iterator[str]:
    shell, pieces = _parted(body, form)
    feed_updated, problems, items = _SHELLS[form](shell)
    yield from problems
    for piece in pieces:
        items += _remembered(piece, form)
    ids: set[str] = set()
    for item in items:
        yield from item.problems
        if item.id in ids:
            yield f"two items have the id {item.id[:200]!r}"
        ids.add(item.id)
        if item.published and item.published > now + AHEAD:
            yield f"{item.id[:200]}: is dated {item.published.isoformat()}, which is to come"
        if item.updated and feed_updated and item.updated > feed_updated:
            yield f"{item.id[:200]}: changed after the feed did"


def _parted(body: bytes, form: FeedFormat) -> tuple[bytes, Iterator[bytes]]:
    """Return the feed without its items, and each item, one at a time; all is shell if laid out otherwise."""
    start, between, end = _MARKS[form]
    first, last = body.find(start), body.rfind(end)
    if first < 0 or last < first:
        return body, iter(())
    opening, closing = _OPENINGS[form], _CLOSINGS[form]
    begin = first + len(start)
    shell = body[: begin - len(opening)] + body[last + len(closing) :]
    return shell, _pieces(body, begin - len(opening), last, between, len(opening), closing)


def _pieces(
    body: bytes, begin: int, last: int, between: bytes, opening: int, closing: bytes
) -> Iterator[bytes]:
    """Give the items of `body`: the first begins at `begin`, the last closes at `last`."""
    while begin < last:
        end = body.find(between, begin + opening, last)
        end = last if end < 0 else end
        yield body[begin : end + len(closing)]
        begin = end + len(between) - opening


def _remembered(piece: bytes, form: FeedFormat) -> tuple[_Seen, ...]:
    mark = (form, hash(piece))
    seen = _memory.get(mark)
    if seen is None:
        if len(_memory) >= _MOST_REMEMBERED:
            _memory.clear()
        seen = _memory[mark] = tuple(_ITEMS[form](piece))
    return seen


# ---------------------------------------------------------------- what is around the items


def _rss_shell(shell: bytes) -> tuple[datetime | None, list[str], list[_Seen]]:
    root = generator.parsed(shell)
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        return None, ["is no RSS: it has no channel"], []
    problems = [f"has no {name}" for name in ("title", "description") if not channel.findtext(name)]
    links = [(one.get("rel", ""), one.get("href", "")) for one in channel.findall(f"{_A}link")]
    addresses = [("link", channel.findtext("link") or ""), *links]
    if not any(rel == "self" for rel, _ in links):
        problems.append("does not say where it lies: it has no link with rel self")
    problems += _not_absolute(addresses)
    moment, wrong = _date(channel.findtext("lastBuildDate"), "lastBuildDate", mail=True)
    return moment, problems + wrong, [_rss_item(one) for one in channel.findall("item")]


def _atom_shell(shell: bytes) -> tuple[datetime | None, list[str], list[_Seen]]:
    root = generator.parsed(shell)
    if root.tag != f"{_A}feed":
        return None, ["is no Atom: it has no feed"], []
    problems = [f"has no {name}" for name in ("id", "title") if not root.findtext(_A + name)]
    if root.find(f"{_A}author/{_A}name") is None:
        problems.append("has no author")
    links = [(one.get("rel", "alternate"), one.get("href", "")) for one in root.findall(f"{_A}link")]
    problems += [f"has no link with rel {rel}" for rel in ("self", "alternate") if rel not in dict(links)]
    problems += _not_absolute(links)
    moment, wrong = _date(root.findtext(f"{_A}updated"), "updated")
    for one in root.findall(f"{_AT}deleted-entry"):
        wrong += _date(one.get("when"), "when of a deleted entry")[1]
    return moment, problems + wrong, [_atom_item(one) for one in root.findall(f"{_A}entry")]


def _json_shell(shell: bytes) -> tuple[datetime | None, list[str], list[_Seen]]:
    feed = json.loads(shell)
    problems = [] if "jsonfeed.org/version/1" in feed["version"] else ["is no JSON Feed"]
    problems += [] if feed.get("title") else ["has no title"]
    problems += _not_absolute([(name, feed.get(name, "")) for name in ("home_page_url", "feed_url")])
    return None, problems, [_json_item(one) for one in feed["items"]]


_SHELLS = {"rss": _rss_shell, "atom": _atom_shell, "json": _json_shell}


# ---------------------------------------------------------------- an item

_WRAPPED = (
    '<x xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"{}>'
)
_RSS_START = _WRAPPED.format("").encode()
_ATOM_START = _WRAPPED.format(' xmlns="http://www.w3.org/2005/Atom"').encode()


def _rss_items(piece: bytes) -> Iterator[_Seen]:
    for element in generator.parsed(_RSS_START + piece + b"</x>"):
        yield _rss_item(element)


def _atom_items(piece: bytes) -> Iterator[_Seen]:
    for element in generator.parsed(_ATOM_START + piece + b"</x>"):
        yield _atom_item(element)


def _json_items(piece: bytes) -> Iterator[_Seen]:
    yield _json_item(json.loads(piece))


_ITEMS = {"rss": _rss_items, "atom": _atom_items, "json": _json_items}


def _rss_item(item: Any) -> _Seen:
    published, wrong = _date(item.findtext("pubDate"), "pubDate", mail=True)
    updated, more = _date(item.findtext(f"{_A}updated"), "updated")
    addresses = [("link", item.findtext("link") or "")]
    addresses += [("enclosure", one.get("url", "")) for one in item.findall("enclosure")]
    wrong += [] if len(item.findall("enclosure")) < 2 else ["has several enclosures"]
    wrong += [] if item.findtext("title") or item.findtext("description") else ["has no title"]
    html = item.findtext(_ENCODED) or ""
    return _seen(
        item.findtext("guid"), (published, updated), wrong + more, [*addresses, *_pictures(item)], html
    )


def _atom_item(entry: Any) -> _Seen:
    published, wrong = _date(entry.findtext(f"{_A}published"), "published")
    updated, more = _date(entry.findtext(f"{_A}updated"), "updated")
    links = [(one.get("rel", "alternate"), one.get("href", "")) for one in entry.findall(f"{_A}link")]
    if [rel for rel, _ in links].count("alternate") != 1:
        wrong.append("has not one alternate link")
    wrong += [] if entry.find(f"{_A}title") is not None else ["has no title"]
    html = entry.findtext(f"{_A}content") or ""
    return _seen(
        entry.findtext(f"{_A}id"), (published, updated), wrong + more, [*links, *_pictures(entry)], html
    )


def _json_item(item: Any) -> _Seen:
    published, wrong = _date(item.get("date_published"), "date_published")
    updated, more = _date(item.get("date_modified"), "date_modified")
    addresses = [(name, item[name]) for name in ("url", "image") if name in item]
    addresses += [("attachment", one["url"]) for one in item.get("attachments", ())]
    if "content_html" not in item and not item.get("content_text"):
        wrong.append("has no content")
    return _seen(item.get("id"), (published, updated), wrong + more, addresses, item.get("content_html", ""))


def _pictures(item: Any) -> list[tuple[str, str]]:
    return [
        (name, one.get("url", "")) for name in ("content", "thumbnail") for one in item.findall(_MEDIA + name)
    ]


def _seen(
    name: str | None,
    dates: tuple[datetime | None, datetime | None],
    wrong: list[str],
    addresses: list[tuple[str, str]],
    html: str,
) -> _Seen:
    published, updated = dates
    problems = [*wrong, *_not_absolute(addresses), *_wrong_html(html)]
    if not (isinstance(name, str) and name.strip()):
        problems.append("has no id")
    if published and updated and updated < published:
        problems.append("was changed before it was published")
    called = str(name or addresses[0][1] if addresses else name)[:200]
    return _Seen(str(name), published, updated, tuple(f"{called}: {one}" for one in problems))


def _wrong_html(html: str) -> Iterator[str]:
    """Yield what is wrong in an article's sanitised text."""
    if found := _RELATIVE.search(html):
        yield f"its text holds the address {unescape(found[1])!r}, which is not absolute"
    for srcset in _SRCSET.findall(html):
        for one in srcset.split(", "):
            if not one.startswith(("https://", "http://")):
                yield f"its text holds the picture {unescape(one[:80])!r}, whose address is not absolute"
    if found := _ACTIVE.search(html):
        yield f"its text holds {found[1] or found[2]}, which no feed may"


def _not_absolute(addresses: list[tuple[str, str]]) -> list[str]:
    return [
        f"its {name} {one[:200]!r} is no absolute address" for name, one in addresses if not _is_absolute(one)
    ]


def _is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s<>\"]", address)


def _date(text: str | None, name: str, *, mail: bool = False) -> tuple[datetime | None, list[str]]:
    """Return the moment, and what is wrong with how it is written: RFC 5322 in `mail`, else RFC 3339."""
    try:
        moment = parsedate_to_datetime(text or "") if mail else datetime.fromisoformat(text or "")
    except (ValueError, TypeError):
        return None, [f"its {name} is {text!r}, which is no date"]
    if moment.tzinfo is None:
        return None, [f"its {name} is {text!r}, without a zone"]
    return moment, []

"""A document as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import JSONEncoder
from typing import TypeAlias

from syndicate.feeds.document import Document, Item
from syndicate.model import Enclosure

_Value: TypeAlias = "str | int | Mapping[str, _Value] | Sequence[_Value]"

_quoted = JSONEncoder(ensure_ascii=False).encode


def render(document: Document) -> bytes:
    """Return `document` as JSON Feed 1.1 in UTF-8."""
    feed: dict[str, _Value] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.home,
        "feed_url": document.addresses["json"],
        "description": document.description,
        "language": document.language,
        "authors": [{"name": document.author}],
    }
    if document.icon:
        feed |= {"icon": document.icon, "favicon": document.icon}
    if document.hubs:
        feed["hubs"] = [{"type": "WebSub", "url": hub} for hub in document.hubs]
    if older := document.relations.get("prev-archive"):
        feed["next_url"] = older["json"]  # the next one to read is the one before in time
    feed["items"] = []
    shell = written(feed).encode() + b"\n"
    if not document.items:
        return shell
    items = b",\n".join([item.written("json", _written) for item in document.items])
    return shell.removesuffix(b"]\n}\n") + b"\n" + items + b"\n ]\n}\n"


def written(value: _Value, margin: str = "") -> str:
    """Return `value` as JSON, a line for each member, one space deeper at each level.

    The same text as ``json.dumps(value, ensure_ascii=False, indent=1)``, which is written without C.
    """
    inner = f"{margin} "
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return str(value)
    if not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    if isinstance(value, Mapping):
        members = [f"{inner}{_quoted(name)}: {written(one, inner)}" for name, one in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{margin}}}"
    return "[\n" + ",\n".join([inner + written(one, inner) for one in value]) + f"\n{margin}]"


def _written(item: Item) -> str:
    return "  " + written(_item(item), "  ")


def _item(item: Item) -> dict[str, _Value]:
    made: dict[str, _Value] = {"id": item.id, "url": item.url, "title": item.title}
    if item.html is None:
        # an item must have a content; a title alone is the least it can be
        made["content_text"] = item.summary or item.title
    else:
        made["content_html"] = item.html
    if item.summary:
        made["summary"] = item.summary
    if item.picture:
        made["image"] = item.picture.src
    made["date_published"] = item.published.isoformat()
    made["date_modified"] = item.updated.isoformat()
    made["authors"] = [{"name": name} for name in item.authors]
    if item.tags:
        made["tags"] = list(item.tags)
    made["language"] = item.language
    if item.enclosures:
        made["attachments"] = [_attachment(one) for one in item.enclosures]
    return made


def _attachment(enclosure: Enclosure) -> dict[str, _Value]:
    made: dict[str, _Value] = {"url": enclosure.src, "mime_type": enclosure.type}
    if enclosure.length:
        made["size_in_bytes"] = enclosure.length
    return made

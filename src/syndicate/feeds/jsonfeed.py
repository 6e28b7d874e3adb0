"""A document as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import Any

from syndicate.feeds.document import Document, Item
from syndicate.model import Enclosure


def render(document: Document) -> bytes:
    """Return `document` as JSON Feed 1.1 in UTF-8."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.home,
        "feed_url": document.addresses["json"],
        "description": document.description,
        "language": document.language,
        "authors": [{"name": document.author}],
        "items": [_item(item) for item in document.items],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _item(item: Item) -> dict[str, Any]:
    made: dict[str, Any] = {"id": item.id, "url": item.url, "title": item.title}
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


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    size = {"size_in_bytes": enclosure.length} if enclosure.length else {}
    return {"url": enclosure.src, "mime_type": enclosure.type} | size

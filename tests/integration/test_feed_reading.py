"""The checks that feeds are held to see what they are there to see."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from feed_reading import Entry, wrong_with_entry, wrong_with_json, wrong_with_xml

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = {"id": "urn:x:1", "url": "https://x.example/1", "content_html": "<p>a", "authors": [{"name": "A"}]}
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "T",
    "home_page_url": "https://x.example/",
    "feed_url": "https://x.example/feed.json",
    "items": [ITEM],
}
ENTRY = Entry("urn:x:1", "https://x.example/1", "T", WHEN, WHEN, "<p>a</p>", "a", ("A",), (), "en", "", ())


def json_with(folder: Path, **changes: Any) -> list[str]:
    path = folder / "feed.json"
    path.write_text(json.dumps({**FEED, **changes}))
    return list(wrong_with_json(path))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "https://jsonfeed.org/version/1"},
        {"title": ""},
        {"feed_url": "/feed.json"},
        {"next_url": FEED["feed_url"]},
        {"author": {"name": "as in version 1"}},
        {"hubs": [{"url": "https://h.example/"}]},
        {"items": [ITEM, ITEM]},
        *({"items": [{**ITEM, "id": wrong}]} for wrong in (1, "")),
        {"items": [{name: one for name, one in ITEM.items() if name != "content_html"}]},
        {"items": [{**ITEM, "authors": [{}]}]},
        {"items": [{**ITEM, "date_published": "2026-01-01"}]},
        {"items": [{**ITEM, "tags": "a"}]},
        {"items": [{**ITEM, "attachments": [{"url": "https://x.example/a.mp3"}]}]},
        {"items": [{**ITEM, "attachments": [{"url": "https://x.example/a", "mime_type": "mp3"}]}]},
    ],
)
def test_a_broken_json_feed_is_seen(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Each break of a rule is told; without one nothing is."""
    assert json_with(tmp_path) == []
    assert json_with(tmp_path, **changes) != []


@pytest.mark.parametrize(
    "changes",
    [
        *({"html": one} for one in (
            '<a href="/x">', '<img src="x.png" alt>', '<img srcset="https://x.example/a 1x, b 2x" alt>',
            '<p style="color:red">', '<p class="lead">',
            '<script>', '<p onclick="x()">', '<font color="red">',
            '<img src="https://x.example/p" alt width="1" height="1">', '<video poster="p.png">',
            '<img src="https://x.example/p">', '<blockquote cite="#x">',
        )),
        {"link": "/1"},
        {"picture": "p.png"},
        {"enclosures": (("a.mp3", "audio/mpeg", 0),)},
        {"summary": "<p>a</p>"},
        {"title": "a  b"},
        {"updated": WHEN.replace(year=2025)},
        {"tags": ("a", "A")},
        {"authors": ()},
    ],
)  # fmt: skip
def test_a_broken_entry_is_seen(changes: dict[str, Any]) -> None:
    """Each thing that no entry may have is told; without one nothing is."""
    assert list(wrong_with_entry(ENTRY)) == []
    assert list(wrong_with_entry(replace(ENTRY, **changes))) != []


@pytest.mark.parametrize("text", ["<p>&nbsp;</p>", "\x01", "<a><b></a></b>", "a & b"])
def test_broken_xml_is_seen(tmp_path: Path, text: str) -> None:
    """What a strict parser refuses is told, though others mend it."""
    path = tmp_path / "rss.xml"
    dates = "<pubDate>Thu, 05 Feb 2026 07:00:00 +0700</pubDate><a:updated>2026-02-05T00:00:00Z</a:updated>"
    for one, good in (("", True), (text, False)):
        path.write_text(
            '<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>'
            f"<item><guid>urn:x</guid><title>T{one}</title>{dates}</item></channel></rss>"
        )
        assert (list(wrong_with_xml(path)) == []) is good

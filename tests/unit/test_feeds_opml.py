"""The list of all feeds that readers import."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.feeds.opml import Outline, render_opml

WHEN = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)
BASE = "https://news.example.org"
MAIN = Outline("Kabar", f"{BASE}/atom.xml", f"{BASE}/", "atom", "id")
POLITIK = Outline(
    'Kabar: "Politik" & <x>', f"{BASE}/tags/p/rss.xml", f"{BASE}/tags/p/", "rss", "id", "Topics"
)
AYU = Outline("Kabar: Ayu", f"{BASE}/authors/ayu/atom.xml", f"{BASE}/authors/ayu/", "atom", "id", "Authors")


def body(*feeds: Outline) -> Any:
    return etree.fromstring(render_opml("Kabar & Kota", feeds, WHEN)).find("body")


def test_each_feed_has_what_readers_import() -> None:
    """Type, text, title, both addresses and language; the version of RSS only where it is RSS."""
    (main,) = body(MAIN)
    assert dict(main.attrib) == {
        "type": "rss",
        "text": "Kabar",
        "title": "Kabar",
        "xmlUrl": f"{BASE}/atom.xml",
        "htmlUrl": f"{BASE}/",
        "language": "id",
    }
    ((tag,),) = body(POLITIK)
    assert (tag.get("text"), tag.get("version")) == (POLITIK.title, "RSS2")


def test_feeds_stand_under_their_groups() -> None:
    """Those of a group together, in the order given; the main feed under none."""
    other = Outline("Kabar: Laut", f"{BASE}/tags/l/atom.xml", f"{BASE}/tags/l/", "atom", "id", "Topics")
    found = [
        (one.get("text"), [inner.get("text") for inner in one]) for one in body(MAIN, POLITIK, AYU, other)
    ]
    assert found == [
        ("Kabar", []),
        ("Topics", [POLITIK.title, other.title]),
        ("Authors", ["Kabar: Ayu"]),
    ]


def test_the_head_says_what_and_when() -> None:
    """Title and newest change, in the form of mail dates; an empty list is a list."""
    root = etree.fromstring(render_opml("Kabar & Kota", (), WHEN))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Kabar & Kota"
    assert root.findtext("head/dateModified") == "Thu, 05 Feb 2026 01:02:03 +0000"
    assert root.findall("body/outline") == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_title_breaks_the_list(title: str, group: str) -> None:
    """Whatever a tag is called, the file is well-formed, and its feed is in it."""
    made = render_opml(title, [Outline(title, BASE, BASE, "atom", "id", group)], WHEN)
    assert etree.fromstring(made).find(f".//outline[@xmlUrl='{BASE}']") is not None

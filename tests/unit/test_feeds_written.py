"""Items as we write them ourselves: the bytes of feedgen, of the json module, and the same the next time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import feedgen_reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate.feeds import atom, document, jsonfeed, rss, xml
from syndicate.feeds.document import ILLEGAL, FeedSite, compose
from syndicate.feeds.formats import render_feed
from syndicate.feeds.memory import Memory
from syndicate.model import Article, Enclosure, Feed, History, Picture, Tombstone

BASE = "https://news.example.org"
WHEN = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)
PLAIN = Article("urn:uuid:1", "satu.md", "satu", "Satu", "<p>Isi</p>", "Ringkas", "id", WHEN, WHEN, WHEN)
FEED = Feed("urn:uuid:0", "Kabar", "Berita", "", f"{BASE}/", "id", "Redaksi", (PLAIN,))

ANY = st.text(max_size=40) | st.text("\"'<>&;#]\r\n\t a\x85\xa0\u2028🇮", max_size=12)
TEXTS = ANY.map(lambda text: ILLEGAL.sub("", text))  # with others an article is in no feed
ADDRESSES = (
    st.sampled_from(["x.jpg", '/a&b.png?x="1"', "https://x.example/'ü'.mp3", "javascript:x", ""]) | TEXTS
)
COUNTS = st.none() | st.integers(-1, 3000)
MOMENTS = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 bounds
ARTICLES = st.builds(
    Article,
    id=TEXTS,
    path=st.just("x.md"),
    slug=st.sampled_from(["satu", "اثنان", "a b"]),
    title=TEXTS,
    html=TEXTS,
    summary=TEXTS,
    language=st.sampled_from(["", "id", "zh-Hant"]),
    published=MOMENTS,
    updated=MOMENTS,
    visible_at=MOMENTS,
    authors=st.lists(TEXTS, max_size=3).map(tuple),
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    picture=st.none() | st.builds(Picture, ADDRESSES, TEXTS, COUNTS, COUNTS),
    enclosures=st.lists(st.builds(Enclosure, ADDRESSES, TEXTS, st.integers(0, 9)), max_size=3).map(tuple),
    link=st.sampled_from(["", f"{BASE}/2026/satu.html?x=1&y=2"]),
    permalink=st.booleans(),
)
FEEDS = st.builds(
    Feed,
    id=st.just("urn:uuid:0"),
    title=TEXTS,
    description=TEXTS,
    folder=st.sampled_from(["", "tags/a"]),
    home=st.just(f"{BASE}/"),
    language=st.just("id"),
    author=TEXTS,
    articles=st.lists(ARTICLES, max_size=3).map(tuple),
    gone=st.lists(st.builds(Tombstone, TEXTS, MOMENTS, st.just(f"{BASE}/x?a=1&b=2")), max_size=2).map(tuple),
    history=st.sampled_from([History(), History("archive/2"), History("archive/1", "", archive=True)]),
)
SITES = st.builds(
    FeedSite,
    st.just(BASE),
    st.sampled_from([UTC, ZoneInfo("Asia/Kathmandu")]),
    st.sampled_from(["full", "summary"]),
    ttl=st.sampled_from([0, 60]),
    hubs=st.sampled_from([(), ("https://hub.example/?a&b",)]),
    icon=st.sampled_from(["", f"{BASE}/icon.png?a&b"]),
)


@given(feed=FEEDS, site=SITES)
@settings(max_examples=300, deadline=None)
def test_feeds_are_the_bytes_that_feedgen_would_write(feed: Feed, site: FeedSite) -> None:
    """Whatever the articles hold, our own items in feedgen's feed are its own, byte for byte."""
    made, _ = compose(feed, site)
    assert rss.render(made) == feedgen_reference.rss(made)
    assert atom.render(made) == feedgen_reference.atom(made)
    assert jsonfeed.render(made) == feedgen_reference.as_json(jsonfeed.render(made))


@given(TEXTS)
def test_texts_are_spelt_as_libxml2_does(text: str) -> None:
    """In an element and in an attribute, line ends and quotes included."""
    element = etree.Element("a", b=text)
    element.text = text
    written = f'<a b="{xml.attribute(text)}">{xml.text(text)}</a>'
    assert written.encode() == etree.tostring(element, encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Dua"},
        {"html": "<p>Lain</p>"},
        {"updated": WHEN + timedelta(days=1)},
        {"link": f"{BASE}/x/"},
        {"permalink": True},
        {"enclosures": (Enclosure("x.mp3"),)},
        {"picture": Picture("x.jpg", "Foto")},
    ],
)
def test_what_is_remembered_of_an_article_is_forgotten_when_it_changes(change: dict[str, object]) -> None:
    """The next feed shows the article as it is now, and as it was where it is changed back."""
    changed = replace(FEED, articles=(replace(PLAIN, **change),))  # type: ignore[arg-type]
    before = render_feed(FEED, FeedSite(BASE)).files
    after = render_feed(changed, FeedSite(BASE)).files
    assert before != after
    assert render_feed(FEED, FeedSite(BASE)).files == before


def test_what_is_remembered_hangs_on_the_feed_and_the_site() -> None:
    """A feed of another author or language, zone, address or content has items of its own."""
    feed = Feed(
        "urn:uuid:0", "Kabar", "Berita", "", f"{BASE}/", "id", "Redaksi", (replace(PLAIN, language=""),)
    )
    site = FeedSite(BASE)
    made = [
        render_feed(*pair).files[1].body
        for pair in (
            (feed, site),
            (replace(feed, author="Lain"), site),
            (replace(feed, language="en"), site),
            (feed, FeedSite("https://other.example")),
            (feed, FeedSite(BASE, ZoneInfo("Asia/Jakarta"))),
            (feed, FeedSite(BASE, content="summary")),
        )
    ]
    assert len(set(made)) == len(made)


def test_an_article_in_many_feeds_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its item is kept from one feed to the next, and what a format wrote of it too."""
    asked: list[str] = []
    make = document._item

    def counted(article: Article, feed: Feed, site: FeedSite, label: str) -> document.Item:
        asked.append(article.id)
        return make(article, feed, site, label)

    monkeypatch.setattr(document, "_item", counted)
    monkeypatch.setattr(document, "_memory", Memory[document.Item](100_000))
    for number in range(5):
        render_feed(replace(FEED, folder=f"tags/{number}"), FeedSite(BASE))
    assert asked == [PLAIN.id]


def test_a_memory_keeps_what_was_asked_for_last_within_its_weight() -> None:
    """The longest unused goes first, what weighs too much is never kept, a mark tells versions apart."""
    memory: Memory[str] = Memory(64)
    for name in ("a", "b", "c"):
        for number in range(5):
            memory.put(f"{name}{number}", 1, name, 4)
    assert memory.get("a0", 1) == "a"
    memory.put("d", 1, "d", 4)
    memory.put("e", 1, "e", 4)
    assert [memory.get(name, 1) for name in ("a0", "a1", "d", "e")] == ["a", None, "d", "e"]
    assert memory.get("d", 2) is None
    memory.put("d", 2, "heavy", 5)
    assert memory.get("d", 1) is memory.get("d", 2) is None

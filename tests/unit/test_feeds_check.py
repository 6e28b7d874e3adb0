"""What a feed is refused for, and that nothing an author writes gets it refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.feedfiles import FeedFormat
from syndicate.feeds import check
from syndicate.feeds.check import check_feed
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import FORMATS, render_feed
from syndicate.markup import sanitise
from syndicate.model import Article, Enclosure, Feed, Picture

BASE = "https://news.example.org"
WHEN = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)
NOW = WHEN + timedelta(days=30)
HTML = f'<p>Isi <a href="{BASE}/x">x</a></p>'
ONE = Article("urn:uuid:1", "1.md", "satu", "Satu", HTML, "Ringkas", "id", WHEN, WHEN, WHEN, ("Ayu",), ("a",))
TWO = replace(ONE, id="urn:uuid:2", slug="dua", enclosures=(Enclosure("x.mp3"),), picture=Picture("x.jpg"))
FEED = Feed("urn:uuid:0", "Kabar", "Berita", "", f"{BASE}/", "id", "Redaksi", (ONE, TWO))


def files(feed: Feed = FEED) -> dict[FeedFormat, bytes]:
    return dict(zip(FORMATS, (file.body for file in render_feed(feed, FeedSite(BASE)).files), strict=True))


@pytest.mark.parametrize("feed", [FEED, replace(FEED, articles=(ONE,)), replace(FEED, articles=())])
def test_what_we_write_is_taken(feed: Feed) -> None:
    """With two items, one or none, nothing is wrong."""
    for form, body in files(feed).items():
        assert check_feed("x", body, form, now=NOW) == ()


@pytest.mark.parametrize(
    ("form", "old", "new", "said"),
    [
        ("rss", b"</channel>", b"", "well-formed"),
        ("rss", b"<title>Satu</title>", b"<title>Satu & dua</title>", "well-formed"),
        ("rss", b"<title>Satu</title>", b"<title>\x07</title>", "well-formed"),
        ("rss", b"<description>Berita</description>", b"", "no description"),
        ("rss", b'rel="self"', b'rel="me"', "rel self"),
        ("rss", b">urn:uuid:2<", b">urn:uuid:1<", "two items have the id"),
        ("rss", b">urn:uuid:2<", b"> <", "no id"),
        ("rss", b"Thu, 05 Feb 2026 01:02:03 +0000", b"2026-02-05", "no date"),
        ("rss", b"Thu, 05 Feb 2026 01:02:03 +0000</pub", b"Mon, 05 Apr 2027 01:02:03 +0000</pub", "to come"),
        ("rss", b"<link>https://news.example.org/articles/satu/", b"<link>/articles/satu/", "no absolute"),
        ("rss", b'enclosure url="https://news.example.org', b'enclosure url="', "no absolute"),
        ("rss", b'href="https://news.example.org/x"', b'href="/x"', "not absolute"),
        ("rss", b"&lt;p&gt;Isi", b"&lt;script&gt;Isi", "script"),
        ("rss", b"&lt;p&gt;Isi", b'&lt;p onload="x"&gt;Isi', "onload"),
        ("atom", b"</feed>", b"", "well-formed"),
        ("atom", b"<title>Satu</title>", b"<title>&nbsp;</title>", "well-formed"),
        ("atom", b"<id>urn:uuid:0</id>", b"", "no id"),
        ("atom", b">urn:uuid:2<", b">urn:uuid:1<", "two items have the id"),
        ("atom", b"<published>2026-02-05", b"<published>2026-02-31", "no date"),
        ("atom", b"<published>2026-02-05", b"<published>2026-02-06", "changed before"),
        (
            "atom",
            b"<published>2026-02-05T01:02:03+00:00",
            b"<published>2026-02-05T01:02:03",
            "without a zone",
        ),
        ("atom", b"    <updated>2026-02-05", b"    <updated>2026-02-07", "changed after the feed"),
        ("atom", b'rel="alternate" type="text/html"/>\n    <s', b'rel="via"/>\n    <s', "alternate"),
        ("atom", b'media:thumbnail url="https:', b'media:thumbnail url="', "no absolute"),
        ("json", b"]\n}\n", b"]\n", "cannot be read"),
        ("json", b'"urn:uuid:2"', b'"urn:uuid:1"', "two items have the id"),
        ("json", b'"urn:uuid:2"', b"2", "no id"),
        ("json", b'"feed_url": "https://news.example.org', b'"feed_url": "', "no absolute"),
        ("json", b'"content_html"', b'"content"', "no content"),
        ("json", b'"version": "https://jsonfeed.org/version/1.1"', b'"version": 1', "cannot be read"),
        ("json", b"}", b"\xff", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(form: FeedFormat, old: bytes, new: bytes, said: str) -> None:
    """Each fault is told with the path, also in an item whose neighbour was found sound before."""
    body = files()[form]
    assert check_feed("x", body, form, now=NOW) == ()
    assert old in body
    told = check_feed("tags/x", body.replace(old, new, 1), form, now=NOW)
    assert told
    assert all(one.startswith("tags/x: ") for one in told)
    assert any(said in one for one in told), told


def test_a_feed_laid_out_otherwise_is_looked_at_all_the_same() -> None:
    """Where the marks between items are missing the whole is parsed."""
    body = files()["rss"].replace(b"\n    <item>", b"<item>")
    assert check_feed("x", body, "rss", now=NOW) == ()
    assert check_feed("x", body.replace(b">urn:uuid:2<", b">urn:uuid:1<"), "rss", now=NOW)


def test_an_item_is_read_once_and_a_huge_feed_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in many feeds costs once; a file that no machine should parse is refused by its size."""
    body = files()["rss"]
    check_feed("x", body, "rss", now=NOW)
    monkeypatch.setitem(check._ITEMS, "rss", None)
    assert check_feed("y", body, "rss", now=NOW) == ()
    assert "bytes" in check_feed("y", b"x" * (check.LARGEST + 1), "rss", now=NOW)[0]


HOSTILE = st.sampled_from(
    [
        '<img src="a.jpg" alt="href="> <img alt=\'src="x"\' src=b.jpg>',
        '<p title="x onload=">a</p>',
        "<code>&lt;img src=\"x.jpg\" onload=\"y\"&gt; &lt;script&gt;</code>",
        '<a href="http:x">a</a><a href="//x.example">b</a><a href="?q">c</a><a href="#d">d</a>',
        '<a href="https:///x">a</a><a href="http://">b</a><a href="http://[">c</a><img src="http://[/x.jpg">',
        '<img srcset="a.jpg 1x, /b,c.jpg 2x, https://x.example/d,e 3x"><video src=v poster=p></video>',
        "\n    <item>\n", "\n    </item>\n    <item>\n", "\n  </entry>\n  <entry ", "\n  },\n  {\n",
        '\n "items": [\n', "]]>", "<!-- -->", "<![CDATA[x", "<script>1</script><form></form>",
        '<base href="/x"><meta charset=x><link rel=x><iframe src=x></iframe>',
        '<p style="x" onclick="y">z</p>', "&#0;&#xFFFE;", "<x-on style=1>",
    ]
)  # fmt: skip
TEXTS = st.lists(HOSTILE | st.text(max_size=20), max_size=4).map("".join)


@given(
    title=TEXTS, html=TEXTS, summary=TEXTS, src=TEXTS, correction=TEXTS, language=st.sampled_from(["", "ar"])
)
@settings(max_examples=200, deadline=None)
def test_no_article_gets_a_feed_refused(
    title: str, html: str, summary: str, src: str, correction: str, language: str
) -> None:
    """Whatever an author writes, once sanitised as every text is, the feeds are sound."""
    article = replace(
        ONE,
        id="urn:uuid:9",
        title=title,
        html=sanitise(html),
        summary=summary,
        language=language,
        picture=Picture(src, title),
        enclosures=(Enclosure(src),),
        correction=correction,
    )
    for form, body in files(replace(FEED, articles=(article, TWO))).items():
        assert check_feed("x", body, form, now=NOW) == ()

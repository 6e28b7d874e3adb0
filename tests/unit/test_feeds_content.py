"""What an article looks like in a reader: its picture once, its correction first, its direction right."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.feeds.content import is_rtl, plain
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import render_feed
from syndicate.markup import sanitise
from syndicate.model import Article, Feed, Picture

BASE = "https://news.example.org"
PAGE = f"{BASE}/articles/satu/"
WHEN = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)
ONE = Article("urn:uuid:1", "1.md", "satu", "Satu", "<p>Isi</p>", "Ringkas", "id", WHEN, WHEN, WHEN)


def item(article: Article, content: Any = "full", language: str = "id") -> dict[str, Any]:
    """The article in a JSON Feed; the other formats have the same (see test_feeds_formats)."""
    feed = Feed("urn:uuid:0", "Kabar", "Berita", "", f"{BASE}/", language, "Redaksi", (article,))
    (made,) = json.loads(render_feed(feed, FeedSite(BASE, content=content)).files[2].body)["items"]
    return dict(made)


def test_a_picture_that_is_not_in_the_text_stands_before_it() -> None:
    """Readers that show no media:content have it too, with its alternative text and true size."""
    made = item(replace(ONE, picture=Picture("foto.jpg", 'A "b"', 800, 600)))
    assert made["content_html"] == (
        f'<p><img src="{PAGE}foto.jpg" alt="A &quot;b&quot;" width="800" height="600"></p>\n<p>Isi</p>'
    )
    assert made["image"] == f"{PAGE}foto.jpg"


@pytest.mark.parametrize(
    "html",
    [
        '<p><img src="foto.jpg" alt=""></p>',
        '<img src="/articles/satu/foto-1024x683.jpg">',
        '<img alt="" src="foto.jpg?w=300">',
        '<picture><source srcset="foto.webp 1x, foto.jpg 2x"><img src="x.png"></picture>',
    ],
)
def test_a_picture_that_is_in_the_text_is_not_shown_twice(html: str) -> None:
    """Whatever size of it the text shows, there is no second one."""
    made = item(replace(ONE, html=sanitise(html), picture=Picture("foto.jpg")))
    assert made["content_html"].count("<img") == 1


def test_a_correction_comes_first_in_the_article_language() -> None:
    """In full feeds as a paragraph with a label, in feeds of summaries as their beginning, always escaped."""
    corrected = replace(ONE, correction="Bukan <3>, tetapi\n4 & 5.", picture=Picture("foto.jpg"))
    html = item(corrected)["content_html"]
    assert html.startswith("<p><strong>Koreksi:</strong> Bukan &lt;3&gt;, tetapi 4 &amp; 5.</p>\n<p><img ")
    assert item(corrected, "summary")["content_text"] == "Koreksi: Bukan <3>, tetapi 4 & 5. Ringkas"
    assert "<strong>Correction:</strong>" in item(replace(corrected, language="sv"))["content_html"]
    assert "<strong>تصحيح:</strong>" in item(replace(corrected, language="ar"))["content_html"]


def test_right_to_left_content_reads_right_in_any_reader() -> None:
    """It says its direction; a mark stands before a text that begins with Latin letters."""
    arabic = replace(ONE, language="ar", html="<p>مرحبا iPhone</p>")
    assert item(arabic)["content_html"] == '<div dir="rtl" lang="ar"><p>مرحبا iPhone</p></div>'
    latin = item(replace(arabic, html="<p>iPhone مرحبا</p>"))["content_html"]
    assert latin == '<div dir="rtl" lang="ar">\u200f<p>iPhone مرحبا</p></div>'
    assert item(arabic, language="ar")["content_html"].startswith('<div dir="rtl"')


def test_left_to_right_content_is_marked_among_the_other_kind_alone() -> None:
    """In an Arabic feed an English article says its direction, elsewhere nothing is added."""
    english = replace(ONE, language="en")
    assert item(english)["content_html"] == "<p>Isi</p>"
    assert item(english, language="ar")["content_html"] == '<div dir="ltr" lang="en"><p>Isi</p></div>'


@pytest.mark.parametrize(
    ("language", "rtl"),
    [("ar", True), ("fa-IR", True), ("az-Arab", True), ("ur-Latn", False), ("id", False), ("", False)],
)
def test_a_script_outweighs_the_language(language: str, rtl: bool) -> None:
    """Azerbaijani is written in both directions, and its tag says in which."""
    assert is_rtl(language) is rtl


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("a \u202egpj.exe\u202c b", "a gpj.exe b"),
        ("\u2067مرحبا\u2069 x", "\u2067مرحبا\u2069 x"),
        ("\u2067مرحبا", "\u2067مرحبا\u2069"),
        ("\u202bمرحبا\u202c x", "\u2067مرحبا\u2069 x"),
        ("a\u2069 b\u202c", "a b"),
        ("می\u200cخواهم \u200fx", "می\u200cخواهم \u200fx"),
    ],
)
def test_a_title_turns_nothing_around_but_itself(title: str, written: str) -> None:
    """Overrides go, isolates stay and are closed, embeddings become isolates, in title and summary alike."""
    made = item(replace(ONE, title=title, summary=title))
    assert made["title"] == made["summary"] == written


@given(st.text("ab \u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", max_size=20))
def test_isolates_are_balanced(text: str) -> None:
    """Whatever stands in a line, each isolate has its end, and a second cleaning changes nothing."""
    made = plain(text)
    depth = 0
    for character in made:
        depth += (character in "\u2066\u2067\u2068") - (character == "\u2069")
        assert depth >= 0
    assert depth == 0
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e")
    assert plain(made) == made


def test_addresses_in_the_text_are_absolute() -> None:
    """Links, notes, pictures in all sizes, films and sources; none needs the page around it."""
    html = sanitise(
        '<a href="#fn1">1</a><a href="../dua/">2</a><img data-src="a b.jpg" srcset="a.jpg 1x, /b.jpg 2x">'
        '<video poster="p.png" src="v.mp4"></video><blockquote cite="/q">x</blockquote><a href="http:x">y</a>'
    )
    assert item(replace(ONE, html=html))["content_html"] == (
        f'<a href="{PAGE}#fn1">1</a><a href="{BASE}/articles/dua/">2</a>'
        f'<img srcset="{PAGE}a.jpg 1x, {BASE}/b.jpg 2x" src="{PAGE}a%20b.jpg">'
        f'<video poster="{PAGE}p.png" src="{PAGE}v.mp4"></video>'
        f'<blockquote cite="{BASE}/q">x</blockquote><a>y</a>'
    )


def test_tags_and_categories_are_the_items_categories_once() -> None:
    """A reader knows one kind of them; the same word in both is one."""
    assert item(replace(ONE, tags=("a", "B"), categories=("b", "c")))["tags"] == ["a", "B", "c"]

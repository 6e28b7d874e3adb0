"""Whatever comes in, safe and clean text comes out."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.markup import (
    absolute,
    absolutise,
    clean_text,
    has_words,
    one_line,
    read_page,
    rewrite_urls,
    sanitise,
    shorten,
    straight,
)

VOID = {"br", "hr", "img", "source", "track", "wbr", "col"}
PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b",
        ">",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        '"',
        "'",
        "<img src=",
        "x.png",
        " onerror=alert(1)",
        "<a href=",
        "javascript:",
        "&#x6a;avascript:",
        "\u0338",
        "&#x338;",
        "<svg>",
        "<style>",
        "<math>",
        "<table>",
        "<td>",
        "<li>",
        "&lt;",
        "\x00",
        "\ud800",
        "\ufffe",
        " ",
        "text",
        "<iframe>",
        "data:text/html,x",
        "srcset='a 1x,",
        "<![CDATA[",
        "<input type=checkbox ",
        "<template>",
    ]
)


class Checker(HTMLParser):
    """Fails on anything that acts, and on an element that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "style", "form", "iframe", "object", "svg", "math", "input"}
        for name, value in attrs:
            assert not name.startswith("on") and name != "style"
            assert not re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def is_sound(html: str) -> bool:
    checker = Checker()
    checker.feed(html)
    checker.close()
    return not checker.open


@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join)))
@settings(max_examples=150, deadline=None)
def test_any_text_becomes_sound_html(text: str) -> None:
    """sanitise never raises; its output is safe, balanced and NFC, also when it goes through again."""
    safe = sanitise(text)
    assert is_sound(safe)
    assert unicodedata.is_normalized("NFC", safe)
    assert is_sound(sanitise(safe))


WORDS = (
    "/ . .. ? # : // http:// https:// x.org [ ] %20 %zz & &amp; &quot; &lt; &gt; &nbsp; ' \" < > é e\u0301"
    " \xa0 a b c , 1x 300w mailto: tel: @ \u200b \u0338 HTTP :99 :x ~ - _ ( ) { } | \\ ^ `"
)
ADDRESSES = st.lists(st.sampled_from(WORDS.split(" "))).map("".join)
ATTRIBUTES = st.sampled_from(("href", "src", "srcset", "cite", "poster"))


@given(
    st.lists(PIECES, max_size=20).map("".join),
    st.lists(st.tuples(ATTRIBUTES, ADDRESSES), max_size=3),
)
@settings(max_examples=500, deadline=None)
def test_making_absolute_is_as_sanitising_again(text: str, addresses: list[tuple[str, str]]) -> None:
    """absolutise gives sound HTML, and what a second cleaning gives wherever one changes nothing else."""
    elements = ("a", "img", "video", "blockquote", "source")
    made = "".join(f"<{element} {name}='{address}'>x" for name, address in addresses for element in elements)
    safe = sanitise(text + made)
    page = "https://example.org/a/"
    absolute_html = absolutise(safe, page)
    assert sanitise(safe) != safe or absolute_html == rewrite_urls(
        safe, lambda _element, _attribute, url: absolute(url, page)
    )
    assert is_sound(absolute_html)
    assert isinstance(read_page(text).body, str)


def test_words_are_found_wherever_they_stand() -> None:
    """has_words says of sanitised HTML whether a reader sees any."""
    assert has_words("<p>a</p>")
    assert has_words('<p><img src="a.png"></p>' * 50 + "a")
    assert not has_words('<p title="a"> &nbsp;</p>' * 50)


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ('<p onclick="x()" style="color:red" class="lead">a</p>', "<p>a</p>"),
        (
            '<pre><code class="hljs language-py x">a</code></pre>',
            '<pre><code class="language-py">a</code></pre>',
        ),
        ('<a href="java&#10;script:x()">a</a>', "<a>a</a>"),
        ('<img src="data:image/gif;base64,R0" data-src="a.jpg" alt="A">', '<img alt="A" src="a.jpg">'),
        ('<p>a<img src="https://t.example/p.gif" width="1" height="1"></p>', "<p>a</p>"),
        ('<li><input type="checkbox" checked disabled> done</li>', "<li>☑  done</li>"),
        ('<sup id="fnref1"><a href="#fn1">1</a></sup>', '<sup id="fnref1"><a href="#fn1">1</a></sup>'),
        ("<form action=/x>a<button>b</button></form>", "a"),
        ("<p>&#x338; onclick=alert(1) ></p>", "<p>&#824; onclick=alert(1) &gt;</p>"),
    ],
)
def test_what_acts_goes_and_what_shows_stays(html: str, safe: str) -> None:
    """Scripts, styles, forms, tracking pictures go; code languages, lazy pictures, footnotes stay."""
    assert sanitise(html) == safe


def test_pictures_and_players_stay_whole() -> None:
    """picture, source, srcset, video, audio and tables survive."""
    html = (
        '<picture><source srcset="a.webp 1x, b.webp 2x" type="image/webp"><img src="a.jpg" alt=""></picture>'
        '<video src="v.mp4" poster="p.jpg" controls=""></video><audio src="a.mp3" controls=""></audio>'
        '<table><thead><tr><th scope="col">a</th></tr></thead></table>'
    )
    assert sanitise(html) == html


def test_every_address_becomes_absolute() -> None:
    """href, src, srcset, poster, cite and bare fragments all lead to the page's own place."""
    html = (
        '<a href="#fn1">1</a><img src="a b.png" srcset="a.png 1x, /b.png 2x"><video poster="p.jpg"></video>'
        '<blockquote cite="//other.org/x"></blockquote><a href="mailto:a@b.c">m</a>'
    )
    assert absolutise(html, "https://x.org/articles/s/") == (
        '<a href="https://x.org/articles/s/#fn1">1</a><img src="https://x.org/articles/s/a%20b.png" srcset='
        '"https://x.org/articles/s/a.png 1x, https://x.org/b.png 2x"><video poster='
        '"https://x.org/articles/s/p.jpg"></video><blockquote cite="https://other.org/x"></blockquote>'
        '<a href="mailto:a@b.c">m</a>'
    )


def test_an_address_that_is_none_is_left_out() -> None:
    """A broken address loses its attribute, not the article."""
    assert absolutise('<a href="http://[x">a</a>', "https://x.org/") == "<a>a</a>"


def test_nesting_bombs_end_as_text() -> None:
    """Elements nested beyond reason become text, quickly."""
    assert "x" in sanitise("<div>" * 50_000 + "x")


@given(st.text())
def test_clean_text_holds_nothing_xml_forbids(text: str) -> None:
    """clean_text gives NFC, LF and only what XML 1.0 allows, and calling it again changes nothing."""
    clean = clean_text(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff\u200b\ufeff]", clean)
    assert unicodedata.is_normalized("NFC", clean)
    assert clean_text(clean) == clean


def test_clean_text_thins_marks_without_end() -> None:
    """A letter keeps its first thirty marks, since sorting 600,000 takes minutes; no other loses any."""
    for pair in ("\u0301\u0323", "\u05b0\u0591", "\U0001d165\U0001e8d0"):
        thinned = clean_text("a" + pair * 300_000 + "b")
        assert len(thinned) in (31, 32)
        assert thinned.endswith("b")
    assert clean_text("“e\u0301\u0323” " * 200) == "“ẹ\u0301” " * 200


def test_clean_text_keeps_joiners() -> None:
    """Persian and emoji keep their joiners, line ends become LF."""
    assert clean_text("می\u200cخواهم 👩\u200d🚀\r\nx\ry\u200b") == "می\u200cخواهم 👩\u200d🚀\nx\ny"


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_shorten_never_exceeds_its_limit(text: str, limit: int) -> None:
    """A shortened text fits, and one that fits is whole."""
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short.endswith("…") or short == " ".join(text.split()) or limit == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a \u202e b", "a b"), ("\u202eabc\u202c d", "\u202eabc\u202c d"), ("a\u202c\u2069b", "ab"),
        ("\u2067a\u202bb\u2069 c", "\u2067ab\u2069 c"),
        ("\u202ba\u2067b\u202c\u2069c\u202c", "\u202ba\u2067b\u2069c\u202c"),
        ("\u202ba\u2069b\u202c", "\u202bab\u202c"), ("\u200fمرحبا\u200e", "\u200fمرحبا\u200e"),
        ("\u202e", ""), ("\u202e\u202d\u202cx", "\u202d\u202cx"),
    ],
)  # fmt: skip
def test_a_line_turns_nothing_beside_it(text: str, line: str) -> None:
    """What opens a direction and does not close it goes, as does what closes none; other marks stay."""
    assert one_line(text) == line


@given(st.text("ab \u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", max_size=40), st.integers(2, 20))
def test_no_line_and_no_part_of_one_is_left_open(text: str, limit: int) -> None:
    """Whatever is written, and wherever it is cut; what is right already stays as it is."""
    for line in (one_line(text), shorten(text, limit)):
        assert straight(line) == line == " ".join(line.split())
    assert shorten(text, limit) == "" or len(shorten(text, limit)) <= limit


def test_shorten_cuts_at_a_word() -> None:
    """The cut falls between words and leaves no comma behind."""
    assert shorten("satu dua, tiga empat", 12) == "satu dua…"
    assert shorten("記事の本文はここから始まります", 6) == "記事の本文…"


def test_a_page_gives_its_article_only() -> None:
    """Navigation, header, footer and the heading leave the article of a page."""
    page = read_page(
        '<!doctype html><html lang="id"><head><title>Judul | Situs</title>'
        '<meta property="article:published_time" content="2026-02-05T07:00:00+07:00"></head><body>'
        "<nav>menu</nav><article><header><h1>Judul</h1></header><p>Isi &lt;b></p><footer>f</footer></article>"
        "<aside>x</aside></body></html>"
    )
    assert (page.title, page.heading, page.language) == ("Judul | Situs", "Judul", "id")
    assert page.metas["article:published_time"] == "2026-02-05T07:00:00+07:00"
    assert page.body.strip() == "<p>Isi &lt;b&gt;</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="t.gif" width="1" height="1">',
        '<img src="t.gif" width=1>',
        '<img src="t.gif" width="600" height="1px">',
        '<img src="https://pixel.wp.com/b.gif?host=x">',
        '<img src="//www.facebook.com/tr?id=1" alt="">',
        '<noscript><img src="https://mc.yandex.ru/watch/1"></noscript>',
    ],
)
def test_pictures_that_only_count_readers_are_gone(html: str) -> None:
    """A dot, a line, or a counter known by its address."""
    assert sanitise(f"<p>a{html}</p>") == "<p>a</p>"


@pytest.mark.parametrize(
    ("html", "pictures"),
    [
        ('<img src="data:image/gif;base64,R0" class="x"><noscript><img src="a.jpg"></noscript>', ["a.jpg"]),
        ('<img class="lazy" data-src="a.jpg"> <noscript><img src="a.jpg"></noscript>', ["a.jpg"]),
        ('<noscript><img src="a.jpg"></noscript>', ["a.jpg"]),
        ('<img src="b.jpg"><noscript><img src="a.jpg"></noscript>', ["b.jpg", "a.jpg"]),
        ("<noscript>Please enable it <b>now</b></noscript>", []),
    ],
)
def test_a_picture_for_readers_without_scripts_is_shown_once(html: str, pictures: list[str]) -> None:
    """It stands for the one that a script would have filled, and no other words of noscript stay."""
    assert re.findall(r'src="([^"]*)"', sanitise(html)) == pictures

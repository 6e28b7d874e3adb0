"""Feeds of other programs, and which article each of their items is."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.app.moving.adopting import planned
from syndicate.app.moving.comparing import differences, pages_of
from syndicate.app.moving.feedfile import Item, items_of
from syndicate.app.moving.matching import match
from syndicate.errors import SyndicateError, UsageError
from syndicate.model import Identity

AT = datetime(2026, 2, 5, 3, 0, tzinfo=UTC)
BASE = "https://x.example/blog"

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>News</title>
<item><title>A &amp; B</title>
<link>https://x.example/?p=1</link><pubDate>Thu, 05 Feb 2026 10:00:00 +0700</pubDate>
<guid isPermaLink="false">https://x.example/?p=1</guid></item>
<item><title>C</title><link>https://feeds.example/~r/1</link>
<feedburner:origLink>https://x.example/c/</feedburner:origLink><dc:date>2026-02-05T03:00:00Z</dc:date>
<guid>
  https://x.example/c/ </guid></item>
<item><link>https://x.example/d/</link></item>
<item><title>nothing</title></item>
</channel></rss>"""

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://x.example/"><id>urn:feed</id>
<link href="https://x.example/"/><entry><id>tag:x.example,2026:1</id>
<title type="html">A &lt;i&gt;b&lt;/i&gt;</title>
<link rel="enclosure" href="a.mp3"/><link href="/a/"/><updated>2027-01-01T00:00:00Z</updated>
<published>2026-02-05T10:00:00+07:00</published><source><id>other</id></source></entry></feed>"""

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"/><item rdf:about="https://x.example/a">
<title>A</title><link>https://x.example/a?utm_source=feed</link><dc:date>2026-02-05</dc:date></item></rdf:RDF>"""


def test_rss_items_keep_their_ids_and_what_they_say_of_them() -> None:
    """A guid is a permalink unless it says that it is none; without one readers go by the link."""
    items = items_of(RSS, name="x")
    assert [(item.id, item.permalink) for item in items] == [
        ("https://x.example/?p=1", False),
        ("https://x.example/c/", True),
        ("https://x.example/d/", True),
    ]
    assert (items[0].title, items[0].at) == ("A & B", AT)
    assert items[1].links == ("https://x.example/c/", "https://feeds.example/~r/1")
    assert items[1].at == AT


def test_atom_rdf_and_json_items_are_read() -> None:
    """The own page of an entry, its first date, the id of RDF's items, and JSON Feed's fields."""
    assert items_of(ATOM, name="x") == [
        Item("tag:x.example,2026:1", False, ("https://x.example/a/",), "A <i>b</i>", AT)
    ]
    (rdf,) = items_of(RDF, name="x")
    assert (rdf.id, rdf.permalink) == ("https://x.example/a", False)
    assert rdf.at == datetime(2026, 2, 5, tzinfo=UTC)
    body = b'{"items": [{"id": 7, "url": "https://x.example/a", "title": "A", "date_published": "2026"}, 3]}'
    (item,) = items_of(body, name="x")
    bad = [b'"a\\u0000b"', b'"\\ud800"', b'"' + b"x" * 2000 + b'"', b'""', b"[]"]
    assert items_of(b'{"items": [' + b", ".join(b'{"id": %s}' % one for one in bad) + b"]}", name="x") == []
    assert (item.id, item.links) == ("7", ("https://x.example/a",))


@pytest.mark.parametrize("body", [b"", b"<html><item/></html>", b"{", b'{"a": 1}', b"\x00\xff", b"text"])
def test_what_is_no_feed_is_told(body: bytes) -> None:
    """A page, a cut file or nothing at all is one sentence with its name."""
    with pytest.raises(UsageError, match=r"^feed.xml: is no "):
        items_of(body, name="feed.xml")


@pytest.mark.parametrize(
    "start", ["<!DOCTYPE html><html lang=id>", "\ufeff\n<!-- x -->\n<HTML>", "<!doctype html>\n"]
)
def test_a_web_page_is_told_with_the_feed_it_names(start: str) -> None:
    """Somebody gave the address of the site instead of that of its feed."""
    links = (
        '<link rel=stylesheet href=a.css><link rel="alternate" hreflang=en href="/en/">'
        '<link rel="alternate" type="application/rss+xml" title="K" href="/blog/index.xml">'
    )
    page = f"{start}<head>{links}</head><p>&nbsp;<br>".encode()
    named = r"^https://x\.example/blog/: is no feed but a web page; the feed it names is https://x\.example/blog/index\.xml$"
    with pytest.raises(UsageError, match=named):
        items_of(page, name="https://x.example/blog/")
    with pytest.raises(
        UsageError, match=r"^a: is no feed but a web page; the feed it names is /blog/index\.xml$"
    ):
        items_of(page, name="a")
    with pytest.raises(UsageError, match=r"^a: is no feed but a web page; name RSS, Atom or JSON Feed$"):
        items_of(start.encode(), name="a")


def test_entities_are_not_followed() -> None:
    """Neither a file of this machine nor a bomb is read into an id."""
    bomb = b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item>'
    bomb += b"<guid>1&f;&a;&nbsp;</guid></item></channel></rss>"
    assert "root" not in items_of(bomb, name="x")[0].id
    deep = b"<rss>" + b"<a>" * 5000
    assert items_of(deep, name="x") == []


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"<rss><channel>{text}".encode()))
def test_any_bytes_are_items_or_a_sentence(body: bytes) -> None:
    """A feed of a stranger is never a traceback."""
    try:
        items_of(body, name="x")
    except UsageError as error:
        assert str(error).startswith("x: is no ")


def _article(number: int, address: str, title: str = "", at: datetime = AT) -> Identity:
    return Identity(f"urn:{number}", f"{number}.md", address, title or f"Title {number}", at, False)


def _item(
    name: str, link: str = "", title: str = "", at: datetime | None = AT, permalink: bool = False
) -> Item:
    return Item(name, permalink, (link,) if link else (), title, at)


def test_an_item_is_known_by_its_link() -> None:
    """Scheme, www, the slash at the end, index.html, percent signs and utm parameters tell nothing apart."""
    for link in (
        "https://x.example/blog/a-%C3%A9/",
        "http://www.x.example/blog/a-é",
        "https://x.example/blog/a-%c3%a9/index.html",
        "https://x.example/blog/a-%C3%A9/?utm_source=rss#more",
        "https://old.example/blog/a-%C3%A9/",
    ):
        found = match([_item("1", link)], [_article(1, "/a-%C3%A9/"), _article(2, "/b/")], base=BASE)
        assert [(one.article.id, one.item.id, one.how) for one in found.matched] == [("urn:1", "1", "link")]


def test_the_page_of_another_site_is_not_taken_for_ours() -> None:
    """A link blog's item leads elsewhere; only the host of the feed itself counts by its path."""
    items = [_item("1", "https://x.example/blog/b/"), _item("2", "https://x.example/blog/c/")]
    found = match([*items, _item("3", "https://else.example/blog/a/")], [_article(1, "/a/")], base=BASE)
    assert not found.matched


def test_an_item_is_known_by_title_and_date() -> None:
    """Markup, signs and case aside, within a day and a half; the very moment settles a double."""
    articles = [
        _article(1, "/a/", "Kabar — “Desa”"),
        _article(2, "/b/", "Kabar Desa", AT + timedelta(hours=5)),
    ]
    found = match(
        [_item("1", "https://q.example/?p=1", "<b>Kabar</b> &quot;desa&quot;")], articles, base=BASE
    )
    assert [(one.article.id, one.how) for one in found.matched] == [("urn:1", "title and date")]
    late = AT + timedelta(hours=2)
    found = match([_item("1", title="Kabar Desa", at=late)], articles, base=BASE)
    assert [[one.id for one in candidates] for _, candidates in found.doubtful] == [["urn:1", "urn:2"]]
    found = match([_item("1", title="Kabar Desa", at=AT + timedelta(days=9))], articles, base=BASE)
    assert [item.id for item in found.unmatched] == ["1"]
    assert match([_item("1", title="Kabar Desa", at=None)], articles, base=BASE).unmatched


def test_an_article_known_by_its_link_is_not_asked_for_its_title() -> None:
    """Of two of one title the link tells one, so the other is the other."""
    articles = [_article(1, "/a/", "Same"), _article(2, "/b/", "Same")]
    items = [_item("1", f"{BASE}/a/", "Same"), _item("2", "", "Same")]
    found = match(items, articles, base=BASE)
    assert {one.item.id: one.article.id for one in found.matched} == {"1": "urn:1", "2": "urn:2"}


def test_two_items_for_one_article_are_doubtful() -> None:
    """Neither id is taken where two claim it; the same item twice is one."""
    items = [_item("1", f"{BASE}/a/"), _item("2", f"{BASE}/a"), _item("1", f"{BASE}/a/")]
    found = match(items, [_article(1, "/a/")], base=BASE)
    assert ([item.id for item, _ in found.doubtful], found.matched) == (["1", "2"], [])
    assert match([items[0], items[2]], [_article(1, "/a/")], base=BASE).matched


@pytest.mark.parametrize(("end", "cut"), [("/", ""), (".html", ".html"), ("/", "/")])
def test_articles_beyond_the_feed_get_the_ids_they_had_in_it(end: str, cut: str) -> None:
    """Where every id is the link in one way, those of the archive are too."""
    articles = [_article(number, f"/{number}{end}") for number in range(6)]
    items = [
        _item(f"{BASE}/{number}{end}".removesuffix(cut), f"{BASE}/{number}{end}", permalink=True)
        for number in range(3)
    ]
    found = match(items, articles, base=BASE)
    assert found.derived == {
        f"urn:{number}": (f"{BASE}/{number}{end}".removesuffix(cut), True) for number in (3, 4, 5)
    }
    items[1] = _item("https://x.example/?p=1", f"{BASE}/1{end}")
    assert match(items, articles, base=BASE).derived == {}


def test_ids_change_places_and_a_clash_is_refused() -> None:
    """An id that its holder gives up is free; one that is kept is not, nor is one that two want."""
    known = [_article(number, f"/{number}/") for number in range(4)]
    swap = {"urn:0": ("urn:1", True), "urn:1": ("urn:0", True)}
    held = {one.id: one.path for one in known}
    plan = planned(known, swap, held=held, fixed={})
    assert (plan.names, plan.refused) == ({"urn:0": "urn:1", "urn:1": "urn:0"}, [])
    chain = {"urn:0": ("urn:1", True), "urn:1": ("urn:2", True)}
    plan = planned(known, chain, held=held, fixed={})
    assert (plan.names, [one.id for one, _, _ in plan.refused]) == ({}, ["urn:1", "urn:0"])
    both = {"urn:0": ("x", True), "urn:1": ("x", True), "urn:2": ("urn:2", True)}
    plan = planned(known, both, held=held, fixed={})
    assert (plan.names, plan.same, plan.permalinks) == ({"urn:0": "x"}, 1, {"x": True, "urn:2": True})
    plan = planned(known, {"urn:0": ("x", True)}, held=held, fixed={"urn:0": "mine"})
    assert (plan.names, [why for _, _, why in plan.refused]) == (
        {},
        ["its front matter asks for the id mine"],
    )


def test_addresses_are_compared_as_people_read_them() -> None:
    """Percent signs, our own host and its path tell nothing apart; the slash at the end does."""
    pages = ["https://x.example/blog/a-%c3%a9/", "/blog-b/", "/c.html", "/2020/d/", "/2021/d/", "/e/f/"]
    ours = [
        ("a", "/a-%C3%A9/"), ("a2", "https://x.example/blog/a-%C3%A9/"), ("b", "/blog-b"), ("c", "/C/"),
        ("d", "/d/"), ("e", "/x/f/"),
    ]  # fmt: skip
    found = differences(ours, pages, base=BASE)
    assert [(one.path, one.ours, one.theirs) for one in found] == [
        ("b", "/blog-b", "/blog-b/"), ("c", "/C/", "/c.html"), ("d", "/d/", ""), ("e", "/x/f/", "/e/f/")
    ]  # fmt: skip


def test_a_sitemap_and_those_that_it_names_are_read(tmp_path: Path) -> None:
    """An index is followed to the files beside it, packed ones too; pictures are no pages."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    index = f"<sitemapindex {space}><sitemap><loc>https://x/a.xml.gz</loc></sitemap></sitemapindex>"
    picture = "<image><loc>https://x/p.png</loc></image>"
    urls = f"<urlset {space}><!-- x --><url><loc> https://x/1 </loc>{picture}</url><url/></urlset>"
    (tmp_path / "sitemap.xml").write_text(index)
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(urls.encode()))
    assert pages_of(str(tmp_path / "sitemap.xml")) == ["https://x/1"]
    (tmp_path / "sitemap.xml").write_text("<html/>")
    with pytest.raises(SyndicateError, match="is no sitemap: it begins with <html>"):
        pages_of(str(tmp_path / "sitemap.xml"))


def test_sitemaps_below_the_folder_of_the_one_that_names_them_are_read(tmp_path: Path) -> None:
    """A site of two languages has one in the folder of each; the site may lie below its host's root."""
    names = (
        "https://x/sub/en/sitemap.xml",
        "https://x/sub/id/sitemap.xml",
        "https://x/sub/../../etc/sitemap.xml",
    )
    found = "".join(f"<sitemap><loc>{name}</loc></sitemap>" for name in names[:2])
    (tmp_path / "sitemap.xml").write_text(f"<sitemapindex>{found}</sitemapindex>")
    for name in ("en", "id"):
        (tmp_path / name).mkdir()
        page = f"<urlset><url><loc>https://x/sub/{name}/a/</loc></url></urlset>"
        (tmp_path / name / "sitemap.xml").write_text(page)
    assert pages_of(str(tmp_path / "sitemap.xml")) == ["https://x/sub/en/a/", "https://x/sub/id/a/"]
    (tmp_path / "sitemap.xml").write_text(
        f"<sitemapindex><sitemap><loc>{names[2]}</loc></sitemap></sitemapindex>"
    )
    with pytest.raises(UsageError, match=r"sub/etc/sitemap\.xml: cannot be read"):
        pages_of(str(tmp_path / "sitemap.xml"))


def test_the_pages_of_a_folder_are_its_html_files(tmp_path: Path) -> None:
    """A page is there with and without its suffix; a folder by its index."""
    for name in ("index.html", "a/index.html", "b%20c.html", "d.css", ".git/x.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert set(pages_of(str(tmp_path))) == {
        "/", "/index.html", "/index", "/a/", "/a/index.html", "/a/index", "/b%2520c.html", "/b%2520c"
    }  # fmt: skip

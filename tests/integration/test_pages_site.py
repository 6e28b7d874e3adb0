"""All pages of a publication, made with the templates that ship."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from syndicate import links
from syndicate.config import Publication
from syndicate.model import Article, CopiedFile, Enclosure, Feed, Media, OutputFile, Picture
from syndicate.pages import PageSite, RenderedPages, Stock, render_pages
from syndicate.templating import Templates

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
BASE = "https://news.example.org/kabar"
NEWEST = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
VOID = {"meta", "link", "img", "br", "hr", "input", "source", "col", "wbr"}

PUBLICATION = Publication(
    title="Kabar <Contoh>",
    url=BASE,
    description="Berita & bacaan",
    language="id",
    timezone=ZoneInfo("Asia/Jakarta"),
    author="Redaksi",
)
SITE = PageSite(PUBLICATION, BASE, ("Kabar Harian",), Path("/content"))


def article(slug: str, *, age: int = 0, **given: object) -> Article:
    moment = NEWEST - timedelta(days=age)
    plain = Article(
        id=f"urn:x:{slug}",
        path=f"{slug}.md",
        slug=slug,
        title=f"Judul {slug}",
        html=f"<p>Isi {slug}.</p>",
        summary=f"Ringkasan {slug}",
        language="id",
        published=moment,
        updated=moment,
        visible_at=moment,
        tags=("politik",),
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def feeds_of(articles: Sequence[Article]) -> list[Feed]:
    """The main feed and one per tag, each with at most five articles."""
    tags = {links.tag_folder(tag): tag for one in articles for tag in one.tags}
    folders = [("", PUBLICATION.title), *((folder, f"Kabar: {tag}") for folder, tag in sorted(tags.items()))]
    return [
        Feed(
            id=f"urn:feed:{folder}",
            title=title,
            description="",
            folder=folder,
            home=links.url(BASE, f"{folder}/index.html" if folder else "index.html"),
            language="id",
            author="Redaksi",
            articles=tuple(
                one for one in articles if not folder or folder in map(links.tag_folder, one.tags)
            )[:5],
        )
        for folder, title in folders
    ]


def stock(articles: Sequence[Article]) -> Stock:
    """The articles without their texts, and who gives these when asked."""
    whole = {one.id: one for one in articles}
    bare = [replace(one, html="") for one in articles]
    return Stock(bare, feeds_of(articles), lambda ids: [whole[one] for one in ids])


def rendered(articles: Sequence[Article], override: Path | None = None) -> RenderedPages:
    return render_pages(SITE, stock(articles), Templates(SHIPPED, override))


def pages_of(result: RenderedPages) -> dict[str, str]:
    return {
        file.path: file.body.decode()
        for file in result.files
        if isinstance(file, OutputFile) and file.path.endswith(".html")
    }


def text_of(result: RenderedPages, path: str) -> str:
    (file,) = [one for one in result.files if one.path == path and isinstance(one, OutputFile)]
    return file.body.decode()


SAMPLE = [
    article("satu", tags=("politik", "Ekonomi Kreatif")),
    article("dua", age=1, language="ar", title="عنوان", html="<p>نص المقال</p>", summary="", tags=("لغة",)),
    article(
        "tiga",
        age=2,
        tags=(),
        authors=("Ani", "Budi"),
        picture=Picture("foto kapal.png", "Kapal di laut", 800, 600),
        media=(Media("tiga/foto kapal.png", "foto kapal.png"),),
        updated=NEWEST,
    ),
    *(article(f"lama-{n}", age=10 + n) for n in range(40)),
]


class Walk(HTMLParser):
    """Notes links, and whether elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        for name in ("href", "src"):
            if values.get(name):
                self.links.append((tag, str(values[name])))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def walk(html: str) -> Walk:
    walker = Walk()
    walker.feed(html)
    walker.close()
    assert not walker.open
    return walker


@pytest.fixture(scope="module")
def site() -> RenderedPages:
    return rendered(SAMPLE)


def test_every_page_is_made(site: RenderedPages) -> None:
    """There is a page for each article, the index and its older pages, each tag, the feeds and not found."""
    assert not site.faults
    assert not site.keep
    made = {file.path for file in site.files}
    assert {f"articles/{one.slug}/index.html" for one in SAMPLE} <= made
    assert {
        "index.html",
        "page/1/index.html",
        "feeds/index.html",
        "404.html",
        "style.css",
        "tags/politik/index.html",
        "tags/politik/page/1/index.html",
        "tags/politik/preview/index.html",
        "languages/ar/index.html",
        "authors/ani/index.html",
        "archive/index.html",
        "archive/2026/11/index.html",
        "archive/2026/10/index.html",
        "preview/index.html",
        "sitemap.xml",
        "robots.txt",
        "tags/ekonomi-kreatif/index.html",
        "tags/لغة/index.html",
    } <= made
    assert "page/2/index.html" not in made
    assert CopiedFile("articles/tiga/foto kapal.png", "/content/tiga/foto kapal.png") in site.files


def test_every_page_is_whole_and_every_link_leads_somewhere(site: RenderedPages) -> None:
    """Elements nest, and each link within the publication leads to a file that is published."""
    known = {links.url(BASE, file.path) for file in site.files}
    for feed in feeds_of(SAMPLE):
        prefix = f"{feed.folder}/" if feed.folder else ""
        known |= {links.url(BASE, prefix + name) for name in ("rss.xml", "atom.xml", "feed.json")}
    wanted = {unquote(url) for url in known}
    for path, html in pages_of(site).items():
        for _, target in walk(html).links:
            url = urlsplit(urljoin(links.url(BASE, path), target))
            assert unquote(url._replace(query="", fragment="").geturl()) in wanted, (path, target)


def test_pages_link_relatively_except_where_they_may_stand_anywhere(site: RenderedPages) -> None:
    """The pages work in any folder; the page for a wrong address does not depend on where it is shown."""
    pages = pages_of(site)
    for _, target in walk(pages["404.html"]).links:
        assert target.startswith((BASE, "#"))
    anchors = [target for tag, target in walk(pages["articles/satu/index.html"]).links if tag == "a"]
    assert len(anchors) > 5
    assert not [target for target in anchors if target.startswith(("http", "/"))]


def test_the_head_of_an_article(site: RenderedPages) -> None:
    """An article names its address, its words and picture for sharing, and the feeds, Atom first."""
    html = pages_of(site)["articles/tiga/index.html"]
    assert f'<link rel="canonical" href="{BASE}/articles/tiga/">' in html
    assert '<meta property="og:title" content="Judul tiga">' in html
    assert '<meta property="og:description" content="Ringkasan tiga">' in html
    assert f'<meta property="og:image" content="{BASE}/articles/tiga/foto%20kapal.png">' in html
    assert f'<meta property="og:url" content="{BASE}/articles/tiga/">' in html
    assert re.findall(r'<link rel="alternate" type="([^"]+)"', html) == ["application/atom+xml"]
    assert '<img src="foto%20kapal.png" alt="Kapal di laut" width="800" height="600">' in html
    assert 'Oleh <a rel="author" href="../../authors/ani/"><bdi>Ani</bdi></a>, <a rel="author"' in html
    assert '<time datetime="2026-11-18T08:00:00+07:00">18 November 2026</time>' in html
    assert "Diperbarui 20 November 2026" in html


def test_a_tag_page_offers_its_own_feed_first(site: RenderedPages) -> None:
    """A tag's page names the tag's feed before the publication's, each once, in its best format."""
    html = pages_of(site)["tags/politik/index.html"]
    alternates = re.findall(r'<link rel="alternate" .*? title="([^"]+)" href="([^"]+)"', html)
    assert alternates == [
        ("Kabar: politik", f"{BASE}/tags/politik/atom.xml"),
        ("Kabar &lt;Contoh&gt;", f"{BASE}/atom.xml"),
    ]


def test_the_list_of_feeds_names_all_formats(site: RenderedPages) -> None:
    """People find each feed in its three formats, and that there is a newsletter."""
    html = pages_of(site)["feeds/index.html"]
    for folder in ("", "tags/politik/", "tags/%D9%84%D8%BA%D8%A9/"):
        for name in ("atom.xml", "rss.xml", "feed.json"):
            assert f'href="{BASE}/{folder}{name}"' in html
    assert "Kabar Harian" in html
    assert "41 artikel" in html


def test_an_arabic_article_reads_from_the_right(site: RenderedPages) -> None:
    """An article's page speaks its language and direction; in a list each article keeps its own."""
    html = pages_of(site)["articles/dua/index.html"]
    assert '<html lang="ar" dir="rtl">' in html
    assert '<article lang="ar" dir="rtl">' in html
    assert "19 نوفمبر 2026" in html
    front = pages_of(site)["index.html"]
    assert '<html lang="id" dir="ltr">' in front
    assert '<article lang="ar" dir="rtl">' in front
    assert "19 نوفمبر 2026" in front


def test_an_article_tells_machines_what_it_is(site: RenderedPages) -> None:
    """The JSON-LD names title, dates, authors with their pages, and the picture with its size."""
    html = pages_of(site)["articles/tiga/index.html"]
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    facts = json.loads(text)
    assert facts["@type"] == "Article"
    assert facts["headline"] == "Judul tiga"
    assert (facts["datePublished"], facts["dateModified"]) == (
        "2026-11-18T08:00:00+07:00",
        "2026-11-20T08:00:00+07:00",
    )
    assert facts["author"] == [
        {"@type": "Person", "name": name, "url": f"{BASE}/authors/{name.lower()}/"}
        for name in ("Ani", "Budi")
    ]
    assert (facts["image"]["width"], facts["image"]["height"]) == (800, 600)


def test_a_title_cannot_end_the_script_it_is_in() -> None:
    """Marks of HTML in a title are escaped in the JSON-LD, and come back as they were."""
    title = "</script><!-- & <b>"
    html = pages_of(rendered([article("x", title=title)]))["articles/x/index.html"]
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert "<" not in text
    assert json.loads(text)["headline"] == title


def test_translations_name_each_other() -> None:
    """Articles with one key in several languages name all of these, and one for all; so does the map."""
    pair = [article("satu", key="k"), article("one", key="k", language="en"), article("lain", key="l")]
    result = rendered(pair)
    pages = pages_of(result)
    wanted = [
        ("en", f"{BASE}/articles/one/"),
        ("id", f"{BASE}/articles/satu/"),
        ("x-default", f"{BASE}/articles/satu/"),
    ]
    for slug in ("satu", "one"):
        html = pages[f"articles/{slug}/index.html"]
        assert re.findall(r'hreflang="([^"]+)" href="(http[^"]+)"', html) == wanted
    assert 'href="../one/"><bdi>English</bdi>' in pages["articles/satu/index.html"]
    assert "hreflang" not in pages["articles/lain/index.html"]
    assert text_of(result, "sitemap.xml").count('hreflang="x-default"') == 2


def test_an_article_from_elsewhere_says_where_it_is_at_home() -> None:
    """With an address of its own its page points there, is in no map, and is no translation."""
    foreign = article("x", key="k", canonical="https://first.example/x")
    result = rendered([foreign, article("y", key="k", language="en")])
    html = pages_of(result)["articles/x/index.html"]
    assert '<link rel="canonical" href="https://first.example/x">' in html
    assert "hreflang" not in html
    assert "articles/x/" not in text_of(result, "sitemap.xml")
    own = rendered([article("x", canonical=f"{BASE}/articles/x")])
    assert f'<link rel="canonical" href="{BASE}/articles/x/">' in pages_of(own)["articles/x/index.html"]
    assert "articles/x/" in text_of(own, "sitemap.xml")


def test_what_is_category_and_tag_is_named_once() -> None:
    """An article in a category and with the tag of its name leads to the category."""
    one = article("x", tags=("Politik", "laut"), categories=("politik",))
    html = pages_of(rendered([one]))["articles/x/index.html"]
    assert re.findall(r'rel="tag" href="([^"]+)"', html) == ["../../categories/politik/", "../../tags/laut/"]


def test_a_correction_is_told_on_the_page() -> None:
    """What was corrected stands before the text, with a label."""
    html = pages_of(rendered([article("x", correction="Harga <lama> salah.")]))["articles/x/index.html"]
    assert 'role="note">Koreksi: <bdi>Harga &lt;lama&gt; salah.</bdi></p>' in html
    assert html.index("Koreksi") < html.index("Isi x.")


def test_the_months_lead_to_their_articles(site: RenderedPages) -> None:
    """The archive counts the articles of each month, whose pages list them."""
    pages = pages_of(site)
    months = re.findall(r'<a href="(2026/\d+/)">(\w+)</a> <span>(\d+) artikel', pages["archive/index.html"])
    assert [name for _, name, _ in months] == ["November", "Oktober"]
    assert sum(int(number) for _, _, number in months) == len(SAMPLE)
    assert "Judul satu" in pages["archive/2026/11/index.html"]
    assert "<h1>November 2026</h1>" in pages["archive/2026/11/index.html"]


def test_a_month_is_that_of_the_publication() -> None:
    """An article of the last night of a month in UTC is in the next where the publication is."""
    late = article("x", published=datetime(2026, 10, 31, 20, 0, tzinfo=UTC))
    assert "archive/2026/11/index.html" in pages_of(rendered([late]))


def test_a_feed_can_be_looked_at(site: RenderedPages) -> None:
    """Its preview says what it is, gives its addresses to copy, and shows what came out last."""
    html = pages_of(site)["tags/politik/preview/index.html"]
    assert (
        f'<a href="{BASE}/tags/politik/atom.xml" type="application/atom+xml" dir="ltr">{BASE}/tags/' in html
    )
    assert "Judul satu" in html
    assert html.count('<article class="entry"') == 5
    assert 'content="noindex, follow"' in html


def test_a_preview_has_the_texts_that_the_feed_has() -> None:
    """The newest five in full, with addresses that lead from there and no id twice; then summaries."""
    html = '<h1 id="top">Satu</h1><p id="x"><a href="#x">di sini</a> <a href="../lain/">lain</a></p>'
    html += (
        '<img src="kapal.png" alt=""><pre id="p"><code>href="https://news.example.org/kabar/x"</code></pre>'
    )
    many = [article(f"a{number}", age=number, html=html) for number in range(7)]
    page = pages_of(rendered(many))["preview/index.html"]
    assert page.count("di sini") == 5 and page.count("Baca selengkapnya") == 2 * 2
    assert '<h4>Satu</h4><p><a href="../articles/a0/#x">' in page
    assert '<a href="../articles/lain/">' in page and 'src="../articles/a0/kapal.png"' in page
    assert '<code>href="https://news.example.org/kabar/x"</code>' in page


def test_a_preview_of_a_feed_of_summaries_has_summaries() -> None:
    """What the feed does not carry its preview does not show either, for named feeds by their own rule."""
    articles = [article("satu", html="<p>Ringkasan satu</p><p>Isi.</p>")]
    summaries, named = replace(SITE, full=False), replace(SITE, other=frozenset({"tags/politik"}))
    for site, full in ((summaries, []), (named, ["preview/"]), (SITE, ["preview/", "tags/politik/preview/"])):
        pages = pages_of(render_pages(site, stock(articles), Templates(SHIPPED)))
        previews = {path: html for path, html in pages.items() if "preview/" in path}
        assert [path.removesuffix("index.html") for path, html in previews.items() if "Isi." in html] == full


def test_a_preview_stays_a_page_that_can_be_read() -> None:
    """Very long articles are not all on it: what is beyond is led to."""
    many = [article(f"a{number}", age=number, html=f"<p>{'kata ' * 9000}</p>") for number in range(5)]
    page = pages_of(rendered(many))["preview/index.html"]
    assert page.count('<div class="body">') == 2 and len(page) < 150_000


def test_recordings_can_be_heard_and_files_fetched() -> None:
    """Nothing is loaded before it is asked for; each has a name for who does not see, its form and size."""
    enclosures = (
        Enclosure("pasang%20surut.mp3", "audio/mpeg", 12_345_678),
        Enclosure("https://media.example.org/a?b=1&c", "video/mp4"),
        Enclosure("peta.pdf", "application/pdf", 999),
        Enclosure("peta.pdf", "application/pdf", 999),
        Enclosure("ada.mp3", "audio/mpeg", 1),
        Enclosure("../../../../etc/passwd"),
    )
    ours = article("satu", enclosures=enclosures, html='<audio src="ada.mp3" controls></audio>')
    page = pages_of(rendered([replace(ours, picture=Picture("kapal.png", "Kapal"))]))[
        "articles/satu/index.html"
    ]
    assert (
        '<audio controls preload="none" src="pasang%20surut.mp3" aria-label="Audio: pasang surut.mp3">'
        in page
    )
    assert '<bdi>pasang surut.mp3</bdi></a> <span class="filetype">MP3, 12,3\u00a0MB</span>' in page
    assert 'src="https://media.example.org/a?b=1&amp;c" poster="kapal.png" aria-label="Video: a">' in page
    assert page.count("peta.pdf</bdi></a>") == 1 and "PDF, 999\u00a0byte" in page
    assert "passwd" not in page and page.count("ada.mp3") == 1
    assert 'class="opening"' not in page


def test_robots_find_the_map_and_feeds(site: RenderedPages) -> None:
    """Robots are shut out of nothing; the map lists each article with its last change, and no error page."""
    assert text_of(site, "robots.txt") == f"User-agent: *\nAllow: /\n\nSitemap: {BASE}/sitemap.xml\n"
    root = etree.fromstring(text_of(site, "sitemap.xml").encode())
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = {one.findtext(f"{space}loc"): one.findtext(f"{space}lastmod") for one in root}
    assert places[f"{BASE}/articles/tiga/"] == "2026-11-20T01:00:00Z"
    assert f"{BASE}/" in places
    assert f"{BASE}/archive/2026/11/" in places
    assert not [one for one in places if one and ("404" in one or "preview" in one or "page/" in one)]


def test_the_icon_is_named_where_there_is_one() -> None:
    """Browsers are told the publication's icon."""
    site = replace(SITE, publication=PUBLICATION.model_copy(update={"icon": "https://x.example/i.png"}))
    pages = pages_of(render_pages(site, stock(SAMPLE[:1]), Templates(SHIPPED)))
    assert '<link rel="icon" href="https://x.example/i.png">' in pages["index.html"]


def test_names_are_escaped_and_html_is_not(site: RenderedPages) -> None:
    """A title is text and the body is markup."""
    html = pages_of(site)["articles/satu/index.html"]
    assert "Kabar &lt;Contoh&gt;" in html
    assert "Kabar <Contoh>" not in html
    assert "<p>Isi satu.</p>" in html


def test_pages_need_no_script_and_nobody_else(site: RenderedPages) -> None:
    """No page runs a script, loads a font or asks another server for anything."""
    style = next(f.body.decode() for f in site.files if isinstance(f, OutputFile) and f.path == "style.css")
    assert not re.search(r"url\(|@import|@font-face", style)
    for html in pages_of(site).values():
        tags = walk(html).tags
        assert not [tag for tag, _ in tags if tag in ("iframe", "style")]
        scripts = [values for tag, values in tags if tag == "script"]
        assert all(values == {"type": "application/ld+json"} for values in scripts)
        assert not [name for _, values in tags for name in values if name.startswith("on") or name == "style"]
        assert all("alt" in values for tag, values in tags if tag == "img")


def test_the_same_input_gives_the_same_bytes() -> None:
    """Articles and feeds may come in any order; the files are equal, and so is their order."""
    backwards = replace(
        stock(SAMPLE), articles=list(reversed(SAMPLE)), feeds=list(reversed(feeds_of(SAMPLE)))
    )
    again = render_pages(SITE, backwards, Templates(SHIPPED))
    assert again == rendered(SAMPLE)


def test_one_more_article_changes_no_other_articles_page() -> None:
    """The menu that is on every page stands by the names of topics that are about equally large."""
    old = [article(f"{tag}-{n}", age=n, tags=(tag,)) for tag in ("a", "b") for n in range(22)]
    before, after = pages_of(rendered(old)), pages_of(rendered([article("new", tags=("b",)), *old]))
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {
        *("index.html", "tags/b/index.html", "feeds/index.html"),
        *("archive/index.html", "archive/2026/11/index.html"),
        *("preview/index.html", "tags/b/preview/index.html"),
    }


def test_an_empty_publication_has_its_pages() -> None:
    """Before the first article there is a front page that says so."""
    pages = pages_of(rendered([]))
    assert set(pages) == {
        *("index.html", "feeds/index.html", "404.html"),
        *("archive/index.html", "preview/index.html"),
    }
    assert "Belum ada artikel." in pages["index.html"]


def test_a_broken_template_stops_only_its_pages(tmp_path: Path) -> None:
    """With the operator's article template broken there is one fault, and old article pages are kept."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "article.html").write_text(
        '{% extends "pages/layout.html" %}\n{% block %}', "utf-8"
    )
    result = rendered(SAMPLE, tmp_path)
    (fault,) = result.faults
    assert (fault.kind, fault.path, fault.line) == ("template", str(tmp_path / "pages/article.html"), 2)
    assert "articles/satu/index.html and 42 more" in fault.message
    assert result.keep == {f"articles/{one.slug}/index.html" for one in SAMPLE}
    made = {file.path for file in result.files}
    assert {"index.html", "feeds/index.html", "articles/tiga/foto kapal.png"} <= made
    assert not made & result.keep


def test_one_article_that_cannot_be_rendered_stops_only_itself(tmp_path: Path) -> None:
    """Where the template fails for one article the others are made."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "article.html").write_text("{{ 1 / (story.title|length - 10) }}", "utf-8")
    result = rendered(SAMPLE, tmp_path)  # "Judul satu" and "Judul tiga" have ten letters
    assert result.keep == {"articles/satu/index.html", "articles/tiga/index.html"}
    assert len(result.faults) == 1


def test_a_broken_style_sheet_stops_no_page(tmp_path: Path) -> None:
    """A style sheet that cannot be read is one fault, and the published one stays."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "style.css").write_bytes(b"\xff")
    result = rendered(SAMPLE, tmp_path)
    assert [fault.path for fault in result.faults] == [str(tmp_path / "pages/style.css")]
    assert "style.css" in result.keep
    assert "index.html" in pages_of(result)


def test_a_file_of_an_article_never_replaces_a_page() -> None:
    """A local file named index.html does not take the place of the article's page."""
    sly = article("satu", media=(Media("x/index.html", "index.html"),))
    files = [file for file in rendered([sly]).files if file.path == "articles/satu/index.html"]
    assert [type(file) for file in files] == [OutputFile]


@pytest.mark.parametrize("language", ["en", "id", "ar"])
@pytest.mark.parametrize("state", ["ask", "done", "unknown"])
def test_the_unsubscribe_page(state: str, language: str) -> None:
    """It has one button where it asks and none elsewhere, hides nothing, and needs no published file."""
    html = Templates(SHIPPED).render(
        "web/unsubscribe.html",
        language=language,
        zone=ZoneInfo("UTC"),
        state=state,
        publication=PUBLICATION,
        newsletter_title="Kabar & Harian" if state != "unknown" else "",
        masked_email="b…i@example.org" if state != "unknown" else "",
        action="/u/abc" if state == "ask" else "",
        marks={},
        reasons=(),
        most=500,
        preferences_url=f"{BASE}/preferences/abc",
        signup_url=f"{BASE}/subscribe/",
        home_url=f"{BASE}/",
    )
    walker = walk(html)
    assert [tag for tag, _ in walker.tags].count("button") == (1 if state == "ask" else 0)
    ours = {f"{BASE}/preferences/abc", f"{BASE}/subscribe/"}
    assert {target for _, target in walker.links} <= {f"{BASE}/", "#content", *ours}
    assert not [tag for tag, _ in walker.tags if tag in ("script", "link", "img")]
    if state == "ask":
        assert '<form method="post" action="/u/abc">' in html
    if state != "unknown":
        assert "<bdi>Kabar &amp; Harian</bdi>" in html
        assert "b…i@example.org" in html


def test_the_error_page_needs_nothing_but_its_words() -> None:
    """An error is told with its number, title and message, also where nothing else is known."""
    html = Templates(SHIPPED).render(
        "web/error.html", language="en", zone=ZoneInfo("UTC"), status=503, title="Busy", message="<Try> again"
    )
    walk(html)
    assert "503" in html
    assert "&lt;Try&gt; again" in html


def test_every_shipped_template_compiles() -> None:
    """The templates that ship have no fault."""
    templates = Templates(SHIPPED)
    assert templates.check() == []
    assert {"pages/article.html", "pages/style.css", "web/unsubscribe.html"} <= set(templates.names())

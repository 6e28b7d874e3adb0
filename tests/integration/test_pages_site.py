"""All pages of a publication, made with the templates that ship."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest

from syndicate import links
from syndicate.config import Publication
from syndicate.model import Article, CopiedFile, Feed, Media, OutputFile, Picture
from syndicate.pages import PageSite, RenderedPages, render_pages
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


def rendered(articles: Sequence[Article], override: Path | None = None) -> RenderedPages:
    return render_pages(SITE, articles, feeds_of(articles), Templates(SHIPPED, override))


def pages_of(result: RenderedPages) -> dict[str, str]:
    return {
        file.path: file.body.decode()
        for file in result.files
        if isinstance(file, OutputFile) and file.path.endswith(".html")
    }


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
        "page/2/index.html",
        "feeds/index.html",
        "404.html",
        "style.css",
        "tags/politik/index.html",
        "tags/politik/page/2/index.html",
        "tags/ekonomi-kreatif/index.html",
        "tags/لغة/index.html",
    } <= made
    assert "page/3/index.html" not in made
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
    assert re.findall(r'<link rel="alternate" type="([^"]+)"', html) == [
        "application/atom+xml",
        "application/rss+xml",
        "application/feed+json",
    ]
    assert '<img src="foto%20kapal.png" alt="Kapal di laut" width="800" height="600">' in html
    assert "Oleh Ani, Budi" in html
    assert '<time datetime="2026-11-18T08:00:00+07:00">18 November 2026</time>' in html
    assert "Diperbarui 20 November 2026" in html


def test_a_tag_page_offers_its_own_feeds_first(site: RenderedPages) -> None:
    """A tag's page lists the tag's feeds before those of the publication, each with a title of its own."""
    html = pages_of(site)["tags/politik/index.html"]
    alternates = re.findall(r'<link rel="alternate" .*? title="([^"]+)" href="([^"]+)"', html)
    assert alternates[0] == ("Kabar: politik (Atom)", f"{BASE}/tags/politik/atom.xml")
    assert alternates[3][1] == f"{BASE}/atom.xml"
    assert len({title for title, _ in alternates}) == 6


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
        assert not [tag for tag, _ in tags if tag in ("script", "iframe", "style")]
        assert not [name for _, values in tags for name in values if name.startswith("on") or name == "style"]
        assert all("alt" in values for tag, values in tags if tag == "img")


def test_the_same_input_gives_the_same_bytes() -> None:
    """Articles and feeds may come in any order; the files are equal, and so is their order."""
    backwards = list(reversed(SAMPLE))
    again = render_pages(SITE, backwards, list(reversed(feeds_of(SAMPLE))), Templates(SHIPPED))
    assert again == rendered(SAMPLE)


def test_one_more_article_changes_no_other_articles_page() -> None:
    """The menu that is on every page stands by the names of topics that are about equally large."""
    old = [article(f"{tag}-{n}", age=n, tags=(tag,)) for tag in ("a", "b") for n in range(22)]
    before, after = pages_of(rendered(old)), pages_of(rendered([article("new", tags=("b",)), *old]))
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"index.html", "page/2/index.html", "tags/b/index.html", "feeds/index.html"}


def test_an_empty_publication_has_its_pages() -> None:
    """Before the first article there is a front page that says so."""
    pages = pages_of(rendered([]))
    assert set(pages) == {"index.html", "feeds/index.html", "404.html"}
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
        home_url=f"{BASE}/",
    )
    walker = walk(html)
    assert [tag for tag, _ in walker.tags].count("button") == (1 if state == "ask" else 0)
    assert {target for _, target in walker.links} <= {f"{BASE}/", "#content"}
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

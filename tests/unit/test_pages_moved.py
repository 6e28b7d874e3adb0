"""Pages where something was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicate.config import Publication
from syndicate.pages import PageSite
from syndicate.pages.moved import gone_page, redirect_page
from syndicate.templating import Templates

BASE = "https://news.example.org/kabar"
PUBLICATION = Publication(title="Kabar & Co", url=BASE, language="id", timezone=ZoneInfo("Asia/Jakarta"))
SITE = PageSite(
    PUBLICATION, BASE, (), Path("/content"), placed={"feeds/pilihan": (("rss",), {"rss": "x.xml"})}
)
TEMPLATES = Templates(Path(__file__).resolve().parents[2] / "templates")


def redirected(target: str) -> str:
    file = redirect_page(SITE, "lama/index.html", target, TEMPLATES)
    assert file.path == "lama/index.html"
    return file.body.decode()


def test_an_old_address_leads_on_without_a_server() -> None:
    """The page goes at once to where the article is, says so, and is not the one to be indexed."""
    html = redirected(f"{BASE}/articles/baru/")
    assert f'<meta http-equiv="refresh" content="0; url={BASE}/articles/baru/">' in html
    assert f'<link rel="canonical" href="{BASE}/articles/baru/">' in html
    assert f'<a href="{BASE}/articles/baru/"' in html
    assert 'content="noindex"' in html
    assert "alternate" not in html


def test_a_reader_that_is_given_the_page_of_a_moved_feed_finds_the_feed() -> None:
    """A page in place of a feed names the feed with its type, also one with a file name of its own."""
    html = redirected(f"{BASE}/atom.xml")
    assert (
        f'<link rel="alternate" type="application/atom+xml" title="Kabar &amp; Co" href="{BASE}/atom.xml">'
        in html
    )
    assert 'type="application/rss+xml"' in redirected(f"{BASE}/feeds/pilihan/x.xml")


def test_an_address_cannot_leave_its_place_in_the_page() -> None:
    """An address with marks of HTML in it stays text."""
    assert "<script>" not in redirected(f'{BASE}/"><script>alert(1)</script>')


def test_a_withdrawn_article_says_when_and_no_more() -> None:
    """The page lies beside where the article's was and says, in its language, since when it is gone."""
    file = gone_page(SITE, "articles/kabar", datetime(2026, 11, 20, 20, 0, tzinfo=UTC), "ar", TEMPLATES)
    html = file.body.decode()
    assert file.path == "articles/kabar/gone.html"
    assert '<html lang="ar" dir="rtl">' in html
    assert "21 نوفمبر 2026" in html
    assert 'content="noindex"' in html
    assert f'href="{BASE}/"' in html

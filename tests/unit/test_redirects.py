"""Old addresses and where they lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.model import Article
from syndicate.publish.paths import wrong_with
from syndicate.redirects import Redirect, form_of, list_of, old_path, redirects_of, written

BASE = "https://news.example.org/blog"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def article(slug: str, *aliases: str) -> Article:
    one = Article(slug, f"{slug}.md", slug, slug, "", "", "en", NOW, NOW, NOW)
    return replace(one, aliases=aliases)


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("/2019/01/x.html", "/2019/01/x.html"),
        ("2019//x/", "/2019/x/"),
        (f"{BASE}/old/", "/old/"),
        ("/berita lama/é/", "/berita%20lama/%C3%A9/"),
        ("/berita%20lama/", "/berita%20lama/"),
        ("https://elsewhere.example/x", ""),
        ("/x?id=3", ""),
        ("/", ""),
        ("/../x", ""),
        ("/%2e%2e/x", ""),
        ("/.well-known/x", ""),
        ("/a\nb", ""),
        ("/%FF", ""),
    ],
)
def test_an_alias_is_a_path_below_the_publication(alias: str, path: str) -> None:
    """Percent-encoded once; what leads elsewhere, or climbs, is none."""
    assert old_path(alias, BASE) == path


def test_aliases_lead_to_their_article() -> None:
    """The first article has an address that two claim; where an article is, nothing leads elsewhere."""
    found = redirects_of(
        [article("a", "/old/", "/b.html", "/articles/b/", "/taken/"), article("b", "/old/")], BASE, {"taken/"}
    )
    assert found == [Redirect("/b.html", f"{BASE}/articles/a/"), Redirect("/old/", f"{BASE}/articles/a/")]
    assert written(found).decode().splitlines()[1] == f"/old/ {BASE}/articles/a/ 301"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/old/", "old/index.html"),
        ("/old", "old/index.html"),
        ("/a/b.html", "a/b.html"),
        ("/feed.xml", ""),
        ("/%C3%A9/", "é/index.html"),
    ],
)
def test_a_page_leads_on_where_a_host_knows_no_redirects(path: str, page: str) -> None:
    """At the address itself; not where the name promises another type."""
    assert Redirect(path, BASE).page == page


def test_beside_what_stands_at_an_old_address_lies_a_mark() -> None:
    """Of the page, or of the copy of a feed; none where a name would be too long."""
    moved = [
        Redirect("/old/", BASE),
        Redirect("/feed.xml", f"{BASE}/rss.xml"),
        Redirect(f"/{'x' * 250}.b", BASE),
    ]
    files = {file.path: file.body for file in list_of(moved)}
    assert set(files) == {"_redirects", "old/index.html.moved", "feed.xml.moved"}
    assert files["feed.xml.moved"] == f"{BASE}/rss.xml\n".encode()
    assert list_of([]) == []


@given(st.text(max_size=60))
def test_no_alias_writes_outside_or_breaks_the_list(alias: str) -> None:
    """Whatever an author writes, a line stays a line and a page lies below the publish folder."""
    path = old_path(alias, BASE)
    if path:
        line = written([Redirect(path, BASE)])
        assert line.count(b"\n") == 1 and line.count(b" ") == 2
        assert wrong_with(Redirect(path, BASE).page or "x") in (None,) or len(path) > 200
        assert wrong_with(Redirect(path, BASE).mark or "x") in (None,) or len(path) > 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/feed", "rss"),
        ("/rss/", "rss"),
        ("/feeds/atom.xml", "atom"),
        ("/feed.json", "json"),
        ("/x.xml", "rss"),
    ],
)
def test_an_old_feed_leads_to_the_format_it_was(path: str, form: str) -> None:
    """As its name tells; RSS where it tells nothing."""
    assert form_of(path, ["rss", "atom", "json"]) == form
    assert form_of(path, ["atom"]) == "atom"

"""Lists on several pages, and the map of the site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.pages.lists import PER_PAGE, Pager, listed
from syndicate.pages.sitemap import Place, sitemap
from syndicate.pages.stories import Story

BASE = "https://news.example.org"
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def pages(numbers: Sequence[int]) -> dict[str, tuple[Any, Pager]]:
    """Page a list of anything; the paging looks at no article."""
    found = {}
    for path, context in listed("tags/x/", cast(Sequence[Story], numbers)):
        assert isinstance(context["pager"], Pager)
        found[path] = (context["stories"], context["pager"])
    return found


@given(st.integers(0, 5 * PER_PAGE))
def test_each_article_is_on_one_page_in_its_order(count: int) -> None:
    """Read from page to page a list is whole; the first page is full where there are articles for that."""
    shown: list[int] = []
    found = pages(range(count))
    path, newer = "tags/x/index.html", ""
    while path:
        stories, pager = found.pop(path)
        assert pager.newer == newer
        shown += stories
        newer, path = path, pager.older
    assert shown == list(range(count))
    assert not found
    assert len(pages(range(count))["tags/x/index.html"][0]) >= min(count, PER_PAGE)


@given(st.integers(0, 5 * PER_PAGE))
def test_one_more_article_leaves_the_pages_behind_the_first_alone(count: int) -> None:
    """A new article changes the first page, and the newest page behind it where a block is full."""
    before = pages(range(1, count + 1))
    after = pages(range(count + 1))
    changed = {path for path in before if before[path] != after[path]}
    newest = f"tags/x/page/{count // PER_PAGE - 1}/index.html"
    assert changed <= {"tags/x/index.html", *([newest] if len(after) > len(before) else [])}


def test_a_large_site_has_a_map_of_maps() -> None:
    """Beyond the most that a map may hold there are several, named in one; together they hold all."""
    places = [Place(f"articles/{n}/index.html", datetime(2026, 1, 1, tzinfo=UTC)) for n in range(7)]
    files = {file.path: etree.fromstring(file.body) for file in sitemap(BASE, places, most=3)}
    maps = [one.findtext(f"{SPACE}loc") for one in files["sitemap.xml"]]
    assert maps == [f"{BASE}/sitemap-{n}.xml" for n in (1, 2, 3)]
    found = [one.findtext(f"{SPACE}loc") for n in (1, 2, 3) for one in files[f"sitemap-{n}.xml"]]
    assert found == [f"{BASE}/articles/{n}/" for n in range(7)]
    assert [file.path for file in sitemap(BASE, places, most=7)] == ["sitemap.xml"]


def test_an_address_is_escaped_in_the_map() -> None:
    """What XML would read as markup, and letters of other scripts, are written as the protocol wants."""
    (file,) = sitemap(BASE, [Place("tags/لغة & <x>/index.html")])
    assert etree.fromstring(file.body)[0].findtext(f"{SPACE}loc") == (
        f"{BASE}/tags/%D9%84%D8%BA%D8%A9%20%26%20%3Cx%3E/"
    )

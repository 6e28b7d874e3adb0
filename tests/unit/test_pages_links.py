"""Links between pages."""

from __future__ import annotations

from urllib.parse import unquote, urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import links
from syndicate.pages.render import relative


@pytest.mark.parametrize(
    ("here", "path", "link"),
    [
        ("index.html", "index.html", "./"),
        ("index.html", "articles/a/index.html", "articles/a/"),
        ("articles/a/index.html", "index.html", "../../"),
        ("articles/a/index.html", "articles/a/index.html", "./"),
        ("articles/a/index.html", "articles/b/index.html", "../b/"),
        ("articles/a/index.html", "articles/a/map 1.png", "map%201.png"),
        ("tags/x/page/2/index.html", "tags/x/index.html", "../../"),
        ("page/2/index.html", "style.css", "../../style.css"),
        ("index.html", "https://elsewhere.example/a.png", "https://elsewhere.example/a.png"),
        ("index.html", "tags/لغة/index.html", "tags/%D9%84%D8%BA%D8%A9/"),
    ],
)
def test_a_link_leads_from_page_to_page(here: str, path: str, link: str) -> None:
    """A link is relative, ends with the slash of its page, and is percent-encoded."""
    assert relative(here, path) == link


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
PATHS = st.lists(NAMES, max_size=4).map(lambda parts: "/".join([*parts, "index.html"]))


@settings(max_examples=80, deadline=None)
@given(PATHS, PATHS)
def test_a_browser_resolves_a_link_to_the_page(here: str, path: str) -> None:
    """Resolved against the address of one page, a link gives the address of the other."""
    base = "http://example.org/blog"
    resolved = urljoin(links.url(base, here), relative(here, path))
    assert unquote(resolved) == unquote(links.url(base, path))

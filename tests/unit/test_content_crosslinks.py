"""Links between articles lead to their pages, however they were written."""

from __future__ import annotations

import pytest

from syndicate.content.crosslinks import Names, linked
from syndicate.model import Body

PLACES = [
    ("_posts/2016-01-01-name.md", "https://x.org/articles/name/"),
    ("posts/a/index.md", "https://x.org/articles/a/"),
    ("other/a.md", "https://x.org/articles/a-2/"),
    ("notes/Some Page.md", "https://x.org/articles/some-page/?a=1&b"),
]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("2016-01-01-name", "https://x.org/articles/name/"),
        ("_posts/2016-01-01-name.md", "https://x.org/articles/name/"),
        ("posts/a", "https://x.org/articles/a/"),
        ("/posts/a/index.md#h", "https://x.org/articles/a/#h"),
        ("other/a.md", "https://x.org/articles/a-2/"),
        ("../a.md", "https://x.org/articles/a-2/"),
        ("Some%20Page", "https://x.org/articles/some-page/?a=1&amp;b"),
        ("name", "https://x.org/articles/name/"),
        ("a-2", "https://x.org/articles/a-2/"),
        ("some%20page.md", "https://x.org/articles/some-page/?a=1&amp;b"),
    ],
)
def test_an_article_is_found_by_the_name_of_its_file(name: str, address: str) -> None:
    """By its path or its last part, with or without suffix, whatever the case."""
    bodies = {"x.md": Body(f'<p><a href="/.article/{name}" title="t">x</a></p>'), "y.md": Body("<p>y</p>")}
    made = linked(bodies, lambda: Names(PLACES))
    assert made["x.md"].html == f'<p><a href="{address}" title="t">x</a></p>'
    assert made["y.md"] is bodies["y.md"]


def test_what_is_no_article_loses_its_address() -> None:
    """The words stay, and no empty link around them; an id stays, too."""
    bodies = {
        "x.md": Body('<a href="/.article/gone#h">x <em>b</em></a><a id="i" href="/.article/" title="t">y</a>')
    }
    assert linked(bodies, lambda: Names(PLACES))["x.md"].html == 'x <em>b</em><a id="i">y</a>'


def test_nobody_is_asked_where_there_are_no_such_links() -> None:
    """All the places there are would take long to read."""

    def never() -> Names:
        raise AssertionError

    bodies = {"x.md": Body('<a href="/y">x</a>')}
    assert linked(bodies, never) is bodies

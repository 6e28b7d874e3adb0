"""Root-relative addresses lead into the publication, whatever path it has on its host."""

from __future__ import annotations

import pytest

from syndicate.content.rooted import rooted
from syndicate.model import Body, Enclosure, Picture


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("/img/x.png", "/blog/img/x.png"),
        ("/blog/img/x.png", "/blog/img/x.png"),
        ("/blogs/x.png", "/blog/blogs/x.png"),
        ("//host/x.png", "//host/x.png"),
        ("x.png", "x.png"),
        ("https://other.example/x.png", "https://other.example/x.png"),
    ],
)
def test_an_address_from_the_root_is_below_the_publication(given: str, made: str) -> None:
    """Links, pictures and recordings alike, and each once."""
    body = Body(
        f'<p><a href="{given}">x</a><img src="{given}"></p>', "s", Picture(given), (Enclosure(given),)
    )
    found = rooted(body, "https://news.example.org/blog")
    assert found.html == f'<p><a href="{made}">x</a><img src="{made}"></p>'
    assert found.picture == Picture(made) and found.enclosures == (Enclosure(made),)
    assert rooted(body, "https://news.example.org") == body

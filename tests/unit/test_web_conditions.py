"""What requests ask beyond a path, held against RFC 9110; whatever is sent, nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.filetypes import is_attachment, type_of
from syndicate.web import conditions
from syndicate.web.redirects import parse

DATE = "Wed, 25 Nov 2026 08:00:00 GMT"
SECONDS = 1_795_593_600


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("gzip, br", ("br", "gzip")),
        ("gzip;q=1.0, br;q=0.5", ("gzip", "br")),
        ("x-gzip", ("gzip",)),
        ("*", ("br", "gzip")),
        ("*;q=0.1, br;q=0", ("gzip",)),
        ("identity, gzip;q=0.5", ()),
        ("gzip;q=0", ()),
        ("GZIP; q=0.8", ("gzip",)),
        ("gzip;q=nonsense", ()),
        ("", ()),
    ],
)
def test_the_coding_a_client_likes_best_is_chosen(field: str, expected: tuple[str, ...]) -> None:
    """Weights decide, then our order; what is refused is never sent."""
    assert conditions.codings(field) == expected


@pytest.mark.parametrize(
    ("field", "known"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ("", False),
    ],
)
def test_a_tag_is_compared_weakly(field: str, known: bool) -> None:
    """Lists, weak tags and the star are known."""
    assert conditions.is_known(field, '"a"') is known


def test_dates_are_compared_and_nonsense_is_none() -> None:
    """The same second is unmodified, an earlier one is not, and what is no date says nothing."""
    assert conditions.is_unmodified(DATE, SECONDS)
    assert not conditions.is_unmodified(DATE, SECONDS + 1)
    assert not conditions.is_unmodified("yesterday", SECONDS)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=100-", (100, 100)),
        ("bytes=-0", (100, 100)),
        ("bytes=9-1", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
    ],
)
def test_a_single_range_is_understood(field: str, expected: tuple[int, int] | None) -> None:
    """One range is a part, one outside is empty, and all else is the whole."""
    assert conditions.part_of(field, 100) == expected


@given(st.text(), st.integers(0, 2**40))
def test_no_field_makes_a_range_outside_of_the_file(field: str, size: int) -> None:
    """Whatever is asked, a part lies inside."""
    for text in (field, f"bytes={field}"):
        part = conditions.part_of(text, size)
        assert part is None or 0 <= part[0] <= part[1] <= size


@given(st.text())
def test_no_field_raises(field: str) -> None:
    """Accept-Encoding, If-None-Match, If-Modified-Since and If-Range take any text."""
    assert set(conditions.codings(field)) <= {"br", "gzip"}
    conditions.is_known(field, '"a"')
    conditions.is_unmodified(field, 0)
    conditions.still_holds(field, '"a"', 0)


@given(st.lists(st.from_regex(r"/?\S{0,12}[ \t]\S{0,12}( 301)?", fullmatch=True) | st.text()))
def test_no_line_raises_or_leads_astray(lines: list[str]) -> None:
    """Whatever `_redirects` holds, a target is a path here or an address of the web, in plain ASCII."""
    for old, new in parse("\n".join(lines)).items():
        assert old.startswith("/")
        assert new.isascii()
        assert new.startswith("http") or (new.startswith("/") and not new.startswith("//"))


def test_old_addresses_lead_on_with_and_without_their_slash() -> None:
    """Percent-encoded paths are decoded; comments, other statuses and patterns are left out."""
    text = "# moved\n/feed /rss.xml 301\n/k%C3%B6y/ /kö/ 301\n/x/* /y 301\n/t /u 302\n/a /a/ 301\n"
    table = parse(text)
    assert table == {
        "/feed": "/rss.xml",
        "/feed/": "/rss.xml",
        "/köy/": "/k%C3%B6/",
        "/köy": "/k%C3%B6/",
        "/a": "/a/",
    }


@pytest.mark.parametrize(
    ("path", "head", "expected"),
    [
        ("index.xml", b'<?xml version="1.0"?>\n<rss version="2.0">', "application/rss+xml"),
        ("x/feed", b'<?xml version="1.0"?><!-- ours --><feed xmlns="x">', "application/atom+xml"),
        ("all.json", b'{"version": "https://jsonfeed.org/version/1.1"', "application/feed+json"),
        ("opml.xml", b'<opml version="2.0">', "text/x-opml"),
        ("sitemap.xml", b"<urlset>", "application/xml"),
        ("index.html", b"<rss>", "text/html"),
        ("a.mp3", b"ID3", "audio/mpeg"),
        ("a", b"", "application/octet-stream"),
    ],
)
def test_a_feed_is_told_by_its_bytes_wherever_it_lies(path: str, head: bytes, expected: str) -> None:
    """A feed under any name has its type; pages and media go by their names."""
    assert type_of(path, head) == expected


def test_what_may_hold_foreign_scripts_is_an_attachment() -> None:
    """SVG anywhere, HTML and XML beside articles; our pages and feeds are not."""
    assert is_attachment("articles/x/plan.svg", "image/svg+xml")
    assert is_attachment("articles/x/demo.html", "text/html")
    assert not is_attachment("articles/x/index.html", "text/html")
    assert not is_attachment("rss.xml", "application/rss+xml")

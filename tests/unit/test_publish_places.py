"""Places of `publish.to` as they are written, what goes there in which order, and errors in our words."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.caching import Ages
from syndicate.config import Config
from syndicate.configfile import parse_config
from syndicate.errors import ConfigError
from syndicate.publish.bucket import why
from syndicate.publish.going import Turn, going
from syndicate.publish.manifest import Entry

MINIMAL = "publication: {title: T, url: https://t.example.org}\nmail: {from: T <t@t.example.org>}\n"


def config(to: str) -> Config:
    return parse_config(f"{MINIMAL}publish:\n  to: {to}\n", name="c", base=Path("/srv/news"), environment={})


@pytest.mark.parametrize(
    ("to", "urls"),
    [
        ("/srv/www", ["/srv/www"]),
        ("../www", ["/srv/www"]),
        ("s3://b/p/q/", ["s3://b/p/q"]),
        ("{url: s3://b, endpoint: 'https://minio.example.org:9000', region: auto}", ["s3://b"]),
        ("[/srv/www, gs://b/p, {url: az://c}]", ["/srv/www", "gs://b/p", "az://c"]),
    ],
)
def test_places_are_written_shortly_or_in_full(to: str, urls: list[str]) -> None:
    """A text, a mapping, or a list of either; folders are relative to the file."""
    assert [place.url for place in config(to).publish.to] == urls


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("ftp://b/p", "write a folder, or a bucket as s3://bucket/prefix"),
        ("s3://", "write a folder, or a bucket"),
        ("s3://b/../c", "write a folder, or a bucket"),
        ("{url: /srv/www, region: auto}", "endpoint and region go with s3:// alone"),
        ("[s3://b, s3://b/]", "s3://b is given twice"),
        ("public", "overlaps publish.folder"),
        ("content/www", "overlaps content.folder"),
        ("/srv", "overlaps"),
        ("{url: s3://b, secret: x}", "is not a setting; known here: url, endpoint, region"),
    ],
)
def test_what_cannot_be_a_place_is_named(to: str, words: str) -> None:
    """The fault says what to write instead."""
    with pytest.raises(ConfigError, match="c:4:") as caught:
        config(to)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "to", ["s3://key:hush@b/p", "s3://b/p?secret=hush", "{url: s3://b, endpoint: 'https://u:hush@e.org'}"]
)
def test_credentials_in_the_configuration_are_refused_without_repeating_them(to: str) -> None:
    """A key or password written into an address is in no message."""
    with pytest.raises(ConfigError) as caught:
        config(to)
    assert "hush" not in str(caught.value)


HEADS = {
    "feeds/all.xml": b"<?xml version='1.0'?><rss version='2.0'>",
    "index.json": b'{"version": "https://jsonfeed.org/version/1.1"',
    "archive/3/atom.xml": b"<feed xmlns='http://www.w3.org/2005/Atom'>",
    "sitemap.xml": b"<urlset>",
}


def test_files_go_so_that_none_points_at_what_is_not_there() -> None:
    """Media, pages, lists, archives, feeds, whatever their names; marks stay behind."""
    names = [
        *HEADS,
        "a/index.html",
        "a/gone.html",
        "_redirects",
        "style.css",
        "x.tar.gz",
        "x",
        "a/index.html.moved",
    ]
    listed = {name: Entry("00", 1, 1) for name in names}
    files = going(listed, lambda path: HEADS.get(path, b""), ages=Ages())
    assert [(file.path, file.turn) for file in files] == [
        ("style.css", Turn.MEDIA),
        ("x", Turn.MEDIA),
        ("x.tar.gz", Turn.MEDIA),
        ("a/gone.html", Turn.PAGE),
        ("a/index.html", Turn.PAGE),
        ("_redirects", Turn.LIST),
        ("sitemap.xml", Turn.LIST),
        ("archive/3/atom.xml", Turn.ARCHIVE),
        ("feeds/all.xml", Turn.FEED),
        ("index.json", Turn.FEED),
    ]
    headers = {file.path: file.headers for file in files}
    assert headers["_redirects"].content_type == "text/plain; charset=utf-8"
    assert headers["feeds/all.xml"].content_type == "application/rss+xml; charset=utf-8"
    assert headers["x.tar.gz"].content_type == "application/gzip"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "status code: 403 Forbidden: <Error><Code>AccessDenied</Code>",
            "we may not do this there (AccessDenied)",
        ),
        ("status code: 403: <Code>SignatureDoesNotMatch</Code>", "the credentials are not accepted"),
        ("status code: 301: <Code>PermanentRedirect</Code>", "is in another region"),
        ("status code: 503: <Code>SlowDown</Code>", "the store is busy or broken (SlowDown)"),
        ("PUT http://169.254.169.254/latest/api/token ... error sending request", "there are no credentials"),
        ("kind: Connect, dns error", "no such host is known"),
        ("x AKIASECRET y", "failed (Exception)"),
    ],
)
def test_errors_are_told_in_our_words(text: str, words: str) -> None:
    """What is wrong and what to do, and nothing of the library's own text."""
    told = str(why(Exception(f"key=AKIASECRET {text}"), "s3"))
    assert words in told and "AKIASECRET" not in told

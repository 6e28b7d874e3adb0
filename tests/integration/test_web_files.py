"""Published files behind a real uvicorn: validators, codings, parts, what moved and what is gone."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import brotli
import httpx
import pytest
from loopback import answering

from syndicate.model import OutputFile
from syndicate.publish.compress import compress
from syndicate.publish.folder import publish
from syndicate.web.documents import FeedTerms
from syndicate.web.files import PublishedFiles

FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel>'
    + b"<item>Kabar kota</item>" * 200
    + b"</channel></rss>"
)
FILES = [
    OutputFile("index.html", b"<!doctype html>" + b"<p>Halo</p>" * 200),
    OutputFile("404.html", b"<html>not here"),
    OutputFile("style.css", b"p { color: red }" * 100),
    OutputFile("articles/old/gone.html", b"<html>withdrawn"),
    OutputFile("articles/new/index.html", b"<html>new"),
    OutputFile("articles/new/plan.svg", b"<svg/>"),
    OutputFile("articles/new/a.mp3", bytes(range(256)) * 8192),
    OutputFile("feed/index.html", b"<html>moved"),
    OutputFile("feed/index.html.moved", b"/rss.xml"),
    OutputFile("_redirects", b"/feed /rss.xml 301\n/alt/ /articles/new/ 301\n"),
    OutputFile("rss.xml", FEED),
]
HUB = "https://hub.example.org/"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    publish(folder, FILES)
    for file in folder.rglob("*"):
        os.utime(file, ns=(10**18, 10**18)) if file.name in ("rss.xml", "a.mp3") else None
    publish(folder, FILES)
    compress(folder)
    return folder


@pytest.fixture(params=["at once", "by the application"])
def client(public: Path, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    terms = FeedTerms(hubs=(HUB,), base="https://news.example.org")
    plain = {"accept-encoding": "identity"}
    files = PublishedFiles(public, terms)
    with (
        answering(files, files if request.param == "at once" else None) as base,
        httpx.Client(base_url=base, timeout=10, headers=plain) as opened,
    ):
        yield opened


def test_each_coding_has_its_own_tag_and_the_same_bytes(client: httpx.Client) -> None:
    """gzip, br and plain differ in their tags, vary by Accept-Encoding, and decode to one feed."""
    tags = set()
    for accepted, coding in [("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip;q=0", None)]:
        answer = client.get("/rss.xml", headers={"accept-encoding": accepted})
        assert answer.content == FEED
        assert answer.headers.get("content-encoding") == coding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=900"
        assert "set-cookie" not in answer.headers
        tags.add(answer.headers["etag"])
        again = {"accept-encoding": accepted, "if-none-match": f'"x", W/{answer.headers["etag"]}'}
        assert client.get("/rss.xml", headers=again).status_code == 304
    assert len(tags) == 3


def test_the_tag_outweighs_the_date(client: httpx.Client) -> None:
    """If-None-Match that does not match answers 200 whatever the date says; the date alone answers 304."""
    date = {"if-modified-since": client.get("/rss.xml").headers["last-modified"]}
    assert client.get("/rss.xml", headers=date).status_code == 304
    assert client.get("/rss.xml", headers={**date, "if-none-match": '"other"'}).status_code == 200


def test_a_feed_names_its_hub_and_itself(client: httpx.Client) -> None:
    """The Link field carries both (WebSub); pages have none."""
    expected = f'<{HUB}>; rel="hub", <https://news.example.org/rss.xml>; rel="self"'
    assert client.get("/rss.xml").headers["link"] == expected
    assert "link" not in client.get("/").headers


def test_a_part_of_a_large_file_is_sent(client: httpx.Client, public: Path) -> None:
    """206 with the very bytes, 416 outside, the whole where If-Range no longer holds; HEAD has no body."""
    body = (public / "articles/new/a.mp3").read_bytes()
    whole = client.get("/articles/new/a.mp3")
    assert (whole.content == body, whole.headers["accept-ranges"]) == (True, "bytes")
    part = client.get("/articles/new/a.mp3", headers={"range": "bytes=1000-700000"})
    assert (part.status_code, part.content == body[1000:700001]) == (206, True)
    assert part.headers["content-range"] == f"bytes 1000-700000/{len(body)}"
    outside = client.get("/articles/new/a.mp3", headers={"range": f"bytes={len(body)}-"})
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{len(body)}")
    for held, status in [(whole.headers["etag"], 206), ('"old"', 200), (whole.headers["last-modified"], 206)]:
        asked = {"range": "bytes=0-9", "if-range": held}
        assert client.get("/articles/new/a.mp3", headers=asked).status_code == status
    assert client.head("/articles/new/a.mp3").headers["content-length"] == str(len(body))


def test_what_moved_and_what_is_gone_say_so(client: httpx.Client, public: Path) -> None:
    """301 by `_redirects`, over a page that lies there, and at once when the file changes; 410; our 404."""
    for path, target in [("/feed", "/rss.xml"), ("/feed/", "/rss.xml"), ("/alt", "/articles/new/")]:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, target)
    for path in ("/articles/old/", "/articles/old", "/articles/old/gone.html"):
        assert (client.get(path).status_code, client.get(path).text) == (410, "<html>withdrawn")
    assert client.get("/articles/new").headers["location"] == "new/"
    assert (client.get("/none").status_code, client.get("/none").text) == (404, "<html>not here")
    assert client.get("/_redirects").status_code == 404
    assert client.get("/feed/index.html.moved").status_code == 404
    (public / "_redirects").write_text("/none /rss.xml 301\n")
    assert client.get("/none").status_code == 301


def test_foreign_scripts_are_shut_in_and_only_reading_is_allowed(client: httpx.Client) -> None:
    """An attached SVG is in a sandbox; POST is refused."""
    assert client.get("/articles/new/plan.svg").headers["content-security-policy"] == "sandbox"
    assert "content-security-policy" not in client.get("/articles/new/").headers
    assert (client.post("/rss.xml").status_code, client.post("/rss.xml").headers["allow"]) == (
        405,
        "GET, HEAD",
    )


def test_a_link_that_leads_out_is_not_followed(client: httpx.Client, public: Path) -> None:
    """Neither a linked file nor a file in a linked folder outside is served."""
    (public.parent / "secret.txt").write_text("his")
    (public / "leak.txt").symlink_to(public.parent / "secret.txt")
    (public / "up").symlink_to(public.parent)
    assert [client.get(path).status_code for path in ("/leak.txt", "/up/secret.txt")] == [404, 404]


def test_a_changed_file_is_answered_at_once_and_never_with_old_companions(
    client: httpx.Client, public: Path
) -> None:
    """After a publishing each coding gives the new bytes, before its companion is there and after."""
    accepted = {"accept-encoding": "gzip"}
    before = client.get("/rss.xml", headers=accepted)
    new = FEED.replace(b"kota", b"desa")
    publish(public, [*FILES[:-1], OutputFile("rss.xml", new)])
    assert not (public / "rss.xml.gz").exists()
    answer = client.get("/rss.xml", headers=accepted)
    assert (answer.content, answer.headers.get("content-encoding")) == (new, None)
    assert answer.headers["etag"] != before.headers["etag"]
    compress(public, ["rss.xml"])
    time.sleep(1.1)  # a file without its companions is looked at again after a second
    answer = client.get("/rss.xml", headers=accepted)
    assert (answer.content, answer.headers["content-encoding"]) == (new, "gzip")


def test_companions_are_made_once_and_go_with_their_files(public: Path) -> None:
    """Same bytes at each making, none for small or packed files, no foreign file touched, none left over."""
    made = {path.name: path.read_bytes() for path in public.rglob("*") if path.suffix in (".gz", ".br")}
    assert {"rss.xml.gz", "rss.xml.br", "index.html.gz", "style.css.br"} <= set(made)
    assert not {"plan.svg.gz", "a.mp3.gz"} & set(made)
    assert gzip.decompress(made["rss.xml.gz"]) == brotli.decompress(made["rss.xml.br"]) == FEED
    inode = (public / "rss.xml.gz").stat().st_ino
    compress(public)
    assert (public / "rss.xml.gz").stat().st_ino == inode
    (public / "rss.xml.gz").unlink()
    compress(public)
    assert (public / "rss.xml.gz").read_bytes() == made["rss.xml.gz"]
    (public / "style.css.gz").write_bytes(b"his")
    os.utime(public / "rss.xml.br", ns=(5, 5))  # as a copy of the folder leaves it
    assert publish(public, FILES).written == ()
    publish(public, [])
    assert {path.name for path in public.rglob("*") if path.is_file()} == {
        ".syndicate-manifest.json",
        "style.css.gz",
    }


def test_who_has_the_plain_bytes_is_not_sent_them_compressed(client: httpx.Client, public: Path) -> None:
    """A reader that asked before the companions were there, as one does whom a hub told, has the feed."""
    for companion in ("rss.xml.gz", "rss.xml.br"):
        (public / companion).unlink()
    accepted = {"accept-encoding": "gzip"}
    plain = client.get("/rss.xml", headers=accepted)
    assert "content-encoding" not in plain.headers
    compress(public)
    time.sleep(1.1)  # a file without its companions is looked at again after a second
    again = client.get("/rss.xml", headers={**accepted, "if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == plain.headers["etag"]

"""Whatever another program left behind, moving in reads it or says why not, and soon."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from foreign_texts import MARKS, VALUES, files, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.app import identities
from syndicate.app.moving.comparing import pages_of
from syndicate.app.moving.feedfile import items_of
from syndicate.app.moving.matching import match
from syndicate.app.moving.programs import outline_of
from syndicate.app.moving.settings import python_settings, script_text
from syndicate.errors import SyndicateError
from syndicate.model import Identity

SETTINGS = (
    "hugo.toml",
    "hugo.yaml",
    "hugo.json",
    "config.toml",
    "config/_default/permalinks.toml",
    "_config.yml",
    "pelicanconf.py",
    "conf.py",
    "zola.toml",
    ".eleventy.js",
    "eleventy.config.js",
    "astro.config.mjs",
    "package.json",
    "content/_index.md",
)
SAID = (
    "title = 'x'\n",
    "baseURL = 'https://a.example/'\n",
    "base_url = 'https://a.example'\n",
    "url: https://a.example\n",
    "permalink: /:year/:title/\n",
    "permalinks:\n  posts: /:slug/\n",
    "[permalinks]\nposts = '/:year/:slug/'\n",
    "languages:\n  id:\n    title: x\n",
    "[languages.id]\n",
    "timeZone = 'Asia/Jakarta'\n",
    "TIMEZONE = 'Mars/X'\n",
    "ARTICLE_URL = '{date:%Y}/{slug}/'\n",
    "ARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'\n",
    "PATH = '../..'\n",
    "POSTS = (('posts/*.rst', 'posts', 'post.tmpl'),)\n",
    "TRANSLATIONS = {DEFAULT_LANG: ''}\n",
    "SITE_URL = 3\n",
    "contentDir = '/etc'\n",
    "contentDir: [1]\n",
    "[outputs]\nhome = ['rss']\n",
    "generate_feed = true\n",
    "site: 'https://a.example',\n",
    "export default {\n",
    "module.exports = function (c) {\n",
    "dir: { input: 'x' }\n",
    "import os\nos.system('touch canary')\n",
    "x = [0] * 10**9\n",
    "x = 'a' * 10**9\n",
    "x = 9**9**9\n",
)
written = st.lists(
    st.one_of(st.sampled_from(SAID), st.sampled_from(MARKS), st.sampled_from(VALUES)), max_size=8
)
FEED = (
    "<rss version='2.0'>",
    "<channel>",
    "<item>",
    "</item>",
    "<guid>",
    "</guid>",
    "<guid isPermaLink='false'>a",
    "<link>https://a.example/b/</link>",
    "<title>T</title>",
    "<pubDate>Thu, 05 Feb 2026 10:00:00 +0700</pubDate>",
    "<pubDate>99 Foo</pubDate>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>",
    "<entry>",
    "</entry>",
    "<id>x</id>",
    "<link href='/c/' rel='alternate'/>",
    "<updated>2026-02-05T10:00:00Z</updated>",
    "<published>0000</published>",
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>",
    "<urlset>",
    "<url>",
    "<loc>https://a.example/b/</loc>",
    "<sitemapindex>",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>",
    "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
    "&b;",
    "&a;",
    "<?xml version='1.0' encoding='utf-16'?>",
    "<?xml version='1.0' encoding='nothing'?>",
    '{"items": [',
    '{"id": 3, "url": null},',
    '{"id": "a", "url": "https://a.example/b/", "date_published": "x"}',
    "]}",
    "{",
    "[",
)
feeds = st.lists(st.one_of(st.sampled_from(FEED), st.sampled_from(VALUES), st.text(max_size=4)), max_size=14)
ARTICLE = Identity("urn:x", "a.md", "/b/", "T", datetime(2026, 2, 5, 3, 0, tzinfo=UTC), False)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SETTINGS), written), min_size=1, max_size=3))
def test_any_settings_are_read_or_refused(found: list[tuple[str, list[str]]]) -> None:
    """No file of a site's settings raises anything but our own errors, or is run."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name, lines in found:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes("".join(lines).encode("utf-8", "surrogatepass"))
        with suppress(SyndicateError):
            outline_of(folder)
        assert not (folder / "canary").exists()


@settings(max_examples=400, deadline=None)
@given(st.one_of(feeds.map("".join).map(lambda text: text.encode("utf-8", "surrogatepass")), files))
def test_any_feed_is_read_or_refused(body: bytes) -> None:
    """Bytes give items that can be matched, or one clear error; no entity is expanded."""
    try:
        items = items_of(body, name="feed.xml")
    except SyndicateError as error:
        assert "feed.xml" in str(error)
        return
    for item in items:
        item.id.encode()
        assert "root:" not in item.title
    match(items, [ARTICLE], base="https://a.example")


@settings(max_examples=200, deadline=None)
@given(feeds)
def test_any_sitemap_is_read_or_refused(lines: list[str]) -> None:
    """A sitemap of any bytes gives addresses or one of our errors."""
    with TemporaryDirectory() as place:
        path = Path(place) / "sitemap.xml"
        path.write_bytes("".join(lines).encode("utf-8", "surrogatepass"))
        with suppress(SyndicateError):
            pages_of(str(path))


line = st.one_of(
    texts,
    st.dictionaries(
        st.sampled_from(
            ("id", "path", "slug", "state", "was", "feed", "urn", "aliases", "published_at", "x")
        ),
        st.one_of(st.text(max_size=4), st.none(), st.integers(), st.lists(st.integers(), max_size=2)),
    ).map(json.dumps),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(line, max_size=4))
def test_any_file_of_ids_is_read_or_refused(lines: list[str]) -> None:
    """What is no line of ours is named with its number, unless a crash cut it short."""
    with TemporaryDirectory() as place:
        path = Path(place) / "ids"
        path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
        with suppress(SyndicateError):
            identities.read(path)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_scripts_are_looked_through(text: str) -> None:
    """Python and JavaScript of any shape are read without being run."""
    python_settings(text)
    script_text(text, "site", "title")


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "[" * 5_000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "1+" * 20_000 + "1",
        "x = (" + "'a'*9**9," * 9 + ")",
        "x = 9**9**9",
        "x = 'a' * 10**10",
        "x = [0] * 10**10",
        "a = 'x' * 1000\n" + "a = a + a\n" * 60,
    ],
    ids=["brackets", "minuses", "sums", "repeats", "powers", "long text", "long list", "doubling"],
)
def test_a_bomb_in_python_settings_is_not_blown_up(source: str) -> None:
    """What would fill the memory is no value that can be told."""
    started = time.process_time()
    python_settings(source)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<a>" * 100_000,
        b"<rss><channel>" + b"<item><guid>a</guid></item>" * 50_000,
        b"<!DOCTYPE r [<!ENTITY a0 'lol'>"
        + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 9) for n in range(1, 30))
        + b"]><rss><channel><item><guid>&a29;</guid></item></channel></rss>",
        b'{"items": ' + b"[" * 100_000,
        b"<rss><item><title>" + b"a" * 5_000_000,
    ],
    ids=["levels", "items", "entities", "brackets", "long"],
)
def test_a_bomb_for_a_feed_is_not_blown_up(body: bytes) -> None:
    """Levels, entities and numbers without end are an error or a list of items, soon."""
    started = time.process_time()
    with suppress(SyndicateError):
        items_of(body, name="feed.xml")
    assert time.process_time() - started < 5

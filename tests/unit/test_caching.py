"""For how long files may be kept: one rule, whoever answers with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate import filetypes
from syndicate.caching import Ages, cache_control
from syndicate.configfile import parse_config

AGES = Ages(900, {"slow.xml": 21600})


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("atom.xml", filetypes.ATOM, "public, max-age=900"),
        ("slow.xml", filetypes.RSS, "public, max-age=21600"),
        ("opml.xml", filetypes.OPML, "public, max-age=900"),
        ("a/index.html", "text/html", "public, max-age=60, must-revalidate"),
        ("sitemap.xml", "application/xml", "public, max-age=60, must-revalidate"),
        ("_redirects", filetypes.UNKNOWN, "public, max-age=60, must-revalidate"),
        ("articles/a/robots.txt", "text/plain", "public, max-age=3600"),
        ("articles/a/x-20261125.js", "text/javascript", "public, max-age=3600"),
    ],
)
def test_what_changes_seldom_is_kept_longer(path: str, kind: str, said: str) -> None:
    """Feeds for their ttl, pages and the lists of them a minute, all else an hour: names promise nothing."""
    assert cache_control(path, kind, AGES) == said


def test_a_named_feed_has_its_own_age_in_each_of_its_files() -> None:
    """`ttl` of a named feed counts for all its formats, wherever they lie; others have that of all feeds."""
    text = """\
publication: {title: T, url: https://t.example.org}
mail: {from: T <t@t.example.org>}
feeds:
  ttl: 30m
  named:
    slow: {title: Slow, tag: a, ttl: 6h, formats: [rss, json], paths: {rss: slow/all.xml}}
    usual: {title: Usual, tag: b}
"""
    ages = parse_config(text, name="c", base=Path("/srv/news"), environment={}).feeds.ages
    assert ages == Ages(1800, {"slow/all.xml": 21600, "feeds/slow/feed.json": 21600})

"""Feeds made by other processes in other surroundings are the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import hashlib, locale
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo
from syndicate.config import Publication
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import render_feed
from syndicate.feeds.select import feed_keys, select_feeds
from syndicate.feeds.opml import Outline, render_opml
from syndicate.model import Article, History, Picture, Tombstone
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
when = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)
articles = {
    Article(id=f"urn:uuid:{n}", path=f"{n}.md", slug=f"berita-{n}", title=f"Berita {n}", html="<p>Isi</p>",
            summary="Ringkas", published=when + timedelta(hours=n // 2), updated=when,
            visible_at=when, authors=("Ayu",), tags=(f"tag {n % 3}", f"Tag {n % 3}", "semua"),
            categories=("semua", f"c{n % 2}"), language=("id", "ar")[n % 2],
            correction="Bukan 3" if n % 5 else "", picture=Picture("x.jpg"))
    for n in range(30)
}
publication = Publication(title="Kabar", url="https://news.example.org", timezone="Asia/Jakarta")
ids = {key: "urn:" + key for key in feed_keys(articles)}
feeds = select_feeds(list(articles), publication, ids, items=20)
digest = hashlib.sha256()
site = FeedSite(publication.url, publication.timezone, icon="https://x.example/i", hubs=("https://h.example",))
gone = tuple(Tombstone(f"urn:gone:{n}", when, "https://news.example.org/x") for n in range(3))
archive = replace(feeds[0], folder="archive/2", gone=gone, history=History("archive/1", "", True))
for feed in (*feeds, archive):
    for file in render_feed(feed, site).files:
        digest.update(file.path.encode() + file.body)
outlines = [Outline(one.title, "https://x.example", one.home, "atom", "id", one.folder[:4]) for one in feeds]
digest.update(render_opml("Kabar", outlines, when))
print(digest.hexdigest())
"""


def digest(**environment: str) -> str:
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=settings, check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


def test_hash_seed_zone_and_locale_change_no_byte() -> None:
    """The order of a set, the machine's time zone and its language leave every feed as it is."""
    one = digest(PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C")
    other = digest(PYTHONHASHSEED="4242", TZ="America/Sao_Paulo", LC_ALL="C.UTF-8", LANGUAGE="ar")
    assert len(one) == 64
    assert one == other

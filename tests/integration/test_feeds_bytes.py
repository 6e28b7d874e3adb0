"""Feeds made by other processes in other surroundings are the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import hashlib, locale
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo
from syndicate.config import Publication
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import render_feed
from syndicate.feeds.select import feed_keys, select_feeds
from syndicate.model import Article, Picture
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
when = datetime(2026, 2, 5, 1, 2, 3, tzinfo=UTC)
articles = {
    Article(id=f"urn:uuid:{n}", path=f"{n}.md", slug=f"berita-{n}", title=f"Berita {n}", html="<p>Isi</p>",
            summary="Ringkas", language="id", published=when + timedelta(hours=n // 2), updated=when,
            visible_at=when, authors=("Ayu",), tags=(f"tag {n % 3}", f"Tag {n % 3}", "semua"),
            picture=Picture("x.jpg"))
    for n in range(30)
}
publication = Publication(title="Kabar", url="https://news.example.org", timezone="Asia/Jakarta")
ids = {key: "urn:" + key for key in feed_keys(articles)}
feeds = select_feeds(list(articles), publication, ids, items=20)
digest = hashlib.sha256()
for feed in feeds:
    for file in render_feed(feed, FeedSite(publication.url, publication.timezone)).files:
        digest.update(file.path.encode() + file.body)
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
    other = digest(PYTHONHASHSEED="4242", TZ="America/Sao_Paulo", LC_ALL="C.UTF-8")
    assert len(one) == 64
    assert one == other

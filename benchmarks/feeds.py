"""How long feeds take to render and to check, in milliseconds of processor time for one with 50 items.

Usage: python benchmarks/feeds.py [ARTICLES] [FEEDS]

Each feed is made in three formats, once with full texts, once with summaries, over articles that stand in
several feeds. Ends with 1 where a check finds anything, or takes longer than rendering full texts does.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from syndicate.feeds.check import check_feed
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import FORMATS, render_feed
from syndicate.model import Article, Feed, Picture

BASE, ITEMS = "https://news.example.org", 50
WORDS = "kabar pagi pasar warga kota hujan harga beras sungai".split()  # noqa: SIM905 - read as a sentence
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2036, 1, 1, tzinfo=UTC)


def article(number: int, dice: random.Random) -> Article:
    """Return an article of six paragraphs, each with a link and a picture."""
    html = "\n".join(
        f"<p>{' '.join(dice.choices(WORDS, k=90))} <strong>x</strong>"
        f' <a href="https://example.org/{number}">t</a> <img src="p{part}.jpg" alt="x"></p>'
        for part in range(6)
    )
    when = FIRST + timedelta(hours=number)
    return Article(
        f"urn:uuid:{number}", f"{number}.md", f"a-{number}", f"Judul {number} & lain", html, "Ringkas " * 10,
        "id", when, when, when, ("Ayu", "Budi"), ("a", "b", "c"), Picture("p0.jpg", "x", 800, 600),
    )  # fmt: skip


def measured(
    articles: list[Article], feeds: int, content: Literal["full", "summary"]
) -> tuple[float, float, int]:
    """Return the milliseconds that rendering and checking took for each feed, and what checks found."""
    site = FeedSite(BASE, ZoneInfo("Asia/Jakarta"), content=content)
    dice = random.Random(7)  # noqa: S311 - the same feeds each time
    rendering = checking = 0.0
    found = 0
    for number in range(feeds):
        start = dice.randrange(max(1, len(articles) - ITEMS))
        chosen = tuple(articles[start : start + ITEMS])
        feed = Feed(f"urn:{number}", "Kabar", "Berita", f"tags/{number}", BASE, "id", "Redaksi", chosen)
        began = time.process_time()
        files = render_feed(feed, site).files
        made = time.process_time()
        for form, file in zip(FORMATS, files, strict=True):
            found += len(check_feed(file.path, file.body, form, now=NOW))
        rendering += made - began
        checking += time.process_time() - made
    return rendering / feeds * 1000, checking / feeds * 1000, found


def main() -> int:
    count, feeds = (int(one) for one in (*sys.argv[1:3], *("2000", "2000")[len(sys.argv) - 1 :]))
    dice = random.Random(7)  # noqa: S311
    articles = [article(number, dice) for number in range(count)]
    missed = False
    for content in ("full", "summary"):
        rendering, checking, found = measured(articles, feeds, content)
        print(f"{content:8} rendering {rendering:.3f} ms, checking {checking:.3f} ms a feed of three files")
        missed = missed or bool(found) or (content == "full" and checking > rendering)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

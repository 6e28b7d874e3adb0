"""How long builds with pages take and how much memory: all, nothing new, one new article, one edit.

Usage: python benchmarks/pages.py [ARTICLES] [--rounds N]

The articles are those of content.py, with pages and the three formats of each feed. Builds are whole
processes; what counts is the median of the rounds. The pages that one article wrote are counted. Ends with 1
where what was made bit by bit differs from what is made at once.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from statistics import median

from content import WHOLE, Place, arrive, first, make
from watching import Watched, watched

CONFIG = """\
publication: {title: Kabar, url: "https://news.example.org", language: id, timezone: Asia/Jakarta}
content: {folder: content, every: 5m}
feeds: {content: summary}
mail: {from: kabar@news.example.org}
"""


def built(place: Place) -> Watched:
    return watched([sys.executable, "-m", "syndicate", "build", "--json"], folder=place.ours)


def edited(place: Place, number: int) -> None:
    """Put a sentence at the end of an article of the middle."""
    file = sorted((place.content / "posts" / "2015").iterdir())[number]
    file.write_text(f"{file.read_text()}\n\nSatu kalimat lagi.\n")


def show(name: str, runs: list[Watched]) -> None:
    written = [json.loads(run.said[run.said.index("{") :])["written"] for run in runs if "{" in run.said]
    print(
        f"{name:14} {median(run.seconds for run in runs):7.2f} s {median(run.cpu for run in runs):7.2f} s CPU"
        f" {median(run.peak for run in runs):6.0f} MB   {median(written):.0f} files written"
        if written
        else f"{name:14} {median(run.seconds for run in runs):7.2f} s"
        f" {median(run.peak for run in runs):6.0f} MB",
        flush=True,
    )


def digests(place: Place) -> dict[str, str]:
    public = place.ours / "public"
    files = (file for file in public.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {str(file.relative_to(public)): sha256(file.read_bytes()).hexdigest() for file in files}


def main() -> int:
    """Print the figures; return 1 where the two ways of building differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = make(Path(folder), wanted.articles)
        (place.ours / "config.yaml").write_text(CONFIG)
        show("everything", [first(place)])
        built(place)
        show("nothing new", [built(place) for _ in range(wanted.rounds)])
        for name, change in (
            ("one new", lambda n: arrive(place, n)),
            ("one edit", lambda n: edited(place, n)),
        ):
            runs = []
            for number in range(wanted.rounds):
                change(number)
                time.sleep(WHOLE)
                runs.append(built(place))
            show(name, runs)
        before = digests(place)
        (place.ours / "var" / "pages.json").unlink()
        (place.ours / "public" / "index.html").unlink()
        built(place)
        after = digests(place)
    different = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    print(f"{len(after)} files, {len(different)} differ from a build from scratch {different[:5]}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

"""How long builds take with nothing new and with one new article, as shares of the first build.

Usage: python benchmarks/build.py [ARTICLES]

Each build is a process of its own, as `syndicate build` is, over a publication in a temporary folder.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXT = (
    "kabar pagi pasar warga kota hujan harga beras sungai jembatan rapat dewan sekolah guru murid laut kapal"
    " nelayan menteri ekonomi bank dana proyek jalan desa lampu listrik air bersih"
)
WORDS = tuple(TEXT.split())
LENGTH, TAGS = 4_000, 50
CONFIG = """\
publication: {title: Kabar, url: "http://127.0.0.1:8000", language: id, timezone: Asia/Jakarta}
newsletters: {daily: {title: Harian, at: "07:00"}}
mail: {from: kabar@news.example.org}
"""


def write_article(folder: Path, number: int, dice: random.Random) -> None:
    """Write an article of 4 kB with three of fifty tags, some of it bold, some of it links."""
    title = " ".join(dice.choices(WORDS, k=6)).capitalize()
    tags = ", ".join(f"tag{tag:02d}" for tag in dice.sample(range(TAGS), 3))
    day = f"{2015 + number % 11}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    body = ""
    while len(body) < LENGTH:
        body += (
            " ".join(dice.choices(WORDS, k=60)).capitalize()
            + ". **Tebal** [tautan](https://example.org/)\n\n"
        )
    text = f"---\ntitle: {title} {number}\ndate: {day}\ntags: [{tags}]\n---\n\n{body}"
    (folder / f"a{number:06d}.md").write_text(text)


def build(folder: Path, name: str, first: float | None = None) -> float:
    """Run `syndicate build`, print its figures, and return the seconds of processor time it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    command = [sys.executable, "-m", "syndicate", "--config", str(folder / "config.yaml"), "build"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split(" in ")[1]
    passed = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    share = f"{spent / first:.2f} of the first" if first else "1"
    print(f"{name:12} {spent:6.1f} s of processor, {passed:6.1f} s: {share}; {said}")
    return spent


def main() -> None:
    """Build three times and print what each took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    dice = random.Random(7)  # noqa: S311 - the same articles each time
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "config.yaml").write_text(CONFIG)
        (folder / "content").mkdir()
        for number in range(count):
            write_article(folder / "content", number, dice)
        first = build(folder, "first")
        build(folder, "nothing new", first)
        write_article(folder / "content", count, dice)
        build(folder, "one new", first)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory  {peak:.0f} MB")


if __name__ == "__main__":
    main()

"""What lies compressed beside a published file is never another file's bytes, whatever ends a build."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
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
from syndicate.web.files import PublishedFiles

ARTICLES = 60
KILLS = 10
CONFIG = """\
publication: {title: Kabar, url: "https://news.example.org"}
content: {folder: content}
feeds: {items: 20}
mail: {from: Kabar <news@news.example.org>}
"""
HALF, DONE = "companions lack", "done"
DECODE = {".gz": gzip.decompress, ".br": brotli.decompress}


class Site:
    """A publication of some hundred files, whose builds are killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.public = folder, folder / "public"
        self.chance = random.Random(7)  # noqa: S311
        (folder / "content").mkdir(parents=True)
        (folder / "config.yaml").write_text(CONFIG)
        for number in range(ARTICLES):
            self.writes(number, "first")
        self.builds()

    def writes(self, number: int, word: str) -> None:
        """Write an article, long enough to be compressed; its time is long ago, and its own."""
        path = self.folder / "content" / f"a{number}.md"
        day = f"2024-0{1 + number % 9}-{1 + number % 28:02}"
        path.write_text(
            f"---\ntitle: A{number} {word}\ndate: {day}\ntags: [t{number % 5}]\n---\n" + f"{word} " * 400
        )
        when = time.time() - 1000 + self.chance.random()
        os.utime(path, (when, when))

    def build(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "syndicate", "build"]
        return subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def builds(self) -> None:
        """Build to the end."""
        with self.build() as process:
            assert process.wait(60) == 0

    def is_killed(self, share: float) -> str:
        """Build, and kill -9 the process when it did about that share of its work; return how far it came."""
        before = self.times()
        steps = sum(2 if Path(path).suffix in DECODE else 1 for path in before)
        with self.build() as process:
            while process.poll() is None and done(before) < share * steps:
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
        if process.returncode == 0:
            return DONE
        return HALF if self.lacking() else "all is there"

    def times(self) -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in self.public.rglob("*") if path.is_file()}

    def companions(self) -> Iterator[tuple[Path, Path]]:
        """Give each companion with the file it lies beside."""
        for path in sorted(self.public.rglob("*")):
            if path.suffix in DECODE:
                yield path, path.with_suffix("")

    def disagreeing(self) -> list[Path]:
        """Return the companions that are not of their files: by bytes, however old they are."""
        return [
            companion
            for companion, file in self.companions()
            if not file.is_file() or DECODE[companion.suffix](companion.read_bytes()) != file.read_bytes()
        ]

    def lacking(self) -> list[Path]:
        """Return the text files of some size without companions that have their very time."""
        return [
            file
            for file in self.public.rglob("*")
            if file.suffix in (".html", ".xml", ".json", ".css") and file.stat().st_size > 2000
            if not file.name.startswith(".")
            for suffix in DECODE
            if not _lies_beside(file, suffix)
        ]


def done(before: dict[str, int]) -> int:
    """Return how many steps a build has done: a file is written, a companion is deleted, then made."""
    steps = 0
    for path, mtime_ns in before.items():
        try:
            changed = os.stat(path).st_mtime_ns != mtime_ns  # noqa: PTH116
            steps += changed * (2 if path.endswith(tuple(DECODE)) else 1)
        except FileNotFoundError:
            steps += 1
    return steps


def _lies_beside(file: Path, suffix: str) -> bool:
    companion = Path(f"{file}{suffix}")
    return companion.is_file() and companion.stat().st_mtime_ns == file.stat().st_mtime_ns


@pytest.mark.timeout(240)
def test_a_build_that_is_killed_leaves_no_companion_of_other_bytes(tmp_path: Path) -> None:
    """At whatever moment kill -9 comes, none disagrees with its file, not even before the next build.

    So a server that looks at no time, as nginx does with gzip_static, sends no old bytes under a new name.
    Articles change to and fro between the builds: what was not written yet may be wanted no more.
    """
    site = Site(tmp_path)
    assert len(list(site.companions())) > 200
    for number in range(ARTICLES):
        site.writes(number, "second")
    came = []
    for kill in range(KILLS):
        for number in range(ARTICLES):
            site.writes(number, site.chance.choice(("first", "second", "third")))
        came.append(site.is_killed(0.75 * (kill + site.chance.random()) / KILLS))
        assert site.disagreeing() == [], came
        if kill % 3 == 2:
            site.builds()
            assert site.disagreeing() == []
            assert site.lacking() == []
    assert came.count(HALF) >= KILLS / 2, f"the kills were of no use: {came}"
    site.builds()
    assert site.disagreeing() == site.lacking() == []


FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel>' + b"<item>Kabar</item>" * 300 + b"</channel></rss>"
)
OLD = FEED.replace(b"Kabar", b"Basi!")


@pytest.mark.parametrize("age", [-(10**9), -1, 1, 10**9])
@pytest.mark.parametrize("suffix", [".gz", ".br"])
def test_a_companion_of_another_time_is_not_served(tmp_path: Path, suffix: str, age: int) -> None:
    """One nanosecond older or newer than its file, it is somebody else's, and the plain bytes are sent.

    So it is when it comes while the file is in memory.
    """
    publish(tmp_path, [OutputFile("rss.xml", FEED)])
    file = tmp_path / "rss.xml"
    at = 1_700_000_000 * 10**9
    os.utime(file, ns=(at, at))
    packed = gzip.compress(OLD, mtime=0) if suffix == ".gz" else brotli.compress(OLD)
    stale = tmp_path / f"rss.xml{suffix}"
    asked = {"accept-encoding": suffix[1:].replace("gz", "gzip")}
    with answering(PublishedFiles(tmp_path)) as base, httpx.Client(base_url=base, headers=asked) as client:
        for _ in range(2):
            answer = client.get("/rss.xml")
            assert (answer.content, answer.headers.get("content-encoding")) == (FEED, None)
            stale.write_bytes(packed)
            os.utime(stale, ns=(at + age, at + age))
            time.sleep(1.1)  # a file without its companions is looked at again after a second


@pytest.mark.parametrize("suffix", [".gz", ".br"])
def test_stale_companions_go_when_their_file_changes(tmp_path: Path, suffix: str) -> None:
    """Ours go before the new bytes come, also where a copy of the folder lost the times; others' stay."""
    folder = tmp_path / "public"
    publish(folder, [OutputFile("rss.xml", OLD)])
    compress(folder)
    companion = folder / f"rss.xml{suffix}"
    os.utime(companion, ns=(5, 5))
    publish(folder, [OutputFile("rss.xml", FEED)])
    assert not companion.exists()
    companion.write_bytes(b"his own")
    publish(folder, [OutputFile("rss.xml", OLD)])
    compress(folder)
    assert companion.read_bytes() == b"his own"

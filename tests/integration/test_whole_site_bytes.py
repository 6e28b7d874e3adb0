"""A whole published folder is the same bytes whatever surrounds the processes that made it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("rich_folder.py")
START = "2026-11-23T06:00:00+00:00"
# The one file that rightly differs: our list of what we wrote, with the times at which we did. No server
# gives it out.
LIST = ".syndicate-manifest.json"
HERE = {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "LANG": "C"}
THERE = {"PYTHONHASHSEED": "4242", "TZ": "America/Sao_Paulo", "LC_ALL": "C.UTF-8", "LANGUAGE": "ar"}


def lives(
    folder: Path,
    *steps: str,
    start: str = START,
    seed: str = "1",
    umask: int = 0o022,
    around: Mapping[str, str] = HERE,
) -> Path:
    """Have a process of its own live the steps of a rich folder; return its publish folder."""
    subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), start, seed, *steps],
        env={**os.environ, **around},
        umask=umask,
        check=True,
        capture_output=True,
        timeout=100,
    )
    return folder / "public"


def files(public: Path) -> dict[str, bytes]:
    """Return every published file, path -> bytes."""
    return {
        path.relative_to(public).as_posix(): path.read_bytes()
        for path in public.rglob("*")
        if path.is_file() and path.name != LIST
    }


def times(public: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of every file, our list too: a file that was written again has others."""
    return {
        path.relative_to(public).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in public.rglob("*")
        if path.is_file()
    }


def different(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rich folder that lived its life in one surrounding."""
    return lives(tmp_path_factory.mktemp("here") / "site", "begins", "lives")


def test_the_folder_is_as_rich_as_it_should_be(here: Path) -> None:
    """What the next tests hold equal is there: every kind of file, a tombstone, corrections, redirects."""
    there = files(here)
    for path in (
        *("atom.xml", "rss.xml.gz", "feed.json.br", "opml.xml", "sitemap.xml", "robots.txt", "_redirects"),
        *("index.html", "style.css", "archive/6/atom.xml", "archive/6/rss.xml.gz", "feeds/ayu/rss.xml"),
        *("notes/all.xml", "kota.xml", "old/rss.xml", "rss/index.html", "feed/index.html"),
        *("tags/لغة/atom.xml", "categories/opini/feed.json", "authors/o-hara/rss.xml"),
        *("languages/he/atom.xml", "languages/zh-hant/atom.xml", "preview/index.html", "feeds/index.html"),
        *("articles/a20/gone.html", "articles/a6/index.html", "2019/6.html", "articles/sama-3/index.html"),
        *("articles/a0/foto kapal.png", "articles/a0/suara.mp3"),
    ):
        assert path in there, path
    main = there["atom.xml"].decode()
    assert main.count("deleted-entry ref=") == 2
    assert "Bukan hari ini." in there["articles/a3/index.html"].decode()
    assert '<link href="http://127.0.0.1:9/hub" rel="hub"/>' in main
    assert len(there) > 600


def test_no_byte_hangs_on_the_surroundings(here: Path, tmp_path: Path) -> None:
    """Hash seed, zone, locale, umask, the place of the folder and the order of its files change nothing.

    Not in feeds, archives, OPML, pages, sitemap, redirects, pictures, nor in what is laid compressed beside
    them; and no id, slug or archive falls to another article.
    """
    there = lives(tmp_path / "another place", "begins", "lives", seed="2", umask=0o077, around=THERE)
    assert different(files(here), files(there)) == []
    known, other = ((one.parent / "var/ids.jsonl").read_bytes() for one in (here, there))
    assert known == other


def test_no_byte_hangs_on_the_clock(tmp_path: Path) -> None:
    """Built for the first time a month later, by another clock, the same articles are the same bytes."""
    sooner = lives(tmp_path / "sooner", "begins")
    later = lives(tmp_path / "later", "begins", start="2026-12-28T09:11:12+00:00")
    assert different(files(sooner), files(later)) == []


def test_time_that_passes_writes_nothing(tmp_path: Path) -> None:
    """With nothing new, an hour, a day and forty days later no file is written again, our list neither."""
    public = lives(tmp_path / "site", "begins", "lives")
    before, times_before = files(public), times(public)
    now = datetime.fromisoformat(START) + timedelta(hours=2)
    lives(tmp_path / "site", "waits", start=now.isoformat(), around=THERE)
    assert different(before, files(public)) == []
    assert times(public) == times_before


def test_the_command_finds_nothing_to_write_in_other_surroundings(tmp_path: Path) -> None:
    """`syndicate build` by the real clock, after another process built: no file written, none deleted."""
    start = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    public = lives(tmp_path / "site", "begins", "lives", start=start)
    before = times(public)
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", "build", "--json"],
        cwd=tmp_path / "site",
        env={**os.environ, **THERE},
        umask=0o077,
        check=True,
        capture_output=True,
        timeout=100,
    )
    report = json.loads(done.stdout)
    assert (report["written"], report["deleted"], report["faults"]) == (0, 0, [])
    assert times(public) == before


# What hangs on the moment at which an article came: the windows of feeds, their previews, the archives.
_WINDOWS = re.compile(r"(rss|atom)\.xml|feed\.json|preview/|^kota\.xml|^notes/all\.xml")


def test_pages_do_not_tell_how_the_articles_came(tmp_path: Path) -> None:
    """Added one by one, with a build after each, they make the pages that they make all at once.

    So do the lists: sitemap, OPML, redirects. Feeds and archives rightly differ, by what came last.
    """
    once = files(lives(tmp_path / "once", "at-once"))
    by_one = files(lives(tmp_path / "by-one", "one-by-one", seed="2", around=THERE))
    differing = different(once, by_one)
    assert [path for path in differing if not _WINDOWS.search(path)] == []
    assert "rss.xml" in differing  # or the two histories were one

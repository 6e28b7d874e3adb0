"""A real reader, newsboat, that polls a running publication while its articles live their lives."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from test_service import answer, founded, free_port, running, wait_for

pytestmark = [
    pytest.mark.skipif(not shutil.which("newsboat"), reason="newsboat is not installed"),
    pytest.mark.timeout(240),
]
FEEDS = ("rss.xml", "atom.xml")  # newsboat reads no JSON Feed


@dataclass(frozen=True)
class Reader:
    """newsboat with a folder of its own, subscribed to one feed: an id in two feeds is one article to it."""

    folder: Path

    def polls(self) -> str:
        """Ask for the feed once; return what newsboat logged."""
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        subprocess.run(
            [
                *("newsboat", "-q", "-u", self.folder / "urls", "-c", self.folder / "cache.db"),
                *("-C", self.folder / "config", "-l", "6", "-d", log, "-x", "reload"),
            ],
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            timeout=60,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return log.read_text()

    def asks(self, question: str) -> list[Any]:
        with sqlite3.connect(self.folder / "cache.db") as cache:
            return list(cache.execute(question))

    def shows(self) -> dict[str, str]:
        """Return what it has, guid -> title; a guid that is there twice fails."""
        rows = self.asks("SELECT guid, title FROM rss_item")
        assert len({guid for guid, _ in rows}) == len(rows)
        return dict(rows)

    def unread(self) -> set[str]:
        return {title for (title,) in self.asks("SELECT title FROM rss_item WHERE unread = 1")}

    def has_read_all(self) -> None:
        self.asks("UPDATE rss_item SET unread = 0")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Path, str, list[Reader]]]:
    """A running publication, its address, and a reader of each of its feeds."""
    folder, port = tmp_path / "site", free_port()
    folder.mkdir()
    path = founded(folder, port)
    path.write_text(path.read_text().replace("every: 1s", "every: 1s\n  withdraw_after: 1s"))
    url = f"http://127.0.0.1:{port}"
    readers = []
    for feed in FEEDS:
        home = tmp_path / feed
        home.mkdir()
        (home / "urls").write_text(f"{url}/{feed}\n")
        (home / "config").write_text("auto-reload no\n")
        readers.append(Reader(home))
    with running(folder, port) as (address, _):
        yield folder, address, readers


def written(folder: Path, name: str, head: str, text: str = "Words of an article.") -> None:
    """Put an article in its place in one step, as careful editors do."""
    draft = folder / f".{name}.tmp"
    draft.write_text(f"---\n{head}\n---\n{text}\n")
    draft.replace(folder / "content" / name)


def is_known(folder: Path, path: str) -> bool:
    with sqlite3.connect(f"file:{folder / 'var/syndicate.db'}?mode=ro", uri=True) as store:
        return store.execute("SELECT 1 FROM article WHERE path = ?", (path,)).fetchone() is not None


def test_a_reader_sees_nothing_twice(world: tuple[Path, str, list[Reader]]) -> None:
    """Renamed, edited, redated, withdrawn and brought back, an article is one and the same to it."""
    folder, url, readers = world

    def is_out(text: str, *, out: bool = True) -> None:
        for feed in FEEDS:
            wait_for(lambda feed=feed: (text in answer(f"{url}/{feed}")[1]) is out)  # type: ignore[misc]

    written(folder, "one.md", "title: Kabar Satu")
    is_out("Kabar Satu")
    for reader in readers:
        reader.polls()
        reader.has_read_all()
    known = [reader.shows() for reader in readers]
    assert known[0] == known[1]
    assert "Kabar Satu" in known[0].values()
    for reader in readers:
        reader.polls()  # it keeps the ETag from the second time on
        log = reader.polls()
        assert re.search(r"retrieved data for \S+: \n", log), "a 304 has no body"

    (folder / "content/one.md").rename(folder / "content/two.md")
    wait_for(lambda: is_known(folder, "two.md"))  # renamed and written anew at once it would be another
    written(folder, "two.md", "title: Kabar Satu\nslug: lain", "Other words, edited.")
    is_out("Other words, edited.")
    written(folder, "two.md", "title: Kabar Satu\nslug: lain\ndate: 2020-05-05", "Other words, edited.")
    is_out("2020")
    for reader in readers:
        reader.polls()
        assert set(reader.shows()) == set(known[0])
        assert reader.unread() == set()

    (folder / "content/two.md").rename(folder / "away.md")
    is_out("Kabar Satu", out=False)
    for reader in readers:
        reader.polls()
    (folder / "away.md").rename(folder / "content/two.md")
    is_out("Kabar Satu")
    written(folder, "three.md", "title: Kabar Tiga\ndate: 2019-01-01")
    is_out("Kabar Tiga")
    for reader in readers:
        reader.polls()
        assert reader.unread() == {"Kabar Tiga"}
        assert len(reader.shows()) == len(known[0]) + 1

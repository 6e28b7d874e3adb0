"""A reader that knows articles by their ids, as Miniflux does, polls every format while articles live.

It asks as readers do, with what it was told the last time, and is told 304 whenever nothing changed for it.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from test_service import founded, free_port, running, wait_for, workers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from feed_reading import Entry, entries, tombstones

pytestmark = pytest.mark.timeout(240)
FORMS = ("rss.xml", "atom.xml", "feed.json")


@dataclass
class Reader:
    """A subscription to one feed: what it was told, and every entry that it ever took for new, by id."""

    client: httpx.Client
    name: str
    seen: dict[str, Entry] = field(default_factory=dict)
    shown: list[Entry] = field(default_factory=list)
    body: bytes = b""
    told: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)

    def polls(self) -> list[str]:
        """Ask once, and return the titles of what is new to it."""
        answer = self.client.get(f"/{self.name}", headers=self.told)
        self.statuses.append(answer.status_code)
        if answer.status_code == 304:
            assert answer.content == b""
            assert answer.headers["etag"] == self.told["if-none-match"]
            return []
        assert answer.status_code == 200
        assert answer.content != self.body, "the same bytes, which it had, were sent again"
        self._remember(answer)
        self.shown = entries(answer.content)
        ids = [one.id for one in self.shown]
        assert len(set(ids)) == len(ids)
        new = [one.title for one in self.shown if one.id not in self.seen]
        self.seen |= {one.id: one for one in self.shown}
        return new

    def _remember(self, answer: httpx.Response) -> None:
        self.body = answer.content
        self.told = {"if-none-match": answer.headers["etag"]}
        if "last-modified" in answer.headers:
            self.told["if-modified-since"] = answer.headers["last-modified"]


@dataclass
class World:
    """A running publication, and a reader of each of its formats."""

    folder: Path
    client: httpx.Client
    readers: list[Reader]
    pid: Callable[[str], int]

    def entry(self, title: str) -> Entry:
        """Return the article with that title, the same in every format."""
        found = [[one for one in reader.shown if one.title == title] for reader in self.readers]
        assert [len(one) for one in found] == [1, 1, 1], title
        assert found[0] == found[1] == found[2]
        return found[0][0]

    def order(self) -> list[str]:
        """Return the ids as every format shows them."""
        rows = [[one.id for one in reader.shown] for reader in self.readers]
        assert rows[0] == rows[1] == rows[2]
        return rows[0]

    def all_poll(self) -> list[str]:
        """Have every reader ask once; what is new to one is new to all."""
        new = [reader.polls() for reader in self.readers]
        assert new[0] == new[1] == new[2]
        assert [reader.shown for reader in self.readers] == [self.readers[0].shown] * 3
        return new[0]

    def nothing_changed(self) -> None:
        """Each reader asks twice and is told 304, by both validators and by the date alone."""
        for reader in self.readers:
            assert reader.polls() == reader.polls() == []
            assert reader.statuses[-2:] == [304, 304]
            if date := reader.told.get("if-modified-since"):
                answer = self.client.get(f"/{reader.name}", headers={"if-modified-since": date})
                assert answer.status_code == 304
            head = self.client.head(f"/{reader.name}")
            assert (head.headers["etag"], head.content) == (reader.told["if-none-match"], b"")

    def written(self, name: str, head: str, text: str = "Words of an article.") -> None:
        """Put an article in its place in one step, as careful editors do."""
        draft = self.folder / f".{name}.tmp"
        draft.write_text(f"---\n{head}\n---\n{text}\n")
        draft.replace(self.folder / "content" / name)

    def until(self, true: Callable[[list[Entry]], bool]) -> None:
        """Wait until it is true of what every format shows, and until that lies there compressed, too.

        In the moment before, a reader is given the plain bytes, whose tag is another.
        """

        def so(name: str) -> bool:
            answer = self.client.get(f"/{name}")
            return "content-encoding" in answer.headers and true(entries(answer.content))

        for name in FORMS:
            wait_for(lambda name=name: so(name))  # type: ignore[misc]

    def path_is_known(self, path: str) -> None:
        """Wait until a scan has found the article at `path`."""
        place = f"file:{self.folder / 'var/syndicate.db'}?mode=ro"

        def known() -> bool:
            with sqlite3.connect(place, uri=True) as store:
                return store.execute("SELECT 1 FROM article WHERE path = ?", (path,)).fetchone() is not None

        wait_for(known)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A running publication whose main feed shows six articles, so that others are in its archives."""
    folder, port = tmp_path / "site", free_port()
    folder.mkdir()
    path = founded(folder, port)
    text = path.read_text().replace("every: 1s", "every: 1s\n  withdraw_after: 1s")
    assert "items: 50 " in text
    path.write_text(text.replace("items: 50 ", "items: 6 "))
    with running(folder, port) as (url, process), httpx.Client(base_url=url, timeout=10) as client:
        readers = [Reader(client, name) for name in FORMS]
        made = World(folder, client, readers, lambda name: workers(process)[name])
        wait_for(lambda: client.get("/archive/1/feed.json").status_code == 200)
        made.until(lambda shown: len(shown) == 6)
        yield made


def has(text: str, *, out: bool = True) -> Callable[[list[Entry]], bool]:
    return lambda shown: any(text in one.title + one.html for one in shown) is out


def test_an_article_keeps_its_promises_in_every_format(world: World) -> None:
    """Renamed, edited, redated, moved, withdrawn and brought back it is one article, and never new again."""
    world.written("one.md", "title: Kabar Satu\ntags: [uji]")
    world.until(has("Kabar Satu"))
    assert "Kabar Satu" in world.all_poll()
    world.nothing_changed()
    first, order = world.entry("Kabar Satu"), world.order()

    (world.folder / "content/one.md").rename(world.folder / "content/two.md")
    world.path_is_known("two.md")
    world.nothing_changed()

    world.written("two.md", "title: Kabar Baru\ntags: [uji]", "Other words, edited.")
    world.until(has("Other words, edited."))
    assert world.all_poll() == []
    edited = world.entry("Kabar Baru")
    assert (edited.id, edited.link, edited.published) == (first.id, first.link, first.published)
    assert edited.updated > first.updated
    assert world.order() == order
    world.nothing_changed()

    world.written("two.md", "title: Kabar Baru\ntags: [uji]\ncorrection: Bukan tiga.", "Other words, edited.")
    world.until(has("Bukan tiga."))
    assert world.all_poll() == []
    assert world.entry("Kabar Baru").updated >= edited.updated

    redated = "title: Kabar Baru\ntags: [uji]\ndate: 2020-05-05"
    world.written("two.md", redated, "Other words, edited.")
    world.until(lambda shown: any(one.published.year == 2020 for one in shown))
    assert world.all_poll() == []
    dated = world.entry("Kabar Baru")
    assert (dated.id, dated.link) == (first.id, first.link)
    assert dated.published.date().isoformat() == "2020-05-05"
    assert dated.updated > edited.updated
    assert world.order() == order, "it came last, whatever its date says"

    world.written("two.md", f"{redated}\nslug: lain", "Other words, edited.")
    world.until(lambda shown: any(one.link.endswith("/lain/") for one in shown))
    assert world.all_poll() == []
    moved = world.entry("Kabar Baru")
    assert (moved.id, moved.published) == (first.id, dated.published)
    old = world.client.get(urlsplit(first.link).path)
    assert (old.status_code, old.headers["location"]) == (301, moved.link)
    assert world.client.get(urlsplit(moved.link).path).status_code == 200
    assert world.order() == order
    world.nothing_changed()

    withdrawn_and_brought_back(world, "two.md", moved)
    assert world.order() == order
    assert replace(world.entry("Kabar Baru"), updated=moved.updated) == moved

    world.written("three.md", "title: Kabar Tiga\ndate: 2019-01-01")
    world.until(has("Kabar Tiga"))
    assert world.all_poll() == ["Kabar Tiga"]
    assert world.order()[:2] == [world.entry("Kabar Tiga").id, first.id]
    world.nothing_changed()


def withdrawn_and_brought_back(world: World, name: str, article: Entry) -> None:
    """The file goes, for longer than a slip, and comes back."""
    began = datetime.now(UTC).replace(microsecond=0)
    (world.folder / "content" / name).rename(world.folder / "away.md")
    world.until(has(article.title, out=False))
    wait_for(lambda: world.client.get(urlsplit(article.link).path).status_code == 410)
    assert "words, edited" not in world.client.get(urlsplit(article.link).path).text
    assert world.all_poll() in ([], [world.readers[0].shown[-1].title])  # an older one moves up
    for reader in world.readers:
        assert article.id not in {one.id for one in reader.shown}
        assert b"words, edited" not in reader.body
    (when,) = [when for gone, when in tombstones(world.readers[1].body) if gone == article.id]
    assert began <= when <= datetime.now(UTC)
    assert telling(world.folder / "public", b"words, edited") == []
    world.nothing_changed()
    (world.folder / "away.md").rename(world.folder / "content" / name)
    world.until(has(article.title))
    assert world.all_poll() == []
    assert world.client.get(urlsplit(article.link).path).status_code == 200
    assert article.id not in {gone for gone, _ in tombstones(world.readers[1].body)}
    world.nothing_changed()


def telling(public: Path, words: bytes) -> list[Path]:
    """Return the published files that hold `words`; what goes while it is looked for holds nothing."""
    found = []
    for path in public.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            found += [path] if words in path.read_bytes() else []
    return found


def test_an_article_of_the_archives_is_withdrawn_and_comes_back(world: World) -> None:
    """Its archive lets it go in every format, with a tombstone in Atom; it is not new to a reader of them."""
    main = {one.id for one in entries(world.client.get("/feed.json").content)}
    shown = entries(world.client.get("/archive/1/feed.json").content)
    old = next(one for one in shown if one.id not in main)
    (file,) = [
        path for path in (world.folder / "content").rglob("*.*") if old.title.encode() in path.read_bytes()
    ]
    before = {name: world.client.get(f"/archive/1/{name}").content for name in FORMS}
    assert world.all_poll()
    file.rename(world.folder / "away")
    for name in FORMS:
        path = f"/archive/1/{name}"
        wait_for(lambda path=path: old.id not in ids_of(world.client.get(path).content))  # type: ignore[misc]
    assert old.id in {gone for gone, _ in tombstones(world.client.get("/archive/1/atom.xml").content)}
    wait_for(lambda: world.client.get(urlsplit(old.link).path).status_code == 410)  # pages go after feeds
    assert world.all_poll() == []
    (world.folder / "away").rename(file)
    for name in FORMS:
        path = f"/archive/1/{name}"
        wait_for(lambda path=path: old.id in ids_of(world.client.get(path).content))  # type: ignore[misc]
    assert world.all_poll() == [], "an article of the archives stays there"
    assert {name: world.client.get(f"/archive/1/{name}").content for name in FORMS} == before


def ids_of(feed: bytes) -> set[str]:
    return {one.id for one in entries(feed)}


def test_a_server_that_was_killed_answers_304_to_who_was_there_before(world: World) -> None:
    """Validators hang on the bytes alone: after kill -9 of every worker nobody fetches a feed again."""
    world.all_poll()
    for name in ("web", "builder"):
        before = world.pid(name)
        os.kill(before, signal.SIGKILL)
        wait_for(lambda name=name, before=before: _other(world, name, before))  # type: ignore[misc]
        wait_for(lambda: world.client.get("/health").status_code == 200)
        world.nothing_changed()


def _other(world: World, name: str, before: int) -> bool:
    try:
        return world.pid(name) != before
    except KeyError:
        return False


def test_a_hidden_article_is_no_new_one_when_it_is_shown_again(world: World) -> None:
    """Made a draft or dated in the future it leaves all formats without a tombstone, and comes back."""
    world.written("one.md", "title: Kabar Satu")
    world.until(has("Kabar Satu"))
    assert "Kabar Satu" in world.all_poll()
    before = world.entry("Kabar Satu")
    for hidden in ("draft: true", "date: 2199-01-01"):
        world.written("one.md", f"title: Kabar Satu\n{hidden}")
        world.until(has("Kabar Satu", out=False))
        world.all_poll()
        assert not re.search(rb"deleted-entry[^>]*" + before.id.encode(), world.readers[1].body)
        world.written("one.md", "title: Kabar Satu")
        world.until(has("Kabar Satu"))
        assert world.all_poll() == []
        again = world.entry("Kabar Satu")
        assert (again.id, again.published, again.link) == (before.id, before.published, before.link)

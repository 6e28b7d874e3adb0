"""What changes in a folder is told at once, and a folder that cannot be watched stops nothing."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicate.content.habits import is_noise
from syndicate.watching import Watch

LONG = 10.0  # seconds


class Heard:
    """A watch of a folder, and what it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.woken = threading.Event()
        self.paths: set[str] = set()
        self.whole: set[str] = set()
        self.watch = Watch(folder, self.woken.set, is_draft=is_noise)

    def starts(self) -> None:
        """Start, and wait until changes are heard."""
        self.watch.start()
        deadline = time.monotonic() + LONG
        while not self.woken.wait(0.05):
            (self.folder / "probe").write_text("x")
            assert time.monotonic() < deadline
        (self.folder / "probe").unlink()
        self.hears(lambda: False, 0.3)
        self.forgets()

    def forgets(self) -> None:
        self.watch.take()
        self.paths.clear()
        self.whole.clear()
        self.woken.clear()

    def hears(self, enough: Callable[[], bool], seconds: float = LONG) -> bool:
        deadline = time.monotonic() + seconds
        while not enough() and time.monotonic() < deadline:
            self.woken.wait(0.02)
            paths, whole = self.watch.take()
            self.paths |= paths
            self.whole = (self.whole | whole) - (paths - whole)
        return enough()


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    made = Heard(tmp_path / "content")
    made.folder.mkdir()
    (made.folder / "deep").mkdir()
    made.starts()
    yield made
    made.watch.stop()


def test_what_is_written_moved_and_removed_is_told(heard: Heard) -> None:
    """Paths are told relative to the folder, also from below it."""
    (heard.folder / "a.md").write_text("words")
    (heard.folder / "deep/b.md").write_text("words")
    assert heard.hears(lambda: {"a.md", "deep/b.md"} <= heard.paths)
    heard.forgets()
    (heard.folder / "a.md").rename(heard.folder / "c.md")
    (heard.folder / "deep/b.md").unlink()
    assert heard.hears(lambda: {"a.md", "c.md", "deep/b.md"} <= heard.paths)


def test_a_file_that_was_renamed_into_place_is_whole(heard: Heard) -> None:
    """An editor's way to save: a draft beside it, then renamed; a folder below is as good."""
    for path, draft in (("a.md", ".a.md.tmp"), ("deep/b.md", "deep/.b")):
        (heard.folder / draft).write_text("all of it")
        (heard.folder / draft).rename(heard.folder / path)
    assert heard.hears(lambda: {"a.md", "deep/b.md"} <= heard.paths)
    heard.hears(lambda: False, 0.2)
    assert {"a.md", "deep/b.md"} <= heard.whole


def test_a_file_that_was_written_in_place_is_not_whole(heard: Heard) -> None:
    """What is created and written may be half of it, whatever else goes at that moment."""
    (heard.folder / "gone.md").write_text("words")
    (heard.folder / "deep/.draft").write_text("words")
    heard.hears(lambda: False, 0.2)
    (heard.folder / "gone.md").unlink()
    (heard.folder / "deep/.draft").unlink()
    (heard.folder / "half.md").write_text("half of it")
    assert heard.hears(lambda: {"half.md", "gone.md"} <= heard.paths)
    heard.hears(lambda: False, 0.2)
    assert not heard.whole & {"half.md", "gone.md"}


def test_a_file_that_is_written_to_after_its_rename_is_not_whole(heard: Heard) -> None:
    """Whoever renames first and goes on writing is waited for."""
    (heard.folder / ".draft").write_text("half of it")
    (heard.folder / ".draft").rename(heard.folder / "a.md")
    assert heard.woken.wait(LONG)
    time.sleep(0.1)
    with (heard.folder / "a.md").open("a") as file:
        file.write("and more")
    time.sleep(0.1)
    paths, whole = heard.watch.take()
    assert "a.md" in paths and "a.md" not in whole


def test_what_was_taken_is_not_told_again(heard: Heard) -> None:
    """Each change is told once."""
    (heard.folder / "a.md").write_text("words")
    assert heard.hears(lambda: "a.md" in heard.paths)
    heard.hears(lambda: False, 0.2)
    assert heard.watch.take() == (frozenset(), frozenset())


def test_a_change_is_told_within_a_tenth_of_a_second(heard: Heard) -> None:
    """Nobody waits for the next periodic scan; of several tries the quickest counts, on a busy machine."""
    waits = []
    for number in range(5):
        heard.forgets()
        started = time.monotonic()
        (heard.folder / f"{number}.md").write_text("all of it")
        assert heard.woken.wait(LONG)
        waits.append(time.monotonic() - started)
        heard.hears(lambda: False, 0.1)
    assert min(waits) < 0.1


def test_a_folder_behind_a_link_is_watched(tmp_path: Path) -> None:
    """content.folder may be a link; the paths are told all the same."""
    (tmp_path / "real").mkdir()
    (tmp_path / "content").symlink_to(tmp_path / "real")
    heard = Heard(tmp_path / "content")
    heard.starts()
    (tmp_path / "real/a.md").write_text("words")
    assert heard.hears(lambda: "a.md" in heard.paths)
    heard.watch.stop()


def test_a_folder_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    """Nothing is told then; the periodic scan is the truth."""
    woken = threading.Event()
    watch = Watch(tmp_path / "nowhere", woken.set, is_draft=is_noise)
    watch.start()
    assert not woken.wait(0.3)
    assert watch.take() == (frozenset(), frozenset())
    watch.stop()


def test_a_folder_that_comes_late_is_heard_of_once_it_is_there(tmp_path: Path) -> None:
    """A disk that is mounted after the start: who begins again hears."""
    made = Heard(tmp_path / "content")
    made.watch.start()
    made.folder.mkdir()
    made.starts()
    (made.folder / "a.md").write_text("words")
    assert made.hears(lambda: "a.md" in made.paths)
    made.watch.stop()


def test_another_folder_in_its_place_is_heard_of(heard: Heard) -> None:
    """One that was swapped for a new one, or taken away and put there again, is listened to in its turn."""
    heard.folder.rename(heard.folder.with_name("old"))
    heard.folder.mkdir()
    heard.hears(lambda: False, 0.3)
    heard.forgets()
    heard.starts()
    shutil.rmtree(heard.folder)
    assert heard.hears(lambda: "." in heard.paths)
    heard.folder.mkdir()
    heard.hears(lambda: False, 0.3)
    heard.forgets()
    heard.starts()
    (heard.folder / "a.md").write_text("words")
    assert heard.hears(lambda: "a.md" in heard.paths)


def test_beginning_again_changes_nothing_while_the_folder_is_there(heard: Heard) -> None:
    """There is one thread for one folder, however often it begins."""
    before = set(threading.enumerate())
    heard.watch.start()
    heard.watch.start()
    assert set(threading.enumerate()) <= before

"""The service's builder takes in what a watch tells, and looks at everything where that is not enough."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import LONG_AGO, Publication, maker

from syndicate import workers
from syndicate.app.scanning import Hint, scan_content, scan_hinted
from syndicate.errors import PublishError
from syndicate.workers import Builder


class Told:
    """A watch that tells what a test says."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.whole: set[str] = set()

    def start(self) -> None:
        """Listen to the folder that is there now: nothing here."""

    def take(self) -> tuple[frozenset[str], frozenset[str]]:
        told = frozenset(self.paths), frozenset(self.whole)
        self.paths.clear()
        self.whole.clear()
        return told


class Service:
    """A publication with its builder, and how it looked at the folder."""

    def __init__(self, site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site = site
        self.watch = Told()
        self.builder = Builder(site.site, self.watch)  # type: ignore[arg-type]
        self.looks: list[str] = []

        def look(site: object) -> object:
            self.looks.append("whole")
            return scan_content(site)  # type: ignore[arg-type]

        def look_at(site: object, hint: Hint) -> object:
            self.looks.append("hinted")
            return scan_hinted(site, hint)  # type: ignore[arg-type]

        monkeypatch.setattr(workers, "scan_content", look)
        monkeypatch.setattr(workers, "scan_hinted", look_at)

    def builds(self, *paths: str, whole: bool = False, renamed: tuple[str, ...] = ()) -> list[str]:
        """Build once after a hint at `paths`; return the titles in the main feed."""
        self.watch.paths |= {*paths, *renamed}
        self.watch.whole |= set(renamed)
        self.builder.build(whole=whole)
        rss = (self.site.folder / "public/rss.xml").read_text()
        return sorted(part.partition("</title>")[0] for part in rss.split("<item>\n      <title>")[1:])

    def half_writes(self, name: str) -> Path:
        path = self.site.article_is_dropped(name, f"Half of {name}.")
        path.write_text(path.read_text())
        self.site.file_clock = path.stat().st_mtime_ns
        return path


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with maker(tmp_path) as make:
        yield Service(make(more="pages: false\n"), monkeypatch)


def test_a_hint_is_enough(service: Service) -> None:
    """After a first look at everything only what is told is looked at; a nudge looks at everything again."""
    service.site.article_is_dropped("one", "First words.")
    assert service.builds() == ["one"]
    service.site.article_is_dropped("two", "Second words.")
    assert service.builds("two.md") == ["one", "two"]
    assert service.builds("one.md", whole=True) == ["one", "two"]
    assert service.looks == ["whole", "hinted", "whole"]


def test_a_renamed_file_is_out_at_once_and_a_half_written_one_in_its_time(service: Service) -> None:
    """The first does not wait for the second, which is looked at again by itself."""
    service.builds(whole=True)
    service.half_writes("half")
    service.site.article_is_dropped("moved", "Other words.")
    assert service.builds("half.md", renamed=("moved.md",)) == ["moved"]
    assert service.builder.waiting == 1
    service.site.file_clock = LONG_AGO
    assert service.builds() == ["half", "moved"]
    assert service.builder.waiting == 0 and service.looks == ["whole", "hinted", "hinted"]


def test_a_file_that_was_half_written_at_a_look_at_everything_is_not_forgotten(service: Service) -> None:
    """A hint of another file meanwhile does not make the service wait for the next periodic scan."""
    service.half_writes("half")
    assert service.builds(whole=True) == []
    service.site.article_is_dropped("moved", "Other words.")
    assert service.builds(renamed=("moved.md",)) == ["moved"]
    assert service.builder.waiting == 1
    service.site.file_clock = LONG_AGO
    assert service.builds(whole=True) == ["half", "moved"]
    assert service.builder.waiting == 0


def test_after_a_failure_everything_is_looked_at(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told before a build that failed is not lost."""
    service.builds(whole=True)
    service.site.article_is_dropped("one", "First words.")

    def fail(*_args: object, **_more: object) -> None:
        raise PublishError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(workers, "publish_site", fail)
        with pytest.raises(PublishError):
            service.builds("one.md")
    service.builder.forget()
    assert service.builds() == ["one"]
    assert service.looks == ["whole", "hinted", "whole"]


def test_a_folder_that_went_away_is_looked_at_as_a_whole(service: Service) -> None:
    """No hint builds on a look at a folder that was not there."""
    service.site.article_is_dropped("one", "First words.")
    service.builds(whole=True)
    (service.site.folder / "content").rename(service.site.folder / "away")
    assert service.builds(whole=True) == ["one"]
    (service.site.folder / "away").rename(service.site.folder / "content")
    service.site.article_is_dropped("two", "Second words.")
    assert service.builds("two.md") == ["one", "two"]
    assert service.looks == ["whole"] * 3


def test_too_many_hints_are_a_look_at_everything(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a pull of thousands of files nobody looks at each by itself."""
    monkeypatch.setattr(workers, "_MOST_HINTS", 3)
    service.builds(whole=True)
    for number in range(5):
        service.site.article_is_dropped(f"n{number}", f"Words of {number}.")
    assert len(service.builds(*(f"n{number}.md" for number in range(5)))) == 5
    assert service.looks == ["whole", "whole"]


def test_a_file_that_vanishes_while_it_is_hinted_is_missing(service: Service) -> None:
    """Gone is gone, by a hint as by a look at everything; and it may come back by a hint."""
    path = service.site.article_is_dropped("one", "First words.")
    service.builds(whole=True)
    text = path.read_text()
    path.unlink()
    assert service.builds("one.md") == ["one"]
    assert service.site.records()["one.md"].state.value == "missing"
    path.write_text(text)
    os.utime(path, (service.site.now.timestamp(), service.site.now.timestamp()))
    assert service.builds("one.md") == ["one"]
    assert service.site.records()["one.md"].state.value == "present"

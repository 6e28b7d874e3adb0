"""What a scan remembers of files it could not read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import scanning
from syndicate.content.parse import Defaults
from syndicate.content.textfile import Unopened
from syndicate.model import Parsed, SourceFile


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        yield make()


def test_a_file_that_could_not_be_opened_is_tried_again(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions that are put right change neither size nor time, and yet the article is read."""

    def refuse(_folder: Path, source: SourceFile, _defaults: Defaults) -> Parsed:
        raise Unopened(source.path, "cannot be opened: Permission denied")

    site.article_is_dropped("one")
    with monkeypatch.context() as patch:
        patch.setattr(scanning, "parse", refuse)
        scanned = site.folder_is_scanned()
    assert [str(fault) for fault in scanned.faults] == ["content/one.md: cannot be opened: Permission denied"]
    scanned = site.folder_is_scanned()
    assert [article.title for article in scanned.articles] == ["one"]
    assert not scanned.faults
    assert site.folder_is_scanned().read == 0


def test_a_broken_file_is_not_read_again(site: Publication) -> None:
    """What stays broken costs nothing at the next scan, and is named again."""
    path = site.article_is_dropped("one")
    path.write_bytes(b"\xff\xff")
    first = site.folder_is_scanned()
    again = site.folder_is_scanned()
    assert (first.read, again.read) == (1, 0)
    assert first.faults == again.faults != ()


def test_a_picture_that_comes_later_is_found(site: Publication) -> None:
    """An article whose picture was missing is read again until it is there, and is not an edited one then."""
    site.article_is_dropped("one", "![A boat](boat.png)")
    [fault] = site.folder_is_scanned().faults
    assert str(fault).startswith("content/one.md:")
    site.time_passes(hours=1)
    (site.folder / "content/boat.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    scanned = site.folder_is_scanned()
    assert not scanned.faults
    [article] = scanned.articles
    assert [media.name for media in article.media] == ["boat.png"]
    assert article.updated == article.published


def test_a_fault_is_logged_once(site: Publication, caplog: pytest.LogCaptureFixture) -> None:
    """What is wrong is in the log when it comes up, not at every scan."""
    site.article_is_dropped("one").write_bytes(b"\xff\xff")
    with caplog.at_level(logging.WARNING, logger="syndicate"):
        site.folder_is_scanned()
        site.folder_is_scanned()
    assert len([record for record in caplog.records if "one.md" in record.getMessage()]) == 1


def test_a_missing_folder_is_told_once_and_removes_nothing(site: Publication) -> None:
    """One line names the folder and what it means; every article stays."""
    site.article_is_dropped("one")
    site.folder_is_scanned()
    (site.folder / "content").rename(site.folder / "elsewhere")
    scanned = site.folder_is_scanned(accept_removals=True)
    [fault] = scanned.faults
    assert str(fault).startswith(str(site.folder / "content"))
    assert [article.title for article in scanned.articles] == ["one"]


def test_articles_in_a_folder_that_cannot_be_read_stay(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subfolder that is locked for a while withdraws none of its articles."""
    site.article_is_dropped("deep/one")
    site.folder_is_scanned()
    real = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        scanned = site.folder_is_scanned()
    assert scanned.withdrawn == 0
    assert [article.title for article in scanned.articles] == ["deep/one"]
    assert [str(fault) for fault in scanned.faults] == [
        "content/deep: the folder cannot be read: Permission denied"
    ]


def test_a_file_moved_and_edited_between_two_scans_keeps_its_id(site: Publication) -> None:
    """As after a pull: a new path and a changed paragraph are the same article, an edited one."""
    words = " ".join(f"word{n}" for n in range(60))
    old = site.article_is_dropped("one", words)
    [before] = site.folder_is_scanned().articles
    site.time_passes(hours=1)
    old.unlink()
    moved = site.article_is_dropped("deep/two", f"{words} and more")
    moved.write_text(moved.read_text().replace("title: deep/two", "title: one"))
    scanned = site.folder_is_scanned()
    [after] = scanned.articles
    assert (after.id, after.slug, after.path) == (before.id, before.slug, "deep/two.md")
    assert after.updated > before.updated
    assert scanned.withdrawn == 0

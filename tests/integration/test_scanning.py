"""What a scan remembers of files it could not read."""

from __future__ import annotations

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
    assert [str(fault) for fault in scanned.faults] == ["one.md: cannot be opened: Permission denied"]
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

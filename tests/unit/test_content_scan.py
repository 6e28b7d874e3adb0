"""A scan finds what may be an article, and nothing in a folder stops it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content import naming
from syndicate.content.scan import scan
from syndicate.content.textfile import LARGEST
from syndicate.errors import ContentError


def make(folder: Path, *paths: str) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", encoding="utf-8")


def test_articles_are_found_and_everything_else_is_left(tmp_path: Path) -> None:
    """Suffixes with a parser count; hidden, temporary and half files, READMEs and sections do not."""
    articles = ["a.md", "b/c.Markdown", "b/d.txt", "e.html", "f.htm", "id/berita 1.md"]
    make(tmp_path, *articles)
    left_out = (
        ".hidden.md .git/x.md node_modules/p/x.md README.md b/readme.txt _index.md x.md~ #x.md# x.md.tmp"
        " x.md.part .x.md.swp p.png noext _index.id.md"
    )
    make(tmp_path, *left_out.split())
    found = scan(tmp_path)
    assert [file.path for file in found.files] == sorted(articles)
    assert found.faults == ()
    assert found.files[0].size == 1 and found.files[0].mtime_ns > 0


def test_links_stay_inside_and_never_loop(tmp_path: Path) -> None:
    """A link to a file or folder inside counts, one that leads out or round does not."""
    folder = tmp_path / "content"
    make(folder, "a/x.md")
    make(tmp_path, "outside.md", "outside/y.md")
    (folder / "in.md").symlink_to(folder / "a/x.md")
    (folder / "out.md").symlink_to(tmp_path / "outside.md")
    (folder / "outdir").symlink_to(tmp_path / "outside")
    (folder / "a/loop").symlink_to(folder)
    (folder / "dangling.md").symlink_to(folder / "nothing.md")
    assert [file.path for file in scan(folder).files] == ["a/x.md", "in.md"]


def test_odd_files_are_no_articles(tmp_path: Path) -> None:
    """A fifo and a folder named like an article are passed over."""
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    make(tmp_path, "folder.md/a.md")
    assert [file.path for file in scan(tmp_path).files] == ["folder.md/a.md"]


def test_a_huge_file_and_a_name_that_is_no_text_are_told(tmp_path: Path) -> None:
    """What cannot be an article is a fault, the others are found."""
    make(tmp_path, "a.md")
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(LARGEST + 1)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.md")).write_text("x", encoding="utf-8")
    found = scan(tmp_path)
    assert [file.path for file in found.files] == ["a.md"]
    assert [fault.path for fault in found.faults] == ["b\\xff.md", "big.md"]
    assert all(fault.path.encode() for fault in found.faults)


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """A missing folder, and a file in its place, are a ContentError that names it."""
    make(tmp_path, "file")
    for path in (tmp_path / "gone", tmp_path / "file"):
        with pytest.raises(ContentError, match="content"):
            scan(path)


@pytest.mark.parametrize(
    ("path", "day", "stem", "language", "draft"),
    [
        ("2026-02-05-kabar.md", date(2026, 2, 5), "kabar", "", False),
        ("_posts/2026-2-5_Kabar Baik.md", date(2026, 2, 5), "Kabar Baik", "", False),
        ("2026-02-05.md", date(2026, 2, 5), "2026-02-05", "", False),
        ("2026-02-31-x.md", None, "2026-02-31-x", "", False),
        ("2026/02/05/x.md", date(2026, 2, 5), "x", "", False),
        ("trip/index.md", None, "trip", "", False),
        ("2026-02-05-trip/index.id.md", date(2026, 2, 5), "trip", "id", False),
        ("index.md", None, "index", "", False),
        ("ar/x.md", None, "x", "ar", False),
        ("pt-BR/x.md", None, "x", "pt-BR", False),
        ("x.v2.md", None, "x.v2", "", False),
        ("_drafts/x.md", None, "x", "", True),
        ("x.draft.md", None, "x", "", True),
    ],
)
def test_what_a_path_says(path: str, day: date | None, stem: str, language: str, draft: bool) -> None:
    """Date, name, language and draft are read from a path."""
    assert naming.date_of(path) == day
    assert naming.stem_of(path) == stem
    assert naming.language_of(path) == language
    assert naming.is_draft(path) is draft


@given(st.text(min_size=1).filter(lambda text: "\x00" not in text))
def test_any_path_has_a_name(path: str) -> None:
    """No path makes naming raise."""
    naming.date_of(path)
    assert isinstance(naming.stem_of(path) + naming.language_of(path) + naming.readable(path), str)
    assert naming.is_draft(path) in (True, False)


def test_a_name_that_would_garble_a_log_is_a_fault(tmp_path: Path) -> None:
    """A line break or an escape in a file's name is told in letters, and the file is no article."""
    for name in ("a\nb.md", "\x1b[31m.md"):
        (tmp_path / name).write_text("x")
    found = scan(tmp_path)
    assert not found.files
    assert [fault.path for fault in found.faults] == ["\\x1b[31m.md", "a\\x0ab.md"]
    assert all("control character" in fault.message for fault in found.faults)

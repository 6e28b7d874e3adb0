"""A scan finds what may be an article, and nothing in a folder stops it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content import naming
from syndicate.content.scan import Rules, scan
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
    assert sorted(found.files) == sorted(articles)
    assert found.faults == ()
    size, mtime_ns, meta = found.files["a.md"]
    assert size == 1 and mtime_ns > 0 and not meta


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
    assert sorted(scan(folder).files) == ["a/x.md", "in.md"]


def test_odd_files_are_no_articles(tmp_path: Path) -> None:
    """A fifo and a folder named like an article are passed over."""
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    make(tmp_path, "folder.md/a.md")
    assert list(scan(tmp_path).files) == ["folder.md/a.md"]


def test_a_huge_file_and_a_name_that_is_no_text_are_told(tmp_path: Path) -> None:
    """What cannot be an article is a fault, the others are found."""
    make(tmp_path, "a.md")
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(LARGEST + 1)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.md")).write_text("x", encoding="utf-8")
    found = scan(tmp_path)
    assert list(found.files) == ["a.md"]
    assert [fault.path for fault in found.faults] == ["b\\xff.md", "big.md"]
    assert all(fault.path.encode() for fault in found.faults)


def test_links_to_one_another_end(tmp_path: Path) -> None:
    """Thirty folders with links to the next one, twice each, are each looked at once."""
    for number in range(30):
        make(tmp_path, f"{number:02}/x.md")
        for name in ("a", "b"):
            (tmp_path / f"{number:02}" / name).symlink_to(tmp_path / f"{(number + 1) % 30:02}")
    assert sorted(scan(tmp_path).files) == [f"{number:02}/x.md" for number in range(30)]


def test_a_link_opens_what_is_hidden_once(tmp_path: Path) -> None:
    """Articles kept in a hidden folder are found behind a link to it, as some sync programs lay them out."""
    make(tmp_path, ".store/x.md")
    (tmp_path / "articles").symlink_to(tmp_path / ".store")
    (tmp_path / "more").symlink_to(tmp_path / ".store")
    assert list(scan(tmp_path).files) == ["articles/x.md"]


def test_a_pit_of_folders_has_a_bottom(tmp_path: Path) -> None:
    """Folders in folders are read to the fortieth, and what lies deeper is told."""
    here = tmp_path
    for _ in range(45):
        here /= "d"
        here.mkdir()
        (here / "x.md").write_text("x")
    found = scan(tmp_path)
    assert len(found.files) == 40
    assert len(found.faults) == 1 and "deeper than 40" in found.faults[0].message


def test_a_folder_that_cannot_be_read_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without permissions is a fault with its path."""
    make(tmp_path, "a/x.md", "b/y.md")
    opened = os.open

    def locked(path: str, flags: int) -> int:
        if str(path).endswith("/a/"):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", locked)
    found = scan(tmp_path)
    assert list(found.files) == ["b/y.md"]
    assert [str(fault) for fault in found.faults] == ["a/: the folder cannot be read: Permission denied"]


@pytest.mark.parametrize(
    "name",
    [
        "x (Ann's conflicted copy 2026-11-25).md",
        "x (conflicted copy 2026-11-25 101112).md",
        "x (In Konflikt stehende Kopie von Ann 2026-11-25).md",
        "x (Copie en conflit de Ann 2026-11-25).md",
        "x (Copia en conflicto de Ann 2026-11-25).md",
        "x (Copia in conflitto di Ann 2026-11-25).md",
        "x (Cópia em conflito de Ann 2026-11-25).md",
        "x (Salinan konflik Ann 2026-11-25).md",
        "x (Ann の競合コピー 2026-11-25).md",
        "x (Case Conflict 1).md",
        "x.sync-conflict-20261125-101112-ABCDEFG.md",
        "x_conflict-20261125-101112.md",
        "x (SFConflict ann@example.org 2026-11-25-10-11-12).md",
        "x [conflicted].md",
        "x_ANN-PC_Nov-25-101112-2026_Conflict.md",
        "x-DESKTOP-1AB2CD3.md",
    ],
)
def test_a_copy_that_a_conflict_left_is_told(tmp_path: Path, name: str) -> None:
    """What two machines wrote at once is left out with the reason, the original stays."""
    make(tmp_path, name, "x.md")
    found = scan(tmp_path)
    assert list(found.files) == ["x.md"]
    assert [(one.path, "conflict" in one.reason) for one in found.left_out] == [(name, True)]


@pytest.mark.parametrize(
    "name",
    [
        "x (conflict).md",
        "conflict.md",
        "the-conflict-20-years-on.md",
        "x (conflict and copyright).md",
        "x (copy).md",
        "x (1).md",
        "x 2.md",
        "a-conflict.md",
        "changes.md",
        "security.md",
        "license-to-publish.md",
        "404-days.md",
        "code.md",
        "history-of-salt.md",
        "readmelater.md",
        "robots.md",
    ],
)
def test_an_article_about_such_things_is_one(tmp_path: Path, name: str) -> None:
    """Words that tell a conflict copy or a README are words of articles, too."""
    make(tmp_path, name)
    assert list(scan(tmp_path).files) == [name]


ABOUT_THE_FOLDER = (
    "README.md readme.id.md README-fr.rst LICENSE.txt LICENSE-MIT.txt MIT-license.txt CHANGELOG.md"
    " changelog.md CHANGES.txt AUTHORS.rst CONTRIBUTING.md CODE_OF_CONDUCT.md _index.md _index.id.md"
    " robots.txt requirements.txt 404.html google0123456789abcdef.html"
)


@pytest.mark.parametrize("name", ABOUT_THE_FOLDER.split())
def test_what_is_about_the_folder_is_left_out_with_the_reason(tmp_path: Path, name: str) -> None:
    """READMEs and the like are no articles, and are told so; named by content.include they are."""
    make(tmp_path, name)
    found = scan(tmp_path)
    assert not found.files and [one.path for one in found.left_out] == [name]
    assert list(scan(tmp_path, Rules(include=(name,))).files) == [name]
    assert not scan(tmp_path, Rules(include=("**",))).files


def test_what_is_excluded_is_left_out(tmp_path: Path) -> None:
    """A glob excludes names, folders with all below, and wins over what is included."""
    make(tmp_path, "a.md", "b.wip.md", "c/d.wip.md", "notes/x.md", "notes/y/z.md")
    found = scan(tmp_path, Rules(include=("notes/y",), exclude=("*.wip.md", "notes")))
    assert list(found.files) == ["a.md"]
    assert [one.path for one in found.left_out] == ["b.wip.md", "c/d.wip.md", "notes/"]
    assert all(one.reason == "content.exclude names it" for one in found.left_out)


def test_what_is_included_counts_although_it_is_hidden(tmp_path: Path) -> None:
    """A hidden folder or file counts where it is spelt, and shuts nothing else out."""
    make(tmp_path, "a.md", ".b.md", ".c/d.md", ".c/.e.md", ".git/f.md")
    assert sorted(scan(tmp_path, Rules(include=("**",))).files) == ["a.md"]
    assert sorted(scan(tmp_path, Rules(include=(".b.md", ".c/*.md"))).files) == [".b.md", ".c/d.md", "a.md"]


def test_a_meta_file_is_part_of_its_article(tmp_path: Path) -> None:
    """Size and time of both are those of the article, so that an edit of either is seen."""
    make(tmp_path, "a.md", "b.md", "a.meta", "c/a.md")
    os.utime(tmp_path / "a.meta", ns=(5 * 10**18, 5 * 10**18))
    files = scan(tmp_path).files
    assert files["a.md"] == (2, 5 * 10**18, True)
    assert not files["b.md"][2] and not files["c/a.md"][2]


def test_others_tell_of_pictures_and_nothing_else(tmp_path: Path) -> None:
    """The mark of the rest changes with a picture, and not with an article or an editor's file."""
    make(tmp_path, "a.md", "b/c.png")
    first = scan(tmp_path).others
    make(tmp_path, "d.md", ".a.md.swp", "a.md~", ".git/x")
    assert scan(tmp_path).others == first != ""
    make(tmp_path, "b/e.png")
    second = scan(tmp_path).others
    assert second != first
    (tmp_path / "b/e.png").write_text("longer")
    assert scan(tmp_path).others != second
    (tmp_path / "b/e.png").unlink()
    assert scan(tmp_path).others == first


def test_what_a_site_is_made_with_holds_no_articles(tmp_path: Path) -> None:
    """In a site's own folder its layouts and output are not looked into, its files are only shown."""
    make(
        tmp_path,
        "hugo.toml",
        "content/posts/a.md",
        "content/themes/b.md",
        "public/posts/a.html",
        "layouts/x.html",
    )
    make(tmp_path, "static/c.html", "static/d.png")
    found = scan(tmp_path)
    assert sorted(found.files) == ["content/posts/a.md", "content/themes/b.md"]
    assert [one.path for one in found.left_out] == ["static/"]
    (tmp_path / "static/d.png").unlink()
    assert scan(tmp_path).others != found.others
    assert "static/c.html" in scan(tmp_path, Rules(include=("static/*.html",))).files
    assert sorted(scan(tmp_path / "content").files) == ["posts/a.md", "themes/b.md"]


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


def test_a_link_to_itself_hides_no_neighbour(tmp_path: Path) -> None:
    """What cannot be followed, or leads out, or is no file is named; the files beside it are found."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x.md").write_text("x")
    here = tmp_path / "content" / "deep"
    here.mkdir(parents=True)
    (here / "good.md").write_text("x")
    (here / "round.md").symlink_to("round.md")
    (here / "out.md").symlink_to(tmp_path / "out" / "x.md")
    (here / "out").symlink_to(tmp_path / "out")
    (here / "picture.png").symlink_to(tmp_path / "out" / "x.md")
    os.mkfifo(here / "fifo.md")
    found = scan(tmp_path / "content")
    assert list(found.files) == ["deep/good.md"]
    said = {fault.path: fault.message for fault in found.faults}
    assert said.keys() == {"deep/round.md", "deep/out.md", "deep/out", "deep/fifo.md"}
    assert "regular" in said["deep/fifo.md"] and "out of the content folder" in said["deep/out"]

"""A second look at a few paths finds what a look at the whole folder finds, or says that it cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.content.hints import look_again
from syndicate.content.scan import Rules, Scan, scan

RULES = Rules()


def write(folder: Path, *paths: str, text: str = "words") -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "content"
    write(made, "a.md", "deep/b.md", "deep/c.txt")
    return made


def looked(folder: Path, before: Scan, *paths: str, rules: Rules = RULES) -> Scan:
    """Look again, which must be enough."""
    found = look_again(folder, rules, before, paths)
    assert found is not None
    return found


def test_files_that_come_change_and_go_are_seen(folder: Path) -> None:
    """What is found is what the whole folder holds now."""
    before = scan(folder)
    write(folder, "new.md", "deep/new.html")
    write(folder, "a.md", text="other words")
    (folder / "deep/b.md").unlink()
    found = looked(folder, before, "new.md", "deep/new.html", "a.md", "deep/b.md")
    assert found.files == scan(folder).files


def test_only_what_is_named_is_looked_at(folder: Path) -> None:
    """A hint is about its paths alone; the rest is as it was."""
    before = scan(folder)
    write(folder, "new.md", "other.md")
    assert looked(folder, before, "new.md").files.keys() == {*before.files, "new.md"}


def test_nothing_hinted_is_nothing_new(folder: Path) -> None:
    """Without paths, and with noise alone, the scan before stands."""
    before = scan(folder)
    noise = (".hidden.md", "a.md~", "x.md.tmp", "4913", "deep/.git/x.md", "node_modules/x/readme.md")
    assert looked(folder, before) == looked(folder, before, *noise) == before


def test_a_rename_within_the_folder_is_seen(folder: Path) -> None:
    """Both names of a renamed file are looked at."""
    before = scan(folder)
    (folder / "a.md").rename(folder / "deep/z.md")
    found = looked(folder, before, "a.md", "deep/z.md")
    assert sorted(found.files) == ["deep/b.md", "deep/c.txt", "deep/z.md"]


@pytest.mark.parametrize("path", ["dot.png", "deep", "a.meta", "new/x.md", "file-without-suffix", "a.PNG"])
def test_what_only_the_whole_folder_tells(folder: Path, path: str) -> None:
    """A picture, a folder, a new folder's file: articles may hang on them, so all is looked at."""
    before = scan(folder)
    write(folder, *([] if path == "deep" else [path]))
    assert look_again(folder, RULES, before, [path]) is None


def test_a_folder_that_is_named_like_an_article_is_looked_into(folder: Path) -> None:
    """A directory x.md may hold articles."""
    before = scan(folder)
    (folder / "x.md").mkdir()
    assert look_again(folder, RULES, before, ["x.md"]) is None


def test_a_meta_file_changes_its_articles_stamp(folder: Path) -> None:
    """The stamp of an article found again counts the .meta file beside it."""
    write(folder, "deep/c.meta")
    before = scan(folder)
    write(folder, "deep/c.txt", text="more words than before")
    assert looked(folder, before, "deep/c.txt").files == scan(folder).files


def test_the_rules_hold_for_hints_too(folder: Path) -> None:
    """What content.exclude names does not come in by a hint."""
    rules = Rules(include=(), exclude=("deep/x*",))
    before = scan(folder, rules)
    write(folder, "deep/x1.md", "deep/y1.md")
    found = looked(folder, before, "deep/x1.md", "deep/y1.md", rules=rules)
    assert found.files == scan(folder, rules).files


def test_a_folder_that_went_away_takes_its_files_along(folder: Path) -> None:
    """Files hinted as gone are gone, also where their folder is."""
    before = scan(folder)
    shutil.rmtree(folder / "deep")
    found = look_again(folder, RULES, before, ["deep/b.md", "deep/c.txt"])
    assert found is None or found.files.keys() == {"a.md"}


NAMES = st.sampled_from(["a.md", "b.txt", "README.md", "x.md~", ".h.md", "c.html", "q.rst", "x (1).md"])
PATHS = st.tuples(st.sampled_from(["", "deep/"]), NAMES).map("".join)


@given(st.lists(st.tuples(st.sampled_from(["write", "remove", "move"]), PATHS, PATHS), max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_hint_finds_what_a_scan_finds(tmp_path: Path, steps: list[tuple[str, str, str]]) -> None:
    """Over any changes to articles, hinted one and all, both looks agree."""
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, "a.md", "deep/c.html")
    before = scan(folder)
    hinted = set()
    for number, (step, path, to) in enumerate(steps):
        hinted |= {path, to} if step == "move" else {path}
        if step == "write":
            write(folder, path, text="w" * number)
        elif (folder / path).exists():
            (folder / path).unlink() if step == "remove" else (folder / path).replace(folder / to)
    found = look_again(folder, RULES, before, hinted)
    assert found is None or found.files == scan(folder).files

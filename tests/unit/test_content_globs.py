"""Globs say what is an article, and what is none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.globs import Rules


@pytest.mark.parametrize(
    ("glob", "matched", "unmatched"),
    [
        ("drafts", "drafts/x.md a/drafts/b/x.md drafts", "draft/x.md mydrafts/x.md drafts.md"),
        ("drafts/", "drafts/x.md a/drafts/x.md", "drafts"),
        ("/drafts", "drafts/x.md", "a/drafts/x.md"),
        ("./drafts", "drafts/x.md", "a/drafts/x.md"),
        ("a/drafts", "a/drafts/x.md", "b/a/drafts/x.md drafts/x.md"),
        ("*.wip.md", "x.wip.md a/b/x.wip.md .wip.md", "x.md x.wip.md.txt"),
        ("*.MD", "x.MD", "x.md"),
        ("notes/*.md", "notes/x.md", "notes/a/x.md x.md"),
        ("notes/**", "notes/x.md notes/a/b/x.md", "notes x/notes/y.md"),
        ("notes/**/x.md", "notes/x.md notes/a/b/x.md", "notes/a/y.md x.md"),
        ("**/public/*.md", "public/x.md a/b/public/x.md", "public/a/x.md"),
        ("**", "x.md a/b.md", ""),
        ("**/*.md", "x.md a/b.md", "x.txt"),
        ("202?/x.md", "2026/x.md", "20267/x.md 202/x.md"),
        ("[ab].md", "a.md c/b.md", "c.md"),
        ("[!ab].md", "c.md", "a.md"),
        ("[a-c].md", "b.md", "d.md"),
        ("a[b.md", "a[b.md", "ab.md"),
        ("[z-a].md", "[z-a].md", "z.md"),
        ("a+(b).md", "a+(b).md", "aab.md"),
        ("", "", "x.md a/b.md"),
        ("/", "", "x.md"),
    ],
)
def test_a_glob_matches(glob: str, matched: str, unmatched: str) -> None:
    """Stars stay in a name, double stars cross folders, a folder is for all below it, capitals count."""
    for rules, ask in ((Rules(include=(glob,)), Rules.includes), (Rules(exclude=(glob,)), Rules.excludes)):
        assert [path for path in matched.split() if not ask(rules, path)] == []
        assert [path for path in unmatched.split() if ask(rules, path)] == []


def test_what_is_excluded_is_not_included() -> None:
    """Where both name a file, it is no article: an exception is made for what nobody should see."""
    rules = Rules(include=("notes",), exclude=("private",))
    assert rules.includes("notes/x.md")
    assert not rules.includes("notes/private/x.md")


def test_a_name_is_spelt_or_not() -> None:
    """Only a glob that spells a file's name overrules the habits of names."""
    assert Rules(include=("README.md",)).names("a/README.md")
    assert Rules(include=("**/README.md",)).names("a/README.md")
    for glob in ("**", "*.md", "a", "a/**", "README*"):
        assert not Rules(include=(glob,)).names("a/README.md")


def test_a_hidden_folder_is_opened_by_its_name() -> None:
    """A glob that spells the folders from the top opens them, stars do not."""
    assert Rules(include=(".a/b/*.md",)).opens(".a")
    assert Rules(include=(".a/b/*.md",)).opens(".a/b")
    assert not Rules(include=(".a/b/*.md",)).opens(".a/c")
    assert not Rules(include=("**", "*")).opens(".a")


@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_any_glob_answers_for_any_path(glob: str, path: str) -> None:
    """No glob and no path make it raise."""
    assert Rules(include=(glob,)).includes(path) in (True, False)
    assert Rules(exclude=(glob,)).excludes(path) in (True, False)
    assert Rules(include=(glob,)).names(path) in (True, False)
    assert Rules(include=(glob,)).opens(path) in (True, False)


def test_many_stars_take_no_time() -> None:
    """A glob of forty stars against a name of 240 letters is quick."""
    start = time.process_time()
    assert not Rules(exclude=("*a" * 40 + "b",)).excludes("a" * 240)
    assert not Rules(exclude=("**/a/" * 20 + "b",)).excludes("a/" * 60 + "c")
    assert time.process_time() - start < 1

"""Where the files of feeds lie, and which names they may have."""

from __future__ import annotations

import pytest

from syndicate.feedfiles import FeedFormat, Paths, paths_of, type_of, wrong_with_paths

ALL: tuple[FeedFormat, ...] = ("json", "rss", "atom")


def test_files_have_the_usual_names_in_their_feeds_folder() -> None:
    """Without a choice the three names are the same in every folder, RSS first."""
    assert list(paths_of("", ALL, {}).values()) == ["rss.xml", "atom.xml", "feed.json"]
    assert paths_of("tags/a", ("atom",), {}) == {"atom": "tags/a/atom.xml"}


def test_a_chosen_name_counts_in_every_folder() -> None:
    """Hugo's ``index.xml`` is the main feed's name and each tag's."""
    paths: Paths = {"rss": "index.xml"}
    assert paths_of("", ALL, paths)["rss"] == "index.xml"
    assert paths_of("tags/a", ALL, paths) == {
        "rss": "tags/a/index.xml",
        "atom": "tags/a/atom.xml",
        "json": "tags/a/feed.json",
    }


def test_a_chosen_path_is_the_main_feeds_alone() -> None:
    """Pelican's ``feeds/all.atom.xml`` holds all; a tag's file has the usual name."""
    paths: Paths = {"atom": "feeds/all.atom.xml"}
    assert paths_of("", ["atom"], paths) == {"atom": "feeds/all.atom.xml"}
    assert paths_of("tags/a", ["atom"], paths) == {"atom": "tags/a/atom.xml"}


def test_a_feeds_file_is_told_by_its_path() -> None:
    """The main feed and those of tags have the type of their format, nothing else has one."""
    paths: Paths = {"rss": "index.xml", "atom": "feeds/all.atom.xml"}
    assert (
        type_of("index.xml", ALL, paths) == type_of("tags/a/index.xml", ALL, paths) == "application/rss+xml"
    )
    assert type_of("feeds/all.atom.xml", ALL, paths) == "application/atom+xml"
    assert type_of("tags/a/atom.xml", ALL, paths) == "application/atom+xml"
    assert type_of("rss.xml", ALL, paths) == type_of("index.html", ALL, paths) == ""
    assert type_of("feed.json", ["rss"], paths) == ""


@pytest.mark.parametrize(
    "paths",
    [
        {"rss": "/index.xml"},
        {"rss": "../index.xml"},
        {"rss": "feeds/"},
        {"rss": ""},
        {"rss": "a b.xml"},
        {"rss": ".syndicate-manifest.json"},
        {"rss": "index.html"},
        {"rss": "https://elsewhere.example/x"},
        {"rss": "x\\y.xml"},
        {"rss": "atom.xml"},
        {"rss": "feed.xml", "atom": "feed.xml"},
        {"rss": "feeds/all.xml", "atom": "rss.xml"},
    ],
)
def test_a_name_that_cannot_be_is_named(paths: Paths) -> None:
    """Nothing outside of the folder, no page's name, no file for two formats, there or in a tag's folder."""
    (wrong, *_) = wrong_with_paths(("rss", "atom"), paths)
    assert wrong.split(":")[0] in ("rss", "atom")


@pytest.mark.parametrize(
    "paths", [{}, {"rss": "index.xml"}, {"atom": "feeds/all.atom.xml"}, {"json": "rss.xml"}]
)
def test_names_that_can_be_are_taken(paths: Paths) -> None:
    """A format that is not made takes no name away."""
    assert list(wrong_with_paths(("rss", "atom"), paths)) == []

"""Files that belong to an article are found where people keep them, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syndicate.content.media import Shelf
from syndicate.model import Enclosure, Media


def folder(tmp_path: Path, *paths: str) -> Path:
    root = tmp_path / "content"
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.encode())
    root.mkdir(exist_ok=True)
    return root


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("a%20b.png", "posts/a b.png"),
        ("../up.png", "up.png"),
        ("/img/root.png", "img/root.png"),
        ("/img/static.png", "static/img/static.png"),
        ("@/img/vite.png", "src/img/vite.png"),
        ("note.png", "attachments/note.png"),
        ("img/rooted.png", "img/rooted.png"),
    ],
)
def test_pictures_are_found_where_people_keep_them(tmp_path: Path, url: str, source: str) -> None:
    """Beside the article, from the root, in a site's static folder, among a note book's attachments."""
    root = folder(tmp_path, source, "posts/x.md")
    shelf = Shelf(root, "posts/x.md")
    name = Path(source).name
    assert shelf.place("img", "src", url) == name.replace(" ", "%20")
    assert shelf.media == (Media(source, name),)
    assert not shelf.missing


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    """Links and paths that lead out, hidden files and devices are no media."""
    root = folder(tmp_path, "x.md", ".git/a.png")
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    (root / "link.png").symlink_to(secret)
    os.mkfifo(root / "pipe.mp3")
    shelf = Shelf(root, "x.md")
    for url in (
        "link.png",
        "../secret.png",
        "/../secret.png",
        ".git/a.png",
        "a\x00.png",
        "%2e%2e/secret.png",
    ):
        assert shelf.place("img", "src", url) == url
    assert (
        shelf.enclosures([Enclosure("pipe.mp3"), Enclosure("file:///etc/passwd"), Enclosure("link.png")])
        == ()
    )
    assert shelf.media == ()


def test_enclosures_have_their_true_length_and_type(tmp_path: Path) -> None:
    """Local files are measured whatever the front matter says; those elsewhere are as it says."""
    root = folder(tmp_path, "posts/a.mp3", "x.md")
    shelf = Shelf(root, "posts/x.md")
    given = [
        Enclosure("a.mp3", "audio/wrong", 7),
        Enclosure("https://e.org/b.m4a?x=1", "", 9),
        Enclosure("gone.mp3"),
        Enclosure("/elsewhere.mp3", "", 3),
    ]
    assert shelf.enclosures(given) == (
        Enclosure("a.mp3", "audio/mpeg", len("posts/a.mp3")),
        Enclosure("https://e.org/b.m4a?x=1", "audio/mp4", 9),
        Enclosure("/elsewhere.mp3", "audio/mpeg", 3),
    )
    assert shelf.media == (Media("posts/a.mp3", "a.mp3"),)
    assert shelf.missing == ["gone.mp3"]


def test_the_cover_of_a_bundle_is_its_picture(tmp_path: Path) -> None:
    """A cover or featured picture in the folder of an index is found, none beside other articles."""
    root = folder(
        tmp_path, "a/index.id.md", "a/feature.webp", "a/Cover 1.png", "a/cover.txt", "b.md", "cover.png"
    )
    assert Shelf(root, "a/index.id.md").cover() == "Cover%201.png"
    assert Shelf(root, "b.md").cover() == ""
    assert Shelf(root, "gone/index.md").cover() == ""


def test_where_another_program_makes_the_pages_nothing_is_copied(tmp_path: Path) -> None:
    """Addresses stay as they are and nothing is missing, but files are measured all the same."""
    root = folder(tmp_path, "a/index.md", "a/p.png", "a/s.mp3", "a/cover.png")
    shelf = Shelf(root, "a/index.md", copies=False)
    assert shelf.place("img", "src", "p.png") == "p.png"
    assert shelf.place("img", "src", "gone.png") == "gone.png"
    assert shelf.cover() == "cover.png"
    assert shelf.enclosures([Enclosure("s.mp3")]) == (Enclosure("s.mp3", "audio/mpeg", 7),)
    assert shelf.media == ()
    assert not shelf.missing


def test_a_link_to_the_file_of_an_article_is_one_to_the_article(tmp_path: Path) -> None:
    """A link to a file of Markdown stands for the page made of it, now or later, with its fragment."""
    shelf = Shelf(folder(tmp_path, "a/x.md", "b/y z.md"), "a/x.md", copies=False)
    assert shelf.place("a", "href", "../b/y%20z.md#h") == "/.article/b/y%20z.md#h"
    assert shelf.place("a", "href", "/.article/other") == "/.article/other"
    assert shelf.place("a", "href", "to-come.md") == "/.article/a/to-come.md"
    assert shelf.place("a", "href", "/elsewhere.md") == "/elsewhere.md"

"""In a folder made for something else, only what its author published is an article."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.choice import Kind, kind_of, left_out, section_of


def choose(
    path: str,
    kind: Kind,
    *,
    dated: bool = False,
    marked: bool | None = None,
    others: int = 0,
    included: bool = False,
) -> str:
    return left_out(path, kind=kind, dated=dated, marked=marked, dated_in_section=others, included=included)


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("x.md", ""),
        ("posts/x.md", "posts"),
        ("posts/2026/02/x.md", "posts"),
        ("posts/bundle/index.md", "posts"),
        ("content/post/x.md", "content/post"),
        ("content/id/post/x.md", "content/id/post"),
        ("content/pt-BR/post/x.md", "content/pt-BR/post"),
        ("content/english/blog/x.md", "content/english/blog"),
        ("content/about.md", "content"),
        ("docs/_posts/2026/x.md", "docs/_posts"),
        ("cats/_posts/x.md", "cats/_posts"),
        ("src/content/blog/x.md", "src/content/blog"),
        ("source/_posts/x.md", "source/_posts"),
        ("id/x.md", "id"),
    ],
)
def test_a_section_is_the_first_folder_with_a_meaning(path: str, section: str) -> None:
    """Folders that only hold others, and languages', are no sections."""
    assert section_of(path) == section


@pytest.mark.parametrize("path", ["x.md", "about.md", "pages/x.md", "stories/y.rst", "a/b/c/index.md"])
def test_in_a_plain_folder_everything_counts(path: str) -> None:
    """Nothing is left out of a folder that was made for its articles."""
    assert choose(path, Kind.PLAIN) == ""


@pytest.mark.parametrize(
    ("path", "kind", "dated", "others", "counts"),
    [
        ("content/post/x.md", Kind.HUGO, True, 1, True),
        ("content/post/x.md", Kind.HUGO, False, 3, True),  # a post whose date was forgotten
        ("content/docs/x.md", Kind.HUGO, False, 0, False),
        ("content/about.md", Kind.HUGO, False, 0, False),
        ("content/about.md", Kind.HUGO, True, 1, False),  # `hugo new` writes a date in it
        ("content/about/index.md", Kind.HUGO, True, 1, False),
        ("content/page/about/index.md", Kind.HUGO, True, 4, False),
        ("content/post/contact.md", Kind.HUGO, False, 4, False),
        ("content/post/about.md", Kind.HUGO, True, 4, True),
        ("content/post/about-time.md", Kind.HUGO, False, 4, True),
        ("content/en/privacy-policy.md", Kind.HUGO, True, 4, False),
        ("posts/tentang-kami.md", Kind.HUGO, False, 4, False),
        ("docs/_posts/2026-02-05-x.md", Kind.JEKYLL, True, 1, True),
        ("docs/index.md", Kind.JEKYLL, False, 0, False),
        ("posts/x.rst", Kind.NIKOLA, True, 9, True),
        ("stories/x.rst", Kind.NIKOLA, True, 9, False),
        ("pages/x.rst", Kind.NIKOLA, True, 9, False),
        ("stories/x.md", Kind.HUGO, True, 9, True),
        ("content/news/x.rst", Kind.PELICAN, True, 9, True),
        ("content/pages/x.rst", Kind.PELICAN, False, 0, False),
        ("src/pages/blog/x.md", Kind.ASTRO, True, 9, True),
        ("src/content/blog/x.mdx", Kind.ASTRO, True, 9, True),
    ],
)
def test_in_a_site_sections_with_dates_count(
    path: str, kind: Kind, dated: bool, others: int, counts: bool
) -> None:
    """Articles are where dates are; pages by their folder or name are none, and the reason says how to."""
    why = choose(path, kind, dated=dated, others=others)
    assert (why == "") is counts
    assert counts or "content.include" in why
    assert choose(path, kind, dated=dated, others=others, included=True) == ""


@pytest.mark.parametrize(
    ("dated", "marked", "lacking"),
    [
        (True, True, ""),
        (True, None, "without publish: true"),
        (True, False, "without publish: true"),
        (False, True, "without a date;"),
        (False, None, "without a date and publish: true"),
    ],
)
def test_in_a_vault_only_notes_that_say_so_count(dated: bool, marked: bool | None, lacking: str) -> None:
    """A note needs a date and the mark, or to be included: the rest of a vault is private."""
    why = choose("notes/x.md", Kind.VAULT, dated=dated, marked=marked, others=5)
    assert lacking in why and bool(why) is bool(lacking)
    assert choose("notes/x.md", Kind.VAULT, dated=dated, marked=marked, included=True) == ""


@given(st.text(min_size=1), st.sampled_from(list(Kind)), st.booleans(), st.integers(0, 3))
def test_any_path_is_decided(path: str, kind: Kind, dated: bool, others: int) -> None:
    """No path makes the choice raise, and a section is above its file."""
    assert isinstance(choose(path, kind, dated=dated, others=others), str)
    assert path.startswith(section_of(path))


# ---------------------------------------------------------------- whose folder it is


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("files", "content", "kind"),
    [
        ({"a.md": "x"}, ".", Kind.PLAIN),
        ({"pages/a.md": "x", "posts/b.md": "y"}, ".", Kind.PLAIN),
        ({"pages/a.md": "Title of it\n", "stories/b.md": "y"}, ".", Kind.PLAIN),
        ({"conf.py": "extensions = []", "a.rst": "x"}, ".", Kind.PLAIN),  # Sphinx
        ({"config.toml": "a = 1", "content/a.md": "x"}, "content", Kind.PLAIN),
        ({"_config.yml": "theme: x", "articles/a.md": "x"}, "articles", Kind.PLAIN),
        ({"hugo.toml": "", "content/a.md": "x"}, ".", Kind.HUGO),
        ({"hugo.toml": "", "content/a.md": "x"}, "content", Kind.HUGO),
        ({"hugo.toml": "", "content/en/blog/a.md": "x"}, "content/en/blog", Kind.HUGO),
        ({"hugo.toml": "", "articles/a.md": "x"}, "articles", Kind.PLAIN),
        ({"config.toml": 'baseURL = "https://a.example/"', "content/a.md": "x"}, "content", Kind.HUGO),
        ({"config.yaml": "baseurl: https://a.example/", "content/a.md": "x"}, "content", Kind.HUGO),
        ({"config/_default/hugo.yaml": "", "content/a.md": "x"}, "content", Kind.HUGO),
        ({"content/posts/a.md": "x"}, ".", Kind.HUGO),
        ({"posts/_index.md": "", "posts/a.md": "x"}, ".", Kind.HUGO),
        ({"config.toml": 'base_url = "https://a.example"', "content/a.md": "x"}, "content", Kind.ZOLA),
        ({"_config.yml": "", "_posts/2026-02-05-a.md": "x"}, ".", Kind.JEKYLL),
        ({"_config.yml": "", "_posts/2026-02-05-a.md": "x"}, "_posts", Kind.JEKYLL),
        ({"docs/_posts/2026-02-05-a.md": "x"}, ".", Kind.JEKYLL),
        ({"pelicanconf.py": "", "content/a.md": "x"}, "content", Kind.PELICAN),
        ({"content/pages/a.rst": "A\n=\n\n:status: hidden\n"}, ".", Kind.PELICAN),
        ({"pages/a.md": "Title: A\n\nx", "news/b.md": "Title: B\n"}, ".", Kind.PELICAN),
        ({"conf.py": 'BLOG_TITLE = "A"', "posts/a.rst": "x"}, "posts", Kind.NIKOLA),
        ({"posts/a.rst": ".. title: A\n\nx", "stories/b.rst": "x"}, ".", Kind.NIKOLA),
        ({"posts/a.html": "<!--\n.. title: A\n-->\n", "galleries/b.txt": "x"}, ".", Kind.NIKOLA),
        ({".eleventy.js": "", "posts/a.md": "x"}, ".", Kind.ELEVENTY),
        ({"astro.config.mjs": "", "src/content/blog/a.md": "x"}, "src/content/blog", Kind.ASTRO),
        ({".obsidian/app.json": "", "a.md": "x"}, ".", Kind.VAULT),
        ({".obsidian/app.json": "", "notes/public/a.md": "x"}, "notes/public", Kind.VAULT),
        ({"hugo.toml": "", "content/.obsidian/app.json": "", "content/a.md": "x"}, "content", Kind.HUGO),
        ({"_config.yml": "", "notes/.obsidian/app.json": "", "notes/a.md": "x"}, "notes", Kind.VAULT),
        (
            {".obsidian/app.json": "", "blog/hugo.toml": "", "blog/content/a.md": "x"},
            "blog/content",
            Kind.HUGO,
        ),
        ({"a/b/c/d/x.md": "x", "hugo.toml": ""}, "a/b/c/d", Kind.PLAIN),
    ],
)
def test_a_folder_is_told_by_what_is_in_and_above_it(
    tmp_path: Path, files: dict[str, str], content: str, kind: Kind
) -> None:
    """Settings in the folder or above it, or the way it is laid out, tell what it was made for."""
    assert kind_of(lay_out(tmp_path / "top", files) / content) is kind


def test_a_folder_that_is_not_there_is_plain(tmp_path: Path) -> None:
    """Where nothing can be read, nothing is left out for it."""
    assert kind_of(tmp_path / "gone") is Kind.PLAIN

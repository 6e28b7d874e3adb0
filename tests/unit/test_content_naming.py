"""What the names of files and folders say is heard, whatever program they were made for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content import naming

FIFTH = date(2026, 2, 5)


@pytest.mark.parametrize(
    ("path", "day", "stem"),
    [
        ("2026-02-05-kabar.md", FIFTH, "kabar"),
        ("2026-2-05-kabar.md", FIFTH, "kabar"),
        ("2026-02-05_kabar.md", FIFTH, "kabar"),
        ("2026-02-05 Kabar baik.md", FIFTH, "Kabar baik"),
        ("2026_02_05.md", FIFTH, "2026_02_05"),
        ("2026_02_05_kabar.md", FIFTH, "kabar"),
        ("2026.02.05 kabar.md", FIFTH, "kabar"),
        ("20260205.md", FIFTH, "20260205"),
        ("20260205-kabar.md", FIFTH, "kabar"),
        ("202602051430 Kabar.md", FIFTH, "Kabar"),
        ("20260205143000.md", FIFTH, "20260205143000"),
        ("2026-02-05T10:00:00Z-kabar.md", FIFTH, "kabar"),
        ("_posts/berita/2026-02-05-kabar.md", FIFTH, "kabar"),
        ("2026/02/05/kabar.md", FIFTH, "kabar"),
        ("blog/2026/2/5/kabar/index.md", FIFTH, "kabar"),
        ("2026-02-05-kabar/index.id.md", FIFTH, "kabar"),
        ("2026-02-05/index.md", FIFTH, "2026-02-05"),
        ("2026-02-05/kabar.md", FIFTH, "kabar"),
        ("2025-01-01/2026-02-05-kabar.md", FIFTH, "kabar"),
        ("2026/02/kabar.md", None, "kabar"),
        ("2026/kabar.md", None, "kabar"),
        ("2026-02-kabar.md", None, "2026-02-kabar"),
        ("2026-02-31-kabar.md", None, "2026-02-31-kabar"),
        ("12345678.md", None, "12345678"),
        ("08123456789.md", None, "08123456789"),
        ("2026-02_05-kabar.md", None, "2026-02_05-kabar"),
        ("nikola-1.1.2.md", None, "nikola-1.1.2"),
        ("9999-01-01-x.md", None, "9999-01-01-x"),
        ("kabar/index.md", None, "kabar"),
        ("index.md", None, "index"),
        ("x.v2.md", None, "x.v2"),
        (".md", None, ".md"),
        ("readme", None, "readme"),
    ],
)
def test_dates_and_names(path: str, day: date | None, stem: str) -> None:
    """A whole date in the name or above it counts, and leaves the name; a year and a month are no date."""
    assert (naming.date_of(path), naming.stem_of(path)) == (day, stem)


@pytest.mark.parametrize(
    ("path", "language", "stem"),
    [
        ("id/kabar.md", "id", "kabar"),
        ("pt-BR/x.md", "pt-BR", "x"),
        ("content/id/post/kabar.md", "id", "kabar"),
        ("src/content/blog/fr/kabar.md", "fr", "kabar"),
        ("_i18n/fr/_posts/2026-02-05-kabar.md", "fr", "kabar"),
        ("post/kabar/index.id.md", "id", "kabar"),
        ("kabar.id.md", "id", "kabar"),
        ("kabar.pt-br.md", "pt-BR", "kabar"),
        ("kabar.id.draft.md", "id", "kabar"),
        ("kabar.draft.id.md", "id", "kabar"),
        ("en/kabar.id.md", "id", "kabar"),
        ("teknologi/it/kabar.md", "", "kabar"),
        ("id.md", "", "id"),
        ("kabar.xx.md", "", "kabar.xx"),
        ("Id/kabar.md", "", "kabar"),
    ],
)
def test_languages(path: str, language: str, stem: str) -> None:
    """A suffix beats a folder; a folder counts at the top or below those that only hold content."""
    assert (naming.language_of(path), naming.stem_of(path)) == (language, stem)


@pytest.mark.parametrize(
    ("path", "draft"),
    [("_drafts/x.md", True), ("a/drafts/x.md", True), ("x.draft.md", True), ("x.draft.id.md", True),
     ("drafts.md", False), ("draft.md", False), ("a.md", False)],
)  # fmt: skip
def test_drafts(path: str, draft: bool) -> None:
    """A folder of drafts and ``.draft`` before the suffix say so."""
    assert naming.is_draft(path) is draft


def test_the_date_in_an_address() -> None:
    """Zola's ``path`` may hold one."""
    assert naming.path_date("2020/03/12/x") == date(2020, 3, 12)
    assert naming.path_date("2020/13/12/x") is None


@given(st.text(alphabet="2026-_./0519T:Zidrx ", max_size=40))
def test_any_path_says_something_or_nothing(path: str) -> None:
    """No path raises, and a name is never lost."""
    day = naming.date_of(path)
    assert day is None or 1800 <= day.year < 2200
    assert naming.stem_of(path) or not path.rpartition("/")[2]
    naming.language_of(path), naming.is_draft(path), naming.readable(path)

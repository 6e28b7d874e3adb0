"""A script tells the language of an article whose author took it for granted."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.language import of_script

ARABIC = "شرح AdGuard Home: مانع إعلانات لكل أجهزة البيت عبر DNS"
RUSSIAN = "Почему море солёное, а реки нет"
GREEK = "Γιατί η θάλασσα είναι αλμυρή"


@pytest.mark.parametrize(
    ("title", "text", "home", "language"),
    [
        (ARABIC, "دليل عربي كامل " * 20 + "docker compose up " * 20, "en", "ar"),
        (ARABIC, "", "en", "ar"),
        (ARABIC, "دليل عربي كامل", "ar", ""),
        (ARABIC, "دليل عربي كامل", "fa", ""),  # of the languages of a script the publication's is meant
        (RUSSIAN, "", "id", "ru"),
        (RUSSIAN, "", "bg", ""),
        (GREEK, "", "pt-BR", "el"),
        ("海の水はなぜしょっぱいのか", "海の水はなぜしょっぱいのか、ゆっくり読む。", "en", "ja"),
        ("海の水はなぜしょっぱいのか、ゆっくり読む", "", "zh", ""),
        ("The word кофе", "An English article about one word, and about nothing else. " * 5, "en", ""),
        ("Kopi tubruk", "كلمات عربية كثيرة هنا", "id", ""),  # a title of one's own language counts
        ("", "كلمات عربية", "en", ""),
    ],
)
def test_a_script_tells_where_it_is_not_the_publications(
    title: str, text: str, home: str, language: str
) -> None:
    """A foreign script in the title and in a third of all letters is a language, a word of it is none."""
    assert of_script(title, text, home) == language


@given(st.text(), st.text(), st.sampled_from(["en", "ar", "id", "zh-Hant", "xx"]))
def test_any_text_is_asked(title: str, text: str, home: str) -> None:
    """No text makes it raise."""
    assert isinstance(of_script(title, text, home), str)


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    """An article of 5 MB is decided by how it begins."""
    start = time.process_time()
    of_script(ARABIC, "ع" * 5_000_000, "en")
    assert time.process_time() - start < 0.5

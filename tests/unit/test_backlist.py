"""A newsletter's list of editions: each said once, and what each is called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicate.app.backlist import alike, called, day_of, repeats
from syndicate.i18n import translations
from syndicate.model import Edition
from syndicate.store.edition_pages import Headline, Headlined
from syndicate.store.editions import EditionRow

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def row(number: int, occasion: str) -> EditionRow:
    return EditionRow(number, Edition(f"{number}", "daily", occasion, NOW, NOW))


def headline(subject: str, *articles: str, language: str = "en") -> Headline:
    """Return one whose articles are shown but for those whose titles begin with a minus."""
    its = [Headlined(one, one.lstrip("-"), "", not one.startswith("-"), None) for one in articles]
    return Headline(subject, language, tuple(its))


@pytest.mark.parametrize(
    ("occasion", "day"),
    [
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23/Asia/Tokyo", "2026-11-23"),
        ("2026-11-23/America/Argentina/Salta/18:00", "2026-11-23"),
        ("2026-11-23/now-2", "2026-11-23"),
        ("2026-W48/18:00", "2026-W48"),
        ("2026-11/Asia/Tokyo", "2026-11"),
        ("urn:uuid:1/2", "urn:uuid:1/2"),
        ("https://example.org/2026-11-23/x", "https://example.org/2026-11-23/x"),
    ],
)
def test_the_day_of_an_occasion(occasion: str, day: str) -> None:
    """Zones and hours are taken off a day, a week or a month; an article's id stays whole."""
    assert day_of(occasion) == day


def test_editions_of_a_day_repeat_what_was_said() -> None:
    """Of one day the first stays, and each that has what none before it had, whatever comes later."""
    rows = [row(4, "1"), row(3, "2026-11-23/c"), row(2, "2026-11-23/b"), row(1, "2026-11-23")]
    groups = alike(rows)
    assert [[one.id for one in group] for group in groups] == [[3, 2, 1]]
    a, ab, abc = frozenset("a"), frozenset("ab"), frozenset("abc")
    assert repeats(groups, {1: ab, 2: a, 3: ab}) == {2, 3}
    assert repeats(groups, {1: a, 2: ab, 3: abc}) == frozenset()
    assert repeats(groups, {1: abc, 2: frozenset(), 3: ab}) == {2, 3}
    assert repeats(groups, {}) == frozenset()


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (headline("Daily: A and 1 more", "A", "B"), "A and 1 more"),
        (headline("Kabar hari ini", "A", "B"), "Kabar hari ini"),
        (headline("Daily: A and 2 more", "-A", "B", "C"), "B and 1 more"),
        (headline("Daily: A and 2 more", "A", "-B", "-C"), "A"),
        (headline("Daily: A", "-A"), "Daily"),
        (headline("Daily: ", ""), "Daily"),
        (headline("  ", "A"), "A"),
        (headline("x" * 999), "x" * 199 + "…"),
        (headline("a\r\nb\x00 c", "A"), "a b c"),
    ],
)
def test_what_an_edition_is_called(one: Headline, name: str) -> None:
    """Its subject without the newsletter's name; where an article of it is gone, what is there."""
    assert called(one, "Daily", translations("en")) == name


def test_it_is_called_so_in_its_language() -> None:
    """With the number as that language writes it."""
    many = headline("", "-Z", *(f"T{number}" for number in range(1235)), language="id")
    assert called(many, "Harian", translations("id")) == "T0 dan 1.234 lainnya"

"""Words, dates and directions of languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import i18n
from syndicate.i18n.places import zone_of, zones

JAKARTA = ZoneInfo("Asia/Jakarta")
LATE = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)  # already the 21st in Jakarta


def test_words_come_from_the_nearest_catalogue() -> None:
    """A regional tag uses its language's catalogue, and a language without one speaks English."""
    assert i18n.translations("id").gettext("Archive") == "Arsip"
    assert i18n.translations("id-ID").gettext("Archive") == "Arsip"
    assert i18n.translations("pt-BR").gettext("Archive") == "Arquivo"
    assert i18n.translations("sv").gettext("Archive") == "Archive"
    assert i18n.translations("en").ngettext("%(num)s article", "%(num)s articles", 1) == "%(num)s article"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "لا مقالات"),
        (1, "مقال واحد"),
        (2, "مقالان"),
        (3, "%(num)s مقالات"),
        (11, "%(num)s مقالًا"),
        (100, "%(num)s مقال"),
    ],
)
def test_arabic_counts_in_six_forms(number: int, words: str) -> None:
    """Arabic has a form each for 0, 1, 2, a few, many, and the rest."""
    assert i18n.translations("ar").ngettext("%(num)s article", "%(num)s articles", number) == words


def test_an_unknown_message_stays_as_it_is() -> None:
    """A message that no catalogue has is shown in English."""
    assert i18n.translations("ar").gettext("Not in any catalogue") == "Not in any catalogue"


@pytest.mark.parametrize(
    ("language", "way"),
    [("ar", "rtl"), ("fa-IR", "rtl"), ("he", "rtl"), ("id", "ltr"), ("xx-Nowhere", "ltr")],
)
def test_direction_of_a_language(language: str, way: str) -> None:
    """The direction is the script's, left to right where the language is unknown."""
    assert i18n.direction(language) == way


def test_a_date_is_the_day_in_the_zone() -> None:
    """A moment's day is that of the publication's zone, in the language's words."""
    assert i18n.format_date(LATE, language="id", zone=JAKARTA) == "21 November 2026"
    assert i18n.format_date(LATE, language="ar", zone=ZoneInfo("UTC")) == "20 نوفمبر 2026"
    assert i18n.format_date(date(2026, 11, 20), "d/M", language="en", zone=JAKARTA) == "20/11"
    assert "03.30" in i18n.format_datetime(LATE, "short", language="id", zone=JAKARTA)


def test_a_moment_without_zone_is_refused() -> None:
    """A datetime that does not say where it is noon cannot be placed."""
    with pytest.raises(ValueError, match="names no time zone"):
        i18n.format_date(datetime(2026, 11, 20), language="en", zone=JAKARTA)  # noqa: DTZ001


def test_numbers_and_names() -> None:
    """Numbers have the language's separators, and a language is called by its own name."""
    assert i18n.format_number(12345, language="id") == "12.345"
    assert i18n.language_name("ar") == "العربية"
    assert i18n.language_name("ar", within="en") == "Arabic"
    assert i18n.language_name("qqq") == "qqq"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_no_tag_of_a_language_breaks_anything(tag: str) -> None:
    """Whatever an article claims as its language, there are words, a direction and a date."""
    assert i18n.translations(tag).gettext("Archive")
    assert i18n.direction(tag) in ("ltr", "rtl")
    assert "2026" in i18n.format_date(LATE, language=tag, zone=JAKARTA) or i18n.direction(tag) == "rtl"
    assert isinstance(i18n.language_name(tag), str)


@pytest.mark.parametrize(
    ("language", "zone"),
    [("ja-JP", "Asia/Tokyo"), ("de-DE", "Europe/Berlin"), ("en-US", ""), ("id", ""), ("*", ""), ("", "")],
)
def test_a_place_with_one_clock_names_its_zone(language: str, zone: str) -> None:
    """A language of a place where all clocks are alike says where somebody may live; others do not."""
    assert zone_of(language) == zone


def test_zones_are_those_of_places() -> None:
    """Each zone that can be chosen is one that is known, under the area that its name begins with."""
    for area, names in zones().items():
        assert all(ZoneInfo(name).key.startswith(f"{area}/") for name in names)
    assert "Asia/Jakarta" in zones()["Asia"] and "Etc" not in zones()


def test_a_time_of_day_is_written_as_its_language_does() -> None:
    """Hours and minutes in the given zone, without seconds."""
    assert i18n.format_time(LATE, language="de", zone=JAKARTA) == "03:30"
    assert "AM" in i18n.format_time(LATE, language="en", zone=JAKARTA)

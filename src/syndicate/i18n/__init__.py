"""Words, dates, numbers and writing directions of many languages. The only folder that knows Babel.

The source language is English: a message is its own English text. Every other language has a catalogue
``locales/<language>.po``, and an operator may have his own, read before ours; nothing has to be compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers, units

from syndicate.i18n.catalogues import FOLDER, faults_in, has_catalogue, words_of
from syndicate.model import Fault

SOURCE_LANGUAGE = "en"


def translations(language: str, folder: Path | None = None) -> NullTranslations:
    """Return the words for a BCP 47 tag, behind them those of its shorter forms, behind all English.

    ``pt-BR`` asks its own catalogue, then that of ``pt``, then English; ``zh-TW`` asks ``zh-Hant`` before
    ``zh``. Catalogues of the operator are in `folder`, his ``templates.folder``, below ``locales``. The same
    object as long as none of those changes. Never raises.
    """
    return words_of(_asked(language), folder / FOLDER if folder else None)


def unreadable(folder: Path | None) -> list[Fault]:
    """Return what is wrong with the operator's catalogues below `folder`, by file and line; never raises."""
    return faults_in(folder / FOLDER if folder else None)


def has_words(language: str, folder: Path | None = None) -> bool:
    """Tell whether there are words in `language` or one of its shorter forms, ours or those in `folder`."""
    if SOURCE_LANGUAGE in (tag.lower() for tag in _shorter(language)):
        return True
    return has_catalogue(_asked(language)[:-1], folder / FOLDER if folder else None)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Return the direction in which `language` is written; ``ltr`` where it is unknown."""
    return "rtl" if _locale(language).text_direction == "rtl" else "ltr"


def language_name(language: str, *, within: str | None = None) -> str:
    """Return the name of `language` in itself, or in the language `within`; the tag where it is unknown."""
    if _known(language) is None:
        return language
    return _locale(language).get_display_name(_locale(within or language)) or language


def format_date(value: date, format: str = "long", *, language: str, zone: ZoneInfo) -> str:
    """Return the day of `value` as `language` writes it; a datetime's day is that in `zone`.

    `format` is full, long, medium, short or a CLDR pattern. ValueError for a datetime without a zone.
    """
    day = _in_zone(value, zone) if isinstance(value, datetime) else value
    return dates.format_date(day, format, locale=_locale(language))


def format_datetime(value: datetime, format: str = "long", *, language: str, zone: ZoneInfo) -> str:
    """Return day and time of `value` in `zone` as `language` writes them; see `format_date`."""
    return dates.format_datetime(_in_zone(value, zone), format, tzinfo=zone, locale=_locale(language))


def format_time(value: datetime, *, language: str, zone: ZoneInfo) -> str:
    """Return the time of day of `value` in `zone`, in hours and minutes; see `format_date`."""
    return dates.format_time(_in_zone(value, zone), "short", tzinfo=zone, locale=_locale(language))


def format_number(value: float, *, language: str) -> str:
    """Return `value` with the separators of `language`, in the digits 0 to 9 as dates have them."""
    return numbers.format_decimal(value, locale=_locale(language))


def format_size(length: int, *, language: str) -> str:
    """Return a number of bytes as `language` writes it: 812 byte, 34.2 kB, 12.3 MB; steps are of 1000."""
    size, unit = float(length), "byte"
    for larger in ("kilobyte", "megabyte", "gigabyte"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    pattern = "#,##0" if size >= 100 or unit == "byte" else "#,##0.#"
    words = units.format_unit(
        size, f"digital-{unit}", length="short", format=pattern, locale=_locale(language)
    )
    return words.replace(" ", "\u00a0")


def _in_zone(value: datetime, zone: ZoneInfo) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} names no time zone")
    return value.astimezone(zone)


def _shorter(language: str) -> Iterator[str]:
    """Yield the tag and its shorter forms: zh-Hant-TW, zh-Hant, zh."""
    parts = language.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


@lru_cache(maxsize=256)
def _asked(language: str) -> tuple[str, ...]:
    """Return the tags whose catalogues are asked, English last: where a place implies a script, with that."""
    tags = list(_shorter(language))
    locale = _known(language)
    if locale is not None and locale.script:
        tags.insert(-1, f"{locale.language}-{locale.script}")
    return tuple(dict.fromkeys([*tags, SOURCE_LANGUAGE]))


@lru_cache(maxsize=256)
def _known(language: str) -> Locale | None:
    for tag in _shorter(language):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


def _locale(language: str) -> Locale:
    return _known(language) or Locale(SOURCE_LANGUAGE)

"""Words, dates, numbers and writing directions of many languages. The only file that knows Babel.

The source language is English: a message is its own English text. Every other language has a catalogue
``locales/<language>.po``, read once per process; nothing has to be compiled before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"


@lru_cache(maxsize=256)
def translations(language: str) -> NullTranslations:
    """Return the catalogue for a BCP 47 tag, behind it those of its shorter forms, behind all English.

    ``pt-BR`` asks its own catalogue, then that of ``pt``, then English. Never raises.
    """
    found: NullTranslations | None = None
    for tag in reversed(list(_shorter(language))):
        catalogue = _catalogue(tag)
        if catalogue is not None:
            catalogue.add_fallback(found or NullTranslations())
            found = catalogue
    return found or NullTranslations()


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
def _known(language: str) -> Locale | None:
    for tag in _shorter(language):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


def _locale(language: str) -> Locale:
    return _known(language) or Locale(SOURCE_LANGUAGE)


def _catalogue(tag: str) -> GNUTranslations | None:
    """Return the catalogue shipped for exactly `tag`, or None; a new one each time, for its fallback."""
    folder = files("syndicate") / "locales"
    name = next((f.name for f in folder.iterdir() if f.name.lower() == f"{tag.lower()}.po"), None)
    if name is None:
        return None
    with (folder / name).open("rb") as source:
        catalogue = read_po(source, locale=tag.replace("-", "_"), charset="utf-8", abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)

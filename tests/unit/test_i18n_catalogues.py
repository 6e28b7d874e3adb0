"""The shipped catalogues, held against every message of the templates and of the code."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from syndicate.i18n import translations

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
Message = tuple[str, str]  # the second is "" where there is no plural
PLACE = re.compile(r"%\(\w+\)s")


def messages_in(path: Path) -> set[Message]:
    source = BytesIO(path.read_bytes())
    found: list[tuple[object, int]]
    if path.suffix == ".py":
        found = [(one[1], one[0]) for one in extract("python", source, keywords=KEYWORDS)]
    else:
        options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "encoding": "utf-8"}
        found = [(one[2], one[0]) for one in babel_extract(source, list(KEYWORDS), [], options)]
    texts = [text if isinstance(text, tuple) else (text, None) for text, _ in found]
    return {(str(text[0]), str(text[1] or "")) for text in texts if text[0]}


@cache
def used() -> dict[Message, str]:
    templates = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")]
    code = sorted((ROOT / "src" / "syndicate").rglob("*.py"))
    return {message: path.name for path in (*sorted(templates), *code) for message in messages_in(path)}


def catalogue(language: str) -> Catalog:
    with (ROOT / "src" / "syndicate" / "locales" / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def forms(catalog: Catalog, message: Message) -> list[str]:
    found = catalog.get(message[0])
    if found is None:
        return []
    return [found.string] if isinstance(found.string, str) else list(found.string or ())


def test_the_extraction_finds_the_words_of_the_pages() -> None:
    """The test below is not empty: it knows a plain message and one with a plural."""
    assert {("Older articles", ""), ("%(num)s article", "%(num)s articles")} <= used().keys()


@pytest.mark.parametrize(("language", "plurals"), [("id", 1), ("ar", 6)])
def test_every_message_is_translated(language: str, plurals: int) -> None:
    """Each message of a template or of the code has its words in each language, in all plural forms."""
    catalog = catalogue(language)
    assert catalog.num_plurals == plurals
    for message, file in used().items():
        found = forms(catalog, message)
        assert len(found) == (plurals if message[1] else 1), f"{file}: {message[0]!r}"
        assert all(found), f"{file}: {message[0]!r} has no words in {language}"


@pytest.mark.parametrize("language", ["id", "ar"])
def test_translations_keep_the_places_of_values(language: str) -> None:
    """A translation has the places of its message; a plural form for 0, 1 or 2 may leave the number out."""
    catalog = catalogue(language)
    for message in used():
        wanted = set(PLACE.findall(message[0]))
        for form in forms(catalog, message):
            places = set(PLACE.findall(form))
            assert places == wanted or (message[1] and places == wanted - {"%(num)s"}), form
            assert form.count("%") == len(PLACE.findall(form)), f"{form!r} has a bare %"


def test_arabic_plural_rule_is_that_of_cldr() -> None:
    """The rule in ar.po chooses the form that CLDR names for every number up to 1000."""
    order = ["zero", "one", "two", "few", "many", "other"]
    cldr = Locale("ar").plural_form
    several = translations("ar").ngettext
    words = forms(catalogue("ar"), ("%(num)s article", "%(num)s articles"))
    for number in range(1001):
        chosen = several("%(num)s article", "%(num)s articles", number)
        assert chosen == words[order.index(cldr(number))], number

"""The shipped catalogues, held against every message of the templates and of the code."""

from __future__ import annotations

import re

import pytest
from babel import Locale
from catalogue_words import LOCALES, catalogue, forms, languages, used
from jinja2 import Environment

from syndicate.i18n import translations
from syndicate.i18n.catalogues import faults_in

PLACE = re.compile(r"%\(\w+\)s")
ARTICLES = ("%(num)s article", "%(num)s articles")
NUMBERS = (*range(1001), 1_000_000, 1_000_001, 1_200_000, 2_000_000)
# How many forms whole numbers have in CLDR.
ONE, TWO, THREE = (
    ("id", "ja", "ko", "zh", "zh-Hant"),
    ("de", "hi", "nl", "tr"),
    ("es", "fr", "it", "pt", "ru"),
)
PLURALS = {name: count for count, names in enumerate((ONE, TWO, THREE), 1) for name in names} | {"ar": 6}


def categories(language: str) -> dict[int, str]:
    """Return CLDR's plural category of each number."""
    rule = Locale.parse(language, sep="-").plural_form
    return {number: rule(number) for number in NUMBERS}


def test_the_extraction_finds_the_words_of_the_pages() -> None:
    """The tests below are not empty: messages of templates and of code are known, with and without plural."""
    assert {("Older articles", ""), ("Something went wrong here", ""), ARTICLES} <= used().keys()


def test_all_promised_languages_are_there() -> None:
    """There is a catalogue for each language that subscribers are promised, beside English."""
    assert languages() == sorted(PLURALS)


@pytest.mark.parametrize("language", PLURALS)
def test_every_message_is_translated(language: str) -> None:
    """Each message of a template or of the code has its words in each language, in all plural forms."""
    catalog = catalogue(language)
    assert catalog.num_plurals == PLURALS[language]
    for message, file in used().items():
        found = forms(language, message)
        assert len(found) == (PLURALS[language] if message[1] else 1), f"{file}: {message[0]!r}"
        assert all(found), f"{file}: {message[0]!r} has no words in {language}"


@pytest.mark.parametrize("language", PLURALS)
def test_translations_keep_the_places_of_values(language: str) -> None:
    """A translation has the places of its message; a form that is for one number may leave the number out."""
    said = categories(language)
    order = [name for name in ("zero", "one", "two", "few", "many", "other") if name in said.values()]
    for message in used():
        wanted = {place for each in message for place in PLACE.findall(each)}
        for index, form in enumerate(forms(language, message)):
            places = set(PLACE.findall(form))
            alone = message[1] and list(said.values()).count(order[index]) == 1
            assert places == wanted or (alone and places == wanted - {"%(num)s"}), form
            assert form.count("%") == len(PLACE.findall(form)), f"{form!r} has a bare %"


@pytest.mark.parametrize("language", PLURALS)
def test_no_translation_carries_markup_or_loose_spaces(language: str) -> None:
    """Words go into HTML and plain text alike, where neither markup nor a space at their edge belongs."""
    for message in used():
        for form in forms(language, message):
            assert not set("<>&\t\n") & set(form), form
            if message[0].strip() == message[0]:
                assert form.strip() == form, form


@pytest.mark.parametrize("language", PLURALS)
def test_plural_rules_are_those_of_cldr(language: str) -> None:
    """The rule of a catalogue chooses for every number the form whose category CLDR names."""
    said = categories(language)
    order = [name for name in ("zero", "one", "two", "few", "many", "other") if name in said.values()]
    words = forms(language, ARTICLES)
    several = translations(language).ngettext
    assert len(words) == len(order)
    for number, category in said.items():
        assert several(*ARTICLES, number) == words[order.index(category)], number


@pytest.mark.parametrize("language", ["en", *PLURALS])
def test_each_plural_form_is_rendered(language: str) -> None:
    """A template shows each form of each message, with its number written as the language writes it."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    for one, many in (message for message in used() if message[1]):
        template = environment.from_string(f'{{{{ ngettext("{one}", "{many}", n, num=shown) }}}}')
        for number in (0, 1, 2, 3, 11, 21, 100, 1_000_000):
            text = template.render(n=number, shown=f"#{number}#")
            form = translations(language).ngettext(one, many, number)
            assert text == form.replace("%(num)s", f"#{number}#")
            assert "%" not in text


@pytest.mark.parametrize("language", PLURALS)
def test_our_own_catalogues_have_no_faults(language: str) -> None:
    """What is told an operator of his catalogues would tell nothing of ours."""
    told = [fault for fault in faults_in(LOCALES) if fault.path.endswith(f"/{language}.po")]
    assert told == []


def test_numbers_of_the_examples() -> None:
    """The forms stand where readers of the languages expect them."""
    said = {
        ("ru", 1): "%(num)s статья",
        ("ru", 22): "%(num)s статьи",
        ("ru", 111): "%(num)s статей",
        ("fr", 0): "%(num)s article",
        ("fr", 2_000_000): "%(num)s d’articles",
        ("es", 1_000_000): "%(num)s de artículos",
        ("ar", 2): "مقالان",
        ("ja", 3): "%(num)s本の記事",
        ("hi", 0): "%(num)s लेख",
    }
    for (language, number), words in said.items():
        assert translations(language).ngettext(*ARTICLES, number) == words


@pytest.mark.parametrize(
    ("tag", "words"),
    [("zh-TW", "主題"), ("zh-Hant-HK", "主題"), ("zh-CN", "主题"), ("zh-SG", "主题"), ("pt-PT", "Temas")],
)
def test_a_place_implies_a_script(tag: str, words: str) -> None:
    """Chinese of Taiwan and Hong Kong is written in traditional characters, of the mainland in simplified."""
    assert translations(tag).gettext("Topics") == words

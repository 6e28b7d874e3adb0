"""The looks of letters, and what a newsletter, an operator and a subscriber choose of them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from letter_making import (
    EDITION,
    NOW,
    TOKEN,
    UID,
    WORDS,
    article,
    assert_sound,
    letter_of,
    letter_settings,
    read,
    templates,
)

from syndicate.config import Publication
from syndicate.configletter import Colours, DarkColours, Letter
from syndicate.confignewsletter import Sections
from syndicate.digest import press
from syndicate.digest.findings import Facts
from syndicate.digest.inline import inline_fragment
from syndicate.digest.letter import LARGEST, LetterSettings, compose
from syndicate.digest.lint import lint_rendition
from syndicate.errors import TemplateFault
from syndicate.model import Article, Picture, Variant
from syndicate.resources import shipped
from syndicate.templating import Templates

LOOKS = ("plain", "magazine", "headlines")
FOTO = Picture("foto.png", "A clock", 1200, 600)


def parts(articles: list[Article], made: LetterSettings, **options: object) -> tuple[str, str]:
    """The text and the HTML of the letter."""
    shelf = options.pop("templates", templates())
    rendition = compose(EDITION, articles, made, shelf, **options)  # type: ignore[arg-type]
    body = letter_of(rendition).body
    assert_sound(body)
    _, text, html = read(body)
    return text, html


def levels(html: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h(\d)", html)]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("language", WORDS)
def test_every_look_has_what_a_letter_must_have(look: str, language: str) -> None:
    """Titles lead to articles; unsubscribing stands at the top and in the footer; languages are marked."""
    articles = [article(f"{n}", n, picture=FOTO) for n in WORDS]
    text, html = parts(articles, replace(letter_settings(language), look=look))
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    for name, (title, _, _) in WORDS.items():
        address = f"https://news.example.org/articles/{name}/"
        assert title in text and address in text and title in html and f'href="{address}"' in html
        assert re.search(rf'<div lang="{name}" dir="{"rtl" if name == "ar" else "ltr"}">', html)
    leave = f"https://news.example.org/unsubscribe/{TOKEN}"
    for part, first in ((text, WORDS["en"][0]), (html, "<h2")):
        assert part.index(leave) < part.index(first) < part.rindex(leave)
        assert "https://news.example.org/editions/daily/2026-11-23/" in part
    assert levels(html) == [1, 2, 2, 2]
    assert all('role="presentation"' in tag for tag in re.findall(r"<table[^>]*>", html))


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_is_cut_before_it_is_too_large(look: str) -> None:
    """A letter of too many articles ends below the limit, says how many there are, and has its footer."""
    articles = [article(f"a{n}", "ar", title=f"{WORDS['ar'][0]} {n}", picture=FOTO) for n in range(300)]
    rendition = compose(EDITION, articles, replace(letter_settings("id"), look=look), templates())
    assert LARGEST * 0.85 < len(rendition.body) <= LARGEST
    _, text, html = read(letter_of(rendition).body)
    shown = html.count("<h2")
    assert f"{300 - shown} artikel lagi di situs web" in html and text.count("/articles/") == shown
    assert html.rindex("/unsubscribe/") > html.rindex("<h2")
    assert len(rendition.article_ids) == 300


def test_a_letter_that_is_too_large_without_articles_is_a_fault() -> None:
    """An intro that fills the letter by itself mails nobody, instead of pushing the footer out of sight."""
    texts = (("intro", "{{ 'words ' * 20000 }}"),)
    with pytest.raises(TemplateFault, match="bytes without any article"):
        parts([article()], replace(letter_settings(), texts=texts))


def test_what_is_more_than_wanted_is_left_to_the_web() -> None:
    """With `most` the later articles are counted, lead to the edition's page, and are in the rendition."""
    articles = [article(n) for n in "abcde"]
    made = replace(letter_settings(), most=2)
    text, html = parts(articles, made)
    assert html.count("<h2") == 2 and "3 more articles on the web" in html and "3 more" in text
    assert len(compose(EDITION, articles, made, templates()).article_ids) == 5


def test_featured_articles_are_always_shown_and_lead() -> None:
    """They come before all others, however late they were given, and magazine draws them large."""
    articles = [article(n, title=f"Title {n}") for n in "ab"] + [article("c", title="Title c", featured=True)]
    text, html = parts(articles, replace(letter_settings(), most=2))
    assert re.findall(r"Title \w", text) == ["Title c", "Title a"]
    assert re.findall(r'<h2 class="([^"]*)"', html) == ["heading large", "heading"]


def test_sections_have_headings_above_those_of_their_articles() -> None:
    """Sections are h2 and their articles h3; what leads is above them; both parts have the same order."""
    articles = [
        *(article("a", title="Ta"), article("b", title="Tb", categories=("Kota",))),
        *(article("c", title="Tc", categories=("Seni",)), article("d", title="Td", featured=True)),
    ]
    text, html = parts(articles, replace(letter_settings("id"), sections=Sections(by="category")))
    assert levels(html) == [1, 2, 2, 3, 2, 3, 2, 3]
    order = re.findall(r"\bT[abcd]\b|Kota|Seni|Artikel lainnya", text)
    assert order[-7:] == ["Td", "Kota", "Tb", "Seni", "Tc", "Artikel lainnya", "Ta"]
    bare = re.sub(r"<[^>]*>", "", html.partition("<body")[2])
    assert re.findall(r"\bT[abcd]\b|Kota|Seni|Artikel lainnya", bare)[-7:] == order[-7:]


def test_a_sections_name_stands_where_its_articles_do() -> None:
    """An Arabic name in an English letter is at the right, a Latin one in an Arabic letter at the left."""
    articles = [
        *(article("a", title="Ta", featured=True), article("b", "ar", categories=("سياسة",))),
        *(article("c", categories=("News",)), article("d", categories=("2026",))),
    ]
    for language, own in (("en", "left"), ("ar", "right")):
        _, html = parts(articles, replace(letter_settings(language), sections=Sections(by="category")))
        cells = re.findall(r'<td[^>]* dir="(\w+)" align="(\w+)"[^>]*><h2[^>]*>([^<]+)</h2>', html)
        found = {name: (side, towards) for towards, side, name in cells}
        assert (found["سياسة"], found["News"]) == (("right", "rtl"), ("left", "ltr"))
        assert found["2026"][0] == own


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_magazines_pictures_stand_above_the_words_on_a_narrow_screen(language: str) -> None:
    """Their cell comes first, in a table that runs the other way, so that it ends the line on a wide one."""
    articles = [article("a", language, featured=True), article("b", language, picture=FOTO)]
    _, html = parts(articles, replace(letter_settings(language), look="magazine"))
    towards, against = ("rtl", "ltr") if language == "ar" else ("ltr", "rtl")
    cells = rf'<table[^>]* dir="{against}"[^>]*>(?:<tbody>)?<tr>\s*<td class="beside" dir="{towards}"'
    assert re.search(cells, html)
    assert html.index('class="beside"') < html.index(f'class="words" dir="{towards}"')
    heading = re.search(r'<h2 class="heading" style="([^"]*)"', html)
    assert heading and ("Georgia" in heading[1]) is (language == "en")
    assert re.search(r"@media[^{]*480px\) \{.*\.beside, \.words \{ display: block", html, re.DOTALL)


def test_long_words_are_parted_with_a_hyphen_on_a_narrow_screen() -> None:
    """Titles and summaries ask for it; addresses, where a hyphen would be read as one of them, do not."""
    _, html = parts([article("a")], letter_settings("de"))
    rule = re.search(r"([^{}]*) \{ -webkit-hyphens: auto; hyphens: auto; \}", html)
    assert rule and {".heading", ".summary"} <= set(rule[1].strip().split(", "))
    assert ".foot" not in rule[1] and ".inline { -webkit-hyphens: manual" in html


def test_french_has_a_narrow_space_before_a_colon() -> None:
    """Labels of the text part and the footer's contact have it, and no other language does."""
    made = letter_settings("fr")
    made = replace(made, publication=made.publication.model_copy(update={"contact": "nous@news.example.org"}))
    text, html = parts([article("a")], made)
    assert "Voir dans le navigateur\u202f:\n" in text
    assert "Contact\u202f: nous@news.example.org" in text
    assert "Contact\u202f: " in unescape(html)
    assert "Im Browser ansehen:\n" in parts([article("a")], letter_settings("de"))[0]


def test_the_newsletters_own_words() -> None:
    """Subject, preheader, intro and footer are templates; links in them lead somewhere, in both parts."""
    texts = (
        ("subject", "{{ articles[0].title }}\n and {{ n - 1 }} more"),
        ("preheader", "{{ articles|map(attribute='title')|join(' + ') }}"),
        ("intro", "Hello {{ newsletter.title }} & co,\n\nsee https://x.example/a?b=1&c=2."),
        ("footer", "{{ date|date }}, {{ publication.title }}: {{ _('Unsubscribe') }} {{ unsubscribe_url }}"),
    )
    made = replace(letter_settings(), texts=texts)
    articles = [article("a", title="<b>One</b>"), article("b", title="Two {{ n }}")]
    assert compose(EDITION, articles, made, templates()).subject == "<b>One</b> and 1 more"
    text, html = parts(articles, made)
    assert "Hello Kabar Harian & co,\n\nsee https://x.example/a?b=1&c=2.\n" in text
    assert "Hello Kabar Harian &amp; co,</p>" in html
    assert 'href="https://x.example/a?b=1&amp;c=2"' in html
    assert unescape(html).count("<b>One</b> + Two {{ n }}") == 1
    assert "November 23, 2026, Kabar Contoh: Unsubscribe" in html
    assert html.count(f'href="https://news.example.org/unsubscribe/{TOKEN}"') == 3


def test_a_mistake_in_one_names_the_setting(tmp_path: Path) -> None:
    """What is wrong in config.yaml is told with its setting; what is wrong in a file, with the file."""
    with pytest.raises(TemplateFault, match=r"newsletters\.daily\.subject:1: 'nobody' is undefined"):
        parts([article()], replace(letter_settings(), texts=(("subject", "{{ nobody }}"),)))
    own = tmp_path / "mail/looks/magazine"
    own.mkdir(parents=True)
    (own / "article.html").write_text("<p>\n{{ article.nothing }}")
    with pytest.raises(TemplateFault) as caught:
        parts([article()], letter_settings(), templates=Templates(shipped("templates"), tmp_path))
    assert (caught.value.path, caught.value.line) == (str(own / "article.html"), 2)


def test_a_look_is_overridden_one_file_at_a_time(tmp_path: Path) -> None:
    """An operator's style counts with our articles; a look of his own takes what it lacks from all looks'."""
    shelf = Templates(shipped("templates"), tmp_path)
    mine = tmp_path / "mail/looks/mine"
    mine.mkdir(parents=True)
    (mine / "style.css").write_text(".h1 { color: var(--accent); letter-spacing: 2px; }")
    _, html = parts([article()], replace(letter_settings(), look="mine"), templates=shelf)
    assert re.search(r"<h1[^>]*letter-spacing: 2px", html) and WORDS["en"][2] in html
    (mine / "article.html").write_text("<p>Mine: {{ article.title }}</p>")
    _, html = parts([article()], replace(letter_settings(), look="mine"), templates=shelf)
    assert f"<p>Mine: {WORDS['en'][0]}</p>" in html
    (mine / "digest.html").write_text(
        '{% extends "mail/digest.html" %}{% block head %}<h1>Top</h1>{% endblock %}'
    )
    _, html = parts([article()], replace(letter_settings(), look="mine"), templates=shelf)
    assert "<h1>Top</h1>" in html and "Mine:" in html


def test_a_look_that_is_not_there_is_told() -> None:
    """A misspelt look is a fault that lists those that there are."""
    with pytest.raises(TemplateFault, match="no look 'magazin'; there are: headlines, magazine, plain"):
        parts([article()], replace(letter_settings(), look="magazin"))


def test_a_style_sheet_with_a_mistake_is_told(tmp_path: Path) -> None:
    """A colour that is not there names the file."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/style.css").write_text(".h1 { color: var(--acent); }")
    with pytest.raises(TemplateFault, match=r"mail/style\.css: there is no var\(--acent\)"):
        parts([article()], letter_settings(), templates=Templates(shipped("templates"), tmp_path))


def test_colours_width_and_logo_are_the_configurations() -> None:
    """They are in the letter, light and dark; a logo on a foreign host is not loaded."""
    letter = Letter(
        width=500, light=Colours(accent="#123456"), dark=DarkColours(accent="#fedcba"),
        logo="https://news.example.org/l.png", logo_width=90,
    )  # fmt: skip
    _, html = parts([article(picture=FOTO)], replace(letter_settings(), letter=letter))
    assert "#123456" in html and html.count("#fedcba") > 1 and "max-width: 500px" in html
    logo, picture = re.findall(r"<img [^>]*>", html)
    assert all(one in logo for one in ('alt="Kabar Contoh"', 'width="90"', "org/l.png"))
    assert 'width="436"' in picture and 'height="218"' in picture
    foreign = letter.model_copy(update={"logo": "https://tracker.example/l.png"})
    _, html = parts([article()], replace(letter_settings(), letter=foreign))
    assert "<img" not in html and "tracker" not in html


def test_pictures_may_lie_where_syndicate_answers() -> None:
    """Both hosts of the publication are its own, and everyone's letter has the same address."""
    made = replace(letter_settings(), web_url="https://mail.example.org")
    _, html = parts([article(picture=replace(FOTO, src="https://mail.example.org/x.png"))], made)
    assert 'src="https://mail.example.org/x.png"' in html


@pytest.mark.parametrize("how", ["newsletter", "subscriber"])
def test_pictures_can_be_left_out(how: str) -> None:
    """Who wants none gets none, not even the logo, and so do all where the newsletter shows none."""
    letter = Letter(logo="https://news.example.org/l.png")
    made = replace(letter_settings(), letter=letter, pictures=how != "newsletter")
    _, html = parts([article(picture=FOTO)], made, variant=Variant("en", pictures=how == "newsletter"))
    assert "<img" not in html


def test_a_variant_speaks_its_language() -> None:
    """Our words and the letter are in the subscriber's language, the article in its own."""
    rendition = compose(EDITION, [article()], letter_settings("id"), templates(), variant=Variant("ar"))
    message, text, html = read(letter_of(rendition).body)
    assert rendition.language == message["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl">' in html and "إلغاء الاشتراك" in text
    assert '<div lang="en" dir="ltr">' in html
    own = replace(letter_settings("id"), language="en")
    assert compose(EDITION, [article()], own, templates()).language == "en"


def test_the_date_is_that_of_the_readers_zone() -> None:
    """The day is the newsletter's, or that of the zone which the occasion names."""
    early = replace(EDITION, occasion_at=NOW.replace(hour=22))
    for occasion, zone, day in (
        ("2026-11-23", None, "Tuesday, November 24, 2026"),
        ("2026-11-23", ZoneInfo("America/New_York"), "Monday, November 23, 2026"),
        ("2026-11-23/America/New_York", None, "Monday, November 23, 2026"),
        ("2026-11-23/America/New_York/17:00", None, "Monday, November 23, 2026"),
        ("2026-11-23/17:00", None, "Tuesday, November 24, 2026"),
        ("2026-11-23/now-2", None, "Tuesday, November 24, 2026"),
        ("2026-11-23/Asia", None, "Tuesday, November 24, 2026"),
    ):
        edition = replace(early, occasion=occasion)
        rendition = compose(edition, [article()], replace(letter_settings(), zone=zone), templates())
        assert day in read(letter_of(rendition).body)[2], occasion


def test_the_footer_says_who_sends() -> None:
    """Postal address, privacy and contact are in both parts, and nothing where they are not given."""
    publication = Publication(
        title="Kabar", url="https://news.example.org", postal_address="Jalan 1\nJakarta",
        privacy_url="https://news.example.org/privacy", contact="redaksi@news.example.org",
    )  # fmt: skip
    text, html = parts([article()], replace(letter_settings(), publication=publication))
    assert "Jalan 1<br>\nJakarta" in html and text.endswith("\nJalan 1\nJakarta")
    assert 'href="https://news.example.org/privacy"' in html
    assert 'href="mailto:redaksi@news.example.org"' in html and "redaksi@news.example.org" in text
    text, html = parts([article()], letter_settings())
    assert "mailto" not in html and "Privacy" not in text + html and "Contact" not in text + html


def test_the_preheader_hides_what_comes_after_it() -> None:
    """It names the next articles, is not seen in the letter, and is followed by a run of nothing."""
    articles = [article(n, title=f"Title {n}") for n in "abcd"]
    _, html = parts(articles, letter_settings())
    match = re.search(r'<div class="preheader" style="([^"]*)">(.*?)</div>', html, re.DOTALL)
    assert match and "display: none" in match[1] and "mso-hide: all" in match[1]
    shown, padding = match[2].partition("\u034f")[::2]
    assert shown == "Title b · Title c · Title d" and len(unescape(padding)) > 100


def test_a_block_is_made_once_for_all_renditions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that share articles and language share their blocks; what differs is made again."""
    made: list[str] = []
    real = inline_fragment

    def counted(html: str, css: str) -> str:
        made.append(html)
        return real(html, css)

    monkeypatch.setattr(press, "inline_fragment", counted)
    shared, articles = letter_settings(), [article(n, featured=n == "a") for n in "abcd"]
    first = compose(EDITION, articles, shared, templates())
    assert len(made) == 4
    again = compose(EDITION, [*articles], shared, templates())
    compose(EDITION, articles[:3], shared, templates())
    assert len(made) == 4 and again == first
    assert compose(EDITION, articles, letter_settings(), templates()) == first
    compose(EDITION, [replace(articles[1], title="New")], shared, templates())
    compose(EDITION, articles[1:2], shared, templates(), variant=Variant("id"))
    assert len(made) == 10


def test_an_article_later_in_the_day_is_another_letter() -> None:
    """The permanent address names the occasion, or the edition where an occasion is no path."""
    odd = replace(EDITION, occasion="urn:x:a b", frozen_at=NOW + timedelta(days=1))
    _, _, html = read(letter_of(compose(odd, [article()], letter_settings(), templates())).body)
    assert f"https://news.example.org/editions/daily/{odd.uid}/" in html


@pytest.mark.parametrize(
    "subject", ["{{ email }}", "{{ email|upper }}", "a {{ unsubscribe_url }}", "{% if email %}x{% endif %}"]
)
def test_a_subject_has_nothing_of_a_persons_own(subject: str) -> None:
    """An address or token in the subject, which all share, is a fault of that setting; a preheader may."""
    with pytest.raises(TemplateFault, match="own, but a subject is the same for all") as caught:
        parts([article()], replace(letter_settings(), texts=(("subject", subject),)))
    assert str(caught.value).startswith("config.yaml: newsletters.daily.subject:1: {{ ")
    parts([article()], replace(letter_settings(), texts=(("preheader", "For {{ email }}"),)))


def test_a_slot_that_a_template_changed_is_an_error() -> None:
    """What is left of an address that was cut or written otherwise would reach everybody, and is found."""
    facts = Facts(UID, "https://news.example.org", "https://news.example.org")
    for words, wrong in (("{{ email }}", 0), ("{{ email[:20] }}", 2), ("{{ email|upper }}", 2)):
        made = compose(
            EDITION, [article()], replace(letter_settings(), texts=(("footer", words),)), templates()
        )
        found = [one for one in lint_rendition(made, facts) if one.code == "placeholder"]
        assert [one.part for one in found] == ["text", "html"][:wrong]

"""The letter, made with the shipped templates and read back with the standard library's parser."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from letter_making import (
    EDITION,
    SENDER,
    TOKEN,
    UID,
    WORDS,
    article,
    assert_sound,
    attempt,
    letter_of,
    letter_settings,
    read,
    templates,
)

from syndicate.config import Mailbox
from syndicate.digest.findings import Facts
from syndicate.digest.letter import LARGEST, LetterTemplate, compose
from syndicate.digest.lint import lint_rendition
from syndicate.emails import parse_email
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.model import Picture
from syndicate.resources import shipped
from syndicate.templating import Templates


@pytest.mark.parametrize("language", ["en", "id", "ar"])
def test_both_parts_read_right_in_each_language(language: str) -> None:
    """Title, summary, link, address and unsubscribe link are in both parts, in the publication's words."""
    title, summary, label = WORDS[language]
    rendition = compose(EDITION, [article(language=language)], letter_settings(language), templates())
    body = letter_of(rendition).body
    assert_sound(body)
    message, text, html = read(body)
    for part in (text, html):
        assert title in part and summary in part and "ani@contoh.example" in part
        assert "https://news.example.org/articles/a/" in part
        assert f"https://news.example.org/unsubscribe/{TOKEN}" in part
        assert "The whole text." not in part
    assert label in html
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert message["Subject"] == rendition.subject == f"Kabar Harian: {title}"


def test_the_headers_say_who_what_when_and_how_to_leave() -> None:
    """Each header is there once, with the subscriber's own values in the slots."""
    message, _, _ = read(letter_of(compose(EDITION, [article()], letter_settings("id"), templates())).body)
    assert message["From"] == f"Kabar Harian <{SENDER}>"
    assert message["To"] == "ani@contoh.example"
    assert message["Date"] == "Mon, 23 Nov 2026 07:00:05 +0700"
    assert message["Message-ID"] == f"<{UID}.42@news.example.org>"
    assert message["List-Id"] == "Kabar Harian <daily.news.example.org>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "id"


def test_a_newsletter_has_its_own_from_and_reply_to() -> None:
    """From and Reply-To are its own; Message-ID and List-Id stay in the publication's domain."""
    own = Mailbox(name="Redaksi, Sore", email=parse_email("sore@lain.example"))
    answers = Mailbox(name="", email=parse_email("tanya@contoh.example"))
    changed = replace(letter_settings(), sender=own, reply_to=answers, domain="news.example.org")
    message, _, _ = read(letter_of(compose(EDITION, [article()], changed, templates())).body)
    assert message["From"] == '"Redaksi, Sore" <sore@lain.example>'
    assert message["Reply-To"] == "tanya@contoh.example"
    assert message["Message-ID"] == f"<{UID}.42@news.example.org>"
    assert message["List-Id"] == "Kabar Harian <daily.news.example.org>"


def test_given_headers_are_in_the_letter() -> None:
    """What the configuration and the providers add is frozen with the letter, in lines that fit."""
    headers = (("X-Mailgun-Track", "no"), ("Feedback-ID", "a:b:c:kabar"), ("X-Long", "word " * 40 + "end"))
    rendition = compose(EDITION, [article()], replace(letter_settings(), headers=headers), templates())
    message, _, _ = read(letter_of(rendition).body)
    assert [(name, message[name]) for name, _ in headers] == [*headers]
    assert max(map(len, rendition.body.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 120


def test_a_long_unsubscribe_address_stays_whole_on_one_line() -> None:
    """One-click works however long the address is: it is neither folded nor encoded."""
    web = "https://a-rather-long-name-for-a-host.news.example.org/" + "path/" * 20
    body = letter_of(compose(EDITION, [article()], letter_settings(web_url=web[:-1]), templates())).body
    assert f"\r\nList-Unsubscribe: <{web}unsubscribe/{TOKEN}>\r\n".encode() in body
    _, text, html = read(body)
    assert f"{web}unsubscribe/{TOKEN}" in text and f"{web}unsubscribe/{TOKEN}" in html


def test_an_unsubscribe_address_that_no_header_holds_is_said_in_words() -> None:
    """A `web.url` beyond what one header line takes names the setting, in place of a broken header."""
    with pytest.raises(SyndicateError, match=r"web\.url"):
        compose(EDITION, [article()], letter_settings(web_url="https://x.example/" + "p" * 900), templates())


def test_the_letter_carries_its_envelope_and_a_name_for_a_file() -> None:
    """Sender, recipient, Message-ID and name come from the attempt, and the name is no path."""
    letter = letter_of(compose(EDITION, [article()], letter_settings(), templates()))
    assert (letter.sender, letter.recipient) == (SENDER, "ani@contoh.example")
    assert letter.message_id == f"{UID}.42@news.example.org"
    assert letter.name == "daily-2026-11-23-Asia-Tokyo-42-01234567"


def test_the_same_input_gives_the_same_bytes() -> None:
    """Composing twice and filling twice differ in nothing."""
    articles = [article(), article("b", "ar")]
    first, second = (compose(EDITION, articles, letter_settings("id"), templates()) for _ in range(2))
    assert first == second
    assert letter_of(first) == letter_of(second)


def test_a_local_part_in_another_script_is_written_in_utf_8() -> None:
    """The To header has the address as it is (RFC 6532), and both parts show it."""
    rendition = compose(EDITION, [article()], letter_settings(), templates())
    body = letter_of(rendition, to=attempt("إيمان+o'neil@xn--e1afmkfd.example")).body
    assert "\r\nTo: إيمان+o'neil@xn--e1afmkfd.example\r\n".encode() in body
    _, text, html = read(body)
    assert "إيمان+o'neil@xn--e1afmkfd.example" in text
    assert "إيمان+o&#x27;neil@xn--e1afmkfd.example" in html


@pytest.mark.parametrize(
    ("email", "token"),
    [
        ("a@b.example\r\nBcc: x@y.example", TOKEN),
        ("a@b.example\n", TOKEN),
        ("a@b.example\x00", TOKEN),
        ("a@b.example, c@d.example", TOKEN),
        ("a@b.example", "t\r\nX: y"),
        ("a@b.example", "t\n"),
        ("a@b.example", ""),
        ("", TOKEN),
    ],
)
def test_a_value_that_could_change_the_letter_is_refused(email: str, token: str) -> None:
    """Line ends, NUL and a second recipient raise, and stop nobody else's letter."""
    template = LetterTemplate(compose(EDITION, [article()], letter_settings(), templates()).body, UID, SENDER)
    with pytest.raises(ValueError, match="cannot stand"):
        template.fill(attempt(email, token))
    assert_sound(template.fill(attempt()).body)


@settings(max_examples=40, deadline=None)
@given(email=st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z]{1,60}\.example", fullmatch=True))
@example(email="-dash=@b.example")
def test_any_ascii_address_reads_back_from_both_parts(email: str) -> None:
    """Long addresses are soft-wrapped, signs of quoted-printable and HTML are escaped."""
    letter = filled_once().fill(attempt(email))
    assert_sound(letter.body)
    message, text, html = read(letter.body)
    assert message["To"].addresses[0].addr_spec == email
    assert email in text and email in unescape(html)


@lru_cache(maxsize=1)
def filled_once() -> LetterTemplate:
    return LetterTemplate(compose(EDITION, [article()], letter_settings(), templates()).body, UID, SENDER)


HOSTILE = [
    "Hello\r\nBcc: everyone@example.org\r\n\r\nbody",
    "Hello\u2028Bcc: x\x00\x0b\x85y",
    "=?utf-8?q?x?=",
    "{{ 7*7 }}{% raw %}",
    "<script>alert(1)</script>",
    "--=_" + UID,
    "x" * 200_000,
    "م " * 100_000,
    "",
    "\ud800",
]


class Tags(HTMLParser):
    """Collects the elements a parser finds: a "<" within an attribute's value is text (HTML 13.1.2.3)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


def tags_of(html: str) -> set[str]:
    parser = Tags()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_title_is_only_text(text: str) -> None:
    """A title, summary or author never makes a header, a tag, a part or a template's code."""
    hostile = article(title=text, summary=text, authors=(text,), picture=Picture("p.png", alt=text))
    rendition = compose(EDITION, [hostile, article("b")], letter_settings(), templates(), note=text[:500])
    body = letter_of(rendition).body
    assert_sound(body)
    assert len(body) <= LARGEST + 1000
    _, plain, html = read(body)
    assert WORDS["en"][0] in plain and "script" not in tags_of(html)
    if "{{" in text:
        assert text in plain and "49" not in rendition.subject


@settings(max_examples=20, deadline=None)
@given(title=st.text(max_size=80), summary=st.text(max_size=200))
def test_any_title_and_summary_make_a_sound_letter(title: str, summary: str) -> None:
    """Whatever an article says, the letter is 7-bit, its lines short and its headers the same."""
    rendition = compose(EDITION, [article(title=title, summary=summary)], letter_settings(), templates())
    assert_sound(letter_of(rendition).body)


def test_an_article_in_another_language_has_its_own_direction() -> None:
    """An Arabic article in an Indonesian digest is marked as Arabic and runs from the right."""
    rendition = compose(EDITION, [article("b", "ar")], letter_settings("id"), templates())
    _, _, html = read(letter_of(rendition).body)
    assert re.search(r'<td class="article[^>]*align="right"[^>]*>\s*<div lang="ar" dir="rtl"', html)
    assert "Baca artikel ini" in html


@pytest.mark.parametrize(
    ("src", "shown"),
    [
        ("foto.png", "https://news.example.org/articles/a/foto.png"),
        ("/img/x.png", "https://news.example.org/img/x.png"),
        ("https://tracker.example/x.png", None),
        ("//tracker.example/x.png", None),
        ("data:image/png;base64,AAAA", None),
        ("http://[broken", None),
        ("foto.png?" + "x" * 2000, None),
    ],
)
def test_only_pictures_of_the_publications_own_host_are_shown(src: str, shown: str | None) -> None:
    """A letter loads nothing from anybody else, and a picture has its alt text and width."""
    picture = Picture(src, "A clock", 1200, 600)
    _, _, html = read(
        letter_of(compose(EDITION, [article(picture=picture)], letter_settings(), templates())).body
    )
    images = re.findall(r"<img [^>]*>", html)
    assert [re.findall(r' src="([^"]*)"', image)[0] for image in images] == ([shown] if shown else [])
    assert all('alt="A clock"' in i and 'width="536"' in i and 'height="268"' in i for i in images)


def test_a_letter_that_would_be_too_large_counts_the_rest() -> None:
    """The list is cut by us before a mail program does it, and every article still belongs to the edition."""
    articles = [article(f"a{n}", "ar", title=f"{WORDS['ar'][0]} {n}") for n in range(300)]
    rendition = compose(EDITION, articles, letter_settings("id"), templates())
    assert LARGEST * 0.9 < len(rendition.body) <= LARGEST
    _, text, html = read(letter_of(rendition).body)
    shown = html.count("<h2")
    assert 10 < shown == text.count("/articles/") == 300 - rendition.left
    assert f"{300 - shown} artikel lagi di situs web" in text
    assert f"{300 - shown} artikel lagi di situs web" in html
    assert f"/unsubscribe/{TOKEN}" in html
    assert len(rendition.article_ids) == 300


def test_the_subject_counts_the_other_articles() -> None:
    """The first title stands for the rest."""
    three = [article("a"), article("b"), article("c")]
    assert compose(EDITION, three, letter_settings(), templates()).subject == (
        "Kabar Harian: The clock stands still and 2 more"
    )
    assert compose(EDITION, three, letter_settings("id"), templates()).subject.endswith("dan 2 lainnya")


def test_the_note_stands_in_both_parts() -> None:
    """A preview says what it is."""
    rendition = compose(EDITION, [article()], letter_settings(), templates(), note="Nothing is due <today>.")
    _, text, html = read(letter_of(rendition).body)
    assert "Nothing is due <today>." in text and "Nothing is due &lt;today&gt;." in html


def test_the_letter_loads_nothing_and_runs_nothing() -> None:
    """No script, form, frame, remote font, style sheet or pixel; headings in order; style stays small."""
    _, _, html = read(
        letter_of(compose(EDITION, [article(), article("b")], letter_settings(), templates())).body
    )
    assert not re.search(r"<(script|form|iframe|svg|link|base|object|img)\b|@import|@font-face|url\(", html)
    assert re.findall(r"<h(\d)", html) == ["1", "2", "2"]
    assert "prefers-color-scheme: dark" in html and 'name="color-scheme"' in html
    assert all('role="presentation"' in tag for tag in re.findall(r"<table[^>]*>", html))
    assert b"charset" in html.encode()[:1024]


def test_a_template_without_an_unsubscribe_link_is_a_fault(tmp_path: Path) -> None:
    """An operator's template that forgets the link mails nobody."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/digest.html").write_text("<html><body>Hello {{ email }}</body></html>")
    with pytest.raises(TemplateFault, match=r"digest\.html: has no unsubscribe link"):
        compose(EDITION, [article()], letter_settings(), Templates(shipped("templates"), tmp_path))


@pytest.mark.parametrize("local", ["a", "=", "'&"])
def test_a_letter_that_was_cut_has_room_for_the_longest_address(local: str) -> None:
    """Filled with 254 characters that are escaped, it is still below the limit, and no size to warn of."""
    articles = [article(f"a{n}", "ar", title=f"{WORDS['ar'][0]} {n}") for n in range(300)]
    address = (local * 64)[:64] + "@" + "contoh." * 26 + "example"
    assert len(address) == 254
    facts = Facts(UID, "https://news.example.org", "https://news.example.org")
    for most in range(1, 6):
        made = replace(letter_settings(), texts=(("footer", "{{ email }} " * (most % 4) + "x" * most * 40),))
        rendition = compose(EDITION, articles, made, templates())
        assert rendition.left
        assert len(letter_of(rendition, to=attempt(address)).body) <= LARGEST
        assert not [one for one in lint_rendition(rendition, facts) if one.code == "size"]


def test_a_template_with_hard_wrapping_cannot_cut_a_slot(tmp_path: Path) -> None:
    """The address stays whole though its template wraps the line it stands in."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/digest.txt").write_text(
        "{{ ('for ' ~ email)|wordwrap(20, False) }}\n{{ unsubscribe_url }}"
    )
    rendition = compose(EDITION, [article()], letter_settings(), Templates(shipped("templates"), tmp_path))
    _, text, _ = read(letter_of(rendition).body)
    assert "for\nani@contoh.example\n" in text


def test_an_edition_without_articles_still_makes_a_letter() -> None:
    """Nothing in the shipped templates needs an article to be there."""
    rendition = compose(EDITION, [], letter_settings(), templates())
    assert rendition.subject == "Kabar Harian"
    assert_sound(letter_of(rendition).body)

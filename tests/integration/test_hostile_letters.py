"""Whatever authors write, an edition made of their files is sound: from the folder to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from publications import Publication, maker

from syndicate.digest.letter import LARGEST, LetterTemplate
from syndicate.markup import straight
from syndicate.model import Letter
from syndicate.store import editions
from syndicate.store.outbox import StoreOutbox

SENDER = "news@news.example.org"
ANA = "ana@example.org"
# What template code would make of itself, were it run.
CODE = (
    "{{ 7777 * 7777 }}",
    "{% for x in range(9) %}60481729{% endfor %}",
    "{# gone #}",
    "${7777*7777}",
    "<% 7777*7777 %>",
)
RUN = "60481729"
ENDS = (
    "\r\nBcc: all@example.org\r\n\r\n",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\x00",
    "\x1b[31m",
    "\ufeff",
)
BIDI = ("\u202e", "\u202d\u202a", "\u2066", "\u2067\u2067", "\u202c\u2069", "\u200f")
MARKUP = ("<script>alert(1)</script>", "</td></table>", "<img src=x onerror=alert(1)>", "<!--",
          "]]>", "&#0;&lt;b&gt;",
          "[x](javascript:alert(1))", "\n.\n", "\n--\n", "--==boundary==",
          "slot_0123_token_", "%(text)s %s {0}")  # fmt: skip
ENCODED = (
    "=?utf-8?q?a=0D=0ABcc:_x@example.org?=",
    "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
    "=\r\n=3D=\n",
    "From me",
)
LONG = ("x" * 5000, "م" * 3000, "a " * 4000, "🦜\u200d" * 900, "e" + "\u0301" * 2000)
PIECES = (*CODE, *ENDS, *BIDI, *MARKUP, *ENCODED, *LONG, "good words", "أخبار", "é", " ")
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
FIELDS = st.fixed_dictionaries(
    {"title": TEXTS},
    optional={
        "summary": TEXTS,
        "correction": TEXTS,
        "author": st.one_of(TEXTS, st.lists(TEXTS, max_size=3)),
        "tags": st.lists(TEXTS, max_size=4),
        "categories": st.lists(TEXTS, max_size=2),
        "featured": st.one_of(st.booleans(), TEXTS),
        "sticky": st.one_of(st.integers(-2, 2), TEXTS),
        "resend": TEXTS,
        "image": TEXTS,
        "lang": st.sampled_from(["en", "ar", "xx", "\u202e", ""]),
    },
)


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with one subscriber."""
    with maker(tmp_path) as make:
        made = make()
        made.people_subscribe(ANA)
        yield made


@pytest.fixture
def heads(news: Publication) -> list[str]:
    """The headers of a letter of a plain article, which is made and sent."""
    file_is_dropped(news, "plain", {"title": "Plain"})
    message, _, _ = parts_of(letter_is_made(news))
    news.time_passes(hours=1)
    return list(message.keys())


def file_is_dropped(site: Publication, name: str, fields: Mapping[str, object], body: str = "Words.") -> None:
    """Put an article into the folder; JSON can say every sign, lone surrogates too."""
    file = site.folder / "content" / f"{name}.md"
    file.write_text(f"{json.dumps({'date': '2026-11-22', **fields})}\n\n{body}\n", encoding="utf-8")


def letter_is_made(site: Publication) -> Letter:
    """Make an edition of what is new, and return the letter to the one subscriber as a relay would get it."""
    site.folder_is_scanned()
    made = site.edition_is_made(at_once=True)
    assert made.fate == "made", made
    outbox = StoreOutbox(site.site.store)
    chunk = outbox.take(now=site.now)
    assert chunk is not None and len(chunk.waiting) == 1
    [attempt] = chunk.waiting
    with site.site.store.read() as conn:
        body = editions.rendition_body(conn, attempt.rendition_id)
    outbox.give_back(chunk, now=site.now)
    assert site.letters_leave() == 1
    return LetterTemplate(body, attempt.edition_uid, SENDER).fill(attempt)


def parts_of(letter: Letter) -> tuple[EmailMessage, str, str]:
    """Return the message with its two parts, having looked at what every letter keeps."""
    body = letter.body
    assert body.isascii() and re.fullmatch(rb"(?:[\t\x20-\x7e]{0,998}\r\n)+", body)
    assert len(body) <= LARGEST + 2000 and b"slot_" not in body.replace(b"slot_0123_token_", b"")
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert not message.defects and not any(part.defects for part in parts)
    plain, shown = (str(part.get_content()).replace("\r\n", "\n") for part in parts)
    return message, plain, shown


def assert_sound(letter: Letter, heads: list[str]) -> str:
    """Assert that a letter has these headers and nothing that works; return its text part."""
    message, plain, shown = parts_of(letter)
    assert message.keys() == heads
    for text in (str(message["Subject"]), plain, shown):
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text)
        assert RUN not in text.replace(CODE[1], "")
    for line in (str(message["Subject"]), *plain.split("\n")):
        assert straight(line) == line  # nothing that it opens turns what stands beside it
    tree = html.document_fromstring(shown)
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert element.tag not in ("script", "iframe", "form", "object", "embed", "svg", "link", "base")
            assert not [name for name in element.attrib if str(name).startswith("on")]
            for name in ("href", "src", "background"):
                assert urlsplit(element.get(name, "https:")).scheme in ("http", "https", "mailto", "")
    assert "/unsubscribe/" in plain
    assert any("/unsubscribe/" in str(a.get("href")) and list(a.itertext()) for a in tree.iter("a"))
    return plain


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_articles_make_a_sound_letter(news: Publication, heads: list[str], data: st.DataObject) -> None:
    """No text of an article makes a header, ends a part, runs, turns the letter round or breaks the edition.

    The good article beside them is in it.
    """
    numbers = count(len(list((news.folder / "content").glob("*.md"))))
    for fields in data.draw(st.lists(FIELDS, min_size=1, max_size=5)):
        body = data.draw(st.one_of(st.just("Words."), TEXTS))
        file_is_dropped(news, f"h{next(numbers)}", fields, body)
    good = f"good-{next(numbers)}"
    file_is_dropped(news, good, {"title": f"The {good} one"}, f"Words of {good}.")
    said = assert_sound(letter_is_made(news), heads)
    assert f"The {good} one" in said
    news.time_passes(minutes=1)


def test_too_much_of_everything_makes_a_sound_letter(news: Publication, heads: list[str]) -> None:
    """10,000 tags, a megabyte of summary and of words: the letter stays small, with the good one in it."""
    word = "lorem ipsum "
    many = [f"tag {number}" for number in range(10_000)]
    file_is_dropped(news, "tags", {"title": "Tags", "tags": many[:4000], "categories": many[:500]})
    file_is_dropped(news, "all-tags", {"title": "All tags", "tags": many})
    file_is_dropped(news, "summary", {"title": "Summary", "summary": word * 90_000})
    file_is_dropped(news, "long-summary", {"title": "Long summary", "summary": word * 4000})
    file_is_dropped(news, "title", {"title": word * 4000, "correction": word * 1000})
    file_is_dropped(news, "words", {"title": "Words"}, word * 90_000)
    file_is_dropped(news, "one-word", {"title": "x" * 40_000}, "y" * 1_000_000)
    for number in range(150):
        file_is_dropped(news, f"more{number}", {"title": f"More {number} {word * 20}", "summary": word * 50})
    file_is_dropped(news, "good", {"title": "The good one", "pinned": True})
    said = assert_sound(letter_is_made(news), heads)
    assert "The good one" in said


def test_an_edition_goes_on_after_what_cannot_be_read(news: Publication, heads: list[str]) -> None:
    """A file of NULs, one without an end and one that is no UTF-8 cost nobody his letter."""
    folder = news.folder / "content"
    (folder / "nul.md").write_bytes(b"\0" * 5000)
    (folder / "open.md").write_text("---\ntitle: {{ x\n")
    (folder / "bytes.md").write_bytes(b"---\ntitle: \xff\xfe\x80\n---\nx")
    file_is_dropped(news, "good", {"title": "The good one"})
    assert "The good one" in assert_sound(letter_is_made(news), heads)


@pytest.mark.parametrize("code", CODE)
def test_template_code_is_text(news: Publication, code: str) -> None:
    """It is shown as it was written, in the subject, the title and the summary."""
    file_is_dropped(news, "code", {"title": f"Of {code} now", "summary": f"It says {code}."})
    message, plain, shown = parts_of(letter_is_made(news))
    said = "".join(map(str, html.document_fromstring(shown).itertext()))
    assert f"Of {code} now" in str(message["Subject"])
    for part in (plain, said):
        assert f"Of {code} now" in " ".join(part.split()) and f"It says {code}." in " ".join(part.split())


def test_it_asks_again_and_is_sound_again(news: Publication, heads: list[str]) -> None:
    """A text of `resend` that is no date but a hostile text asks once, and makes nothing of itself."""
    wish = "".join((*CODE, *ENDS, *BIDI))
    file_is_dropped(news, "plain", {"title": "Plain", "resend": wish})
    assert "Plain" in assert_sound(letter_is_made(news), heads)
    news.time_passes(hours=1)
    file_is_dropped(news, "plain", {"title": "Plain, edited", "resend": wish})
    news.folder_is_scanned()
    since = news.articles.candidates(after=news.now - timedelta(minutes=1), until=news.now)
    assert since == ()

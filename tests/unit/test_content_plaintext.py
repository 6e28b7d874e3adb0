"""Plain text reads as it was meant: letters as letters, news pages without their furniture."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.language import detect
from syndicate.content.plaintext import explain, read
from syndicate.content.reading import Reading, Source

JAKARTA = ZoneInfo("Asia/Jakarta")


def reading(text: str) -> Reading:
    return read(Source("a.txt", text, "", "", JAKARTA))


# ---------------------------------------------------------------- news pages


PAGE = """A headline of some length

What the story is about, in one sentence that stands first.

By Ann Example

Published On 5 Feb 20265 Feb 2026

Share this article

The first paragraph of the story has quite a few words in it, so that it is one.

A sub-heading

Another paragraph of the story, which also has quite a few words, as paragraphs have.

READ MORE: Something else
Leave a comment
"""


def test_an_english_news_page() -> None:
    """The English preset reads the same kind of page."""
    found = reading(PAGE)
    assert (found.title, found.authors) == ("A headline of some length", ("Ann Example",))
    assert found.summary == "What the story is about, in one sentence that stands first."
    assert (found.when, found.language) == (date(2026, 2, 5), "en")
    assert found.html.split("\n") == [
        "<p>The first paragraph of the story has quite a few words in it, so that it is one.</p>",
        "<h2>A sub-heading</h2>",
        "<p>Another paragraph of the story, which also has quite a few words, as paragraphs have.</p>",
    ]


def test_published_and_updated_are_told_apart() -> None:
    """With both dates the first publication counts and the last change is `updated`."""
    found = reading(
        "Judul berita yang panjang\nDiterbitkan 5 Feb 2026, 07.00 WITA\nDiperbarui 6 Feb 2026, 08.00 WIT\n\n"
        "Isi berita yang cukup panjang untuk sebuah paragraf dan tidak lebih dari itu."
    )
    assert found.when == datetime(2026, 2, 4, 23, tzinfo=UTC)
    assert found.updated == datetime(2026, 2, 5, 23, tzinfo=UTC)


# ---------------------------------------------------------------- other texts

LETTER = """A letter from the garden

Dear friends,

the first paragraph was wrapped by hand at about seventy characters, as
letters were, and so it must become one paragraph; see
https://example.org/a?b=1&c=2, which is a link.

What is needed:
- seeds
- water & patience

A second paragraph, also wrapped by hand at some seventy characters a
line, ends here.

Yours,
Budi
Jakarta
"""


def test_a_letter_keeps_its_paragraphs() -> None:
    """Wrapped lines are joined, lists are lists, addresses links, the signature keeps its lines."""
    found = reading(LETTER)
    assert found.title == "A letter from the garden"
    assert found.when is None
    assert found.html.split("\n") == [
        "<p>Dear friends,</p>",
        "<p>the first paragraph was wrapped by hand at about seventy characters, as letters were, and so it"
        ' must become one paragraph; see <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2'
        "</a>, which is a link.</p>",
        "<p>What is needed:</p>",
        "<ul><li>seeds</li><li>water &amp; patience</li></ul>",
        "<p>A second paragraph, also wrapped by hand at some seventy characters a line, ends here.</p>",
        "<p>Yours,<br>Budi<br>Jakarta</p>",
    ]


def test_a_letter_is_no_news_page() -> None:
    """A line that a preset would drop stays in a text that is no news page."""
    assert "<p>Advertisement</p>" in reading("Title here\n\nAdvertisement\n\nMore text.").html


def test_a_letter_dated_at_its_end_keeps_its_text() -> None:
    """A date under the text is when it was written, and does not make what stands above it a head."""
    text = "A letter\n\nDear Ann, this is the first sentence.\n\nThis is the second.\n\n5 February 2026\n"
    found = reading(text)
    assert (found.title, found.when, found.summary) == ("A letter", date(2026, 2, 5), "")
    assert found.html.count("<p>") == 3


def test_bullets_with_blank_lines_between_are_one_list() -> None:
    """A loose list is a list."""
    found = reading("Title\n\nWhat is needed:\n\n- seeds\n\n- water\n\nThat is all.")
    assert "<ul><li>seeds</li><li>water</li></ul>" in found.html


def test_lines_that_end_their_sentences_are_paragraphs() -> None:
    """One paragraph a line is told from lines wrapped by hand, however short the paragraphs are."""
    lines = [
        "The first paragraph is one line of some seventy characters, and it ends.",
        '"The second one is what somebody said," said somebody of that name.',
        "A short heading",
        "The third paragraph is another line of about eighty characters, which ends as well.",
    ]
    found = reading("Title\n\n" + "\n".join(lines))
    assert re.findall("<(?:p|h2)>(.*?)</", found.html.replace("&quot;", '"')) == lines


def test_what_copying_leaves_is_no_letter() -> None:
    """Soft hyphens, joiners and marks of direction that no script here needs go; Persian keeps its own."""
    found = reading(
        "Ti\u00adtle\u200e\n\nA\u200cb c\u2060d\ufffc\n\n\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    )
    assert (found.title, found.html.split("\n")[0]) == ("Title", "<p>Ab cd</p>")
    assert "\u06cc\u200c\u062e" in found.html


@pytest.mark.parametrize(
    ("text", "title", "html"),
    [
        ("Only one line.", "Only one line.", "<p>Only one line.</p>"),
        ("Dear Ann,\n\nhow are you?", "Dear Ann", "<p>Dear Ann,</p>\n<p>how are you?</p>"),
        ("One <b>\n\nTwo & three", "One <b>", "<p>Two &amp; three</p>"),
    ],
)
def test_short_texts(text: str, title: str, html: str) -> None:
    """A text without a title of its own keeps its first line, and nothing in it is markup."""
    found = reading(text)
    assert (found.title, found.html) == (title, html)


def test_a_text_that_starts_with_a_paragraph_keeps_it() -> None:
    """Where the first block is a paragraph, its first sentence is the title and it stays."""
    found = reading("The first sentence is here. And the second one goes on\nover a line.\n\nThe end\nof it.")
    assert found.title == "The first sentence is here."
    assert found.html.startswith("<p>The first sentence is here. And the second one goes on over a line.</p>")


def _without_sites(text: str) -> str:
    return re.sub(r"\.(?=\S)", ". ", text)


@given(st.text(alphabet=st.sampled_from("ab .,:\n-•1é<&\u00a0"), max_size=200).map(_without_sites))
@settings(max_examples=150, deadline=None)
def test_no_word_is_lost(text: str) -> None:
    """Every character but white space and list marks of a plain text is in its title or its body."""
    found = reading(text)
    shown = re.sub(r"<[^>]+>", "", found.title.replace("<", "&lt;") + found.html)
    for word in re.findall(r"[a-zé1]+", text):
        assert word in shown


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_each_line_accounted_for(text: str) -> None:
    """Nothing raises, and each line that is not blank has a role."""
    found = explain(Source("a.txt", text, "", "", JAKARTA))
    assert len({line.number for line in found.lines}) == len(found.lines)
    assert all(line.rule for line in found.lines if line.role == "removed")


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("id", "Pemerintah mengatakan bahwa harga beras akan turun pada bulan ini karena panen yang baik."),
        (
            "en",
            "The government said that the price of rice is going to fall this month, with a good harvest.",
        ),
        (
            "es",
            "El gobierno dijo que el precio del arroz bajará este mes por una buena cosecha en los campos.",
        ),
        (
            "fr",
            "Le gouvernement a dit que le prix du riz va baisser ce mois avec une bonne récolte.",
        ),
        (
            "pt",
            "O governo disse que o preço do arroz não vai cair com uma boa colheita mas são.",
        ),
        (
            "de",
            "Die Regierung sagt, dass der Preis für Reis in diesem Monat nicht steigt und die Ernte gut ist.",
        ),
        (
            "it",
            "Il governo ha detto che il prezzo del riso è più basso questo mese con una buona raccolta.",
        ),
        (
            "nl",
            "De regering zegt dat de prijs van rijst deze maand niet stijgt en dat het een goede oogst is.",
        ),
        (
            "tr",
            "Hükümet pirinç fiyatının çok düşeceğini ve hasadın daha iyi olacağını söyledi, kesin değil.",
        ),
        ("ar", "قالت الحكومة إن سعر الأرز سينخفض هذا الشهر"),
        ("fa", "دولت گفت که قیمت برنج این ماه پایین می‌آید و گزارش چاپ شد"),
        ("ru", "Правительство заявило, что цена на рис снизится в этом месяце"),
        ("ja", "政府は今月、米の価格が下がると発表した。豊作のためだという。"),
        ("zh", "政府表示，由于收成良好，本月大米价格将会下降，市民对此表示欢迎，专家也认同。"),
        ("ko", "정부는 이번 달에 쌀값이 내려갈 것이라고 밝혔다. 풍작 덕분이다."),
        ("hi", "सरकार ने कहा कि अच्छी फसल के कारण इस महीने चावल की कीमत गिरेगी"),
        ("", "Lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod"),
        ("", "12345"),
        ("", ""),
    ],
)
def test_languages_are_told_by_script_and_little_words(language: str, text: str) -> None:
    """Two sentences are enough, and an unclear text is no language."""
    assert detect(text) == language

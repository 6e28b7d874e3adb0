"""What other programs write between the words is never shown raw, and code stays as it is written."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest

from syndicate.content.formats import FORMATS
from syndicate.content.reading import Source
from syndicate.markup import bare_text, first_paragraph, sanitise


def html(text: str, suffix: str = ".md") -> str:
    return sanitise(FORMATS[suffix].read(Source(f"a{suffix}", text, "T", "", ZoneInfo("UTC"))).html).strip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('See {{< ref "a/second.md" >}}.', '<p>See <a href="/.article/a/second.md">second</a>.</p>'),
        ('[a]({{< relref "second.md#x" >}})', '<p><a href="/.article/second.md#x">a</a></p>'),
        ('[a]\n\n[a]: {{< ref "b" >}}', '<p><a href="/.article/b">a</a></p>'),
        ("x {% post_url 2020-01-01-a %}", '<p>x <a href="/.article/2020-01-01-a">2020-01-01-a</a></p>'),
        ("[a]({{ site.url }}{% link a.md %})", '<p><a href="/.article/a.md">a</a></p>'),
        ("a ==hi *there*== 1==2==3", "<p>a <mark>hi <em>there</em></mark> 1==2==3</p>"),
        ("line ^block-id\n\n2 ^2", "<p>line</p>\n<p>2 ^2</p>"),
        ("a\n\n```dataview\nLIST\n```\n\n```compressed-json\nx\n```", "<p>a</p>"),
        ("<% tp.date.now() %>a", "<p>a</p>"),
        ("[key:: value] [std::vector]", "<p>value [std::vector]</p>"),
        ("* TOC\n{:toc}\n\na", "<p>a</p>"),
        ("{{ page.title }} on {{ site.title }} today", "<p>T on today</p>"),
        ("[l](link://slug/s) [k](link://tag/x)", '<p><a href="/.article/s">l</a> <a>k</a></p>'),
        ("[x]({attach}a.pdf) {attach}b {static}/c", '<p><a href="a.pdf">x</a> b c</p>'),
        (":::tip\na\n:::", "<blockquote>\n<p><strong>Tip</strong></p>\n<p>a</p>\n</blockquote>"),
        (":::note[My *x*]\n\na\n\n:::\nb", "<blockquote>\n<p><strong>My <em>x</em></strong></p>\n<p>a</p>\n"
         "</blockquote>\n<p>b</p>"),
        ("a\n\n::: {.x}\nb", "<p>a</p>\n<p>b</p>"),
    ],
)  # fmt: skip
def test_marks_of_other_programs_become_what_they_mean(text: str, shown: str) -> None:
    """A reference is a link, a container a quotation, a mark a mark; what only a program could fill goes."""
    assert html(text) == shown


def test_restructuredtext_of_nikola_and_pelican_leads_to_articles() -> None:
    """Their own addresses and placeholders are none of a reader's."""
    made = html("`x <link://slug/s>`__ {attach}b\n\n.. note:: Mind.\n", ".rst")
    assert '<a href="/.article/s">x</a> b' in made
    assert "<blockquote>\n<p><strong>Note</strong></p>\n<p>Mind.</p>\n</blockquote>" in made


@pytest.mark.parametrize("code", ["==a==", "x ^abc", "[k:: v]", "<% a %>", "{static}a", ":::tip", "{:toc}"])
def test_such_marks_stay_in_code(code: str) -> None:
    """In spans and blocks nothing is another program's."""
    shown = code.replace("<", "&lt;").replace(">", "&gt;")
    assert html(f"x `{code}` y\n\n```\n{code}\n```\n\n    {code}\n").count(shown) == 3


@pytest.mark.parametrize(
    "text",
    ["> [!note]\n>\n> Mind.", "> [!tip] Look\n> Mind.", ":::tip\nMind.\n:::", "{{< vimeo 12345 >}}\n\nMind."],
)
def test_a_summary_is_no_heading_of_a_note_and_no_address(text: str) -> None:
    """It is what the note says, or the next paragraph."""
    assert first_paragraph(html(text)) == "Mind."


@pytest.mark.parametrize("part", [":::a\n", "==a ", " ^a", "[k:: ", "<%", "* T\n{:toc}\n", '{{< ref "a" >}}'])
def test_many_of_them_take_their_length(part: str) -> None:
    """A hundred kilobytes of any are read in a few seconds."""
    start = time.process_time()
    bare_text(sanitise(html(part * (100_000 // len(part)))[:1_000]))
    assert time.process_time() - start < 4

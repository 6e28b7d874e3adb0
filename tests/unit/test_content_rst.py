"""reStructuredText gives what its author meant, whoever's directives he used, and reads no file."""

from __future__ import annotations

import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content import rst
from syndicate.content.reading import Source
from syndicate.markup import sanitise


def source(text: str, title: str = "") -> Source:
    return Source("a.rst", text, title, "", ZoneInfo("UTC"))


def html(text: str) -> str:
    return sanitise(rst.read(source(text, "T")).html).strip()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("One *two*\n=========\n\ntext\n", "One two"),
        ("=======\n One\n=======\n\ntext\n", "One"),
        (".. a comment\n   of two lines\n\nOne ``x``\n-------\n\ntext\n", "One x"),
        ("text\n\nNo\n==\n", ""),
        ("text\n", ""),
        ("====  ====\na     b\n====  ====\n", ""),
    ],
)
def test_the_section_title_it_begins_with_is_the_title(text: str, title: str) -> None:
    """A section title at the top is the title, for a skim and a reading alike, and leaves the text."""
    reading = rst.read(source(text))
    assert rst.skim(source(text)).title == reading.title == title
    if title:
        assert title not in sanitise(reading.html)
        assert title.split()[0] in sanitise(rst.read(source(text, "Another")).html)


def test_sections_notes_code_and_pictures_become_html() -> None:
    """What docutils knows is kept as HTML of the article, code with the name of its language."""
    made = html(
        "a [#]_ ``b < c`` `d <http://e.org>`_ :math:`x`\n\nSub\n===\n\n.. code-block:: python\n"
        "   :linenos:\n\n   if a < b: pass\n\n.. figure:: /a.png\n   :alt: A\n\n   Words\n\n.. note:: Kept\n"
        "\n- x\n- y\n\n.. [#] Note.\n"
    )
    for kept in (
        "<code>b &lt; c</code>",
        '<a href="http://e.org">d</a>',
        "<h2>Sub</h2>",
        '<pre><code class="language-python">if a &lt; b: pass\n',
        '<img alt="A" src="/a.png"',
        "Words",
        "Kept",
        "<li><p>x</p></li>",
        "Note.",
    ):
        assert kept in made


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (".. youtube:: nuwym-jxRL0\n   :align: center\n", "watch?v=nuwym-jxRL0"),
        (".. vimeo:: 1234\n   :odd: x\n", "https://vimeo.com/1234"),
        (".. gist:: a/12ab\n", "https://gist.github.com/a/12ab"),
        (".. thumbnail:: /a.png\n   :odd: x\n\n   Words\n", "<figcaption>\n<p>Words</p>"),
        (".. listing:: hello.py python\n", "<code>hello.py</code>"),
        (".. raw:: html\n\n   <b>kept</b><script>x</script>\n", "<b>kept</b>"),
        (":doc:`words <target>` and :sc:`small`", "words and small"),
        ("`x <{filename}/b.rst>`_", '<a href="/.article/b.rst">x</a>'),
        (".. image:: {static}/a.png", 'src="/a.png"'),
        ("{{% youtube nuwym-jxRL0 %}}", "watch?v=nuwym-jxRL0"),
        ("``{{% x %}}``", "<code>{{% x %}}</code>"),
    ],
)
def test_directives_of_other_programs_become_plain_html(text: str, shown: str) -> None:
    """Known directives and roles show what they stand for, whatever options they have."""
    made = html(f"before\n\n{text}\n\nafter\n")
    assert shown in made
    assert "::" not in made
    assert "<p>after</p>" in made


@pytest.mark.parametrize(
    "text",
    [
        ".. chart:: Bar\n   :title: 'x'\n\n   'a', [1]\n",
        ".. contents::\n   :depth: 2\n",
        ".. post-list::\n   :start: 1\n",
        ".. nobody-knows:: x\n   :y: z\n\n   gone\n",
        ".. raw:: latex\n\n   gone\n",
    ],
)
def test_what_nobody_else_knows_goes(text: str) -> None:
    """A directive of another program leaves nothing behind, and no message of docutils."""
    assert html(f"a\n\n{text}\n\nb\n").split() == ["<p>a</p>", "<p>b</p>"]


def test_no_file_is_read_and_nothing_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Include, raw files and csv files give nothing of the file, and standard error stays empty."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    text = "".join(
        f".. {directive}\n\n"
        for directive in (
            f"include:: {secret}",
            f"raw:: html\n   :file: {secret}",
            f"csv-table:: x\n   :file: {secret}",
            f"literalinclude:: {secret}",
            f"code:: python\n   :file: {secret}",
            f"raw:: html\n   :url: file://{secret}",
        )
    )
    made = html(f"a\n\n{text}*odd `x`_ |y| :z:`\n\n=\n\n")
    assert "SECRET" not in made
    assert capfd.readouterr() == ("", "")


def test_names_of_one_text_are_not_known_in_the_next() -> None:
    """Roles that a text defines, and defaults it sets, end with it."""
    html(".. role:: mine(strong)\n\n.. default-role:: mine\n\n`a`\n")
    assert html(":mine:`a` `b`") == "<p>a <cite>b</cite></p>"


@pytest.mark.parametrize(
    "text",
    [
        ".. " * 100_000,
        "*a " * 60_000,
        "`a " * 60_000,
        "a\n=\n" * 60_000,
        "\n\n.. x\n" * 60_000,
        "=" * 300_000,
        "|" * 200_000,
    ],
)
def test_the_title_of_no_text_takes_long(text: str) -> None:
    """A skim takes no time, whatever the text is."""
    began = time.process_time()
    rst.skim(source(text))
    assert time.process_time() - began < 1


WORDS = (
    "a¦\n¦\n\n¦   ¦.. ¦:: ¦x::¦=¦=====\n¦*¦**¦`¦``¦_¦|¦:x:¦:doc:`¦code:: python\n¦image:: \n¦  :a: b\n"
    "¦raw:: html\n¦include:: /etc/passwd\n¦- ¦1. ¦+--+\n¦[1]_¦.. [1] ¦<b>¦{{%¦%}}¦\x00¦\ud800¦\u2028"
    "¦figure:: a\n¦role:: r\n¦default-role:: r\n¦thumbnail:: a\n¦youtube::\n¦table::\n¦math:: x\n"
    "¦replace:: a\n¦class:: a\n"
)
PIECES = st.sampled_from(WORDS.split("¦"))


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_read(text: str) -> None:
    """Whatever comes, reading ends without an error, and a skim gives the same title."""
    reading = rst.read(source(text))
    assert rst.skim(source(text)).title == reading.title
    sanitise(reading.html)

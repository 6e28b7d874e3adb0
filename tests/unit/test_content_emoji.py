"""Names of emoji become what they name, where a reader of the author's own site saw that."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.embeds.emoji import EMOJI, finish


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>Party :tada:</p>", "<p>Party 🎉</p>"),
        ("<p>:bug::bug:</p>", "<p>:bug::bug:</p>"),  # no more than GitHub does
        ("<p>:+1: and <em>:heart:</em>!</p>", "<p>👍 and <em>❤️</em>!</p>"),
        ("<p><code>:tada:</code> :tada:</p>", "<p><code>:tada:</code> 🎉</p>"),
        ("<pre><code>:tada:</code></pre>", "<pre><code>:tada:</code></pre>"),
        ('<a title=":tada:">x</a>', '<a title=":tada:">x</a>'),
        ("<p>at 10:100:30, a:tada:b, :nothing:</p>", "<p>at 10:100:30, a:tada:b, :nothing:</p>"),
        ("<p>:date: 2026 :link: x</p>", "<p>:date: 2026 :link: x</p>"),
        (":tada: <b", "🎉 <b"),
    ],
)
def test_a_name_outside_of_code_is_replaced(html: str, seen: str) -> None:
    """In code, in attributes, between letters and where nobody knows it a name stays as it is."""
    assert finish(html) == seen


def test_the_table_has_pictures_only() -> None:
    """Each name has one emoji, and none of them is text."""
    assert len(EMOJI) > 250
    assert all(not picture.isascii() and not picture.startswith("\ufe0f") for picture in EMOJI.values())


@given(st.text(alphabet="<>/: precodtada+1\n"))
def test_any_html_comes_through(html: str) -> None:
    """Nothing but known names changes, whatever the elements."""
    assert finish(html).replace("🎉", ":tada:").replace("👍", ":+1:").replace("\U0001f171", "") == html


def test_much_of_it_takes_its_length() -> None:
    """A million characters of open elements and names take less than a second."""
    start = time.process_time()
    finish(":tada: " + "<pre :tada: " * 80_000)
    finish(":tada: " * 140_000)
    assert time.process_time() - start < 2

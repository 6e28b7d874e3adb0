"""An operator's plain text -> paragraphs with links."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.digest.prose import linked, paragraphs


def test_blank_lines_part_paragraphs() -> None:
    """Line ends within a paragraph stay, those around it go."""
    assert paragraphs("\n one \ntwo\r\n \t\n\n three\n") == ("one\ntwo", "three")
    assert paragraphs(" \n\n ") == ()


@pytest.mark.parametrize(
    ("text", "href", "rest"),
    [
        ("see https://x.example/a?b=1&c=2.", "https://x.example/a?b=1&c=2", "."),
        ("(https://x.example/a_(b))", "https://x.example/a_(b)", ")"),
        ("http://x.example, y", "http://x.example", ", y"),
        ("tulis: ani.w+a@contoh.example!", "mailto:ani.w+a@contoh.example", "!"),
        ("اقرأ https://x.example/أ، ثم", "https://x.example/أ", "، ثم"),
    ],
)
def test_addresses_become_links(text: str, href: str, rest: str) -> None:
    """Web and mail addresses lead where they say, without the mark that ends the sentence."""
    made = linked(text)
    assert [unescape(one) for one in re.findall(r'href="([^"]*)"', made)] == [href]
    assert unescape(made.rpartition("</a>")[2]) == rest


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "a@b", "data:text/html,x", "//x.example", "https://"]
)
def test_what_is_no_address_stays_text(text: str) -> None:
    """No other scheme becomes a link."""
    assert "<a" not in linked(text)


@given(st.text(max_size=200))
def test_any_text_stays_the_same_text(text: str) -> None:
    """Whatever is written, no element but links and line breaks comes of it, and all of it is there."""
    made = linked(text)
    bare = re.sub(r'<a class="inline" href="[^"<>]*">|</a>|<br>', "", made)
    assert "<" not in bare and ">" not in bare
    assert unescape(bare) == unescape(text.replace("&", "&amp;"))

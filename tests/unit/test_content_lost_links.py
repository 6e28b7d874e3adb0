"""Links whose addresses a loop of Liquid would have made are words, not brackets."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest

from syndicate.content import markdown
from syndicate.content.reading import Source

LOOP = "{% for issue in issues %}\n[#{{ issue }}]: {{ site.repository }}/issues/{{ issue }}\n{% endfor %}\n"


def html(text: str) -> str:
    return markdown.read(Source("_posts/x.md", text, "Title", "", ZoneInfo("UTC"))).html


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"Fixed ([#1037][]).\n\n{LOOP}", "<p>Fixed (<a>#1037</a>).</p>"),
        (f"The [`find`][find-filter].\n\n{LOOP}", "<p>The <a><code>find</code></a>.</p>"),
        (f"[A][1]\n\n{LOOP}\n[1]: https://a.example/", '<p><a href="https://a.example/">A</a></p>'),
        ("A [b][] c.\n\n{% for x in y %}{{ x }}{% endfor %}", "<p>A [b][] c.</p>"),
        (f"{LOOP}{LOOP}\n[A][]", "<p><a>A</a></p>"),
    ],
)
def test_a_link_that_a_loop_would_have_defined_is_words(text: str, seen: str) -> None:
    """A definition of the author's own counts; without such a loop nothing is made up."""
    assert html(text).replace(' href="unknown:"', "").strip() == seen


def test_many_loops_and_brackets_take_their_length() -> None:
    """A megabyte of brackets and loops is read in a few seconds."""
    start = time.process_time()
    html(LOOP * 3_000 + "[a][b] [c" * 20_000 + "[" * 100_000)
    assert time.process_time() - start < 4

"""Code in letters is coloured by styles of its own, and says what it said."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content import markdown
from syndicate.content.reading import Source
from syndicate.digest.highlight import LONGEST, highlight
from syndicate.markup import sanitise


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_code_of_a_known_language_is_coloured() -> None:
    """A block of Markdown in Python gets spans with inline styles and no classes of theirs."""
    source = Source("a.md", "```python\nif a < 'b':  # c\n    pass\n```\n\ntext", "T", "", None)  # type: ignore[arg-type]
    safe = sanitise(markdown.read(source).html)
    made = highlight(safe)
    assert '<span style="' in made
    assert "<p>text</p>" in made
    assert words(made) == words(safe)
    assert re.findall(r'class="([^"]*)"', made) == ["language-python"]


@pytest.mark.parametrize(
    "safe",
    [
        "<p>a</p>",
        "<pre><code>a</code></pre>",
        '<pre><code class="language-nobody">a &lt; b</code></pre>',
        f'<pre><code class="language-python">{"a " * LONGEST}</code></pre>',
    ],
)
def test_all_else_stays_as_it_is(safe: str) -> None:
    """Code of no known language, or of too much, is left alone."""
    assert highlight(safe) == safe


LANGUAGES = st.sampled_from(["python", "php", "html", "js", "console", "yaml", "c++", "diff"])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), LANGUAGES)
def test_any_code_says_what_it_said(code: str, language: str) -> None:
    """Colouring changes no character of the code."""
    escaped = code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = sanitise(f'<pre><code class="language-{language}">{escaped}</code></pre>')
    assert words(highlight(safe)) == words(safe)

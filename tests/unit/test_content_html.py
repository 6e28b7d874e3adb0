"""An HTML page gives its article and what its head says, with code and embeds as plain as in Markdown."""

from __future__ import annotations

import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from syndicate.content import html as reader
from syndicate.content.codeblocks import plain_code
from syndicate.content.reading import Source
from syndicate.markup import sanitise


def source(text: str, title: str = "") -> Source:
    return Source("a.html", text, title, "", ZoneInfo("UTC"))


PAGE = """<html lang="id"><head><title>One</title>
<meta name="tags" content="a, b" /><meta name="category" content="c">
<meta name="date" content="2026-02-05 10:00">
<meta name="modified" contents="2026-02-06"><meta name="authors" content="D E; F, G">
<meta name="slug" content="s">
<meta name="summary" content="Short"></head><body><p>Text {{ x }} {% raw %}{{ y }}{% endraw %}</p>
{{% youtube nuwym-jxRL0 %}}</body></html>"""


def test_a_page_of_pelican_is_read_with_its_metas() -> None:
    """Tags, category, dates, authors, slug and summary come from the head, in a skim as in a reading."""
    for reading in (reader.read(source(PAGE)), reader.skim(source(PAGE))):
        assert reading.title == "One"
        assert reading.language == "id"
        assert reading.tags == ("a", "b")
        assert reading.categories == ("c",)
        assert reading.authors == ("D E", "F, G")
        assert reading.slug == "s"
        assert reading.summary == "Short"
        assert reading.updated == date(2026, 2, 6)
        assert str(reading.when).startswith("2026-02-05 10:00")
    made = sanitise(reader.read(source(PAGE)).html)
    assert "watch?v=nuwym-jxRL0" in made
    assert "Text {{ y }}" in made


def test_a_fragment_below_its_title_is_skimmed_at_once() -> None:
    """What has no head and no heading says nothing, as its reading does."""
    text = "<p>a</p>\n" * 50_000
    began = time.process_time()
    assert reader.skim(source(text, "T")).title == reader.read(source("<p>a</p>", "T")).title == ""
    reader.skim(source(text, "T"))
    assert time.process_time() - began < 0.5


def test_tags_of_open_graph_come_all() -> None:
    """Each article:tag is a tag, in the order of the page."""
    metas = "".join(f'<meta property="article:tag" content="{tag}">' for tag in ("a", "b, c"))
    assert reader.skim(source(f"<html><head>{metas}</head><body>x</body></html>")).tags == ("a", "b, c")


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        (
            '<div class="language-ruby highlighter-rouge"><div class="highlight">'
            '<pre class="highlight"><code>'
            '<span class="nb">puts</span> <span class="mi">1</span> &lt; a\n</code></pre></div></div>',
            '<pre><code class="language-ruby">puts 1 &lt; a\n</code></pre>',
        ),
        (
            '<div class="highlight"><pre tabindex="0" class="chroma">'
            '<code class="language-go" data-lang="go">'
            '<span class="line"><span class="ln">1</span>'
            '<span class="cl">a\n</span></span></code></pre></div>',
            '<pre><code class="language-go">a\n</code></pre>',
        ),
        (
            '<table class="lntable"><tr><td class="lntd"><pre class="chroma"><code>'
            '<span class="lnt">1\n</span>'
            '<span class="lnt">2\n</span></code></pre></td><td class="lntd"><pre class="chroma">'
            '<code class="language-c" data-lang="c">'
            '<span class="k">int</span> a\nb</code></pre></td></tr></table>',
            '<pre><code class="language-c">int a\nb\n</code></pre>',
        ),
        ("<pre><code>a\n</code></pre>", "<pre><code>a\n</code></pre>"),
        ('<pre class="ascii">a</pre>', "<pre>a</pre>"),
        ('<pre lang="python">a</pre>', '<pre><code class="language-python">a\n</code></pre>'),
    ],
)
def test_code_that_was_coloured_is_plain_again(html: str, plain: str) -> None:
    """Code of Rouge, Chroma and Pygments keeps its text and its language, without its numbers."""
    made = sanitise(plain_code(html)).replace("<div>", "").replace("</div>", "").replace("<span></span>", "")
    assert made == plain


@pytest.mark.parametrize(
    "piece", ["<pre><span", '<table class="lntable">', "<div> ", '<pre class="lang-', "<pre><span>1</pre>"]
)
def test_no_code_takes_long(piece: str) -> None:
    """Markup made to be slow is read in a second."""
    began = time.process_time()
    plain_code("<pre><span>" + piece * 50_000 + "</pre>" + piece)
    assert time.process_time() - began < 2

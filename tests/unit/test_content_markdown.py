"""Markdown gives what its author meant, and nothing that another program should have read is shown raw."""

from __future__ import annotations

import re
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content import markdown
from syndicate.content.formats import FORMATS
from syndicate.content.reading import Source
from syndicate.markup import is_bomb, sanitise


def source(text: str, title: str = "", path: str = "a.md") -> Source:
    return Source(path, text, title, "", ZoneInfo("UTC"))


def html(text: str, suffix: str = ".md") -> str:
    return sanitise(FORMATS[suffix].read(source(text, "T", f"a{suffix}")).html).strip()


def test_github_s_markdown_is_read_with_footnotes() -> None:
    """Tables, strikethrough, task lists, bare addresses and footnotes are as on GitHub."""
    text = (
        "a[^x] ~~b~~ http://e.org/x_(y). www.e.org, `http://c.org`\n\n| a |\n|---|\n| 1 |\n\n- [x] done\n\n"
        "[^x]: One.\n\nend[^x][^y]\n\n[^y]:\n    Two.\n"
    )
    made = html(text)
    for kept in (
        '<sup><a href="#fn1" id="fnref1">[1]</a></sup>',
        '<sup><a href="#fn1" id="fnref1-2">[1]</a></sup>',
        "<del>b</del>",
        '<a href="http://e.org/x_(y)">http://e.org/x_(y)</a>.',
        '<a href="http://www.e.org">www.e.org</a>,',
        "<code>http://c.org</code>",
        "<td>1</td>",
        "☑",
        '<li id="fn1"><p>One. <a href="#fnref1">↩︎</a> <a href="#fnref1-2">↩︎</a></p></li>',
        '<li id="fn2"><p>Two. <a href="#fnref2">↩︎</a></p></li>',
    ):
        assert kept in made
    assert made.index("end") < made.index('id="fn1"')


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# One *two* `x`\n\ntext", "One two x"),
        ("One\ntwo\n===\n\ntext", "One two"),
        ("intro\n\n# One #\n", "One"),
        ("```\n# no\n```\n\n# One {#id}\n", "One"),
        ("<!-- # no -->\n# One\n", "One"),
        ("## Two\n\n# One\n", ""),
        ("Two\n---\n\n# One\n", ""),
        ("    # code\n", ""),
        ("- a\n  # in a list\n", ""),
        ("# {{< x >}}A & B\n", "A & B"),
        ("text\n", ""),
    ],
)
def test_the_first_heading_is_the_title(text: str, title: str) -> None:
    """A first heading of level one is the title, for a skim and a reading alike, and leaves the text."""
    assert markdown.skim(source(text)).title == markdown.read(source(text)).title == title
    if title:
        assert "<h1" not in markdown.read(source(text)).html
        assert "<h1" not in markdown.read(source(text, title)).html
        assert "<h1" in markdown.read(source(text, "Another")).html


def test_headings_have_ids_of_their_own() -> None:
    """Headings get the ids other programs give them, each once; an id the author gave stays."""
    made = html("## Ein Wort!\n\n## Ein *Wort*\n\n## Z {#own}\n")
    assert re.findall(r'<h2 id="([^"]*)"', made) == ["ein-wort", "ein-wort-1", "own"]


EMBEDS = {
    "{{< figure src=\"a.png\" caption='A & B' >}}": '<img src="a.png" alt="A &amp; B"',
    "{{< youtube nuwym-jxRL0 >}}": 'href="https://www.youtube.com/watch?v=nuwym-jxRL0"',
    '{{% youtube id="nuwym-jxRL0" %}}': 'href="https://www.youtube.com/watch?v=nuwym-jxRL0"',
    "{{< vimeo 1234 >}}": 'href="https://vimeo.com/1234"',
    "{{< gist spf13 7896402 >}}": 'href="https://gist.github.com/spf13/7896402"',
    '{{< tweet user="a" id="12" >}}': 'href="https://twitter.com/a/status/12"',
    "{{< instagram Bx1 >}}": 'href="https://www.instagram.com/p/Bx1/"',
    "{{< highlight go >}}\na < b\n\n    c\n{{< /highlight >}}": '"language-go">a &lt; b\n\n    c\n',
    '[x]({{< ref "other.md#y" >}})': '<a href="/.article/other.md#y">x</a>',
    "{{% notice tip %}}kept *so*{{% /notice %}}": "kept <em>so</em>",
    "{{</* youtube x */>}}": "{{&lt; youtube x &gt;}}",
    "{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}": '<pre><code class="language-ruby">puts 1\n',
    "{% raw %}`{{ x }}`{% endraw %}": "<code>{{ x }}</code>",
    "`{% raw %}{{ y }}{% endraw %}`": "<code>{{ y }}</code>",
    "`{% raw %}{% raw %}{% endraw %}` `{{</* a */>}}`": "<code>{% raw %}</code> <code>{{&lt; a &gt;}}</code>",
    "[x]({% post_url 2016-01-01-name %})": '<a href="/.article/2016-01-01-name">x</a>',
    "[x]({% link _posts/a.md %})": '<a href="/.article/_posts/a.md">x</a>',
    '![x]({{ "/a.png" | relative_url }})': '<img src="/a.png" alt="x"',
    "[x]({{ site.baseurl }}/y)": '<a href="/y">x</a>',
    "[x]({{ site.repository }}/y)": "<a>x</a>",
    '{% include figure.html src="a.png" alt="b" %}': '<img src="a.png" alt="b"',
    "{% include youtube.html id='nuwym-jxRL0' %}": "watch?v=nuwym-jxRL0",
    "{% if x %}kept{% endif %}": "kept",
    "[youtube nuwym-jxRL0]": "watch?v=nuwym-jxRL0",
    "[youtube]https://youtu.be/nuwym-jxRL0[/youtube]": "watch?v=nuwym-jxRL0",
    '[caption id="a" width="3"]<img src="a.png"> Words[/caption]': "Words",
    "[[Page|text]]": '<a href="/.article/Page">text</a>',
    "[[Page#A b]]": '<a href="/.article/Page#a-b">Page › A b</a>',
    "![[pic 1.png|200]]": '<img src="pic 1.png" alt="" width="200"',
    "> [!warning]- Take care\n> of it": "<strong>Take care</strong>",
    "a\n{: .cls #id}": "<p>a</p>",
    "* TOC\n{:toc}\n\na": "a",
    "[TOC]\n\na": "<p>a</p>",
    "[x](/y){: .z target=_blank}": '<a href="/y">x</a>',
    "![x](y.png){.z width=3}": '<img src="y.png" alt="x"',
    "[x]({filename}/a.rst)": '<a href="/.article/a.rst">x</a>',
    "![x]({static}/a.png)": '<img src="/a.png" alt="x"',
}
RAW = re.compile(
    r"\{%|\{\{[^&]|\{\{$|%\}|\[\[|\]\]|\{:|\{\.|\[!|\[(?:TOC|youtube|caption|/)|\{(?:static|filename)"
)


@pytest.mark.parametrize("text", EMBEDS)
def test_what_other_programs_embed_becomes_plain_html(text: str) -> None:
    """Shortcodes, Liquid, wiki links and attribute lists show what they stand for, and never themselves."""
    made = html(f"before\n\n{text}\n\nafter")
    assert EMBEDS[text] in made
    assert not RAW.search(re.sub(r"<code.*?</code>", "", made, flags=re.DOTALL))
    assert "<p>before</p>" in made
    assert "<p>after</p>" in made


@pytest.mark.parametrize(
    "text",
    [
        "{{< unknown a=b >}}",
        "{{ page.content }}",
        "{% assign x = 1 %}",
        "{% for a in b %}{{ a }}{% for c in d %}{% endfor %}{% endfor %}",
        "{% comment %}gone{% endcomment %}",
        "%%gone%%",
        "%%\ngone\n\ngone\n%%",
        "{::comment}gone{:/comment}",
        "{{< youtube PUT_VIDEO_ID_HERE >}}",
    ],
)
def test_what_nobody_else_knows_goes(text: str) -> None:
    """An embed only its own program could fill leaves nothing behind."""
    assert re.sub(r"\s+", " ", html(f"a\n\n{text}\n\nb")).replace("<p> </p>", "").replace("  ", " ") in (
        "<p>a</p> <p>b</p>",
        "<p>a</p> <p></p> <p>b</p>",
    )


@pytest.mark.parametrize(
    "code",
    ["{{< youtube x >}}", "{% include a.html %}", "[[Page]]", "![[a.png]]", "%%a%%", "a {: .b}", "{{ x }}"],
)
def test_code_stays_as_it_is_written(code: str) -> None:
    """In fences, indented blocks, spans and lists nothing is replaced."""
    shown = code.replace("<", "&lt;").replace(">", "&gt;")
    text = f"x `{code}` y\n\n```\n{code}\n```\n\n    {code}\n\n- z\n\n  ~~~ text\n  {code}\n  ~~~\n"
    assert html(text).count(shown) == 4
    assert html(f"<pre><code>{shown}</code></pre>", ".html").count(shown) == 1


BOMBS = {
    "quotes": "> " * 300_000 + "a",
    "brackets": "[" * 500_000,
    "links": "[a](" * 200_000,
    "emphasis": "*a **a " * 100_000,
    "table": "|a" * 3_000 + "|\n" + "|-" * 3_000 + "|\n" + "|a|\n" * 100_000,
    "references": "[a]: /" + "x" * 100_000 + "\n\n" + "[a] " * 100_000,
    "notes": "".join(f"[^{n}]: [^{n + 1}]\n" for n in range(30_000)) + "[^0]",
    "fences": "```\n~~~\n" * 100_000,
    "backticks": "`a" * 300_000,
    "liquid": "{% for x %}" * 60_000,
    "outputs": "{{" * 300_000,
    "raw": "{% raw %}" * 60_000,
    "shortcodes": "{{< figure " * 60_000,
    "wiki": "[[" * 300_000,
    "wordpress": "[caption " * 60_000,
    "comments": "a %%b " * 100_000,
    "addresses": "http://a.b/" * 60_000,
    "openings": "<!--" * 100_000 + " http://a.b",
    "hashes": " # \n" * 100_000,
    "underlines": "a\n-\n" * 100_000,
    "underlined": "- x\n" + "a\n" * 2_000 + "=\n" * 100_000,
    "codes": "<pre></pre>" * 60_000 + "{{ x }}",
    "paragraph": "a\n" * 300_000 + "=\n",
    "ticks": "<pre>" * 60_000 + "{{ x }}",
    "attributes": "{: " * 100_000,
    "trailing": "){#" * 100_000,
    "kramdown": "{::comment}" * 60_000,
    "headings": "<div>\n" + "<h2>" * 100_000,
    "tags": "<div>\n<h2>" + "<b " * 100_000 + "</h2>\nhttp://a.b",
    "divisions": "a[^1]\n\n[^1]: b\n\n<div>\n" + "<div " * 100_000,
    "callouts": "> [!" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_text_takes_long(name: str) -> None:
    """Half a megabyte made to be slow is read or refused in seconds."""
    began = time.process_time()
    made = markdown.read(source(BOMBS[name]))
    markdown.skim(source(BOMBS[name]))
    is_bomb(made.html)
    assert time.process_time() - began < 4


WORDS = (
    "{%¦%}¦{{¦}}¦{{<¦>}}¦{{%¦%}}¦[[¦]]¦![[¦%%¦ raw ¦endraw¦for¦endfor¦`¦```\n¦\n¦\n\n¦    ¦- ¦> ¦# ¦===\n"
    "¦[^1]¦[^1]: ¦|¦|-|\n¦[TOC]\n¦{: .a}¦highlight x¦endhighlight¦figure src=a¦/¦\"¦'¦<div>¦</div>¦é¦1"
    "¦http://a.b¦\uee50¦\uee51¦\ud800¦\x00¦word¦: ¦~¦*¦_¦[!note]¦[caption ¦[youtube x]"
)
PIECES = st.sampled_from(WORDS.split("¦"))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    """Whatever comes, reading ends without an error, and a skim gives the same title."""
    for suffix in (".md", ".html"):
        reading = FORMATS[suffix].read(source(text, path=f"a{suffix}"))
        assert FORMATS[suffix].skim(source(text, path=f"a{suffix}")).title == reading.title
        sanitise(reading.html)

"""Texts such as a hostile author writes: pieces of every syntax that a reader knows, in any order."""

from __future__ import annotations

from hypothesis import strategies as st

FIELDS = (
    "title", "date", "updated", "lastmod", "draft", "published", "status", "slug", "url", "permalink",
    "path", "id", "guid", "summary", "description", "author", "authors", "tags", "categories", "lang",
    "image", "cover", "audio", "enclosure", "canonical", "aliases", "translationKey", "correction",
    "expiryDate", "taxonomies", "visibility", "publish", "featured", "pin", "top", "resend",
)  # fmt: skip
VALUES = (
    '"', "'", "[", "]", "{", "}", ",", ": ", "a", "- b", "|", ">", "&a", "*a", "!!int", "!!binary x", "<<",
    "?", "true", "no", "2026-01-05", "2026-13-41 25:61", "7:00", "0x1f", "1e999", ".inf", "~", "null",
    "9" * 400, "../../x", "/etc/x", "https://a.example/b", "javascript:alert(1)", "<script>", "\\ud800",
    "\\0", "\ufeff", "\u202e", "\u0301", "Łódź", "#", "%", "@", "`", "a;b", "a and b", "tag:x,1",
    ":year/:slug",
)  # fmt: skip
MARKS = (
    "---\n", "+++\n", "...\n", "{\n", "}\n", ".. title: x\n", ".. date:\n", ":date: x\n", "Title: x\n",
    "<!--\n", "-->\n", "\n", "\n\n", "\r\n", "\r", "\t", "  ", "    ", "\xa0", "\x0b", "\x85", "\u2028",
    "# ", "## a {#b .c}\n", "===\n", "> ", "- ", "1. ", "- [ ] ", "```\n", "```python\n", "~~~", "`", "*",
    "**", "_", "~~", "[", "](", ")", "![", "[^1]", "[^1]: ", "[a]: /b\n", "|a|b|\n", "|-|:-|\n", "<", ">",
    "&", "&amp;", "&#xD800;", "&#0;", "<!--more-->", "[TOC]", "{: .a}", "\\", "$$", "==", "[[", "]]",
    "![[a.png|b]]", "%%", "> [!note]\n", "{{", "}}", "{%", "%}", "{% raw %}", "{% endraw %}",
    "{% highlight a %}", "{% endhighlight %}", '{{< figure src="a.png" >}}', "{{% a %}}", "{{</* a */>}}",
    "{{< youtube ", "[youtube a]", "[caption]", "import a from 'b'\n", "export const a = {\n", "<A b={c}>",
    "</A>", "{a}", "{/*", "*/}", "<>", ".. ", ".. note::\n", ".. raw:: html\n",
    ".. include:: /etc/passwd\n", ".. |a| replace:: b\n", "|a|", "::\n", ":a:`b`", "`a <b>`_", "a_", "[#]_",
    "+-+-+\n", "= =\n", "   ", "<title>", "<meta name=date content=", "<p>", "</p>", "<table><td>",
    "<a href=", "<img src=", "<script>", "<svg><style>", "<template>", "<body>", "<h1>", "Baca juga: ",
    "JAKARTA, KOMPAS.com - ", "5 Feb 20265 Feb 2026", "| 20.19 WIB", "Oleh: ", "Kamis, 19 Jun 2025",
    "Share", "x", "kata kata ", "\u200b", "\u0301\u0323", "\x01", "\ud800", "\ufffe", "🎉", "𝕏", "ا", "漢",
)  # fmt: skip
pieces = st.one_of(st.sampled_from(MARKS), st.sampled_from(VALUES), st.text(max_size=6))
texts = st.lists(pieces, max_size=30).map("".join)
lines = st.builds(
    lambda name, between, value: f"{name}{between}{value}\n",
    st.sampled_from(FIELDS),
    st.sampled_from((": ", " = ", ":", ":\n  ", ":\n- ", " = '", ': "')),
    st.lists(st.sampled_from(VALUES), max_size=4).map("".join),
)
blocks = st.builds(
    lambda fence, fields, end, text: f"{fence}{''.join(fields)}{end}{text}",
    st.sampled_from(("---\n", "+++\n", "", "\ufeff---\n", "{", "\n---\r\n")),
    st.lists(lines, max_size=8),
    st.sampled_from(("---\n", "+++\n", "...\n", "}\n", "\n", "")),
    texts,
)
files = st.one_of(
    st.one_of(texts, blocks).map(lambda text: text.encode("utf-8", "surrogatepass")),
    blocks.map(lambda text: text.encode("utf-16", "surrogatepass")),
    st.tuples(blocks, st.binary(max_size=20)).map(
        lambda two: two[0].encode("utf-8", "surrogatepass") + two[1] + two[0].encode("utf-8", "replace")
    ),
    st.binary(max_size=200),
)

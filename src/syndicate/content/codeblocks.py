"""Code that another program coloured -> plain code with the name of its language. Pure."""

from __future__ import annotations

import re

_BLOCK = re.compile(
    r"<table\b[^<>]{0,300}\b(?P<table>lntable|highlighttable|rouge-table)\b[^<>]{0,300}>"
    r"|(?P<pre><pre\b[^<>]{0,1000}>)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"<span\b[^<>]{0,300}\b(?:ln|lnt|lineno|linenos)\b[^<>]{0,300}>[\s\d]*</span>", re.IGNORECASE
)
_COLUMN = re.compile(r"<td\b[^<>]{0,300}\b(?:lntd|linenos|gutter|rouge-gutter)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_LANGUAGE = re.compile(
    r"\blang(?:uage)?-([\w+#.-]{1,40})|\bdata-lang(?:uage)?=[\"']?([\w+#.-]{1,40})"
    r"|<pre\b[^<>]*\blang=[\"']([\w+#.-]{1,40})|\bsourceCode ([\w+#.-]{1,40})|\bbrush:\s*([\w+#.-]{1,40})"
)
_WRAPPER = re.compile(r"(?:<(?:div|figure|span)\b[^<>]*>\s*){1,4}$")
_NO_LANGUAGE = {"plaintext", "text", "none", "fallback", "default"}


def plain_code(html: str) -> str:
    """Return `html` with each coloured ``<pre>`` as ``<pre><code class="language-x">`` and its text alone.

    Rouge (Jekyll), Chroma (Hugo), Pygments and Prism wrap each word in a span; columns of line numbers go.
    """
    if "<pre" not in html or ("<span" not in html and "lang" not in html):
        return html
    parts: list[str] = []
    done = 0
    while match := _BLOCK.search(html, done):
        closer = "</table>" if match["table"] else "</pre>"
        end = html.find(closer, match.end())
        if end < 0:
            break
        after = end + len(closer)
        parts += (html[done : match.start()], _plain(html, match, end, after))
        done = after
    return "".join((*parts, html[done:]))


def _plain(html: str, match: re.Match[str], end: int, after: int) -> str:
    inner = html[match.end() : end]
    if match["pre"] and "<span" not in inner and "lang" not in match[0]:
        return html[match.start() : after]
    inner = _NUMBER.sub("", _without_columns(inner) if match["table"] else inner)
    before = _WRAPPER.search(html, max(0, match.start() - 300), match.start())
    named = _LANGUAGE.search(html[before.start() if before else match.start() : match.end()] + inner[:500])
    language = next((name for name in named.groups() if name), "") if named else ""
    kind = f' class="language-{language}"' if language and language not in _NO_LANGUAGE else ""
    text = _TAG.sub("", re.sub(r"<br\s*/?>", "\n", inner)).strip("\n")
    return f"<pre><code{kind}>{text}\n</code></pre>"


def _without_columns(rows: str) -> str:
    """Return a table's rows without the cells that hold nothing but line numbers."""
    parts: list[str] = []
    done = 0
    while match := _COLUMN.search(rows, done):
        end = rows.find("</td>", match.end())
        if end < 0:
            break
        numbers = not _TAG.sub("", rows[match.end() : end]).strip("0123456789 \r\n\t")
        parts.append(rows[done : match.start() if numbers else end])
        done = end
    return "".join((*parts, rows[done:]))

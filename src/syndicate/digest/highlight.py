"""Code in an article -> coloured, with inline styles: a letter has no style sheet. Pure.

The only file that knows Pygments. Feeds and pages keep ``class="language-…"`` and plain code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

_CODE = re.compile(r'<pre><code class="language-([\w+#.-]{1,40})">([^<]*)</code></pre>')
_TAG = re.compile(r"<[^<>]*>")
LONGEST = 20_000  # characters of one block; a longer one stays plain, as some lexers are slow
STYLE = "friendly"  # readable on white and, mostly, where a mail program makes the letter dark


def highlight(safe: str) -> str:
    """Return sanitised HTML with each block of code in a known language coloured by inline styles.

    The text of the code is the same, and what is in no language that Pygments knows stays as it is.
    """
    if "language-" not in safe:
        return safe
    return _CODE.sub(_coloured, safe)


def _coloured(match: re.Match[str]) -> str:
    if len(match[2]) > LONGEST:
        return match[0]
    coloured = _spans(unescape(match[2]), match[1].lower())
    return f'<pre><code class="language-{match[1]}">{coloured}</code></pre>' if coloured else match[0]


@lru_cache(maxsize=256)
def _spans(code: str, language: str) -> str:
    """Return `code` as HTML with coloured spans, "" where nobody knows the language or the code changes."""
    from pygments import highlight as render  # takes a while to import, and few letters show code
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ""
    formatter = HtmlFormatter(noclasses=True, nowrap=True, style=STYLE)
    made = str(render(code, lexer, formatter))
    if not code.endswith("\n"):
        made = made.removesuffix("\n")
    return made if unescape(_TAG.sub("", made)) == code else ""

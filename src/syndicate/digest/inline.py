"""Style sheets -> style attributes, as mail programs want them. The only file that knows css-inline."""

from __future__ import annotations

import re
from functools import lru_cache

from css_inline import CSSInliner, InlineError


def inline(html: str) -> str:
    """Return the page `html` with the rules of its ``<style>`` written into the elements they select.

    At-rules such as ``@media`` stay in a ``<style>``, because no attribute can hold them, and so do rules
    for a mail program's own attributes, ``[data-ogsc]``. Nothing is ever loaded. Raises ValueError where a
    style sheet cannot be read.
    """
    try:
        inlined = str(_inliner().inline(html))
    except InlineError as error:
        raise ValueError(f"the style sheet cannot be inlined: {error}") from error
    return _AT_RULES.sub(r"\1\3\2\4", inlined, count=1)


def inline_fragment(html: str, css: str) -> str:
    """Return a piece of a page, such as a table, with the rules of `css` written into its elements.

    At-rules have no effect. Raises ValueError where `css` cannot be read.
    """
    try:
        return str(_inliner().inline_fragment(html, css))
    except InlineError as error:
        raise ValueError(f"the style sheet cannot be inlined: {error}") from error


# css-inline puts them first, where they push the charset out of the first 1024 bytes, in which a browser
# that opens a saved letter looks for it.
_AT_RULES = re.compile(r"(<head(?:\s[^>]*)?>)(<style>.*?</style>)(.*?)(</head>)", re.DOTALL)


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)

"""The body of an article, made comfortable to read on a page. Pure.

What is wide scrolls inside itself and can be reached with the keyboard; pictures load when they are near.
"""

from __future__ import annotations

import re

# A whole start or end tag: what stands in a quoted value is never taken for markup of its own.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_LOADING = re.compile(r"\sloading\s*=", re.IGNORECASE)


def readable(html: str) -> str:
    """Return sanitised `html` with its tables and code in scrolling boxes and its pictures lazy."""
    return _TAG.sub(_tag, html)


def _tag(match: re.Match[str]) -> str:
    whole, closing, name, attributes = match[0], match[1], match[2].lower(), match[3]
    if name == "table":
        return f"{whole}</div>" if closing else f'<div class="scroll" tabindex="0">{whole}'
    if closing:
        return whole
    if name == "pre" and "tabindex" not in attributes:
        return f'<pre tabindex="0"{attributes}>'
    if name == "img" and not _LOADING.search(attributes):
        return f'<img loading="lazy" decoding="async"{attributes}>'
    return whole

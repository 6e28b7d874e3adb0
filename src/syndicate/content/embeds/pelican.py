"""Addresses as Pelican writes them, in rendered HTML: ``{static}/a.png``, ``{filename}other.rst``."""

from __future__ import annotations

import re

from syndicate.content.embeds import pieces

_ADDRESS = re.compile(
    r'(\s(?:href|src)=")(?:\{|%7B|\||%7C)(static|attach|photo|filename|tag|category|author|index|archives)'
    r'(?:\}|%7D|\||%7C)([^"]*)"',
    re.IGNORECASE,
)

# Where no address begins with it: in the words, which are another's only in code.
_STRAY = re.compile(
    r"<(?P<closing>/?)(?P<code>pre|code|kbd|samp|script|style|textarea)\b[^<>]*>"
    r"|\{(?:static|attach|photo|filename)\}/?"
)
_SIGNS = ('="{', '="%7B', '="|', '="%7C')
_STRAYS = ("{static}", "{attach}", "{photo}", "{filename}")


def finish(html: str) -> str:
    """Return `html` with such addresses as others know them; pages that only Pelican makes have none."""
    if any(sign in html for sign in _SIGNS):
        html = _ADDRESS.sub(_plain, html)
    if any(sign in html for sign in _STRAYS):
        html = _without_strays(html)
    return html


def _without_strays(html: str) -> str:
    depth = 0

    def shown(match: re.Match[str]) -> str:
        nonlocal depth
        if match["code"]:
            depth = max(0, depth - 1) if match["closing"] else depth + 1
            return match[0]
        return match[0] if depth else ""

    return _STRAY.sub(shown, html)


def _plain(match: re.Match[str]) -> str:
    kind, path = match[2].lower(), match[3]
    if kind in ("static", "attach", "photo"):
        return f'{match[1]}{path}"'
    if kind == "filename":
        return f'{match[1]}{pieces.INTERNAL}{path.lstrip("/")}"'
    return f'{match[1]}{pieces.UNKNOWN}"'

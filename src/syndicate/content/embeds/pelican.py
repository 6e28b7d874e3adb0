"""Addresses as Pelican writes them, in rendered HTML: ``{static}/a.png``, ``{filename}other.rst``."""

from __future__ import annotations

import re

from syndicate.content.embeds import pieces

_ADDRESS = re.compile(
    r'(\s(?:href|src)=")(?:\{|%7B|\||%7C)(static|attach|photo|filename|tag|category|author|index|archives)'
    r'(?:\}|%7D|\||%7C)([^"]*)"',
    re.IGNORECASE,
)

_SIGNS = ('="{', '="%7B', '="|', '="%7C')


def finish(html: str) -> str:
    """Return `html` with such addresses as others know them; pages that only Pelican makes have none."""
    if any(sign in html for sign in _SIGNS):
        return _ADDRESS.sub(_plain, html)
    return html


def _plain(match: re.Match[str]) -> str:
    kind, path = match[2].lower(), match[3]
    if kind in ("static", "attach", "photo"):
        return f'{match[1]}{path}"'
    if kind == "filename":
        return f'{match[1]}{pieces.INTERNAL}{path.lstrip("/")}"'
    return f'{match[1]}{pieces.UNKNOWN}"'

"""Addresses as Pelican writes them, in rendered HTML: ``{static}/a.png``, ``{filename}other.rst``."""

from __future__ import annotations

import re

from syndicate.content.embeds import pieces

_ADDRESS = re.compile(
    r'(\s(?:href|src)=")(?:\{|%7B|\|)(static|attach|photo|filename|tag|category|author|index|archives)'
    r'(?:\}|%7D|\|)([^"]*)"',
    re.IGNORECASE,
)


def finish(html: str) -> str:
    """Return `html` with such addresses as others know them; pages that only Pelican makes have none."""
    if "static" in html or "filename" in html or "attach" in html or "{" in html or "%7B" in html:
        return _ADDRESS.sub(_plain, html)
    return html


def _plain(match: re.Match[str]) -> str:
    kind, path = match[2].lower(), match[3]
    if kind in ("static", "attach", "photo"):
        return f'{match[1]}{path}"'
    if kind == "filename":
        return f'{match[1]}{pieces.INTERNAL}{path.lstrip("/")}"'
    return f'{match[1]}{pieces.UNKNOWN}"'

"""Links to other articles where a program would have written an address: as one, or in words. Pure."""

from __future__ import annotations

import re
from html import escape
from pathlib import PurePosixPath

from syndicate.content.embeds import pieces
from syndicate.content.embeds.replacing import Piece, Place

_LOOKED_BACK = 300
# What stands before an address: of Markdown's link, definition or autolink, or of an attribute, and its base.
_IN_ADDRESS = re.compile(
    r"""(?:\]\(\s{0,9}<?|<|(?:href|src)\s?=\s?["']?|[\w:-]=["']|(?:^|\n) {0,3}\[[^\]\n]{1,200}\]:\s{0,9}<?)"""
    r"""(?:\{\{[^{}]{0,200}\}\}|[^\s"'<>(){}]){0,99}$"""
)
_SLUG = re.compile(r'(\shref=")link://(slug|filename)/+([^"]*)"')


def article(place: Place, at: int, end: int, target: str) -> Piece:
    """Return the address of the article `target` where one is asked for, among words a link."""
    path, _, fragment = target.partition("#")
    href = pieces.internal(path, fragment) if path.strip(" /") else f"#{fragment}"
    if _IN_ADDRESS.search(place.text[max(0, at - _LOOKED_BACK) : at]):
        return Piece(end, text=href)
    return Piece(end, html=f'<a href="{escape(href)}">{escape(words_of(path) or fragment)}</a>')


def words_of(path: str) -> str:
    """Return the name by which a reader knows the file at `path`: its folder's where it is an ``index``."""
    parts = [part for part in path.strip(" /").split("/") if part not in ("", ".", "..")]
    if len(parts) > 1 and PurePosixPath(parts[-1]).stem in ("index", "_index"):
        parts.pop()
    if not parts:
        return ""
    name = PurePosixPath(parts[-1])
    return name.stem if name.suffix in (".md", ".markdown", ".mdx", ".rst", ".html", ".htm") else name.name


def finish(html: str) -> str:
    """Return rendered `html` with Nikola's ``link://slug/x`` as addresses of articles."""
    return _SLUG.sub(rf'\1{pieces.INTERNAL}\3"', html) if '"link://' in html else html

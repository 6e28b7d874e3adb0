"""Lists of attributes and calls for a table of contents: ``{: .note}``, ``{#id}``, ``[TOC]``. They go."""

from __future__ import annotations

import re

from syndicate.content.embeds.replacing import Piece, Place

_LIST = re.compile(r"\{:[^{}\n]{0,500}\}")
_EXTENSION = re.compile(r"\{::(\w+)[^{}\n]{0,500}?(/?)\}")
_AFTER = re.compile(r"([)\]*_`])\{[ \t]*[#.][\w][^{}\n]{0,500}\}")
_TOC = re.compile(r"\[TOC\][ \t]*(?=\n|$)", re.IGNORECASE)
_ITEM = re.compile(r"(?:^|\n)[ \t]*(?:[-*+]|\d+[.)])[ \t][^\n]{0,200}\n[ \t]*$")


def kramdown(place: Place, at: int) -> Piece | None:
    """Return nothing for a list of attributes, a comment or an option of kramdown."""
    extension = _EXTENSION.match(place.text, at)
    if extension:
        if extension[1] not in ("comment", "nomarkdown") or extension[2]:
            return Piece(extension.end())
        close = place.search(re.compile(r"\{:/(?:\w*)\}"), extension.end())
        if close is None or extension[1] == "nomarkdown":
            return Piece(extension.end())
        return Piece(close.end())
    match = _LIST.match(place.text, at)
    return Piece(match.end()) if match else None


def trailing(place: Place, at: int) -> Piece | None:
    """Return the character before a list of attributes, which belongs to the text."""
    match = _AFTER.match(place.text, at)
    return Piece(match.end(), text=match[1]) if match else None


def contents(place: Place, at: int) -> Piece | None:
    """Return nothing for a line that asks for a table of contents."""
    line = place.text.rfind("\n", 0, at) + 1
    match = _TOC.match(place.text, at)
    return Piece(match.end()) if match and not place.text[line:at].strip() else None


DIALECT = {
    "{:": kramdown,
    **{f"{before}{{{sign}": trailing for before in ")]*_`" for sign in "#. "},
    "[TOC]": contents,
    "[toc]": contents,
}

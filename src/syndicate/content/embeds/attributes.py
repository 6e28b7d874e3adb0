"""Lists of attributes and calls for a table of contents: ``{: .note}``, ``{#id}``, ``[TOC]``. They go."""

from __future__ import annotations

import re

from syndicate.content.embeds.replacing import Piece, Place

_LIST = re.compile(r"\{:[^{}\n]{0,500}\}")
_EXTENSION = re.compile(r"\{::(\w+)[^{}\n]{0,500}?(/?)\}")
_AFTER = re.compile(r"([)\]*_`])\{[ \t]*[#.][\w][^{}\n]{0,500}\}")
_TOC = re.compile(r"\[TOC\][ \t]*(?=\n|$)", re.IGNORECASE)
_ASKS = re.compile(r"\{:[ \t]*toc\b", re.IGNORECASE)
_CONTENTS = "<!--contents-->"
_REPLACED = re.compile(rf"<li>\s{{0,9}}(?:<p>)?[^<]{{0,300}}{_CONTENTS}\s{{0,9}}(?:</p>)?\s{{0,9}}</li>")
_EMPTY = re.compile(r"<(ul|ol)\b[^<>]*>\s*</\1>\n?")


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
    if match is None:
        return None
    return Piece(match.end(), html=_CONTENTS if _ASKS.match(match[0]) else "")


def trailing(place: Place, at: int) -> Piece | None:
    """Return the character before a list of attributes, which belongs to the text."""
    match = _AFTER.match(place.text, at)
    return Piece(match.end(), text=match[1]) if match else None


def contents(place: Place, at: int) -> Piece | None:
    """Return nothing for a line that asks for a table of contents."""
    line = place.text.rfind("\n", 0, at) + 1
    match = _TOC.match(place.text, at)
    return Piece(match.end()) if match and not place.text[line:at].strip() else None


def finish(html: str) -> str:
    """Return rendered `html` without the items in whose place kramdown puts a table of contents."""
    return _EMPTY.sub("", _REPLACED.sub("", html)) if _CONTENTS in html else html


DIALECT = {
    "{:": kramdown,
    **{f"{before}{{{sign}": trailing for before in ")]*_`" for sign in "#. "},
    "[TOC]": contents,
    "[toc]": contents,
}

"""Texts as they stand in XML, spelt as libxml2 does: whoever writes an element, its bytes are equal. Pure.

A text must hold no character that XML cannot (see `document.ILLEGAL`).
"""

from __future__ import annotations


def text(value: str) -> str:
    """Return `value` as the text of an element."""
    if "&" in value:
        value = value.replace("&", "&amp;")
    if "<" in value:
        value = value.replace("<", "&lt;")
    if ">" in value:
        value = value.replace(">", "&gt;")
    return value.replace("\r", "&#13;") if "\r" in value else value


def attribute(value: str) -> str:
    """Return `value` as it stands between the quotes of an attribute."""
    value = text(value)
    for character, written in (('"', "&quot;"), ("\n", "&#10;"), ("\t", "&#9;")):
        if character in value:
            value = value.replace(character, written)
    return value

"""The YAML that nearly all authors write, read without a YAML parser. Pure.

Reading the fields is most of the work of a build (PyYAML takes three times as long, its C loader included).
What is read here is a strict subset: at anything else `read` gives up, and `yamldoc.load_texts` reads it. A
property test holds the two together.
"""

from __future__ import annotations

import re

from syndicate.yamldoc import Text

# A plain text begins with what is no indicator (YAML 1.1, section 5.2) and is looked at again by `_plain`.
_FIRST = r"[\w/.(+\u0080-\U0010ffff]"
_FLOW = rf"{_FIRST}[^,\[\]{{}}:#\"']*+"
_QUOTED = r"\"([^\"\\]*)\"|'([^']*)'"
_LINE = re.compile(
    rf"([A-Za-z][A-Za-z0-9_-]{{0,60}}):(?: ++(?:({_FIRST}.*)|{_QUOTED}|\[([^\[\]{{}}]*)\]))? *"
)
_ITEM = re.compile(rf"( *+)- ++(?:({_FIRST}.*)|{_QUOTED}) *")
_LISTED = re.compile(rf" *+(?:({_FLOW})|{_QUOTED}) *+(?:,(?=.)|$)")
_WORDS = re.compile(rf" *+{_FLOW}(?:, *+{_FLOW})*+")
_NULLS = frozenset(("null", "Null", "NULL"))


class _Unusual(Exception):
    """Something that is not of the subset."""


def read(block: str) -> tuple[dict[str, Text], dict[str, int]] | None:
    """Return the fields of `block` and the line of each, counting from 1; None where it is not plain enough.

    Where it answers, the answer is that of `yamldoc.load_texts`.
    """
    if not block.replace("\n", "").isprintable():  # also the line ends and controls that YAML knows
        return None
    try:
        return _read(block.split("\n"))
    except _Unusual:
        return None


def _read(rows: list[str]) -> tuple[dict[str, Text], dict[str, int]]:
    values: dict[str, Text] = {}
    lines: dict[str, int] = {}
    open_key, items, indent = "", [""][:0], ""  # the key above a list, its items, and how far they are in
    for number, row in enumerate(rows, 1):
        match = _LINE.fullmatch(row)
        if match is None:
            if not row or row[0] == "#":
                continue
            item = _ITEM.fullmatch(row)
            if item is None or not open_key or (items and item[1] != indent):
                raise _Unusual
            indent = item[1]
            items.append(_text(item[2], item[3], item[4]))
            values[open_key] = items  # type: ignore[assignment] # a list of texts is a value
            continue
        key, plain, double, single, flow = match.groups()
        if key in values or key in _NULLS:
            raise _Unusual
        lines[key] = number
        open_key = ""
        if plain is not None:
            values[key] = _plain(plain)
        elif double is not None:
            values[key] = double
        elif single is not None:
            values[key] = single
        elif flow is not None:
            values[key] = _flow(flow)
        else:
            values[key] = None
            open_key, items = key, []
    if not values:
        raise _Unusual
    return values, lines


def _plain(text: str) -> Text:
    text = text.rstrip(" ")
    if ": " in text or " #" in text or text[-1] == ":":
        raise _Unusual
    return None if text in _NULLS else text


def _text(plain: str | None, double: str | None, single: str | None) -> str:
    if plain is None:
        return double if double is not None else single or ""
    text = _plain(plain)
    if not isinstance(text, str):
        raise _Unusual
    return text


def _flow(inner: str) -> Text:
    if _WORDS.fullmatch(inner):
        words: list[Text] = [word.strip(" ") for word in inner.split(",")]
        if _NULLS.isdisjoint(words):
            return words
        raise _Unusual
    found: list[Text] = []
    at = 0
    while at < len(inner):
        match = _LISTED.match(inner, at)
        if match is None or match.end() == at:
            raise _Unusual
        found.append(_text(match[1], match[2], match[3]))
        at = match.end()
    if not found:
        raise _Unusual
    return found

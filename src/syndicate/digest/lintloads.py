"""What a letter loads from elsewhere, wherever it stands: attributes, styles, comments for Outlook. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from lxml import etree
from lxml.etree import _Comment, _Element

from syndicate.digest.findings import Facts

_ATTRIBUTES: Final = (
    *("src", "poster", "data", "lowsrc", "dynsrc", "ping", "codebase", "archive", "classid", "manifest"),
    *("background", "xlink:href", "o:href", "r:href"),
)
_SETS: Final = ("srcset", "imagesrcset")
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"@import\s*(?:url\()?\s*[\"']?([^\"');]*)", re.IGNORECASE)
_REMOTE = re.compile(
    r"url\(\s*[\"']?\s*(?!data:|#)([^)\"']*)|[\"']\s*((?:https?:)?//\w[^\"']*)[\"']", re.IGNORECASE
)
_CONDITIONAL = re.compile(r"\s*\[if[^\]]*\]>(.*?)(?:<!\[endif\]\s*)?", re.DOTALL | re.IGNORECASE)
_MAY_LOAD = re.compile(r"src|url|href|background|data|poster|import|\\|image|//", re.IGNORECASE)


def foreign(element: _Element, tag: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield attribute and address of what an element loads that is not our own; the ``src`` of img aside."""
    for name in _ATTRIBUTES:
        url = (element.get(name) or "").strip()
        if url and not (tag == "img" and name == "src") and not _is_fine(url, facts):
            yield name, url
    for name in _SETS:
        for one in (element.get(name) or "").split(","):
            url = (one.split() or [""])[0]
            if url and not _is_fine(url, facts):
                yield name, url
    style = element.get("style")
    for url in css_loads(style) if style else ():
        if not _is_fine(url, facts):
            yield "style", url


def _is_fine(url: str, facts: Facts) -> bool:
    return facts.is_ours(url) and facts.slot not in url


@lru_cache(maxsize=4096)
def css_loads(css: str) -> tuple[str, ...]:
    """Return the addresses of all that a style sheet or attribute loads, however they are written."""
    text = _ESCAPE.sub(_unescaped, _COMMENT.sub("", css))
    found = [match[1] or match[2] for match in _REMOTE.finditer(text)]
    return tuple(one.strip() for one in (*_IMPORT.findall(text), *found) if one and one.strip())


def _unescaped(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else 0
    return (chr(number) if 0 < number < 0x110000 else "\ufffd") if match[1] else match[3] or ""


def for_outlook(comment: _Comment) -> Iterator[_Element]:
    """Yield the elements that Outlook sees in a comment such as ``<!--[if mso]>…<![endif]-->``."""
    match = _CONDITIONAL.fullmatch(comment.text or "")
    if match is None or not _MAY_LOAD.search(match[1]):
        return
    try:
        root = etree.fromstring(f"<html><body>{match[1]}</body></html>", etree.HTMLParser(huge_tree=True))
    except (etree.LxmlError, ValueError):
        return
    yield from root.iter(etree.Element)

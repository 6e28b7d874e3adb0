"""Which gone article a new file is although its text was touched: by title and shared words. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_ALIKE = 0.5  # share of words that two texts under one title have in common
_NEARLY_EQUAL = 0.8  # the same for texts under different titles
_AGAIN = 0.9  # the same for a text that was copied twice and counts once
_FEWEST = 20  # words without which a text under another title says too little
_MOST_NAMESAKES = 20  # of one title; a title that more have says nothing
_MOST_PAIRS = 2_000  # looked at without a common title: a moved archive is not compared word by word

Said = tuple[str, str]  # title, text


def likenesses(new: Mapping[str, Said], gone: Mapping[str, Said]) -> dict[str, str]:
    """Return new path -> gone path where a file was moved and edited between two scans.

    Only where each has no other that it could be: a wrong guess would keep an article from being mailed.
    """
    titled: dict[str, list[str]] = {}
    for path, (title, _) in gone.items():
        titled.setdefault(title, []).append(path)
    every = list(gone) if len(new) * len(gone) <= _MOST_PAIRS else []
    words = cache(lambda path: _words(gone[path][1]))  # of those alone that are compared
    found: dict[str, str] = {}
    for path, (title, text) in new.items():
        named = titled.get(title, [])
        pairs = dict.fromkeys([*(named if len(named) <= _MOST_NAMESAKES else ()), *every])
        if not pairs:
            continue
        own = _words(text)
        alike = [other for other in pairs if _same(own, words(other), title == gone[other][0])]
        if len(alike) == 1:
            found[path] = alike[0]
    wanted = Counter(found.values())
    return {path: other for path, other in found.items() if wanted[other] == 1}


def said_again(path: str, other: str, texts: Mapping[str, str]) -> bool:
    """Return whether two texts, under one title, are one article that was copied twice."""
    if path not in texts or other not in texts:
        return False
    one, two = _words(texts[path]), _words(texts[other])
    return len(one) >= _FEWEST and len(one & two) >= _AGAIN * len(one | two)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_TAG.sub(" ", text).lower()))


def _same(one: frozenset[str], other: frozenset[str], one_title: bool) -> bool:
    together = len(one | other)
    if not together or (not one_title and min(len(one), len(other)) < _FEWEST):
        return False
    return len(one & other) / together >= (_ALIKE if one_title else _NEARLY_EQUAL)

"""Which gone article a new file is although its text was touched: by title and shared words. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from syndicate.model import Parsed

_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_ALIKE = 0.5  # share of words that two texts under one title have in common
_NEARLY_EQUAL = 0.8  # the same for texts under different titles
_FEWEST = 20  # words without which a text under another title says too little
_MOST_NAMESAKES = 20  # of one title; a title that more have says nothing
_MOST_PAIRS = 2_000  # looked at without a common title: a moved archive is not compared word by word


def likenesses(new: Mapping[str, Parsed], gone: Mapping[str, Parsed]) -> dict[str, str]:
    """Return new path -> gone path where a file was moved and edited between two scans.

    Only where each has no other that it could be: a wrong guess would keep an article from being mailed.
    """
    titled: dict[str, list[str]] = {}
    for path, parsed in gone.items():
        titled.setdefault(parsed.title, []).append(path)
    every = list(gone) if len(new) * len(gone) <= _MOST_PAIRS else []
    words = cache(lambda path: _words(gone[path]))  # of those alone that are compared
    found: dict[str, str] = {}
    for path, parsed in new.items():
        named = titled.get(parsed.title, [])
        pairs = dict.fromkeys([*(named if len(named) <= _MOST_NAMESAKES else ()), *every])
        if not pairs:
            continue
        own = _words(parsed)
        alike = [other for other in pairs if _same(own, words(other), parsed.title == gone[other].title)]
        if len(alike) == 1:
            found[path] = alike[0]
    wanted = Counter(found.values())
    return {path: other for path, other in found.items() if wanted[other] == 1}


def _words(parsed: Parsed) -> frozenset[str]:
    return frozenset(_WORD.findall(_TAG.sub(" ", parsed.html).lower()))


def _same(one: frozenset[str], other: frozenset[str], one_title: bool) -> bool:
    together = len(one | other)
    if not together or (not one_title and min(len(one), len(other)) < _FEWEST):
        return False
    return len(one & other) / together >= (_ALIKE if one_title else _NEARLY_EQUAL)

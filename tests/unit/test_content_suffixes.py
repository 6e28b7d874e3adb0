"""Suffixes are told without the formats behind them."""

from __future__ import annotations

from syndicate.content.formats import FORMATS
from syndicate.content.suffixes import SUFFIXES


def test_each_format_has_its_suffix_listed() -> None:
    """A scan looks for exactly the files that a format reads."""
    assert frozenset(FORMATS) == SUFFIXES

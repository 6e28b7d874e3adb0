"""Colours of CSS and their contrast, held against the numbers of WCAG."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.digest.colours import BLACK, CLEAR, WHITE, Colour, as_hex, contrast, over, parse_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#0b57a4", (11, 87, 164, 1.0)),
        (" #FFF ", WHITE),
        ("#0008", (0, 0, 0, 136 / 255)),
        ("white", WHITE),
        ("transparent", CLEAR),
        ("rgb(1, 2, 3)", (1, 2, 3, 1.0)),
        ("rgb(0 0 0 / 50%)", (0, 0, 0, 0.5)),
        ("rgba(100%,0%,300%,2)", (255, 0, 255, 1.0)),
        ("inherit", None),
        ("#12345", None),
        ("rgb(1,2)", None),
        ("rgb(a,b,c)", None),
        ("", None),
    ],
)
def test_colours_are_read(text: str, colour: Colour | None) -> None:
    """Hexadecimal, functional and named colours are known; all else is None."""
    assert parse_colour(text) == colour


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21, #767676 on white is the palest grey that passes, order does not matter."""
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    grey = parse_colour("#767676")
    assert grey
    assert contrast(grey, WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(WHITE, grey) == contrast(grey, WHITE)


def test_what_is_half_clear_takes_from_below() -> None:
    """Half black on white is grey."""
    assert as_hex(over((0, 0, 0, 0.5), WHITE)) == "#808080"


@given(st.text(max_size=40))
def test_any_text_is_a_colour_or_none(text: str) -> None:
    """Nothing raises."""
    found = parse_colour(text)
    assert found is None or all(0 <= part <= 255 for part in found)

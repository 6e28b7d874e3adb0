"""Colours of letters: whether they can be read, and how they come into style sheets."""

from __future__ import annotations

import pytest

from syndicate.configletter import Colours, Letter
from syndicate.digest.contrast import LEAST, contrast, faint
from syndicate.digest.style import for_outlook, resolved, variables


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        *(("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)),
        *(("#0000ff", "#ffffff", 8.59), ("#abcdef", "#abcdef", 1.0)),
    ],
)  # fmt: skip
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """The figures are those of the standard, whichever colour comes first."""
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio


def test_the_shipped_colours_can_be_read() -> None:
    """In light and in the dark, on the paper and around it, with room to spare."""
    letter = Letter()
    assert not [*faint(letter.light), *faint(letter.dark)]
    assert contrast(letter.light.muted, letter.light.background) > LEAST + 1


def test_faint_colours_are_told() -> None:
    """Each colour that cannot be read is named with its ground and contrast."""
    found = list(faint(Colours(accent="#ff9900", muted="#999999")))
    assert [(name, ground) for name, ground, _ in found] == [
        ("muted", "paper"),
        ("muted", "background"),
        ("accent", "paper"),
        ("accent", "background"),
    ]
    assert all(1 < ratio < LEAST for *_, ratio in found)


def test_variables_are_written_into_a_style_sheet() -> None:
    """Colours and widths stand in their places, comments are gone, and nothing ends the element."""
    css = "/* </style> */ a { color: var(--accent); width: var(--width) } b { color: var(--dark-line) } </x>"
    made = resolved(css, variables(Letter(width=640, light=Colours(accent="#123456"))))
    assert "color: #123456; width: 640px" in made
    assert "var(" not in made and "</" not in made and "/*" not in made


def test_an_unknown_variable_is_told() -> None:
    """A misspelt colour is named with those that there are."""
    with pytest.raises(ValueError, match=r"no var\(--acent\); there are: width, accent"):
        resolved("a { color: var(--acent) }", variables(Letter()))


def test_outlook_gets_the_dark_colours_by_its_own_marks() -> None:
    """Colours and grounds stand apart, each behind the mark that Outlook sets for it; other rules do not."""
    css = """a { color: red } @media (max-width: 9px) { a { color: blue } }
    @media (prefers-color-scheme: dark) { .a, .b { color: #fff !important; background-color: #000 } }"""
    assert for_outlook(css).splitlines() == [
        "[data-ogsc] .a, [data-ogsc] .b { color: #fff !important }",
        "[data-ogsb] .a, [data-ogsb] .b { background-color: #000 }",
    ]

"""How words look where the walk over a letter is: their colour, what is below, whether they are seen.

Pure; worked out once for each scheme, from the declarations that win for an element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml.etree import _Element

from syndicate.digest.cascade import Scheme
from syndicate.digest.colours import BLACK, WHITE, Colour, over, parse_colour

_SIZE = re.compile(r"\s*([0-9.]+)\s*(?:px)?\s*")
STARTS: Final[
    Mapping[Scheme, tuple[Colour, Colour, Colour]]
] = {  # page, words and links where nothing is said
    "light": (WHITE, BLACK, (0, 0, 238, 1.0)),
    "dark": ((18, 18, 18, 1.0), WHITE, (158, 158, 255, 1.0)),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How words look where the walk is, in one scheme; None for a background that is a picture."""

    words: Colour
    below: Colour | None
    shown: bool = True
    opacity: float = 1.0


Looks = Mapping[Scheme, Look]


def applied(element: _Element, look: Look, style: Mapping[str, str], link: Colour) -> Look:
    """Return how words look inside an element with these declarations."""
    shown = look.shown and not _is_hidden(style)
    words = parse_colour(style.get("color", "")) or parse_colour(_hint(element))
    if words is None:
        is_link = element.tag == "a" and element.get("href") is not None
        words = link if is_link and style.get("color") != "inherit" else look.words
    below = _below_of(element, look.below, style)
    return Look(words, below, shown, look.opacity * _share(style.get("opacity")))


def _hint(element: _Element) -> str:
    return (element.get("color") or "") if element.tag == "font" else ""


def _below_of(element: _Element, below: Colour | None, style: Mapping[str, str]) -> Colour | None:
    drawn = f"{style.get('background', '')} {style.get('background-image', '')}"
    text = style.get("background-color")
    if text is None:
        words = re.sub(r"url\([^)]*\)", " ", style.get("background", ""))
        named = [word for word in re.findall(r"rgba?\([^)]*\)|\S+", words) if parse_colour(word)]
        text = named[-1] if named else element.get("bgcolor") or ""
    colour = parse_colour(text)
    if "url(" in drawn or "gradient(" in drawn:
        return None
    if colour is None:
        return below
    return over(colour, below) if below is not None else colour if colour[3] >= 1 else None


def _is_hidden(style: Mapping[str, str]) -> bool:
    if style.get("display") == "none" or style.get("visibility") == "hidden":
        return True
    return pixels(style.get("font-size")) <= 1


def pixels(text: str | None) -> float:
    """Return a length in pixels, 16 where it is none."""
    match = _SIZE.fullmatch(text or "")
    try:
        return float(match[1]) if match else 16.0
    except ValueError:
        return 16.0


def _share(text: str | None) -> float:
    try:
        return min(max(float(text), 0.0), 1.0) if text else 1.0
    except ValueError:
        return 1.0

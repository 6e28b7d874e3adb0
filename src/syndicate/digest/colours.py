"""Colours as letters write them, and how well one reads on another (WCAG 2.2). Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

Colour = tuple[int, int, int, float]  # red, green, blue as 0 to 255, and how opaque it is: 0 to 1

WHITE: Final[Colour] = (255, 255, 255, 1.0)
BLACK: Final[Colour] = (0, 0, 0, 1.0)
CLEAR: Final[Colour] = (0, 0, 0, 0.0)

_NAMES: Final = """
black=000000 silver=c0c0c0 gray=808080 grey=808080 white=ffffff maroon=800000 red=ff0000 purple=800080
fuchsia=ff00ff magenta=ff00ff green=008000 lime=00ff00 olive=808000 yellow=ffff00 navy=000080 blue=0000ff
teal=008080 aqua=00ffff cyan=00ffff orange=ffa500 gold=ffd700 pink=ffc0cb brown=a52a2a beige=f5f5dc
ivory=fffff0 tomato=ff6347 coral=ff7f50 crimson=dc143c indigo=4b0082 darkgray=a9a9a9 darkgrey=a9a9a9
dimgray=696969 dimgrey=696969 lightgray=d3d3d3 lightgrey=d3d3d3 gainsboro=dcdcdc whitesmoke=f5f5f5
snow=fffafa darkblue=00008b darkred=8b0000 darkgreen=006400 steelblue=4682b4 slategray=708090
slategrey=708090 royalblue=4169e1 dodgerblue=1e90ff
"""
_NAMED: Final = {name: f"#{value}" for name, _, value in (pair.partition("=") for pair in _NAMES.split())}
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\(([^()]*)\)")


@lru_cache(maxsize=1024)
def parse_colour(text: str) -> Colour | None:
    """Return the colour that CSS writes as `text`; None for one that is not known here."""
    text = text.strip().lower()
    text = _NAMED.get(text, text)
    if text == "transparent":
        return CLEAR
    if match := _HEX.fullmatch(text):
        return _from_hex(match[1])
    if match := _RGB.fullmatch(text):
        return _from_numbers(re.split(r"[\s,/]+", match[1].strip()))
    return None


def _from_hex(digits: str) -> Colour:
    if len(digits) < 6:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue, *rest = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return red, green, blue, rest[0] / 255 if rest else 1.0


def _from_numbers(parts: list[str]) -> Colour | None:
    try:
        shares = [_number(part, 255 if at < 3 else 1) for at, part in enumerate(parts)]
    except ValueError:
        return None
    if len(shares) not in (3, 4):
        return None
    red, green, blue = (round(share) for share in shares[:3])
    return red, green, blue, shares[3] if len(shares) == 4 else 1.0


def _number(text: str, most: float) -> float:
    value = float(text[:-1]) * most / 100 if text.endswith("%") else float(text)
    return min(max(value, 0.0), most) if value == value else 0.0


def over(above: Colour, below: Colour) -> Colour:
    """Return what is seen of `above` on an opaque `below`."""
    share = above[3]
    if share >= 1:
        return above
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(above[:3], below[:3], strict=True))
    return red, green, blue, 1.0


@lru_cache(maxsize=1024)
def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two opaque colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def as_hex(colour: Colour) -> str:
    """Return an opaque colour as ``#0b57a4``."""
    return "#{:02x}{:02x}{:02x}".format(*colour[:3])

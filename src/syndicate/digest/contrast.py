"""Whether colours can be read: contrast as WCAG 2.2 has it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.configletter import Colours

LEAST = 4.5  # of text of any size (WCAG 2.2, 1.4.3)
_TEXTS, _GROUNDS = ("text", "muted", "accent"), ("paper", "background")


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as ``#0b57a4``: from 1, the same, to 21, black and white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faint(colours: Colours) -> Iterator[tuple[str, str, float]]:
    """Yield each colour of texts that cannot be read, what it is on, and their contrast.

    Texts stand on both grounds; on the accent, as on a button, they have the colour of the paper.
    """
    for name in _TEXTS:
        for ground in _GROUNDS:
            found = contrast(getattr(colours, name), getattr(colours, ground))
            if found < LEAST:
                yield name, ground, found


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

"""The letter part of config.yaml: how letters look."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from syndicate.configtypes import Section, Url

_NAME = r"^[a-z0-9][a-z0-9_-]{0,39}$"
Look = Annotated[str, Field(pattern=_NAME)]  # a folder of templates/mail/looks, shipped or one of his own


def parse_colour(value: object) -> str:
    """Return a colour such as ``#0b57a4`` in lower case; ``#05a`` is short for ``#0055aa``."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if not re.fullmatch(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", text):
        raise ValueError('write a colour such as "#0b57a4"')
    return text if len(text) == 7 else "#" + "".join(2 * digit for digit in text[1:])


Colour = Annotated[str, BeforeValidator(parse_colour)]


class Colours(Section):
    """The colours of letters in light surroundings: links, what is around the sheet, the sheet, its texts."""

    accent: Colour = "#0b57a4"
    background: Colour = "#f3f2ee"
    paper: Colour = "#ffffff"
    text: Colour = "#1f2328"
    muted: Colour = "#57606a"


class DarkColours(Colours):
    """The colours of letters in dark surroundings."""

    accent: Colour = "#8ab8ff"
    background: Colour = "#121417"
    paper: Colour = "#1b1e23"
    text: Colour = "#eceae6"
    muted: Colour = "#aeb6bf"


class Letter(Section):
    """How letters look, where a newsletter says nothing else. `width` in pixels; `logo` a picture's URL."""

    look: Look = "magazine"
    width: int = Field(default=600, ge=320, le=800)
    logo: Url | None = None
    logo_width: int = Field(default=160, ge=16, le=600)
    light: Colours = Colours()
    dark: DarkColours = DarkColours()

"""Style sheets of letters: colours and widths written into them, as mail programs know no variables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from syndicate.configletter import Colours, Letter

_VARIABLE = re.compile(r"var\(--([a-z-]+)\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_LINE_SHARE = 0.16  # of the text's colour in that of a line


def variables(letter: Letter) -> dict[str, str]:
    """Return what ``var(--…)`` stands for: width, colours and lines, those of the dark with ``dark-``."""
    return {
        "width": f"{letter.width}px",
        **_colours(letter.light, ""),
        **_colours(letter.dark, "dark-"),
    }


def resolved(css: str, values: Mapping[str, str]) -> str:
    """Return a style sheet with its variables replaced, without comments; it cannot end a ``<style>``.

    Raises ValueError for a variable that is not there.
    """
    try:
        written = _VARIABLE.sub(lambda match: values[match[1]], _COMMENT.sub("", css))
    except KeyError as error:
        known = ", ".join(values)
        raise ValueError(f"there is no var(--{error.args[0]}); there are: {known}") from None
    return "\n".join(line.strip() for line in written.replace("</", "<\\/").splitlines() if line.strip())


def for_outlook(css: str) -> str:
    """Return the rules for the dark once more, as Outlook on the web and on telephones wants them.

    They know no ``prefers-color-scheme``, but mark what they darken: ``data-ogsc`` where they changed a
    colour, ``data-ogsb`` a ground (caniemail.com, css-at-media-prefers-color-scheme, note 3).
    """
    return "\n".join(
        f"{_marked(selectors, mark)} {{ {kept} }}"
        for block in _DARK.findall(css)
        for selectors, declarations in _RULE.findall(block)
        for mark, grounds in (("data-ogsc", False), ("data-ogsb", True))
        if (kept := _of_kind(declarations, grounds=grounds))
    )


def _marked(selectors: str, mark: str) -> str:
    return ", ".join(f"[{mark}] {one.strip()}" for one in selectors.split(","))


def _of_kind(declarations: str, *, grounds: bool) -> str:
    parts = [one.strip() for one in declarations.split(";") if one.strip()]
    return "; ".join(one for one in parts if one.startswith("background") == grounds)


def _colours(colours: Colours, prefix: str) -> dict[str, str]:
    named = {f"{prefix}{name}": str(value) for name, value in colours}
    return {**named, f"{prefix}line": _mixed(colours.paper, colours.text)}


def _mixed(paper: str, text: str) -> str:
    """Return the colour of a line between articles: mostly the paper's."""
    pairs = ((int(paper[at : at + 2], 16), int(text[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (other - one) * _LINE_SHARE):02x}" for one, other in pairs)

"""TOML between ``+++`` and ``+++`` (Hugo, Zola). Pure."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time

from syndicate.content.fields import quick_toml
from syndicate.content.fields.block import Block, Value, check_length, line_at
from syndicate.errors import ContentError

_OPENING = re.compile(r"\+\+\+[ \t]*\n")
_CLOSING = re.compile(r"\n\+\+\+[ \t]*(?:\n|$)")
_KEY = re.compile(r"^[ \t]*(?:\[+[ \t]*)?[\"']?([\w-]+)[\"']?[ \t]*(?:[=.\]])", re.MULTILINE)
# tomllib takes memory with the square of the levels of a dotted key.
_LEVELS = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){50}")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def read(path: str, text: str, start: int) -> Block | None:
    """Return the block between the marks."""
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    inside, line = opening.end(), line_at(text, start)
    closing = _CLOSING.search(text, inside - 1)
    if closing is None:
        raise ContentError(path, "the front matter has no end; put +++ on a line below its fields", line=line)
    inner = text[inside : max(inside, closing.start())]
    check_length(path, inner, line)
    block = Block(text[closing.end() :], line + text.count("\n", start, closing.end()))
    fill(block, path, inner, line + 1)
    return block


def fill(block: Block, path: str, inner: str, first_line: int) -> None:
    """Put the fields of the TOML `inner` in; dates become dates, all else is text as it was written."""
    quickly = quick_toml.read(inner)
    if quickly is not None:
        for key, value in quickly[0].items():
            block.add(key, value, first_line + quickly[1][key] - 1)
        return
    for key, (value, line) in _parse(path, inner, first_line).items():
        block.add(key, value, line)


def _parse(path: str, inner: str, first_line: int) -> dict[str, tuple[Value, int]]:
    too_deep = "the front matter is not TOML: it is nested too deeply"
    if deep := _LEVELS.search(inner):
        raise ContentError(path, too_deep, line=first_line + inner.count("\n", 0, deep.start()))
    try:
        document = tomllib.loads(inner, parse_float=str)
    except RecursionError:
        raise ContentError(path, too_deep, line=first_line) from None
    except ValueError as error:  # also a whole number of more digits than Python converts
        place = _PLACE.search(str(error))
        message = f"the front matter is not TOML: {_PLACE.sub('', str(error))}"
        below = int(place[1]) - 1 if place and place[1] else inner.count("\n") if place else 0
        raise ContentError(path, message, line=first_line + below) from None
    lines: dict[str, int] = {}
    for match in _KEY.finditer(inner):
        lines.setdefault(match[1], first_line + inner.count("\n", 0, match.start(1)))
    return {key: (plain(value), lines.get(key, first_line)) for key, value in document.items()}


def plain(value: object) -> Value:
    """Return a value of TOML as a field has it: a date, or text."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)

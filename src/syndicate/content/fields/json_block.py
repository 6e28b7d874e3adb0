"""A JSON object at the top of a file (Hugo, Eleventy). Pure."""

from __future__ import annotations

import json
import re
from collections import Counter

from syndicate.content.fields.block import LONGEST, Block, Value, check_length, line_at
from syndicate.errors import ContentError

_OPENING = re.compile(r"\{\s*(?:\"(?:[^\"\\\n]|\\.)*\"\s*:|\}\s*(?:\n|$))")
_REST = re.compile(r"[ \t;]*(?:\n|$)")


class _Pairs(dict[str, object]):
    """An object that knows which of its names were given twice."""

    repeated: tuple[str, ...] = ()


def read(path: str, text: str, start: int) -> Block | None:
    """Return the object that the text begins with."""
    if _OPENING.match(text, start) is None:
        return None
    line = line_at(text, start)
    window = text[start : start + LONGEST + 1]
    block = Block("")
    end = start + _fill(block, path, window, line)
    check_length(path, text[start:end], line)
    rest = _REST.match(text, end)
    end = rest.end() if rest else end
    block.body, block.body_line = text[end:], line_at(text, end)
    return block


def fill(block: Block, path: str, inner: str, first_line: int) -> None:
    """Put the fields of the JSON object `inner` in."""
    _fill(block, path, inner.strip(), first_line)


def _fill(block: Block, path: str, text: str, first_line: int) -> int:
    """Fill `block` and return where the object ends."""
    try:
        document, end = _DECODER.raw_decode(text)
    except RecursionError:
        message = "the front matter is not JSON: it is nested too deeply"
        raise ContentError(path, message, line=first_line) from None
    except json.JSONDecodeError as error:
        if len(text) > LONGEST:
            check_length(path, text, first_line)
        message = f"the front matter is not JSON: {error.msg} (column {error.colno})"
        raise ContentError(path, message, line=first_line + error.lineno - 1) from None
    if not isinstance(document, _Pairs):
        raise ContentError(path, "the front matter must be a JSON object of fields", line=first_line)
    for key, value in document.items():
        block.add(key, _plain(value), _line_of(key, text, first_line))
    block.repeated += [(key.lower(), _line_of(key, text, first_line)) for key in document.repeated]
    return end


def _line_of(key: str, text: str, first_line: int) -> int:
    at = text.find(f'"{key}"')
    return first_line + (text.count("\n", 0, at) if at >= 0 else 0)


def _object(pairs: list[tuple[str, object]]) -> _Pairs:
    found = _Pairs(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        found.repeated = tuple(name for name in found if times[name] > 1)
    return found


_DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object, strict=False
)


def _plain(value: object) -> Value:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)

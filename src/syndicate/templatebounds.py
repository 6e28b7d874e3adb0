"""How much text or how many members an expression of a template would make, before it makes them. Pure.

A timer ends loops, but not one step of Python's own such as ``"a".ljust(10**10)``: nothing interrupts it. So
each step that can make much of little is reckoned first; a number too large is as good as the true one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

MOST: Final = 1_000_000  # characters, members, or bits of a number
_NUMBER = re.compile(r"\d+")
_PERCENT = re.compile(r"%(?:\([^)]*\))?[-+ #0]*(\*|\d*)(?:\.(\*|\d*))?")
_MARKED = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_Text = str | bytes


def size_of(value: object) -> int:
    """Return about how many characters `value` has as text; it stops counting beyond `MOST`."""
    total, stack = 0, [value]
    while stack and total <= MOST:
        one = stack.pop()
        total += 1
        if isinstance(one, _Text):
            total += len(one)
        elif isinstance(one, Mapping):
            stack += [part for pair in one.items() for part in pair]
        elif isinstance(one, list | tuple | set | frozenset):
            stack += one
        elif isinstance(one, int):
            total += one.bit_length() // 3
    return total


def operator_makes(operator: str, left: Any, right: Any) -> int:
    """Return how much ``left operator right`` makes; of numbers, bits."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length()
        return (
            bits * max(right, 0) if operator == "**" else bits + right.bit_length() if operator == "*" else 0
        )
    if operator == "*":
        return max(_repeated(left, right), _repeated(right, left))
    if operator == "+" and all(isinstance(one, _Text | list | tuple) for one in (left, right)):
        return len(left) + len(right)
    if operator == "%" and isinstance(left, _Text):
        return percent_makes(str(left) if isinstance(left, str) else left.decode("latin-1"), right)
    return 0


def _repeated(many: object, times: object) -> int:
    return len(many) * times if isinstance(many, _Text | list | tuple) and isinstance(times, int) else 0


def percent_makes(text: str, values: object) -> int:
    """Return how much ``text % values`` makes."""
    marks = list(_PERCENT.finditer(text))
    widths = [part for mark in marks for part in mark.groups() if part]
    total = len(text) + sum(_whole(part) for part in widths if part != "*")
    if "*" in widths:
        total += widths.count("*") * _largest(values if isinstance(values, tuple) else ())
    return total + size_of(values) * (1 if isinstance(values, tuple) else max(len(marks), 1))


def format_makes(text: str, values: Sequence[object], named: Mapping[str, object]) -> int:
    """Return how much ``text.format(*values, **named)`` makes."""
    marks = _MARKED.findall(text)
    given = (*values, *named.values())
    total = len(text) + sum(_whole(part) for mark in marks for part in _NUMBER.findall(mark))
    total += len(marks) * sum(size_of(one) for one in given)
    if any(mark.count("{") > 1 for mark in marks):
        total += len(marks) * _largest(given)
    return total


def _largest(values: Sequence[object]) -> int:
    """Return the largest number that one of `values` is, or reads as."""
    texts = (str(one) for one in values if isinstance(one, int) or (isinstance(one, str) and len(one) < 99))
    return max((_whole(part) for text in texts for part in _NUMBER.findall(text)), default=0)


def _whole(digits: str) -> int:
    return int(digits) if len(digits) < 12 else MOST + 1


def method_makes(owner: object, name: str, given: Sequence[Any], named: Mapping[str, Any]) -> int:
    """Return how much a method of a text or number makes."""
    values = [*given, *named.values()]
    if isinstance(owner, int):
        return max((one for one in values if isinstance(one, int)), default=0) if name == "to_bytes" else 0
    if isinstance(owner, _Text):
        found = _OF_TEXTS.get(name)
        return found(owner, *values) if found else 0
    return 0


def _width(_value: Any, width: Any = 0, *_: Any) -> int:
    """Return how much a text makes that is filled up to a width."""
    return width if isinstance(width, int) else 0


def _joined(between: Any, parts: Any = (), *_: Any) -> int:
    many = parts if isinstance(parts, list | tuple | str | bytes | set | frozenset | Mapping) else ()
    return size_of(parts) + len(many) * len(between)


def _replaced(value: Any, old: Any = "", new: Any = "", count: Any = None, *_: Any) -> int:
    if not all(isinstance(one, _Text) for one in (value, old, new)):
        value, old, new = str(value), str(old), str(new)
    times = value.count(old) if type(value) is type(old) or isinstance(value, str) else len(value)
    times = min(times, count) if isinstance(count, int) and count >= 0 else times
    return len(value) + times * len(new)


def _tabbed(value: Any, size: Any = 8, *_: Any) -> int:
    tab = "\t" if isinstance(value, str) else b"\t"
    return len(value) + value.count(tab) * size if isinstance(size, int) else 0


def _translated(value: Any, table: Any = None, *_: Any) -> int:
    longest = max(map(size_of, table.values()), default=1) if isinstance(table, Mapping) else 1
    return len(value) * longest


_OF_TEXTS: Final[Mapping[str, Callable[..., int]]] = {
    **dict.fromkeys(("ljust", "rjust", "center", "zfill"), _width),
    "join": _joined,
    "replace": _replaced,
    "expandtabs": _tabbed,
    "translate": _translated,
}


# ---------------------------------------------------------------- filters


def filter_makes(name: str, given: Sequence[Any], named: Mapping[str, Any]) -> int:
    """Return how much a filter makes of the value that is first of `given`."""
    found = _OF_FILTERS.get(name)
    return found(*given, **named) if found else 0


def _indented(s: Any, width: Any = 4, *_: Any, **__: Any) -> int:
    wide = width if isinstance(width, int) else size_of(width)
    return size_of(s) + wide * (1 + str(s).count("\n")) if size_of(s) <= MOST else size_of(s)


def _wrapped(s: Any, width: Any = 79, _long: Any = True, wrapstring: Any = "\n", *_: Any, **__: Any) -> int:
    return size_of(s) * (1 + size_of(wrapstring) // max(width if isinstance(width, int) else 1, 1))


def _filter_joined(value: Any, d: Any = "", *_: Any, **__: Any) -> int:
    return _joined(d if isinstance(d, str) else str(d), value)


def _filter_replaced(s: Any, old: Any = "", new: Any = "", count: Any = None, *_: Any, **__: Any) -> int:
    return max(size_of(s), _replaced(str(s), str(old), str(new), count)) if size_of(s) <= MOST else size_of(s)


def _filter_width(value: Any, width: Any = 80, *_: Any, **__: Any) -> int:
    return _width(value, width)


def _grouped(_value: Any, number: Any = 0, *_: Any, **__: Any) -> int:
    return number if isinstance(number, int) else 0


def _in_json(value: Any, indent: Any = None, *_: Any, **__: Any) -> int:
    return size_of(value) * (1 + (indent if isinstance(indent, int) else size_of(indent or "")))


def _rounded(_value: Any, precision: Any = 0, *_: Any, **__: Any) -> int:
    return abs(precision) * 1000 if isinstance(precision, int) else 0  # 10 ** precision is made


def _summed(_many: Any, _attribute: Any = None, start: Any = 0, *_: Any, **__: Any) -> int:
    return 0 if isinstance(start, int | float) else MOST + 1


def _formatted(value: Any, *given: Any, **named: Any) -> int:
    return percent_makes(str(value), named or given) if size_of(value) <= MOST else size_of(value)


def _as_text(value: Any, *_: Any, **__: Any) -> int:
    return 0 if isinstance(value, str) else size_of(value)


_OF_FILTERS: Final[Mapping[str, Callable[..., int]]] = {
    "center": _filter_width,
    "indent": _indented,
    "wordwrap": _wrapped,
    "replace": _filter_replaced,
    "join": _filter_joined,
    "format": _formatted,
    "batch": _grouped,
    "slice": _grouped,
    "tojson": _in_json,
    "round": _rounded,
    "sum": _summed,
    **dict.fromkeys(
        ("string", "escape", "e", "forceescape", "safe", "pprint", "urlencode", "title"), _as_text
    ),
    **dict.fromkeys(("upper", "lower", "capitalize", "trim", "striptags", "urlize", "truncate"), _as_text),
}

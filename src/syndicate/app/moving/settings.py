"""Files of settings -> plain values: TOML, YAML, JSON, and Python or JavaScript that is never run."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate import yamldoc
from syndicate.errors import UsageError

_LARGEST = 1_000_000  # bytes


def text_of(path: Path) -> str:
    """Return a file's text, "" where there is none or it is no file of settings' size."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ""


def settings(path: Path) -> dict[str, Any]:
    """Return the values of a TOML, YAML or JSON file, {} where there is none.

    Raises UsageError, naming the file, where it cannot be read.
    """
    text = text_of(path)
    try:
        if path.suffix == ".toml":
            values: Any = tomllib.loads(text)
        elif path.suffix == ".json":
            values = json.loads(text or "{}")
        else:
            values = yamldoc.load(text).data
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    return values if isinstance(values, dict) else {}


def lowered(values: Any) -> Any:
    """Return `values` with the keys of every map in lower case: Hugo takes them in any."""
    if isinstance(values, dict):
        return {str(key).lower(): lowered(value) for key, value in values.items()}
    return [lowered(value) for value in values] if isinstance(values, list) else values


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return both maps as one; `other` wins, maps in them are merged too."""
    both = dict(one)
    for key, value in other.items():
        mine = both.get(key)
        both[key] = merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return both


def text(values: Mapping[str, Any], *names: str) -> str:
    """Return the first of the names that has a text, on one line; "" for none. ``a.b`` is b in a."""
    for name in names:
        value: Any = values
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return " ".join(str(value).split())
    return ""


def section(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the map called `name`, {} where there is none."""
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def listed(values: Mapping[str, Any], name: str) -> list[str]:
    """Return the texts in the list called `name`, or the one text that stands for it."""
    value = values.get(name)
    return [str(part) for part in value] if isinstance(value, list) else [str(value)] if value else []


def python_settings(source: str) -> dict[str, Any]:
    """Return the names a Python file sets at its top, where their values can be told without running it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    known: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                try:
                    known[target.id] = _value(value, known)
                except (ValueError, TypeError, RecursionError):
                    known.pop(target.id, None)
    return known


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """Return what an expression of constants, known names, lists, maps and sums is; else ValueError."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [_value(part, known) for part in parts]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {_key(key, known): _tolerant(value, known) for key, value in pairs if key is not None}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum(_value(left, known), _value(right, known))
        case ast.JoinedStr(values=parts):
            return "".join(str(_value(part, known)) for part in parts)
        case ast.FormattedValue(value=inner, format_spec=None):
            return _value(inner, known)
    raise ValueError("has to be run")


def _key(node: ast.expr, known: Mapping[str, Any]) -> str:
    return str(_value(node, known))


def _tolerant(node: ast.expr, known: Mapping[str, Any]) -> Any:
    try:
        return _value(node, known)
    except ValueError:
        return None


def _sum(one: Any, other: Any) -> Any:
    for kind in (str, list):
        if isinstance(one, kind) and isinstance(other, kind):
            if len(one) + len(other) > _LARGEST:
                raise ValueError("is too long")
            return one + other  # type: ignore[operator]
    raise ValueError("has to be run")


_QUOTED = r"""(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\$\n]|\\.)*)`)"""


def script_text(source: str, *names: str) -> str:
    """Return the quoted text that JavaScript gives one of `names`: ``site: "…"``, ``const TITLE = '…'``."""
    for name in names:
        match = re.search(rf"(?<![\w.]){re.escape(name)}[\"']?\s*(?::\s*string\s*)?[:=]\s*{_QUOTED}", source)
        if match:
            said = next((group for group in match.groups() if group is not None), "")
            return " ".join(re.sub(r"\\(.)", r"\1", said).split())
    return ""

"""YAML text -> plain values and the line of each. The only file that knows PyYAML.

YAML 1.1 reads ``7:00`` as 420, ``NO`` as False, ``017`` as 15 and a date as a date; in `load` only
``true``/``false``, ``null``, decimal integers and decimal fractions are more than text, and in
`load_texts`, for what authors write, only ``null``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # libyaml is not in every build of PyYAML
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Location = tuple[str | int, ...]
Text = str | None | list["Text"] | dict[str, "Text"]
_DEEPEST = 50
_MOST_VALUES = 20_000


class YamlError(ValueError):
    """The text is not YAML we accept. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Position:
    """Where a key and its value stand, counting from 1."""

    key_line: int
    key_column: int
    line: int
    column: int


@dataclass(slots=True)
class Document:
    """The values of a YAML text. `duplicates` names keys given twice, as (location, position)."""

    data: object = None
    positions: dict[Location, Position] = field(default_factory=dict)
    duplicates: list[tuple[Location, Position]] = field(default_factory=list)


@dataclass(slots=True)
class Texts:
    """The values of a YAML text whose scalars are texts as written.

    `lines` has the line of each key at the top, counting from 1; `duplicates` the keys there that were given
    again, with the later line.
    """

    data: Text = None
    lines: dict[str, int] = field(default_factory=dict)
    duplicates: list[tuple[str, int]] = field(default_factory=list)


class _Loader(_SafeLoader):
    """The safe loader with only the resolvers named above."""


class _TextLoader(_SafeLoader):
    """The safe loader that makes nothing of a scalar but null."""


_CORE = "tag:yaml.org,2002:"
_TEXT, _NULL, _MERGE = f"{_CORE}str", f"{_CORE}null", f"{_CORE}merge"
_SCALARS = {_TEXT, _NULL, _MERGE, *(f"{_CORE}{name}" for name in ("bool", "int", "float", "timestamp"))}
_Loader.yaml_implicit_resolvers = {}
_TextLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,17})$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", "-+0123456789"),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"{_CORE}{_tag}", re.compile(_pattern), list(_first))
    if _tag in ("null", "merge"):
        _TextLoader.add_implicit_resolver(f"{_CORE}{_tag}", re.compile(_pattern), list(_first))


def load(text: str, *, substitute: Callable[[str, Location], str] | None = None) -> Document:
    """Return the document in `text`; `substitute` may replace the text of each scalar value.

    Raises YamlError with line and column for anything that is not one YAML document of at most 50
    levels, and for tags that would construct objects.
    """
    document = Document()
    with _faults():
        _refuse_depth(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is not None:
                _walk(node, (), document, substitute, frozenset())
                document.data = loader.construct_document(node)
        finally:
            loader.dispose()
    return document


def load_texts(text: str) -> Texts:
    """Return the document in `text`, every scalar as it was written; see `load` for what is refused.

    Quicker than `load`. A key that is no text is refused; ``<<`` takes over the keys of another map.
    """
    found = Texts()
    with _faults():
        _refuse_depth(text)
        loader = _TextLoader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
        if isinstance(node, yaml.MappingNode):
            for key, _ in node.value:
                if key.value in found.lines and key.tag != _MERGE:
                    found.duplicates.append((str(key.value), key.start_mark.line + 1))
                if isinstance(key, yaml.ScalarNode):
                    found.lines[key.value] = key.start_mark.line + 1
        found.data = None if node is None else _Plain().of(node)
    return found


@contextmanager
def _faults() -> Iterator[None]:
    """Turn all that PyYAML raises into YamlError."""
    try:
        yield
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = (error.problem or error.context or "not YAML").replace("\t", "tab")
        raise YamlError(message, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise YamlError(str(error).splitlines()[0], 1, 1) from None
    except (RecursionError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        # PyYAML's own constructors raise all of these, such as for an empty "!!int".
        raise YamlError(f"cannot be read as YAML: {error}", 1, 1) from None


def dump(data: Any) -> str:
    """Return `data` as YAML in the order given, other scripts left readable."""
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110))


def quote(text: str) -> str:
    """Return `text` as one YAML scalar on one line, quoted where it has to be."""
    dumped = str(yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=100_000))
    return dumped.strip()[1:-1]


def _refuse_depth(text: str) -> None:
    """Refuse deep nesting before libyaml's recursive composer meets it: it would end the process."""
    if sum(text.count(mark) for mark in ("[", "{", "- ", "? ")) < _DEEPEST and len(text) < 4000:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                mark = event.start_mark
                line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
                raise YamlError(f"nested deeper than {_DEEPEST} levels", line, column)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _walk(
    node: yaml.Node,
    location: Location,
    document: Document,
    substitute: Callable[[str, Location], str] | None,
    above: frozenset[int],
) -> None:
    """Note the position of every value below `node` and replace scalar texts."""
    if id(node) in above:
        raise YamlError("an alias holds itself", node.start_mark.line + 1, node.start_mark.column + 1)
    if len(document.positions) > _MOST_VALUES:
        raise YamlError("aliases expand to too much", node.start_mark.line + 1, 1)
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            inner = (*location, str(key.value))
            position = _position(key, value)
            if str(key.value) in seen and key.value != "<<":
                document.duplicates.append((inner, position))
            seen.add(str(key.value))
            document.positions[inner] = position
            _walk(value, inner, document, substitute, above)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            inner = (*location, index)
            document.positions[inner] = _position(value, value)
            _walk(value, inner, document, substitute, above)
    elif isinstance(node, yaml.ScalarNode) and substitute is not None:
        replaced = substitute(node.value, location)
        if replaced != node.value:
            node.value, node.tag = replaced, _TEXT


class _Plain:
    """Makes plain values of nodes; what aliases repeat is counted each time."""

    def __init__(self) -> None:
        self.left = _MOST_VALUES
        self.above: set[int] = set()

    def of(self, node: yaml.Node) -> Text:
        """Return the value of `node`."""
        self.left -= 1
        if self.left < 0:
            raise _refusal(node, "aliases expand to too much")
        if isinstance(node, yaml.ScalarNode):
            if node.tag not in _SCALARS:
                raise _refusal(node, f"the tag {node.tag!r} is not allowed")
            return None if node.tag == _NULL else str(node.value)
        if id(node) in self.above:
            raise _refusal(node, "an alias holds itself")
        if node.tag not in (f"{_CORE}map", f"{_CORE}seq"):
            raise _refusal(node, f"the tag {node.tag!r} is not allowed")
        self.above.add(id(node))
        plain = (
            self._map(node) if isinstance(node, yaml.MappingNode) else [self.of(one) for one in node.value]
        )
        self.above.discard(id(node))
        return plain

    def _map(self, node: yaml.MappingNode) -> dict[str, Text]:
        own: dict[str, Text] = {}
        taken: dict[str, Text] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _SCALARS:
                raise _refusal(key, "a key must be a text")
            if key.tag == _MERGE:
                sources = self.of(value)
                for source in sources if isinstance(sources, list) else [sources]:
                    if not isinstance(source, dict):
                        raise _refusal(value, "<< must name a map")
                    taken = source | taken
            else:
                own[key.value] = self.of(value)
        return taken | own if taken else own


def _refusal(node: yaml.Node, message: str) -> YamlError:
    mark = node.start_mark
    return YamlError(message, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)


def _position(key: yaml.Node, value: yaml.Node) -> Position:
    return Position(
        key.start_mark.line + 1,
        key.start_mark.column + 1,
        value.start_mark.line + 1,
        value.start_mark.column + 1,
    )

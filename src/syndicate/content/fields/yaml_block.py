"""YAML between ``---`` and ``---`` or ``...`` (Jekyll, Hugo and most others). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from syndicate import yamldoc
from syndicate.content.fields import json_block, quick, toml_block
from syndicate.content.fields.block import Block, Value, check_length, fold, line_at
from syndicate.errors import ContentError

_OPENING = re.compile(r"---[ \t]*+(yaml|yml|json|toml)?[ \t]*+(?:\n|$)", re.IGNORECASE)
_CLOSING = re.compile(r"\n(?:---|\.\.\.)[ \t]*(?:\n|$)")
_FIELD = re.compile(r"[\t ]*[^\s:#-][^:\n]{0,60}:(?:\s|$)|[\t ]*[{\"'?&!]")
_MARK = re.compile(r"(?:---|\.\.\.)[ \t]*(?:\n|$)")


def read(path: str, text: str, start: int) -> Block | None:
    """Return the block between the marks; text below a ruled line is none."""
    opening = _OPENING.match(text, start)
    if opening is None:
        return None
    inside, written = opening.end(), (opening[1] or "").lower()
    if not written and not _looks_like_fields(text, inside):
        return None
    line = line_at(text, start)
    if opening[0][-1:] != "\n":
        raise ContentError(path, _ENDLESS, line=line)
    closing = _CLOSING.search(text, inside - 1)
    if closing is None:
        raise ContentError(path, _ENDLESS, line=line)
    inner = text[inside : max(inside, closing.start())]
    check_length(path, inner, line)
    body_line = line + inner.count("\n") + (2 if closing.start() < inside else 3)
    block = Block(text[closing.end() :], body_line - 1 if closing.start() < inside else body_line)
    if written == "json":
        json_block.fill(block, path, inner, line + 1)
    elif written == "toml":
        toml_block.fill(block, path, inner, line + 1)
    else:
        fill(block, path, inner, line)
    return block


_ENDLESS = "the front matter has no end; put --- on a line below its fields"


def _looks_like_fields(text: str, at: int) -> bool:
    if _FIELD.match(text, at):
        return True
    while at < len(text):
        end = text.find("\n", at)
        row = text[at : end if end >= 0 else len(text)]
        if row.strip() and not row.lstrip().startswith("#"):
            return bool(_FIELD.match(row) or _MARK.fullmatch(row))
        if end < 0:
            return False
        at = end + 1
    return False


def fill(block: Block, path: str, inner: str, offset: int) -> None:
    """Put the fields of the YAML `inner` in; the line above its first is `offset`."""
    found = quick.read(inner)
    if found is not None:
        values, lines = found  # both in the order of the text
        names = [fold(key) for key in values]
        if len(set(names)) == len(names):
            block.values = dict(zip(names, cast(Iterable[Value], values.values()), strict=True))
            block.lines = {name: offset + line for name, line in zip(names, lines.values(), strict=True)}
            block.written = {name: key for name, key in zip(names, values, strict=True) if name != key}
            return
    try:
        document = yamldoc.load_texts(inner)
    except yamldoc.YamlError as error:
        message = (
            f"the front matter is not YAML: {error.message} (column {error.column}); quote texts with : or #"
        )
        raise ContentError(path, message, line=offset + error.line) from None
    if document.data is None:
        return
    if not isinstance(document.data, dict):
        raise ContentError(path, "the front matter must be fields such as 'title: …'", line=offset + 1)
    for key, value in document.data.items():
        block.add(key, cast(Value, value), offset + document.lines.get(key, 0))
    block.repeated += [(fold(key), offset + line) for key, line in document.duplicates]

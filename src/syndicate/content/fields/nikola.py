"""Nikola's ``.. key: value`` lines, at the top, in an HTML comment, or in a ``.meta`` file. Pure."""

from __future__ import annotations

import re

from syndicate.content.fields.block import LONGEST, Block, line_at
from syndicate.content.fields.names import KNOWN

_ROW = re.compile(r"\.\.[ \t]+([A-Za-z][\w -]{0,40}?)[ \t]*:(?![:\w])[ \t]*(.*)")
_COMMENT = re.compile(r"<!--[ \t]*+\n?+(?=[ \t]*+\.\. )")
_BARE = ("title", "slug", "date", "tags", "link", "description")


def read(path: str, text: str, start: int) -> Block | None:  # noqa: ARG001 - one shape for all kinds
    """Return the block at the top of the text, as it is or as an HTML comment."""
    comment = _COMMENT.match(text, start)
    if comment is None and not text.startswith(".. ", start):
        return None
    at = comment.end() if comment else start
    block = Block("", nikola=True)
    end = _fill(block, text, at)
    if KNOWN.isdisjoint(block.values):
        return None
    if comment:
        closing = text.find("-->", end)
        if closing < 0:
            return None
        end = closing + 3
        end += text.startswith("\n", end)
    block.body, block.body_line = text[end:], line_at(text, end)
    return block


def read_bare(text: str) -> Block:
    """Return the fields of an old ``.meta`` file: title, slug, date, tags, link, description, one a line."""
    block = Block("", nikola=True)
    for number, (key, row) in enumerate(zip(_BARE, text.split("\n"), strict=False), 1):
        if row.strip():
            block.add(key, row.strip(), number)
    return block


def _fill(block: Block, text: str, start: int) -> int:
    """Put the fields in and return where the line below the last of them begins."""
    at, number = start, line_at(text, start)
    while at < len(text) and at - start < LONGEST:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        row = text[at:end].strip()
        closed = row.endswith("-->")
        match = _ROW.fullmatch(row.removesuffix("-->").rstrip())
        if match is None:
            break
        block.add(match[1], match[2].strip(), number)
        if closed:
            return end - 3 if text[:end].endswith("-->") else text.rfind("-->", at, end)
        at, number = end + 1, number + 1
    return min(at, len(text))

"""A block of ``Key: value`` lines at the very top (Pelican's Markdown, MultiMarkdown). Pure."""

from __future__ import annotations

import re

from syndicate.content.fields.block import LONGEST, Block, fold, line_at
from syndicate.content.fields.names import KNOWN

_FIRST = re.compile(r"([A-Za-z][\w -]{0,40}):(?=[ \t\n]|$)")
_ROW = re.compile(r"([A-Za-z][\w -]{0,40}):(?:[ \t]+(.*))?")
_FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*")

# One of these alone makes a block; of the others, which also begin sentences, it takes two.
_SURE = frozenset(("title", "date", "slug", "tags", "status", "draft", "subject", "newstitle", "tanggal"))
_SUFFIXES = (".md", ".markdown", ".mdx", ".mdown", ".mkd", ".txt", ".text")


def read(path: str, text: str, start: int) -> Block | None:
    """Return the block above the first blank line, where every line of it is a field and the first is known.

    Deeper lines carry a value on. ``---`` below two fields or more ends the block too.
    """
    first = _FIRST.match(text, start)
    if first is None or fold(first[1]) not in KNOWN or not path.lower().endswith(_SUFFIXES):
        return None
    line = line_at(text, start)
    block = Block("")
    at, number, key = start, line, ""
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        row = text[at:end]
        if end - start > LONGEST:
            return None
        if not row.strip():
            break
        if number > line + 1 and _FENCE.fullmatch(row):
            at = end + 1
            number += 1
            break
        match = _ROW.fullmatch(row)
        if row[0] in " \t" and key:
            value = block.values[key]
            block.values[key] = f"{value}\n{row.strip()}" if value else row.strip()
        elif match:
            key = fold(match[1])
            block.add(match[1], (match[2] or "").strip(), number)
        else:
            return None
        at, number = end + 1, number + 1
    if not _is_one(block):
        return None
    block.body, block.body_line = text[at:], number
    return block


def _is_one(block: Block) -> bool:
    known = KNOWN.intersection(block.values)
    return len(known) > 1 or not known.isdisjoint(_SURE)

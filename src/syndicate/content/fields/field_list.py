"""A reStructuredText field list at the top, or below the document's title (Pelican, docutils). Pure."""

from __future__ import annotations

import re

from syndicate.content.fields.block import LONGEST, Block, fold
from syndicate.content.fields.names import KNOWN

_FIELD = re.compile(r":([A-Za-z][\w -]{0,40}):(?:[ \t]+(.*))?")
_RULE = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*")
_WITH_TITLE = (".rst", ".rest", ".txt")
_ANYWHERE = (*_WITH_TITLE, ".md", ".markdown", ".text")
_FURTHEST = 40  # lines: a title and its list are above


def read(path: str, text: str, start: int) -> Block | None:
    """Return the fields of the list; its lines are blank in the body, so that the lines' numbers stay.

    A list without a single field we know is part of the text.
    """
    suffixed = path.lower()
    at_top = text.startswith(":", start)
    if not suffixed.endswith(_ANYWHERE if at_top else _WITH_TITLE):
        return None
    first = 0 if at_top else _below_title(text[start : start + 2000].split("\n", _FURTHEST))
    if first is None:
        return None
    above = text.count("\n", 0, start)
    rows = text[start : start + LONGEST].split("\n")
    if len(text) - start > LONGEST and len(rows) > 1:
        rows.pop()  # it may be cut
    if len(rows) <= first or not _FIELD.fullmatch(rows[first]):
        return None
    block = Block("")
    end = _fill(block, rows, first, above)
    if KNOWN.isdisjoint(block.values):
        return None
    kept = sum(len(row) + 1 for row in rows[:first])
    gone = sum(len(row) + 1 for row in rows[first:end])
    below = text[start + kept + gone :]
    block.body = text[: start + kept] + "\n" * (end - first) + below
    return block


def _below_title(rows: list[str]) -> int | None:
    """Return where what follows the title begins, None where there is no title."""
    over = _RULE.fullmatch(rows[0]) is not None and len(rows[0]) > 1
    title = 1 if over else 0
    rule = title + 1
    if len(rows) <= rule or not rows[title].strip() or not _RULE.fullmatch(rows[rule]):
        return None
    if len(rows[rule].rstrip()) < min(4, len(rows[title].strip())):
        return None
    below = next((number for number in range(rule + 1, len(rows)) if rows[number].strip()), None)
    return below if below is not None and rows[below].startswith(":") else None


def _fill(block: Block, rows: list[str], first: int, above: int) -> int:
    """Put the fields in and return the row below the last of them."""
    key, end = "", first
    for number in range(first, len(rows)):
        row = rows[number]
        if not row.strip():
            continue
        match = _FIELD.fullmatch(row)
        if match:
            key = fold(match[1])
            block.add(match[1], (match[2] or "").strip(), above + number + 1)
        elif row[0] in " \t" and number == end:
            value = block.values[key]
            block.values[key] = f"{value}\n{row.strip()}" if value else row.strip()
        else:
            break
        end = number + 1
    return end

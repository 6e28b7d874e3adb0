"""Cells that a spreadsheet would run as formulas are defused, and come back exactly. Pure."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def defused(cell: str) -> str:
    """Return `cell` with an apostrophe before it where a spreadsheet would take it for a formula.

    One that is there already gets another, so that `restored` is exact (OWASP, CSV injection).
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Return the cell that `defused` made this of; any other stays as it is."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell, 1) else cell

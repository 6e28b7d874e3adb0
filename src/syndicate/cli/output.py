"""How commands speak: lines, JSON, moments, counts."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from syndicate.config import Config
from syndicate.configfile import load_config
from syndicate.errors import UsageError
from syndicate.model import OPEN_STATES, DeliveryState, Tally

_FINAL = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED)


def configuration(ctx: click.Context) -> Config:
    """Return the configuration that --config names."""
    path: Path = ctx.obj
    return load_config(path)


def emit(data: Any) -> None:
    """Print `data` as JSON for a machine."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=plain))


def plain(value: object) -> Any:
    """Return what JSON knows no form for as a text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Return an instant as an operator reads it: ``Mon 2026-11-23 07:00 (Asia/Jakarta)``."""
    return f"{value.astimezone(zone):%a %Y-%m-%d %H:%M} ({zone.key})"


def short(value: datetime, zone: ZoneInfo) -> str:
    """Return an instant for a table whose head or whose neighbour names the zone: ``2026-11-23 07:00``."""
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 article``, ``3 articles``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """Return lines with the cells under their heads, those of the columns `right` at their right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = []
    for row in (head, *rows):
        sides = [
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(sides).rstrip())
    return lines


def equation(tally: Tally) -> str:
    """Return how a tally adds up: ``frozen 10 = 7 sent + 1 failed + 0 skipped + 2 open``."""
    parts = [f"{tally[state]:,} {state.value}" for state in _FINAL]
    return f"frozen {tally.frozen:,} = {' + '.join([*parts, f'{tally.open:,} open'])}"


def agree(question: str, *, yes: bool) -> None:
    """Ask on a terminal whether to go on; Abort for no. UsageError where nobody can answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Add --yes to do it; there is no terminal to ask on.")
    click.confirm(question, abort=True)


def tally_words(tally: Tally) -> str:
    """Return a tally in words; the numbers add up to what was frozen, those in brackets to what waits."""
    if not tally.frozen:
        return "no letters yet"
    states = [
        f"{tally[state]:,} {state.value}" for state in DeliveryState if state in OPEN_STATES and tally[state]
    ]
    parts = [
        f"{tally[DeliveryState.SENT]:,} sent",
        f"{tally[DeliveryState.FAILED]:,} failed",
        f"{tally[DeliveryState.SKIPPED]:,} skipped",
        f"{tally.open:,} waiting" + (f" ({', '.join(states)})" if states else ""),
    ]
    return f"{count(tally.frozen, 'letter')}: {', '.join(parts)}"


def tally_json(tally: Tally) -> dict[str, int]:
    """Return a tally for a machine: each state, and the sum."""
    return {**{state.value: tally[state] for state in DeliveryState}, "frozen": tally.frozen}

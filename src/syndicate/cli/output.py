"""How commands speak: lines, JSON, moments, counts."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from syndicate.config import Config
from syndicate.configfile import load_config
from syndicate.model import OPEN_STATES, DeliveryState, Tally


def configuration(ctx: click.Context) -> Config:
    """Return the configuration that --config names."""
    path: Path = ctx.obj
    return load_config(path)


def emit(data: Any) -> None:
    """Print `data` as JSON for a machine."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Return an instant as an operator reads it: ``Mon 2026-11-23 07:00 (Asia/Jakarta)``."""
    return f"{value.astimezone(zone):%a %Y-%m-%d %H:%M} ({zone.key})"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 article``, ``3 articles``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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

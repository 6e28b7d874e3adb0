"""How long work shows that it goes on: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from syndicate.model import Tally

_LINE_EVERY = 5.0  # seconds between lines where there is no terminal

Show = Callable[[int, int], None]


@contextmanager
def progress(doing: str, things: str, *, quiet: bool) -> Iterator[Show]:
    """Give a function that shows how many of how many `things` are done; nothing before its first call."""
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with _bar(doing) as show:
            yield show
    else:
        yield _lines(doing, things)


def of_tally(show: Show) -> Callable[[Tally], None]:
    """Return a function that shows a tally of letters by `show`."""
    return lambda tally: show(tally.frozen - tally.open, tally.frozen)


def _nothing(done: int, total: int) -> None:
    del done, total


@contextmanager
def _bar(doing: str) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None, visible=False)
        yield lambda done, total: bar.update(task, total=total or None, completed=done, visible=True)


def _lines(doing: str, things: str) -> Show:
    said = time.monotonic()

    def show(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _LINE_EVERY:
            said = time.monotonic()
            click.echo(f"{doing}: {done:,} of {total:,} {things}", err=True)

    return show

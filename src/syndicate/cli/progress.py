"""How long work shows that it goes on, how fast and for how long: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from syndicate.model import Tally

_LINE_EVERY = 5.0  # seconds between lines where there is no terminal
_WINDOW = 30.0  # seconds over which a rate is taken
_STEP = 0.25  # seconds between what is remembered for it

Show = Callable[[int, int], None]


@contextmanager
def progress(doing: str, things: str, *, quiet: bool) -> Iterator[Show]:
    """Give a function that shows how many of how many `things` are done; nothing before its first call."""
    if quiet:
        yield _nothing
    elif sys.stderr.isatty():
        with _bar(doing, things) as show:
            yield show
    else:
        yield _lines(doing, things)


def of_tally(show: Show) -> Callable[[Tally], None]:
    """Return a function that shows a tally of letters by `show`."""
    return lambda tally: show(tally.frozen - tally.open, tally.frozen)


def _nothing(done: int, total: int) -> None:
    del done, total


class Meter:
    """The rate at which something goes on, over the last half minute: what was done before is not in it."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, int]] = deque()

    def hear(self, done: int, *, at: float) -> float:
        """Return the rate a second once `done` is done at the second `at`; 0 while it is not known."""
        if len(self._heard) > 1 and at - self._heard[-2][0] < _STEP:
            self._heard.pop()
        self._heard.append((at, done))
        while len(self._heard) > 2 and self._heard[1][0] <= at - _WINDOW:
            self._heard.popleft()
        began, before = self._heard[0]
        return max(done - before, 0) / (at - began) if at > began else 0.0


def how_far(done: int, total: int, things: str, rate: float) -> str:
    """Return how far it is, in words: ``12,000 of 90,000 letters, 3,100/s, 25 s left``."""
    said = f"{done:,} of {total:,} {things}"
    if rate <= 0 or done >= total:
        return said
    shown = f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min"
    return f"{said}, {shown}, {_length((total - done) / rate)} left"


def _length(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 72 * 3600 else f"{seconds / 86400:.0f} days"


@contextmanager
def _bar(doing: str, things: str) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn(doing), BarColumn(), TextColumn("{task.fields[said]}"))
    meter = Meter()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None, visible=False, said="")

        def show(done: int, total: int) -> None:
            said = how_far(done, total, things, meter.hear(done, at=time.monotonic()))
            bar.update(task, total=total or None, completed=done, said=said, visible=True)

        yield show


def _lines(doing: str, things: str) -> Show:
    said, meter = time.monotonic(), Meter()

    def show(done: int, total: int) -> None:
        nonlocal said
        now = time.monotonic()
        rate = meter.hear(done, at=now)
        if now - said >= _LINE_EVERY:
            said = now
            click.echo(f"{doing}: {how_far(done, total, things, rate)}", err=True)

    return show

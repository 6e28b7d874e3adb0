"""A limit to the processor time of work on what others wrote: an article, a template."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class Overtime(BaseException):
    """The work took too long; no `except Exception` on the way may swallow it."""


class Limit:
    """A limit of `seconds` of processor time for each of many works in one block.

    ``with Limit(5) as limit:`` and then, for each work, ``limit.run(work)``. Processor time, because a busy
    machine is no fault of the work's. There is no limit outside the main thread; blocks do not nest.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._holds = threading.current_thread() is threading.main_thread()
        self._armed = self._late = False
        self._before: signal._HANDLER = None

    def __enter__(self) -> Limit:
        if self._holds:
            self._before = signal.signal(signal.SIGPROF, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        if self._holds:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, self._before)

    def run(self, work: Callable[[], T]) -> T:
        """Return what `work` gives; Overtime where it uses more than its processor time."""
        if not self._holds:
            return work()
        # Again each half second, and asked for at the end: nh3 swallows what is raised in its callback.
        signal.setitimer(signal.ITIMER_PROF, self._seconds, 0.5)
        self._late = False  # only now, or the time of the work before would end this one
        try:
            self._armed = True
            result = work()
        finally:
            self._armed = False
        if self._late:
            raise Overtime
        return result

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._late = True
        if self._armed:
            raise Overtime


def limited(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` gives; Overtime where it uses more than `seconds`, as a `Limit` has it."""
    with Limit(seconds) as limit:
        return limit.run(work)

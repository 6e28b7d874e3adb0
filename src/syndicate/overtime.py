"""A limit to the processor time of work on what others wrote: an article, a template."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Overtime(BaseException):
    """The work took too long; no `except Exception` on the way may swallow it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Overtime in the block once it has used `seconds` of processor time.

    Processor time, because a busy machine is no fault of the work's. There is no limit outside the main
    thread; blocks do not nest.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    armed, late = True, False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal late
        late = True
        if armed:
            raise Overtime

    before = signal.signal(signal.SIGPROF, end)
    try:
        # Again each half second, and asked for at the end: nh3 swallows what is raised in its callback.
        signal.setitimer(signal.ITIMER_PROF, seconds, 0.5)
        yield
        if late:
            raise Overtime
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

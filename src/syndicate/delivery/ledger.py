"""The outbox behind its one thread, asked from the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue
from typing import TypeVar

from syndicate.delivery.ports import Outbox

T = TypeVar("T")


class Ledger:
    """Runs the outbox's calls one after another in a thread of its own, until it is closed."""

    def __init__(self, outbox: Outbox, clock: Callable[[], datetime]) -> None:
        self.outbox = outbox
        self.clock = clock
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], T], then: Callable[[T | BaseException], None]) -> None:
        """Run `work` in the thread; `then` gets in the loop what it returned or raised."""

        def call() -> None:
            result: T | BaseException
            try:
                result = work()
            except BaseException as error:
                result = error
            self._loop.call_soon_threadsafe(then, result)

        self._calls.put(call)

    def call(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Run `work` in the thread; the future has what it returned or raised."""
        future: asyncio.Future[T] = self._loop.create_future()

        def then(result: T | BaseException) -> None:
            if future.cancelled():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        self.do(work, then)
        return future

    async def close(self) -> None:
        """End the thread once it has run what it was given."""
        self._calls.put(None)
        while self._thread.is_alive():
            await asyncio.sleep(0.001)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

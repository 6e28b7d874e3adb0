"""Answers that many ask for: made once for all who ask within a few seconds, with their validators."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from syndicate.feeds.memory import Memory
from syndicate.web.conditions import codings, is_known

_FRESH: Final = timedelta(seconds=10)
_MOST: Final = 16_000_000  # bytes of answers, about
_OVERHEAD: Final = 2_000
_SHORT: Final = 1_000  # bytes that gain nothing from gzip


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, as it is and in gzip ("" where that gains nothing). `policy` is of its content."""

    content_type: str
    body: bytes
    zipped: bytes
    tag: str
    policy: str = ""
    status: int = 200

    @classmethod
    def of(cls, content_type: str, body: bytes, *, policy: str = "", status: int = 200) -> Answer:
        """Return the answer with this body."""
        zipped = gzip.compress(body, 6, mtime=0) if len(body) >= _SHORT else b""
        return cls(content_type, body, zipped, sha256(body).hexdigest()[:32], policy, status)

    def to(self, request: Request) -> Response:
        """Return what `request` is answered: 304 where it names the tag of what it would get."""
        coded = bool(self.zipped) and "gzip" in codings(request.headers.get("accept-encoding", ""))
        etag = f'"{self.tag}-gz"' if coded else f'"{self.tag}"'
        fresh = "public, max-age=60" if self.status == 200 else "no-cache"
        headers = {"cache-control": fresh, "vary": "Accept-Encoding", "etag": etag}
        if self.status == 200 and is_known(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        headers["content-type"] = self.content_type
        if self.policy:
            headers["content-security-policy"] = self.policy
        if coded:
            headers["content-encoding"] = "gzip"
        return Response(self.zipped if coded else self.body, self.status, headers)


class Answers:
    """Answers by key, for one event loop alone; each is made in a thread, once for all who wait for it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: Memory[tuple[datetime, Answer]] = Memory(_MOST)
        self._making: dict[Hashable, asyncio.Task[Answer]] = {}

    async def give(self, key: str, make: Callable[[], Answer]) -> Answer:
        """Return what `make` returns, or returned for this `key` within the last ten seconds.

        Only what is there (200) is kept: a letter's link works the moment it leaves.
        """
        held = self._kept.get(key, 0)
        if held and held[0] <= self._clock() < held[0] + _FRESH:
            return held[1]
        task = self._making.get(key)
        if task is None:
            task = asyncio.ensure_future(self._make(key, make))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(task)

    async def _make(self, key: str, make: Callable[[], Answer]) -> Answer:
        began = self._clock()
        made = await run_in_threadpool(make)
        if made.status == 200:
            self._kept.put(key, 0, (began, made), _OVERHEAD + len(made.body) + len(made.zipped))
        return made

"""The publish folder as documents: found by path, kept in memory up to a bound, checked at each request."""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from pathlib import Path

from syndicate.web.documents import Document, FeedTerms, key_of, load

_MOST_BYTES = 16 << 20
_MOST_FILES = 4096
_SAME = 0.001  # seconds for which a look at a file holds: a rush for one feed costs a stat a millisecond


class Shelf:
    """Finds documents below `folder`; none that begins with a dot, none behind a link that leads out."""

    def __init__(self, folder: Path, terms: FeedTerms) -> None:
        self._folder = os.path.abspath(folder)  # noqa: PTH100 - a link is resolved at each look
        self._terms = terms
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._bytes = 0
        self._last, self._seen = "", float("-inf")

    def kept(self, path: str) -> Document | None:
        """Return the document at the relative `path` if it is in memory and as on disk; one stat at most."""
        found = self._kept.get(path)
        if found is None:
            return None
        now = time.monotonic()
        if path == self._last and now - self._seen < _SAME:
            return found
        try:
            if key_of(os.stat(found.place)) == found.key and now < found.until:  # noqa: PTH116
                self._last, self._seen = path, now
                return found
        except OSError:
            pass
        self._forget(path)
        return None

    async def document(self, path: str) -> Document | None:
        """Return the document at the relative `path`, None where there is none; OSError where unreadable."""
        if found := self.kept(path):
            return found
        found = await asyncio.to_thread(self._load, path)
        if found:
            self._keep(found)
        return found

    def _load(self, path: str) -> Document | None:
        place = self._place(path)
        if not path or place is None:
            return None
        return load(place, path, self._terms, now=time.time(), tick=time.monotonic())

    def _place(self, path: str) -> str | None:
        """Return where `path` lies, None where it must not be served."""
        names = path.split("/") if path else []
        if any(not name or name.startswith(".") or "\0" in name for name in names):
            return None
        place = os.path.join(self._folder, path) if path else self._folder  # noqa: PTH118
        try:
            real, root = os.path.realpath(place), os.path.realpath(self._folder)
        except (OSError, ValueError):
            return None
        return place if real == root or real.startswith(root.rstrip("/") + "/") else None

    def _keep(self, found: Document) -> None:
        self._forget(found.path)
        self._kept[found.path] = found
        self._bytes += found.cost
        while self._bytes > _MOST_BYTES or len(self._kept) > _MOST_FILES:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: str) -> None:
        if path == self._last:
            self._last = ""
        if gone := self._kept.pop(path, None):
            self._bytes -= gone.cost

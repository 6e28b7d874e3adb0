"""Serves the publish folder: right content types, ETag, 304, HEAD, and nothing that starts with a dot."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from syndicate.feedfiles import KINDS, FeedFormat, Paths, type_of

_FEED_AGE = 900  # seconds a reader or proxy may keep a feed


class PublishedFiles(StaticFiles):
    """The publish folder. ``x/`` answers ``x/index.html``; ``x`` is sent on to ``x/``; else 404.

    `formats` and `paths` are those of the feeds, see `feedfiles`.
    """

    def __init__(
        self, folder: Path, formats: Sequence[FeedFormat] = tuple(KINDS), paths: Paths | None = None
    ) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder
        self._formats = tuple(formats)
        self._paths = dict(paths or {})
        self.config_checked = True  # the folder may come, and go, while we answer

    async def get_response(self, path: str, scope: Scope) -> Response:
        if any(part.startswith(".") for part in path.split("/") if part not in ("", ".")):
            raise HTTPException(404)
        if not self._folder.is_dir():
            raise HTTPException(503, "the first articles are being published", {"retry-after": "5"})
        response = await super().get_response(path, scope)
        if isinstance(response, RedirectResponse):
            # relative, so that it is right behind any proxy and below any prefix
            return RedirectResponse(f"{quote(path.rstrip('/').rsplit('/', 1)[-1])}/", 301)
        if kind := type_of(path, self._formats, self._paths):
            response.headers["content-type"] = f"{kind}; charset=utf-8"
            response.headers["cache-control"] = f"public, max-age={_FEED_AGE}"
        return response

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return the file for `path`; a name the file system cannot hold is simply not there."""
        try:
            return super().lookup_path(path)
        except (ValueError, OSError):
            return "", None


mimetypes.add_type("image/webp", ".webp")
mimetypes.add_type("image/avif", ".avif")

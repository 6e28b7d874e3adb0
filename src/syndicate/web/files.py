"""Serves the publish folder, as a bare ASGI application: a hot feed costs a look-up, a stat and two sends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from starlette.types import Receive, Scope, Send

from syndicate.publish.paths import MANIFEST
from syndicate.redirects import LIST, MARK
from syndicate.web import conditions
from syndicate.web.documents import SAFETY, Coding, Document, FeedTerms, Headers
from syndicate.web.redirects import Redirects
from syndicate.web.shelf import Shelf

log = logging.getLogger("syndicate.web")

_BLOCK = 256 << 10
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
_LOOK = 1.0  # seconds between looks at `_redirects` while what is asked for is in memory


class PublishedFiles:
    """The publish folder. ``x/`` answers ``x/index.html``, or 410 and ``gone.html``; ``x`` leads to ``x/``.

    What `_redirects` names has moved, whatever lies there.
    """

    def __init__(self, folder: Path, terms: FeedTerms | None = None) -> None:
        self._folder = folder
        self._shelf = Shelf(folder, terms or FeedTerms())
        self._redirects = Redirects(folder)
        self._looked = float("-inf")
        self._first: Headers = []
        self._start = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        if scope["method"] not in ("GET", "HEAD"):
            await _words(send, 405, "405 only GET and HEAD\n", [(b"allow", b"GET, HEAD")])
            return
        path: str = scope["path"]
        try:
            await self._answer(path, scope, send)
        except OSError as error:
            log.error("%s cannot be answered: %s", path[:200], error.strerror or error)
            await _words(send, 503, "503 please try again\n", [(b"retry-after", b"120")])

    def at_once(self, target: bytes, fields: Headers, first: Headers) -> bytes | None:
        """Return the whole answer to a GET of `target` with these `fields`, if that document is in memory.

        The answer (RFC 9112) begins with the fields of `first`. None: the application must answer. What asks
        for a part is not looked at.
        """
        path = _path(target)
        if not path or time.monotonic() - self._looked > _LOOK or path in self._redirects.table:
            return None
        given = dict(fields)
        found = self._shelf.kept(_file(path))
        if found is None or len(given) != len(fields):
            return None
        coding = _chosen(found, given)
        if coding.body is None:
            return None
        if first is not self._first:  # another each second
            self._first, self._start = first, b"".join([b"%b: %b\r\n" % pair for pair in first])
        if held := _held(found, coding, given):
            return b"".join((b"HTTP/1.1 304 Not Modified\r\n", self._start, held.unchanged_lines))
        return b"".join((b"HTTP/1.1 200 OK\r\n", self._start, coding.lines, coding.body))

    async def _answer(self, path: str, scope: Scope, send: Send) -> None:
        relative = _file(path)
        shown = _is_shown(relative)
        found = self._shelf.kept(relative) if shown else None
        if found is None or time.monotonic() - self._looked > _LOOK:
            self._redirects.look()
            self._looked = time.monotonic()
        if moved := self._redirects.table.get(path):
            await _moved(send, moved)
            return
        if found is None and shown:
            found = await self._shelf.document(relative)
        if found is None:
            await self._absent(path, scope, send)
            return
        await _document(found, scope, send)

    async def _absent(self, path: str, scope: Scope, send: Send) -> None:
        """Answer a path where no file is: a folder, an article withdrawn, nothing yet, or nothing."""
        folder = path.strip("/").removesuffix("/gone.html")
        index = await self._shelf.document(f"{folder}/index.html")
        if index is None and (gone := await self._shelf.document(f"{folder}/gone.html")):
            await _page(send, 410, gone)
            return
        if index and not path.endswith("/"):
            query = scope.get("query_string", b"").decode("latin-1")
            own = quote(path.rpartition("/")[2])
            await _moved(send, f"{own}/?{query}" if query else f"{own}/")  # right below any prefix
            return
        if not await asyncio.to_thread((self._folder / MANIFEST).exists):
            words = "503 the first articles are being published\n"
            await _words(send, 503, words, [(b"retry-after", b"5")])
            return
        if own_page := await self._shelf.document("404.html"):
            await _page(send, 404, own_page)
            return
        await _words(send, 404, "404 Not Found\n", [])


def _file(path: str) -> str:
    return f"{path[1:]}index.html" if path.endswith("/") else path[1:]


@lru_cache(maxsize=4096)
def _path(target: bytes) -> str:
    """Return the decoded path of a request's target; "" where it has a query, or is none that is answered."""
    if not target.isascii() or not target.startswith(b"/") or len(target) > 1000 or set(target) & set(b"?#"):
        return ""
    path = unquote(target.decode("ascii"))
    return path if _is_shown(_file(path)) else ""


def _is_shown(path: str) -> bool:
    """Return whether the file at `path` is answered at its own address, not kept for the servers' use."""
    return path != LIST and path.rpartition("/")[2] != "gone.html" and not path.endswith(MARK)


async def _document(found: Document, scope: Scope, send: Send) -> None:
    given: Mapping[bytes, bytes] = dict(scope["headers"])
    if len(given) != len(scope["headers"]):
        given = _joined(scope["headers"])
    asked = given.get(b"range", b"").decode("latin-1") if scope["method"] == "GET" else ""
    coding = found.codings[""] if asked else _chosen(found, given)
    if held := _held(found, coding, given):
        await _send(send, 304, held.unchanged, b"")
        return
    headers = coding.headers
    query = scope.get("query_string", b"").decode("latin-1")
    if len(query) >= 8 and found.digest.startswith(query):
        headers = [pair if pair[0] != b"cache-control" else _FOREVER for pair in headers]
    part = conditions.part_of(asked, found.size) if asked else None
    if_range = given.get(b"if-range", b"").decode("latin-1")
    if part and conditions.still_holds(if_range, coding.etag, found.modified):
        await _part(found, coding, headers, part, send)
        return
    if coding.body is not None:
        await _send(send, 200, headers, coding.body)
        return
    await _stream(found, 200, headers, (0, found.size if scope["method"] == "GET" else 0), send)


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the fields by name; those given several times are one list (RFC 9110 section 5.3)."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b", " + value if name in found else value
    return found


def _chosen(found: Document, given: Mapping[bytes, bytes]) -> Coding:
    """Return the coding that the client likes best of those there are."""
    if len(found.codings) > 1 and (accepted := given.get(b"accept-encoding")):
        for name in conditions.codings(accepted.decode("latin-1")):
            if coding := found.codings.get(name):
                return coding
    return found.codings[""]


def _held(found: Document, coding: Coding, given: Mapping[bytes, bytes]) -> Coding | None:
    """Return the coding that the client holds already, the one chosen or the plain bytes, else None."""
    tags = given.get(b"if-none-match")
    if tags is not None:  # the date is then not asked at all (RFC 9110 section 13.2.2)
        text, plain = tags.decode("latin-1"), found.codings[""]
        return next((one for one in (coding, plain) if conditions.is_known(text, one.etag)), None)
    since = given.get(b"if-modified-since")
    if since is None or found.modified is None:
        return None
    return coding if conditions.is_unmodified(since.decode("latin-1"), found.modified) else None


async def _part(found: Document, coding: Coding, headers: Headers, part: tuple[int, int], send: Send) -> None:
    start, end = part
    rest = [pair for pair in headers if pair[0] != b"content-length"]
    if start >= end:
        outside = (b"content-range", f"bytes */{found.size}".encode())
        await _send(send, 416, [*SAFETY, outside, (b"content-length", b"0")], b"")
        return
    rest.append((b"content-range", f"bytes {start}-{end - 1}/{found.size}".encode()))
    rest.append((b"content-length", str(end - start).encode()))
    if coding.body is not None:
        await _send(send, 206, rest, coding.body[start:end])
        return
    await _stream(found, 206, rest, part, send)


async def _stream(found: Document, status: int, headers: Headers, part: tuple[int, int], send: Send) -> None:
    """Send a part of a large file, block by block, each read in a thread."""
    start, end = part
    file = await asyncio.to_thread(Path(found.place).open, "rb")
    try:
        await asyncio.to_thread(file.seek, start)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        while start < end and (block := await asyncio.to_thread(file.read, min(_BLOCK, end - start))):
            start += len(block)
            await send({"type": "http.response.body", "body": block, "more_body": start < end})
        if part[0] >= end:
            await send({"type": "http.response.body", "body": b""})
    finally:
        file.close()


async def _page(send: Send, status: int, found: Document) -> None:
    """Answer with a page in the place of what is not there."""
    body = found.codings[""].body or b""
    length = (b"content-length", str(len(body)).encode())
    kind = (b"content-type", b"text/html; charset=utf-8")
    policy = [pair for pair in found.codings[""].headers if pair[0] == b"content-security-policy"]
    await _send(send, status, [kind, (b"cache-control", b"no-cache"), *SAFETY, *policy, length], body)


async def _moved(send: Send, target: str) -> None:
    where = (b"location", target.encode())
    await _words(send, 301, "", [where, (b"cache-control", b"public, max-age=3600")])


async def _words(send: Send, status: int, words: str, more: Headers) -> None:
    body = words.encode()
    length = (b"content-length", str(len(body)).encode())
    await _send(send, status, [(b"content-type", b"text/plain; charset=utf-8"), *more, *SAFETY, length], body)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

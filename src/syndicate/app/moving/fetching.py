"""The bytes of a feed or a sitemap: of a file, or from an http or https address. Never more than 50 MB."""

from __future__ import annotations

import re
import time
import zlib
from concurrent.futures import Future
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from syndicate import __version__
from syndicate.errors import SyndicateError, TemporaryError, UsageError

LARGEST = 50_000_000  # bytes, as they come and unpacked
_SECONDS = 60.0
_PIECE = 1 << 16


def is_address(source: str) -> bool:
    """Return whether `source` is an http or https address, not a file."""
    return source.lower().startswith(("http://", "https://"))


def body_of(source: str) -> bytes:
    """Return what is at `source`, unpacked where it is gzip.

    Raises UsageError for a file that is not there, TemporaryError where no whole answer came within a minute,
    and SyndicateError for an answer that is none or too large.
    """
    if not is_address(source) and re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", source):
        raise UsageError(f"{source}: only http and https addresses can be read, and files")
    return _unpacked(_in_time(source) if is_address(source) else _read(source), source)


def _read(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            body = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"{source}: cannot be read: {getattr(error, 'strerror', error)}") from None
    if len(body) > LARGEST:
        raise SyndicateError(f"{source}: is larger than {LARGEST // 1_000_000} MB")
    return body


def _in_time(address: str) -> bytes:
    """Return what an address answers, or raise TemporaryError after a minute in all.

    A name that is looked up, a head and a body may each come byte by byte, which no timeout of a socket ends.
    """
    answer: Future[bytes] = Future()

    def ask() -> None:
        try:
            answer.set_result(_fetched(address))
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=ask, name="fetch", daemon=True).start()
    try:
        return answer.result(_SECONDS)
    except TimeoutError:
        raise TemporaryError(f"{address}: no whole answer after {_SECONDS:g} s") from None


def _fetched(address: str) -> bytes:
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), HTTPRedirectHandler()):
        opener.add_handler(handler)
    opener.add_handler(HTTPDefaultErrorHandler())
    opener.add_handler(HTTPErrorProcessor())
    try:
        headers = {"User-Agent": f"syndicate/{__version__}", "Accept": "*/*"}
        with opener.open(Request(address, headers=headers), timeout=_SECONDS / 2) as answer:  # noqa: S310 http alone
            return _drained(answer, address)
    except HTTPError as error:
        raise SyndicateError(f"{address}: it answered {error.code} {_reason(error)}") from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise TemporaryError(f"{address}: no answer: {getattr(error, 'reason', error)}") from None


def _reason(error: HTTPError) -> str:
    """Return what a server says of its answer, in one line."""
    reason = " ".join(str(error.reason).split())
    return (
        "and leads in a circle" if reason.startswith(HTTPRedirectHandler.inf_msg.split("\n")[0]) else reason
    )


def _drained(answer: HTTPResponse, address: str) -> bytes:
    """Read an answer to its end, however slowly it trickles, but for no longer than a minute."""
    end = time.monotonic() + _SECONDS
    pieces, size = [], 0
    while piece := answer.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise SyndicateError(f"{address}: is larger than {LARGEST // 1_000_000} MB")
        if time.monotonic() > end:
            raise TimeoutError(f"not whole after {_SECONDS:g} s")
    return b"".join(pieces)


def _unpacked(body: bytes, source: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    packed = zlib.decompressobj(wbits=31)
    try:
        plain = packed.decompress(body, LARGEST)
    except zlib.error as error:
        raise SyndicateError(f"{source}: cannot be unpacked: {error}") from None
    if packed.unconsumed_tail:
        raise SyndicateError(f"{source}: is larger than {LARGEST // 1_000_000} MB when unpacked")
    return plain

"""One POST of JSON to an address that an operator gave: no redirect followed, no secret told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from urllib.parse import urlsplit

from syndicate import __version__

TIMEOUT = 10.0  # seconds for the whole answer


class NotPosted(Exception):
    """The receiver did not take it; the text says why, without the address."""


def post_json(url: str, data: Mapping[str, str], *, timeout: float = TIMEOUT) -> None:
    """POST `data` to an http or https `url`; NotPosted where the answer is not 2xx or late.

    A redirect counts as a refusal. The answer's body is not read.
    """
    parts = urlsplit(url)
    kinds = {"http": HTTPConnection, "https": HTTPSConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise NotPosted("operator.webhook is no http or https address")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "User-Agent": f"syndicate/{__version__}"}
    late = threading.Event()
    try:
        connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=timeout)
        with _ended(connection, timeout, late):
            connection.request("POST", target, json.dumps(data, ensure_ascii=False).encode(), headers)
            status = connection.getresponse().status
        if late.is_set():
            raise TimeoutError
    except (OSError, HTTPException, ValueError) as error:
        too_late = late.is_set() or isinstance(error, TimeoutError)
        raise NotPosted(f"no answer within {timeout:g} s" if too_late else _words(error)) from None
    if not 200 <= status < 300:
        raise NotPosted(f"it answered {status}{', a redirect' if 300 <= status < 400 else ''}")


@contextmanager
def _ended(connection: HTTPConnection, seconds: float, late: threading.Event) -> Iterator[None]:
    """Cut `connection` after `seconds`, however slowly it trickles, and close it at the end."""

    def cut() -> None:
        late.set()
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()


def _words(error: Exception) -> str:
    """Return what went wrong, without the host that OpenSSL's longer words name."""
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__)

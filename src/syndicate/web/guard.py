"""What stands before our own answers: a request's body is taken whole, small and in time, or refused."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from syndicate.web.refusing import refuse

LONGEST_BODY: Final = 16 << 10  # bytes: a form of ours with all its fields filled is about 2 KB
PATIENCE: Final = 10.0  # seconds that a body may take; the server itself ends the connection soon after


async def taken(scope: Scope, receive: Receive, send: Send, *, patience: float = PATIENCE) -> Receive | None:
    """Return what gives the request's body at once; None where it was refused, or the client has gone.

    413 for more than 16 KB, said or sent; 408 for what is not there in `patience` seconds. No application has
    heard of the request by then, so those who are slow take nobody's place.
    """
    fields = [(name, value) for name, value in scope["headers"] if name in _LENGTHS]
    if not fields:
        return receive
    if any(name == b"content-length" and _is_long(value) for name, value in fields):
        await refuse(scope, receive, send, 413, _TOO_LONG)
        return None
    try:
        async with asyncio.timeout(patience):
            body = await _whole(receive)
    except TimeoutError:
        await refuse(scope, receive, send, 408, "The request took too long.", {"connection": "close"})
        return None
    if body is None:
        return None
    if len(body) > LONGEST_BODY:
        await refuse(scope, receive, send, 413, _TOO_LONG)
        return None
    return _given(body, receive)


_LENGTHS: Final = frozenset({b"content-length", b"transfer-encoding"})
_TOO_LONG: Final = "At most 16 KB are taken."


def _is_long(value: bytes) -> bool:
    return len(value) > 6 or int(value) > LONGEST_BODY  # the server takes nothing but digits


async def _whole(receive: Receive) -> bytes | None:
    """Return the body, or its beginning where that is too long already; None where the client has gone."""
    body = bytearray()
    while len(body) <= LONGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return bytes(body)


def _given(body: bytes, receive: Receive) -> Receive:
    """Return what gives `body` first, and then what `receive` does: that the client has gone."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return first.pop() if first else await receive()

    return next_message

"""The headers that each answer of our own carries, where it does not set them itself."""

from __future__ import annotations

from typing import Final

from starlette.types import Message, Send

from syndicate.safety import STRICT_TRANSPORT
from syndicate.web.documents import SAFETY

# What shows nothing needs nothing; pages have a policy of their own.
_OURS: Final[tuple[tuple[bytes, bytes], ...]] = (
    *SAFETY,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_STAY: Final = tuple(text.encode() for text in STRICT_TRANSPORT)


def with_safety(send: Send, *, stay: bool) -> Send:
    """Return `send` with those headers on what it sends; `stay` tells the browser to ask by https alone."""
    more = (*_OURS, _STAY) if stay else _OURS

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            kept = [pair for pair in more if pair[0] not in there]
            message["headers"] = [*message["headers"], *kept]
        await send(message)

    return sent

"""Refusals: as RFC 9457 writes them where a program asks, else in few words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

API: Final = "/api/"
PROBLEM: Final = "application/problem+json"


def refusal(path: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a request for `path` that is refused, which says why in `detail`."""
    kept = {"cache-control": "no-store", **(headers or {})}
    if path.startswith(API):
        return problem(status, detail, kept)
    words = f"{status} {HTTPStatus(status).phrase}\n{detail}\n"
    return Response(words, status, {**kept, "content-type": "text/plain; charset=utf-8"})


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """Return a problem as RFC 9457 writes it; `more` are members of its own.

    Its type is ``about:blank``: the status says what kind it is (section 4.2.1).
    """
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body = json.dumps({**said, **more}, ensure_ascii=False).encode()
    return Response(body, status, {**(headers or {}), "content-type": PROBLEM})


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer a request with a refusal."""
    await refusal(scope["path"], status, detail, headers)(scope, receive, send)

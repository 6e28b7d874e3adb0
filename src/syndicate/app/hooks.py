"""One POST of JSON to an address that an operator gave: no redirect followed, no secret told."""

from __future__ import annotations

import json
from collections.abc import Mapping

from syndicate.app.outgoing import TIMEOUT, NoAnswer, Request, ask


class NotPosted(Exception):
    """The receiver did not take it; the text says why, without the address."""


def post_json(url: str, data: Mapping[str, str], *, timeout: float = TIMEOUT) -> None:
    """POST `data` to an http or https `url`; NotPosted where the answer is not 2xx or late.

    A redirect counts as a refusal.
    """
    body = json.dumps(data, ensure_ascii=False).encode()
    try:
        status = ask(Request("POST", url, body, {"Content-Type": "application/json"}), timeout=timeout).status
    except NoAnswer as error:
        raise NotPosted(str(error)) from None
    if not 200 <= status < 300:
        raise NotPosted(f"it answered {status}{', a redirect' if 300 <= status < 400 else ''}")

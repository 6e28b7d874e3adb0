"""Holds visitors to their quotas: how often they sign up, and how many links they try that lead nowhere."""

from __future__ import annotations

import logging
import math
import re
from ipaddress import ip_address
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate.answered import LINKS
from syndicate.app.site import Site
from syndicate.i18n import has_words
from syndicate.web.pages import page
from syndicate.web.quota import Quotas
from syndicate.web.refusing import API, refusal

log = logging.getLogger("syndicate.web")

SIGN_UPS: Final = frozenset({"/subscribe", "/subscribe/", "/subscribe/again", "/api/subscribe"})
_LINKS = re.compile(rf"/(?:{'|'.join(LINKS)})/.")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")
_WORDS: Final = "Too many requests from your network; nothing was written down."


class Limited:
    """An application held to quotas. Who knows a link is never limited: one-click works from anywhere."""

    def __init__(self, app: ASGIApp, site: Site, quotas: Quotas) -> None:
        self._app = app
        self._site = site
        self._quotas = quotas
        self._told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if scope["method"] == "POST" and path in SIGN_UPS:
            await self._sign_up(scope, receive, send)
        elif _LINKS.match(path):
            await self._link(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _sign_up(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a visitor sign up, or tell him when he may; what is refused for what it says does not count."""
        visitor = visitor_of(scope)
        wait = self._quotas.sign_up(visitor, self._site.clock())
        if wait:
            self._tell_of_proxy(scope)
            answer = await run_in_threadpool(self._later, Request(scope), wait)
            await answer(scope, receive, send)
            return

        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                self._quotas.unasked(visitor)
            await send(message)

        await self._app(scope, receive, seen)

    def _tell_of_proxy(self, scope: Scope) -> None:
        """Tell the operator, once, where all visitors count as one since their proxy is not believed."""
        proxy = proxy_unbelieved(scope)
        if proxy and not self._told:
            self._told = True
            words = "sign-ups are held up: %s hands visitors on, but web.trusted_proxies does not name it"
            log.warning(words, proxy)

    async def _link(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a link; where it leads nowhere once too often, in a line and no page."""
        refused = False

        async def seen(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == 404:
                wait = self._quotas.guess(visitor_of(scope), self._site.clock())
                if wait:
                    refused = True
                    answer = refusal(scope["path"], 429, _WORDS, {"retry-after": _seconds(wait)})
                    await answer(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, seen)

    def _later(self, request: Request, wait: float) -> Response:
        """Return what is answered to who signs up too often: it hangs on nothing that he typed in."""
        if request.scope["path"].startswith(API):
            return refusal(request.scope["path"], 429, _WORDS, {"retry-after": _seconds(wait)})
        asked = request.query_params.get("language", "")
        spoken = _LANGUAGE.fullmatch(asked) and has_words(asked, self._site.config.templates.folder)
        language = asked if spoken else ""
        answer = page(self._site, "web/subscribe_sent.html", language=language, status=429, state="busy")
        answer.headers["retry-after"] = _seconds(wait)
        return answer


def visitor_of(scope: Scope) -> str:
    """Return the IP address of who asks, as far as the proxies that are trusted say it; "" for none."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


def proxy_unbelieved(scope: Scope) -> str:
    """Return the address of a neighbour who says for whom he asks and is not believed; "" for none."""
    peer = visitor_of(scope)
    said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    try:
        near = ip_address(peer).is_private
    except ValueError:
        return ""
    return peer if near and said and peer not in ",".join(said) else ""


def _seconds(wait: float) -> str:
    return str(math.ceil(wait))

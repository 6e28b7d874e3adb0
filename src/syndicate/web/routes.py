"""The web application: which address answers with what."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate import __version__
from syndicate.answered import is_answered
from syndicate.app.health import overdue
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.errors import SyndicateError
from syndicate.i18n import translations
from syndicate.store import editions, notes
from syndicate.web import account, admin, preferences, subscribe, unsubscribe
from syndicate.web.confirm import confirm
from syndicate.web.documents import SAFETY, FeedTerms
from syndicate.web.editions import EditionPages
from syndicate.web.files import PublishedFiles

log = logging.getLogger("syndicate.web")

_MOST_AT_ONCE = 400  # requests: more would only wait for each other


class SafetyHeaders:
    """Adds the headers every answer carries, where the answer does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in SAFETY if pair[0] not in there),
                ]
            await send(message)

        await self._app(scope, receive, with_headers)


def make_web(site: Site, *, started: datetime, asked: Callable[[], None] = lambda: None) -> Front:
    """Return the application over `site`; `started` is when this process began to answer.

    `asked` is called after each sign-up that was written down.
    """
    editions_shown = EditionPages(site)

    async def shown(request: Request) -> Response:
        return await editions_shown(request)

    app = Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/subscribe", subscribe.with_slash, methods=["GET"]),
            Route("/subscribe", subscribe.sign_up, methods=["POST"]),
            Route("/subscribe/", subscribe.form, methods=["GET"]),
            Route("/subscribe/", subscribe.sign_up, methods=["POST"]),
            Route("/subscribe/again", subscribe.with_slash, methods=["GET"]),
            Route("/subscribe/again", subscribe.again, methods=["POST"]),
            Route("/confirm/{token}", confirm, methods=["GET", "POST"]),
            Route("/unsubscribe/{token}", unsubscribe.unsubscribe, methods=["GET", "POST"]),
            Route("/unsubscribe/{token}/undo", unsubscribe.undo, methods=["POST"]),
            Route("/unsubscribe/{token}/reason", unsubscribe.reason, methods=["POST"]),
            Route("/preferences/{token}", preferences.show, methods=["GET", "POST"]),
            Route("/preferences/{token}/link", preferences.link, methods=["POST"]),
            Route("/account/{ticket}", account.show, methods=["GET"]),
            Route("/account/{ticket}/export", account.export, methods=["GET"]),
            Route("/account/{ticket}/move", account.move, methods=["POST"]),
            Route("/account/{ticket}/delete", account.delete, methods=["POST"]),
            Route("/move/{ticket}", account.confirm_move, methods=["GET", "POST"]),
            Route("/editions", shown, methods=["GET"]),
            Route("/editions/{path:path}", shown, methods=["GET"]),
            *admin.routes(site),
        ],
        middleware=[Middleware(SafetyHeaders)],
        exception_handlers={HTTPException: _refused, SyndicateError: _broken, Exception: _broken},
    )
    app.state.site = site
    app.state.started = started
    app.state.asked = asked
    return Front(app, PublishedFiles(site.config.publish.folder, _terms(site.config)))


def _terms(config: Config) -> FeedTerms:
    """Return what answers with feeds say beside what the feeds themselves do."""
    ages = config.feeds.ages
    return FeedTerms(ages.ttl, ages.ttls, hubs=config.feeds.hubs, base=config.publication.url)


class Front:
    """Sends requests for our own answers to `app`, all others straight to `files`."""

    def __init__(self, app: ASGIApp, files: PublishedFiles) -> None:
        self._app = app
        self.files = files
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] != "http" or is_answered(scope["path"]) or admin.is_ours(scope["path"])
        if scope["type"] == "http" and self._answering >= _MOST_AT_ONCE:
            await PlainTextResponse("503 too many at once\n", 503, {"retry-after": "10"})(
                scope, receive, send
            )
            return
        self._answering += 1
        try:
            await (self._app if ours else self.files)(scope, receive, send)
        finally:
            self._answering -= 1


async def health(request: Request) -> Response:
    """Answer 200 while all is done in time, 503 with the reasons when a scan or an edition is overdue."""
    site: Site = request.app.state.site
    try:
        problems = await run_in_threadpool(_problems, site, request.app.state.started)
    except SyndicateError as error:
        problems = [str(error)]
    body = {"status": "overdue" if problems else "ok", "problems": problems, "version": __version__}
    return JSONResponse(body, status_code=503 if problems else 200, headers={"cache-control": "no-store"})


def _problems(site: Site, started: datetime) -> list[str]:
    with site.store.read() as conn:
        ticks = notes.ticks(conn)
        marks = {name: editions.newsletter_start(conn, name) for name in site.config.newsletters}
    starts = {name: mark for name, mark in marks.items() if mark}
    return overdue(ticks, starts, site.config, now=site.clock(), running_since=started)


async def _refused(request: Request, error: Exception) -> Response:
    """Answer an HTTP error in few words."""
    assert isinstance(error, HTTPException)  # noqa: S101 the table above maps no other
    del request
    words = f"{error.status_code} {error.detail}\n"
    headers = {**(error.headers or {})}
    if allowed := headers.get("Allow"):  # Starlette has them in a set, in any order
        headers["Allow"] = ", ".join(sorted(allowed.split(", ")))
    return PlainTextResponse(words, error.status_code, headers=headers)


async def _broken(request: Request, error: Exception) -> Response:
    """Answer what failed here: 503 where trying again may help, else 500; the log says why."""
    site: Site = request.app.state.site
    expected = isinstance(error, SyndicateError)
    if expected:  # anything else goes on to the server, which logs it with its traceback
        log.error("an answer failed: %s", error)
    status = 503 if expected else 500
    return HTMLResponse(_apology(site, status), status, headers={"retry-after": "120"} if expected else {})


def _apology(site: Site, status: int) -> str:
    publication = site.config.publication
    _ = translations(publication.language, site.config.templates.folder).gettext
    return site.templates.render(
        "web/error.html",
        language=publication.language,
        zone=publication.timezone,
        status=status,
        title=_("Something went wrong here"),
        message=_("It has been noted. Please try again in a few minutes."),
        publication=publication,
        home_url=f"{publication.url}/",
    )

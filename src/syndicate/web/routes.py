"""The web application: which address answers with what."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate import __version__
from syndicate.answered import is_answered
from syndicate.app.health import overdue
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.errors import SyndicateError
from syndicate.i18n import translations
from syndicate.safety import is_secure, pages_policy
from syndicate.store import editions, notes
from syndicate.web import account, admin, api, preferences, subscribe, unsubscribe
from syndicate.web.confirm import confirm
from syndicate.web.documents import FeedTerms
from syndicate.web.editions import EditionPages
from syndicate.web.files import PublishedFiles
from syndicate.web.guard import taken
from syndicate.web.headers import with_safety
from syndicate.web.limiting import Limited
from syndicate.web.pages import PRIVATE, back
from syndicate.web.quota import Quotas
from syndicate.web.refusing import API, refusal

log = logging.getLogger("syndicate.web")

_ACTIONS = (
    *("/unsubscribe/{token}/undo", "/unsubscribe/{token}/reason", "/preferences/{token}/link"),
    *("/account/{token}/move", "/account/{token}/delete"),
)
_MOST_AT_ONCE = 400  # requests: more would only wait for each other


def make_web(
    site: Site,
    *,
    started: datetime,
    asked: Callable[[], None] = lambda: None,
    quotas: Quotas | None = None,
) -> Front:
    """Return the application over `site`; `started` is when this process began to answer.

    `asked` is called after each sign-up that was written down. `quotas` are what visitors have, if not the
    usual.
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
            Route("/api/subscribe", api.subscribe, methods=["OPTIONS", "POST"]),
            Route("/api/openapi.json", api.description, methods=["GET"]),
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
            *(Route(action, back, methods=["GET"]) for action in _ACTIONS),
            Route("/editions", shown, methods=["GET"]),
            Route("/editions/{path:path}", shown, methods=["GET"]),
            *admin.routes(site),
        ],
        exception_handlers={HTTPException: _refused, SyndicateError: _broken, Exception: _broken},
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the request names
    app.state.site = site
    app.state.started = started
    app.state.asked = asked
    files = PublishedFiles(site.config.publish.folder, _terms(site.config))
    return Front(
        Limited(app, site, quotas or Quotas()),
        files,
        secure=is_secure(site.config),
        origins=api.allowed(site.config),
    )


def _terms(config: Config) -> FeedTerms:
    """Return what answers with feeds say beside what the feeds themselves do."""
    ages = config.feeds.ages
    return FeedTerms(
        ages.ttl,
        ages.ttls,
        hubs=config.feeds.hubs,
        base=config.publication.url,
        policy=pages_policy(config),
    )


class Front:
    """Sends requests for our own answers to `app`, all others straight to `files`.

    Where we are not `secure` by configuration, which the server says with each answer, who came by https is
    told to stay there. Scripts of `origins` may read what the API answers.
    """

    def __init__(
        self,
        app: ASGIApp,
        files: PublishedFiles,
        *,
        secure: bool = False,
        origins: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self.files = files
        self._secure = secure
        self._origins = origins
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app: ASGIApp = self.files
        if is_answered(scope["path"]) or admin.is_ours(scope["path"]):
            app, send = self._app, with_safety(send, stay=scope["scheme"] == "https" and not self._secure)
            if scope["path"].startswith(API):
                send = api.with_origin(send, scope, self._origins)
            body = await taken(scope, receive, send)
            if body is None:
                return
            receive = body
        if self._answering >= _MOST_AT_ONCE:
            app = PlainTextResponse("503 too many at once\n", 503, {"retry-after": "10"})
        self._answering += 1
        try:
            await app(scope, receive, send)
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
    headers = {**(error.headers or {})}
    if allowed := headers.get("Allow"):  # Starlette has them in a set, in any order
        headers["Allow"] = ", ".join(sorted(allowed.split(", ")))
    if request.url.path.startswith(API):
        return refusal(API, error.status_code, error.detail, headers)
    return PlainTextResponse(f"{error.status_code} {error.detail}\n", error.status_code, headers=headers)


async def _broken(request: Request, error: Exception) -> Response:
    """Answer what failed here: 503 where trying again may help, else 500; the log says why."""
    site: Site = request.app.state.site
    expected = isinstance(error, SyndicateError)
    if expected:  # anything else goes on to the server, which logs it with its traceback
        log.error("an answer failed: %s", error)
    status = 503 if expected else 500
    if request.url.path.startswith(API):
        later = {"retry-after": "120"} if expected else {}
        return refusal(API, status, "something went wrong here; it has been noted", later)
    headers = {**PRIVATE, **({"retry-after": "120"} if expected else {})}
    return HTMLResponse(_apology(site, status), status, headers=headers)


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

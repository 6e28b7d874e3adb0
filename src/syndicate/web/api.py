"""/api/subscribe: signing up for programs and for scripts of the sites that may (`web.form_origins`).

The answer to every address is the same, as it is to the form; problems are written as RFC 9457 has them.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Scope, Send

from syndicate.app import signing_up
from syndicate.app.confirming import subject
from syndicate.app.offering import offer
from syndicate.app.signing_up import Asked, agreed_words
from syndicate.app.site import Site
from syndicate.app.wishes import Wish
from syndicate.config import Config
from syndicate.errors import UsageError
from syndicate.i18n import has_words
from syndicate.web.apischema import TRAP, faults, sign_up_schema
from syndicate.web.limiting import visitor_of
from syndicate.web.openapi import document
from syndicate.web.origins import origin_of
from syndicate.web.refusing import problem

_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")
_LATER: Final = {"retry-after": "120"}
_KEPT: Final = {"cache-control": "no-store"}
_PREFLIGHT: Final = {
    "allow": "OPTIONS, POST",
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "600",
}


async def subscribe(request: Request) -> Response:
    """Take a sign-up as JSON. 202 whoever the address is; 400, 403, 415, 422 or 503 say what is wrong.

    OPTIONS is what a browser asks before a script of another site may POST (Fetch, "CORS protocol").
    """
    site: Site = request.app.state.site
    origins = request.headers.getlist("origin")
    if any(one not in allowed(site.config) for one in origins):
        return _problem(403, "this site's scripts may not ask here; `web.form_origins` names those that may")
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_PREFLIGHT)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return _problem(415, "write the body as application/json")
    try:
        body = json.loads((await request.body()).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        where = f": {error}" if isinstance(error, json.JSONDecodeError) else ""
        return _problem(400, f"the body is no JSON in UTF-8{where}")
    source = origins[0] if origins else f"{site.config.web_url}/api/subscribe"
    answer = await run_in_threadpool(_signed_up, site, body, source, visitor_of(request.scope))
    if answer.status_code == 202 and not (isinstance(body, dict) and body.get(TRAP)):
        request.app.state.asked()
    return answer


async def description(request: Request) -> Response:
    """Answer the API's description (OpenAPI 3.1)."""
    return await run_in_threadpool(_description, request.app.state.site)


def allowed(config: Config) -> frozenset[str]:
    """Return the origins whose scripts may ask, as browsers write them: `web.form_origins` and ours."""
    own = (origin_of(config.web_url), origin_of(config.publication.url))
    return frozenset((*config.web.form_origins, *own))


def with_origin(send: Send, scope: Scope, origins: frozenset[str]) -> Send:
    """Return `send` whose answers the script that asks may read, where its site is one of `origins`."""
    said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    more = [(b"vary", b"Origin")]
    if len(said) == 1 and said[0] in origins:
        more.append((b"access-control-allow-origin", said[0].encode("latin-1")))
        more.append((b"access-control-expose-headers", b"retry-after"))

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return sent


def _signed_up(site: Site, body: Any, source: str, ip: str) -> Response:
    wrong = faults(body, sign_up_schema(offer(site)))
    if wrong:
        return problem(422, "the body is not as it should be", _KEPT, errors=wrong)
    language = body.get("language", "")
    known = _LANGUAGE.fullmatch(language) and has_words(language, site.config.templates.folder)
    spoken = language if known else ""
    wish = Wish(
        frequency=body.get("frequency", ""),
        zone=body.get("zone", ""),
        at=body.get("at", ""),
        language=body.get("language", ""),
        topics=tuple(body.get("topics", ())),
        pictures=body.get("pictures"),
    )
    words = agreed_words(site.config, site.config.publication.language)  # as the document has them
    named = tuple(body.get("newsletters", ()))
    asked = Asked(body["email"], named, wish, language=spoken, source=source, words=words, ip=ip)
    try:
        wanted = signing_up.checked(site, asked)
    except UsageError as error:
        return _problem(422, str(error))
    if not body.get(TRAP) and not signing_up.ask(site, wanted):
        return problem(503, "too many sign-ups wait; nothing was written down", {**_KEPT, **_LATER})
    sender = site.config.letter_sender()
    said = {
        "status": "check your mail",
        "sender": sender.email.address,
        "subject": subject(site, spoken or site.config.publication.language),
    }
    return JSONResponse(said, 202, headers=_KEPT)


def _description(site: Site) -> Response:
    config = site.config
    made = document(
        title=config.publication.title,
        url=config.web_url,
        schema=sign_up_schema(offer(site)),
        words=agreed_words(config, config.publication.language),
    )
    return JSONResponse(made, headers={"cache-control": "public, max-age=60"})


def _problem(status: int, detail: str) -> Response:
    return problem(status, detail, _KEPT)

"""Unsubscribing: GET shows one button and changes nothing, POST takes effect at once (RFC 8058)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syndicate.app import leaving
from syndicate.app.keyring import keyring
from syndicate.app.site import Site
from syndicate.app.speaking import language_of, title_of
from syndicate.digest.trial import TOKEN
from syndicate.model import Subscriber, SubscriptionState
from syndicate.web.forms import first, read_form
from syndicate.web.pages import PRIVATE, is_ours, mask, page, place, refused

UNDO: Final = "undo"
REASON: Final = "reason"
_OFFERED: Final = timedelta(hours=2)  # after the end of a subscription
_TAKEN: Final = _OFFERED + timedelta(minutes=30)


async def unsubscribe(request: Request) -> Response:
    """Answer the page of one subscription. The request's body is not read: the address says it all.

    A mail provider's one-click POST (urlencoded or multipart, without cookies) and the button's POST do
    the same, any number of times; there is no redirect. Who does not ask for a page is told in a line.
    """
    site: Site = request.app.state.site
    found, answer = await _found(request)
    if found is None:
        return answer
    if request.method == "POST":
        by_browser = "text/html" in request.headers.get("accept", "")
        await run_in_threadpool(
            leaving.leave, site, found, by="unsubscribe page" if by_browser else "one click"
        )
        if not by_browser:
            return PlainTextResponse("You are unsubscribed.\n", headers=PRIVATE)
        if _ended_before(site, found, _OFFERED):
            return _page(site, "done", found)
        return _page(site, "left", found, marks=await run_in_threadpool(_marks, site, found))
    ended = found.state is SubscriptionState.UNSUBSCRIBED
    return _page(site, "done" if ended else "ask", found)


async def undo(request: Request) -> Response:
    """Take an unsubscription back, within two hours of it.

    Not later, whoever opens the page then: letters get forwarded, and who has left comes back by signing up.
    """
    site: Site = request.app.state.site
    found, answer = await _found(request)
    if found is None:
        return answer
    form = await read_form(request)
    if not await _is_ours(request, form, found, UNDO) or _ended_before(site, found, _TAKEN):
        return refused(site, language=_language(site, found))
    if not await run_in_threadpool(leaving.undo, site, found):
        return _page(site, "done", found)
    return _page(site, "undone", found)


async def reason(request: Request) -> Response:
    """Take down why somebody left."""
    site: Site = request.app.state.site
    found, answer = await _found(request)
    if found is None:
        return answer
    form = await read_form(request)
    if not await _is_ours(request, form, found, REASON):
        return refused(site, language=_language(site, found))
    await run_in_threadpool(leaving.explain, site, found, first(form, "reason"), first(form, "words"))
    return _page(site, "thanks", found)


async def _found(request: Request) -> tuple[Subscriber | None, Response]:
    """Return the subscription of the address, else what to answer."""
    site: Site = request.app.state.site
    token = request.path_params["token"]
    if token == TOKEN:
        return None, _page(site, "test", None)
    found = await run_in_threadpool(leaving.find, site, token)
    return found, _page(site, "unknown", None, status=404) if found is None else Response()


async def _is_ours(request: Request, form: Mapping[str, list[str]], found: Subscriber, purpose: str) -> bool:
    return await is_ours(request, form, purpose=purpose, subject=found.token)


def _marks(site: Site, found: Subscriber) -> dict[str, str]:
    ring, now = keyring(site), site.clock()
    return {purpose: ring.form_token(purpose, found.token, now=now) for purpose in (UNDO, REASON)}


def _ended_before(site: Site, found: Subscriber, span: timedelta) -> bool:
    return found.ended_at is not None and site.clock() - found.ended_at > span


def _language(site: Site, found: Subscriber | None) -> str:
    return language_of(site.config, found.newsletter, found.choice) if found else ""


def _page(
    site: Site,
    state: str,
    found: Subscriber | None,
    *,
    status: int = 200,
    marks: dict[str, str] | None = None,
) -> Response:
    own = place(site.config, f"/unsubscribe/{found.token}") if found else ""
    return page(
        site,
        "web/unsubscribe.html",
        language=_language(site, found),
        status=status,
        state=state,
        newsletter_title=title_of(site.config, found.newsletter) if found else "",
        masked_email=mask(found.email) if found else "",
        action=own,
        marks=marks or {},
        reasons=tuple(leaving.REASONS),
        most=leaving.LONGEST_REASON,
        preferences_url=place(site.config, f"/preferences/{found.token}") if found else "",
    )

"""The page of everything held about a person, and of his move to another address: behind mailed links."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from syndicate.app import accounts, readdressing
from syndicate.app.accounts import Account
from syndicate.app.dossier import dossier
from syndicate.app.erasing import erase
from syndicate.app.keyring import keyring
from syndicate.app.site import Site
from syndicate.app.speaking import title_of
from syndicate.emails import parse_visitor_email
from syndicate.model import Subscriber
from syndicate.web.forms import first, read_form
from syndicate.web.pages import PRIVATE, is_ours, mask, page, place, refused, sent, unknown

MOVE: Final = "move"
DELETE: Final = "delete"
CONFIRM: Final = "confirm move"
_FILE: Final = "my-data.json"
_Found = TypeVar("_Found")


async def show(request: Request) -> Response:
    """Answer the page with all subscriptions of a person, and what he can do."""
    site: Site = request.app.state.site
    found = await _opened(request, accounts.find)
    if isinstance(found, Response):
        return found
    return await run_in_threadpool(_page, site, found, request.path_params["ticket"])


async def export(request: Request) -> Response:
    """Answer everything held about a person, as a file."""
    site: Site = request.app.state.site
    found = await _opened(request, accounts.find)
    if isinstance(found, Response):
        return found
    held = await run_in_threadpool(dossier, site, found)
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{_FILE}"'}
    text = json.dumps(held, ensure_ascii=False, indent=2)
    return Response(text.encode("utf-8", "replace"), media_type="application/json", headers=headers)


async def move(request: Request) -> Response:
    """Mail a link to the address that was typed; the same answer whether one leaves or the limits hold."""
    site: Site = request.app.state.site
    token = request.path_params["ticket"]
    found = await _opened(request, accounts.find)
    if isinstance(found, Response):
        return found
    form = await read_form(request)
    language = readdressing.spoken(site, found)
    if not await is_ours(request, form, purpose=MOVE, subject=token):
        return refused(site, language=language)
    typed = first(form, "email")
    try:
        email = parse_visitor_email(typed)
    except ValueError:
        return await run_in_threadpool(_page, site, found, token, wrong="email", typed=typed)
    if email == found.person.email:
        return await run_in_threadpool(_page, site, found, token, wrong="same", typed=typed)
    await run_in_threadpool(readdressing.ask, site, found, email)
    return sent(site, "move", email.address, language=language)


async def delete(request: Request) -> Response:
    """Erase a person who says so twice: by a check box and by the button."""
    site: Site = request.app.state.site
    token = request.path_params["ticket"]
    found = await _opened(request, accounts.find)
    if isinstance(found, Response):
        return found
    form = await read_form(request)
    language = readdressing.spoken(site, found)
    if not await is_ours(request, form, purpose=DELETE, subject=token):
        return refused(site, language=language)
    if not first(form, "yes"):
        return await run_in_threadpool(_page, site, found, token, wrong="yes")
    await run_in_threadpool(erase, site, found.person.email)
    return page(site, "web/deleted.html", language=language)


async def confirm_move(request: Request) -> Response:
    """Answer the page that a letter to a new address leads to; its button moves the person there."""
    site: Site = request.app.state.site
    found = await _opened(request, readdressing.find)
    if isinstance(found, Response):
        return found
    token, done = request.path_params["ticket"], found.done
    language = await run_in_threadpool(readdressing.spoken_by, site, found.person)
    if request.method == "POST":
        if not await is_ours(request, await read_form(request), purpose=CONFIRM, subject=token):
            return refused(site, language=language)
        done = await run_in_threadpool(readdressing.make, site, found)
    ring = await run_in_threadpool(keyring, site)
    return page(
        site,
        "web/move.html",
        language=language,
        state="done" if done else "gone" if request.method == "POST" else "ask",
        new_email=mask(found.email.address),
        old_email="" if done else mask(found.person.email.address),
        action=place(site.config, f"/move/{token}"),
        mark=ring.form_token(CONFIRM, token, now=site.clock()),
    )


async def _opened(request: Request, find: Callable[[Site, str], _Found | None]) -> _Found | Response:
    """Return what the link of the address opens, else what to answer."""
    site: Site = request.app.state.site
    found = await run_in_threadpool(find, site, request.path_params["ticket"])
    return unknown(site) if found is None else found


def _page(site: Site, one: Account, token: str, *, wrong: str = "", typed: str = "") -> Response:
    ring, now = keyring(site), site.clock()
    return page(
        site,
        "web/account.html",
        language=readdressing.spoken(site, one),
        status=422 if wrong else 200,
        masked_email=mask(one.person.email.address),
        subscriptions=[_shown(site, each) for each in one.subscriptions],
        action=place(site.config, f"/account/{token}"),
        marks={name: ring.form_token(name, token, now=now) for name in (MOVE, DELETE)},
        wrong=wrong,
        typed=typed[:320],
        hours=accounts.HOURS,
    )


def _shown(site: Site, one: Subscriber) -> dict[str, object]:
    now = site.clock()
    return {
        "title": title_of(site.config, one.newsletter),
        "state": one.state.value,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "paused_until": one.paused_until if one.paused_until and one.paused_until > now else None,
        "preferences_url": place(site.config, f"/preferences/{one.token}"),
    }

"""Confirming: GET shows what will come and one button, and changes nothing; POST subscribes."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from syndicate.app import confirmed
from syndicate.app.confirmed import Opened, Standing
from syndicate.app.editions_shown import EditionsShown
from syndicate.app.site import Site
from syndicate.i18n import format_date, format_time
from syndicate.web.pages import mask, page, place

_LONGEST_TOKEN = 64


async def confirm(request: Request) -> Response:
    """Answer the page that a confirmation letter leads to. The request's body is not read.

    A scanner's GET before changes nothing, and a second press does nothing more; 404 for a link that has
    expired.
    """
    site: Site = request.app.state.site
    token = request.path_params["token"]
    if not token.isascii() or len(token) > _LONGEST_TOKEN:
        return _unknown(site)
    ip = request.client.host if request.client else ""
    return await run_in_threadpool(_answer, site, token, ip, pressed=request.method == "POST")


def _answer(site: Site, token: str, ip: str, *, pressed: bool) -> Response:
    found = confirmed.confirm(site, token, ip=ip) if pressed else confirmed.opened(site, token)
    if found is None:
        return _unknown(site)
    return page(
        site,
        "web/confirm.html",
        language=found.language,
        state=found.state,
        masked_email=mask(found.email),
        standings=[_shown(site, found, one) for one in found.standings],
        action=place(site.config, f"/confirm/{token}"),
        signup_url=place(site.config, f"/subscribe/?language={quote(found.language)}"),
    )


def _unknown(site: Site) -> Response:
    return page(site, "web/confirm.html", status=404, state="unknown", masked_email="")


def _shown(site: Site, found: Opened, one: Standing) -> dict[str, object]:
    """Return what the page says of one newsletter: when the next letter may come by his own clock, and where
    the newest edition is."""
    language = found.language or site.config.publication.language
    next_at = ""
    if one.next_at:
        day = format_date(one.next_at, "full", language=language, zone=one.zone)
        next_at = f"{day}, {format_time(one.next_at, language=language, zone=one.zone)}"
    return {
        "title": one.title,
        "frequency": one.frequency,
        "topics": one.topics,
        "zone": one.zone.key,
        "next_at": next_at,
        "latest": _latest(site, one.name) if one.token else None,
        "preferences_url": place(site.config, f"/preferences/{one.token}") if one.token else "",
    }


def _latest(site: Site, name: str) -> dict[str, str] | None:
    shown = EditionsShown(site)
    for line in shown.editions(shown.masthead(name), 1, now=site.clock()):
        return {"url": line.url, "heading": line.heading, "language": line.headline.language}
    return None

"""Unsubscribing: GET shows one button and changes nothing, POST takes effect at once (RFC 8058)."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from syndicate.app.site import Site
from syndicate.digest.trial import TOKEN
from syndicate.model import Subscriber, SubscriptionState
from syndicate.store import subscribers

_PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "content-security-policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
_LONGEST_TOKEN = 64


async def unsubscribe(request: Request) -> Response:
    """Answer the page of one subscription. The request's body is not read: the address says it all.

    A mail provider's one-click POST (urlencoded or multipart, without cookies) and the button's POST do
    the same, any number of times; there is no redirect.
    """
    site: Site = request.app.state.site
    token = request.path_params["token"]
    if token == TOKEN:
        return _page(site, "test", None, "")
    found = await run_in_threadpool(_find, site, token)
    if found is None:
        return _page(site, "unknown", None, "", status=404)
    if request.method == "POST":
        await run_in_threadpool(_end, site, token)
        return _page(site, "done", found, "")
    if found.state is SubscriptionState.UNSUBSCRIBED:
        return _page(site, "done", found, "")
    return _page(site, "ask", found, request.url.path)


def _find(site: Site, token: str) -> Subscriber | None:
    if not token.isascii() or len(token) > _LONGEST_TOKEN:
        return None
    with site.store.read() as conn:
        return subscribers.by_token(conn, token)


def _end(site: Site, token: str) -> None:
    with site.store.write() as tx:
        subscribers.unsubscribe(tx, token, now=site.clock())


def _page(site: Site, state: str, found: Subscriber | None, action: str, *, status: int = 200) -> Response:
    config = site.config
    newsletter = config.newsletters.get(found.newsletter) if found else None
    title = newsletter.title if newsletter else found.newsletter if found else ""
    html = site.templates.render(
        "web/unsubscribe.html",
        language=config.publication.language,
        zone=config.publication.timezone,
        state=state,
        publication=config.publication,
        newsletter_title=title,
        masked_email=mask(found.email) if found else "",
        action=action,
        home_url=f"{config.publication.url}/",
    )
    return HTMLResponse(html, status_code=status, headers=_PRIVATE)


def mask(email: str) -> str:
    """Return the address with all but the ends of its local part hidden: ``k…i@example.org``."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}"

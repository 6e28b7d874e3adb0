"""Pages about one person: no script, no cookie, nothing kept on the way, and their address told to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from syndicate.app.accounts import HOURS
from syndicate.app.keyring import keyring
from syndicate.app.notices import Notice, notice_subject
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.web.forms import first
from syndicate.web.origins import from_here

PRIVATE: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "content-security-policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def page(site: Site, template: str, *, language: str = "", status: int = 200, **context: object) -> Response:
    """Return the page `template`, in the publication's language where none is said.

    Every such template is also given `publication`, `home_url` and `signup_url`.
    """
    config = site.config
    given: dict[str, Any] = {
        "language": language or config.publication.language,
        "zone": config.publication.timezone,
        "publication": config.publication,
        "home_url": f"{config.publication.url}/",
        "signup_url": place(config, "/subscribe/"),
        **context,
    }
    html = site.templates.render(template, **given)
    return HTMLResponse(html, status_code=status, headers=PRIVATE)


def place(config: Config, path: str) -> str:
    """Return where a page of ours is for a page of ours: below the path of ``web.url``, on the same host."""
    return f"{urlsplit(config.web_url).path}{path}"


async def is_ours(request: Request, form: Mapping[str, list[str]], *, purpose: str, subject: str) -> bool:
    """Tell whether our own page made a form for this purpose, lately, and no page elsewhere sent it."""
    site: Site = request.app.state.site
    ring = await run_in_threadpool(keyring, site)
    holds = ring.is_form_token(first(form, "mark"), purpose, subject, now=site.clock())
    return holds and from_here(request, site.config)


def refused(site: Site, *, language: str = "") -> Response:
    """Answer a form that did not come from a page of ours, or whose page lay open for too long."""
    return page(site, "web/link.html", language=language, status=403, state="refused")


def unknown(site: Site, *, state: str = "expired") -> Response:
    """Answer a link that opens nothing: one that has expired, or was cut off."""
    return page(site, "web/link.html", status=404, state=state)


def sent(site: Site, notice: str, email: str, *, language: str) -> Response:
    """Answer that a letter with a link to an account is on its way, and how to know it: whether or not."""
    return page(
        site,
        "web/sent.html",
        language=language,
        masked_email=mask(email),
        sender=site.config.letter_sender(),
        subject=notice_subject(site, Notice(notice, "", language)),
        hours=HOURS,
    )


def mask(email: str) -> str:
    """Return the address with all but the ends of its local part hidden: ``k…i@example.org``."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}"


async def back(request: Request) -> Response:
    """Lead from the address of an action, which a browser that is opened again may ask for, to its page.

    Relative, so that no header makes it lead elsewhere; it says nothing of the link.
    """
    token = quote(request.path_params["token"], safe="")
    return RedirectResponse(
        f"../{token}", 303, {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    )

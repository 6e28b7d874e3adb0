"""/admin/preview: the next editions as they are now, for whoever sits at this machine and edits them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from syndicate.app.liveview import (
    LiveView,
    Seen,
    Wanted,
    in_surroundings,
    languages,
    source_around,
    with_own_pictures,
)
from syndicate.app.site import Site
from syndicate.configtypes import parse_language
from syndicate.digest.occasions import following
from syndicate.errors import Busy, SyndicateError, TemplateFault, UsageError
from syndicate.web.loopback import may_see

PATH: Final = "/admin/preview"
WIDTHS: Final = (375, 700)  # pixels: a telephone, a window

_PRIVATE: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-resource-policy": "same-origin",
}
_PAGE: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
    "frame-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_LETTER: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {origins}; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)


def is_ours(path: str) -> bool:
    """Tell whether a path is answered here."""
    return path == PATH or path.startswith(f"{PATH}/")


def routes(site: Site) -> list[Route]:
    """Return what is answered here; each answer is made in a thread, so that nobody waits for it."""
    pages = _Pages(site)
    table: dict[str, Callable[[Request], Response]] = {
        PATH: pages.index,
        f"{PATH}/{{name}}": pages.newsletter,
        f"{PATH}/{{name}}/letter": pages.letter,
        f"{PATH}/{{name}}/version": pages.version,
    }
    return [Route(path, _guarded(site, answer), methods=["GET"]) for path, answer in table.items()]


def _guarded(site: Site, answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
    async def guarded(request: Request) -> Response:
        host, port = site.config.web.listen
        match may_see(request.scope, host):
            case "yes":
                return await run_in_threadpool(answer, request)
            case "wrong host":
                words = f"403 open http://127.0.0.1:{port}{PATH} on the machine that syndicate runs on\n"
                return PlainTextResponse(words, 403, headers=_PRIVATE)
            case _:
                return PlainTextResponse("404 Not Found\n", 404, headers=_PRIVATE)

    return guarded


class _Pages:
    """The pages of one process."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._view = LiveView(site)

    def index(self, request: Request) -> Response:
        """Answer the list of newsletters."""
        del request
        rows = []
        for name, newsletter in self._site.config.newsletters.items():
            rows.append({"name": name, "title": newsletter.title, "next": _next(self._site, name)})
        return self._page("list", {"newsletters": rows})

    def newsletter(self, request: Request) -> Response:
        """Answer the page of one newsletter: its next letter, or why there is none."""
        wanted = self._wanted(request)
        if wanted is None:
            return self._page("missing", {}, 404)
        about, now = self._about(wanted), self._view.version
        try:
            seen = self._view.look(wanted)
        except TemplateFault as fault:
            source = source_around(self._site, fault)
            return self._page("fault", {**about, "fault": fault, "source": source, "version": now()}, 500)
        except Busy as error:
            return self._page("wait", {**about, "message": str(error), "version": ""}, 503)
        except SyndicateError as error:
            status = 200 if isinstance(error, UsageError) else 500
            return self._page("nothing", {**about, "message": str(error), "version": now()}, status)
        shown = {"seen": seen, "frames": _frames(wanted, seen), "version": seen.version}
        return self._page("preview", {**about, **shown})

    def letter(self, request: Request) -> Response:
        """Answer the letter alone, for a frame, as in light or dark surroundings."""
        wanted = self._wanted(request)
        if wanted is None:
            return PlainTextResponse("404 Not Found\n", 404, headers=_PRIVATE)
        try:
            seen = self._view.look(wanted)
        except SyndicateError as error:
            return PlainTextResponse(f"{error}\n", 503, headers=_PRIVATE)
        base = self._site.config.publication.url
        shown = in_surroundings(seen.html, "dark" if request.query_params.get("in") == "dark" else "light")
        origins = " ".join(dict.fromkeys(_origin(url) for url in (base, self._site.config.web_url)))
        headers = {**_PRIVATE, "content-security-policy": _LETTER.format(origins=origins)}
        return HTMLResponse(with_own_pictures(shown, base), headers=headers)

    def version(self, request: Request) -> Response:
        """Answer a mark that changes when the page should be shown anew."""
        if self._wanted(request) is None:
            return PlainTextResponse("404 Not Found\n", 404, headers=_PRIVATE)
        return PlainTextResponse(self._view.version(), headers=_PRIVATE)

    def _wanted(self, request: Request) -> Wanted | None:
        """Return what a request asks for; None where there is no such newsletter."""
        name, asked = request.path_params["name"], request.query_params
        if name not in self._site.config.newsletters:
            return None
        try:
            language = parse_language(asked["language"]) if asked.get("language") else ""
        except ValueError:
            language = ""
        return Wanted(name, language, asked.get("pictures") != "none")

    def _about(self, wanted: Wanted) -> dict[str, object]:
        """Return what each page of a newsletter has."""
        site, name = self._site, wanted.newsletter
        tags = languages(site, name)
        return {
            "called": name,
            "newsletter": site.config.newsletters[name],
            "next": _next(site, name),
            "languages": [
                {
                    "tag": tag,
                    "url": _link(Wanted(name, tag, wanted.pictures)),
                    "on": tag == (wanted.language or tags[0]),
                }
                for tag in tags
            ],
            "pictures": wanted.pictures,
            "pictures_url": _link(Wanted(name, wanted.language, not wanted.pictures)),
            "version_url": f"{PATH}/{name}/version",
        }

    def _page(self, template: str, context: Mapping[str, object], status: int = 200) -> Response:
        nonce = secrets.token_urlsafe(16)
        config = self._site.config
        html = self._site.templates.render(
            f"admin/{template}.html",
            language="en",
            zone=config.publication.timezone,
            publication=config.publication,
            nonce=nonce,
            home=PATH,
            **context,
        )
        headers = {**_PRIVATE, "content-security-policy": _PAGE.format(nonce=nonce)}
        if status == 503:
            headers["retry-after"] = "2"
        return HTMLResponse(html, status, headers)


def _next(site: Site, name: str) -> datetime | None:
    """Return when a newsletter's next occasion is, None where each article is mailed at once."""
    schedule = site.schedule(name)
    return None if schedule.frequency == "instant" else following(schedule, site.clock()).at


def _link(wanted: Wanted) -> str:
    asked = {"language": wanted.language, "pictures": "" if wanted.pictures else "none"}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{PATH}/{wanted.newsletter}" + (f"?{query}" if query else "")


def _frames(wanted: Wanted, seen: Seen) -> list[dict[str, object]]:
    """Return the frames in which a letter is shown: in each surroundings at each width."""
    link = _link(wanted).replace(PATH + "/" + wanted.newsletter, f"{PATH}/{wanted.newsletter}/letter", 1)
    join = "&" if "?" in link else "?"
    return [
        {"scheme": scheme, "width": width, "url": f"{link}{join}in={scheme}&v={seen.version}"}
        for scheme in ("light", "dark")
        for width in WIDTHS
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

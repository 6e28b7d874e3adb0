"""Signing up: a form for everybody, and a page that says which letter to look for.

Whatever address is typed in, the answer is the same: what becomes of it `app/confirming.py` decides later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syndicate.app import signing_up
from syndicate.app.confirming import subject
from syndicate.app.keyring import keyring
from syndicate.app.offering import offer
from syndicate.app.signing_up import Asked, agreed_words, offered
from syndicate.app.site import Site
from syndicate.app.wishes import Wish
from syndicate.emails import parse_visitor_email
from syndicate.errors import UsageError
from syndicate.i18n import has_words
from syndicate.i18n.places import zone_of, zones
from syndicate.model import Email, Signup
from syndicate.web.forms import first, read_form
from syndicate.web.pages import page, place

_AGAIN: Final = "signup-again"  # what the mark of the form for a second letter is for
_TRAP: Final = "website"  # a field that no person sees
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")
_LATER: Final = 120  # seconds after which to come back where too many wait
_LONGEST_SHOWN: Final = 500  # characters of a field that is shown again


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form; `zone` None is what is guessed. `at` is the page that it was sent from."""

    email: str = ""
    newsletters: tuple[str, ...] = ()
    frequency: str = ""
    topics: tuple[str, ...] = ()
    language: str = ""
    zone: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visitor: in which language he reads the page, whether he asked for that, and where he may live."""

    language: str
    chose: bool
    zone: str
    ip: str


class _Wrong(Exception):
    """What is wrong with a form, by the field; "" for what is no field's fault."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(fields)
        self.fields = fields


async def form(request: Request) -> Response:
    """Answer the form, in the language that ``?language=`` names, with ``?newsletters=`` ticked."""
    site: Site = request.app.state.site
    visit = _visit(request, site)
    ticked = tuple(request.query_params.getlist("newsletters")[:100])
    typed = Typed(newsletters=ticked, language=visit.language if visit.chose else "")
    return await run_in_threadpool(_form, site, visit, typed)


async def sign_up(request: Request) -> Response:
    """Take the form, also from another site's page, and say which letter to look for.

    422 where there is no such address or choice: that hangs on the texts alone.
    """
    site: Site = request.app.state.site
    sent, visit = await read_form(request), _visit(request, site)
    typed = _typed(sent, _source(request))
    answer, told = await run_in_threadpool(_signed_up, site, visit, typed, sent)
    if told:
        request.app.state.asked()
    return answer


async def again(request: Request) -> Response:
    """Take the wish for the letter once more: the page that names the letter has a button, for two hours."""
    site: Site = request.app.state.site
    sent, visit = await read_form(request), _visit(request, site)
    answer, told = await run_in_threadpool(_once_more, site, visit, sent)
    if told:
        request.app.state.asked()
    return answer


async def with_slash(request: Request) -> Response:
    """Lead to the form; relative, so that no header makes it lead elsewhere."""
    query = f"?{request.url.query}" if request.url.query else ""
    target = "./" if request.scope["path"].endswith("/again") else "./subscribe/"
    return RedirectResponse(f"{target}{query}", 303, {"cache-control": "no-store"})


# ---------------------------------------------------------------- what is sent


def _visit(request: Request, site: Site) -> Visit:
    asked = request.query_params.get("language", "")
    chose = bool(_LANGUAGE.fullmatch(asked)) and has_words(asked, site.config.templates.folder)
    spoken = request.headers.get("accept-language", "")[:35].partition(",")[0].partition(";")[0].strip()
    language = asked if chose else site.config.publication.language
    return Visit(language, chose, zone_of(spoken), request.client.host if request.client else "")


def _typed(sent: Mapping[str, list[str]], source: str) -> Typed:
    return Typed(
        first(sent, "email").strip(),
        tuple(filter(None, sent.get("newsletters", ()))),
        first(sent, "frequency"),
        tuple(filter(None, sent.get("topics", ()))),
        first(sent, "language"),
        first(sent, "zone"),
        source,
    )


def _source(request: Request) -> str:
    """Return the page that a form was sent from as far as the browser says, without its query."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    clean = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return clean[:500] if parts.scheme in ("http", "https") and parts.netloc else ""


def _signed_up(
    site: Site, visit: Visit, typed: Typed, sent: Mapping[str, list[str]]
) -> tuple[Response, bool]:
    """Return the answer to a form, and whether a sign-up was written down."""
    try:
        wanted = _checked(site, visit, typed, has_boxes=bool(first(sent, "choose")))
    except _Wrong as wrong:
        return _form(site, visit, typed, wrong.fields, status=422), False
    if first(sent, _TRAP):
        return _sent(site, visit, wanted.email), False
    if not signing_up.ask(site, wanted):
        return _busy(site, visit), False
    return _sent(site, visit, wanted.email), True


def _checked(site: Site, visit: Visit, typed: Typed, *, has_boxes: bool) -> Signup:
    """Return the sign-up that a form asks for. Raises _Wrong."""
    wrong = {}
    try:
        parse_visitor_email(typed.email)
    except ValueError:
        wrong["email"] = "empty" if not typed.email else "address"
    if has_boxes and not typed.newsletters and len(offered(site)) > 1:
        wrong["newsletters"] = "none"
    if wrong:
        raise _Wrong(wrong)
    wish = Wish(
        frequency=typed.frequency, zone=typed.zone or "", language=typed.language, topics=typed.topics
    )
    try:
        return signing_up.checked(
            site,
            Asked(
                typed.email,
                typed.newsletters,
                wish,
                language=typed.language or visit.language,
                source=typed.at or f"{site.config.web_url}/subscribe/",
                words=agreed_words(site.config, visit.language),
                ip=visit.ip,
            ),
        )
    except UsageError:
        raise _Wrong({"": "choice"}) from None


def _once_more(site: Site, visit: Visit, sent: Mapping[str, list[str]]) -> tuple[Response, bool]:
    typed = _typed(sent, "")
    try:
        email = parse_visitor_email(typed.email)
    except ValueError:
        return _form(site, visit, typed, {"email": "address"}, status=422), False
    if not keyring(site).is_form_token(first(sent, "mark"), _AGAIN, email.key, now=site.clock()):
        return _form(site, visit, typed, {"": "late"}, status=403), False
    written = signing_up.ask(site, Signup(email, {}, again=True))
    return (_sent(site, visit, email, again=True) if written else _busy(site, visit)), written


# ---------------------------------------------------------------- what is answered


def _form(
    site: Site, visit: Visit, typed: Typed, wrong: Mapping[str, str] | None = None, *, status: int = 200
) -> Response:
    """Return the form with what was typed in and what is wrong with it; 404 where nothing is offered."""
    offers = offer(site)
    if not offers.newsletters:
        return page(site, "web/subscribe.html", language=visit.language, status=404, offers=offers)
    zone = typed.zone
    if zone is None:
        zone = "" if visit.zone in offers.zones else visit.zone
    return page(
        site,
        "web/subscribe.html",
        language=visit.language,
        status=status,
        offers=offers,
        typed=_shown(typed),
        chosen_zone=zone[:_LONGEST_SHOWN],
        zones=zones(),
        wrong=wrong or {},
        words=agreed_words(site.config, visit.language),
        action=_action(site, visit, "/subscribe/"),
        opened=_is_opened(visit, typed, wrong or {}),
    )


def _is_opened(visit: Visit, typed: Typed, wrong: Mapping[str, str]) -> bool:
    """Tell whether the folded part of the form is open: where something in it was chosen, or is wrong."""
    language = "" if visit.chose and typed.language == visit.language else typed.language
    return "" in wrong or bool(typed.frequency or typed.topics or language or typed.zone)


def _shown(typed: Typed) -> Mapping[str, object]:
    return {
        "email": typed.email[:_LONGEST_SHOWN],
        "newsletters": typed.newsletters,
        "frequency": typed.frequency,
        "topics": typed.topics,
        "language": typed.language,
    }


def _sent(site: Site, visit: Visit, email: Email, *, again: bool = False) -> Response:
    """Return the page that names the letter; the same for every address, but for that itself."""
    sender = site.config.letter_sender()
    return page(
        site,
        "web/subscribe_sent.html",
        language=visit.language,
        state="again" if again else "first",
        email=email.address,
        sender_name=sender.name or site.config.publication.title,
        sender_address=sender.email.address,
        subject=subject(site, visit.language),
        mark=keyring(site).form_token(_AGAIN, email.key, now=site.clock()),
        action=_action(site, visit, "/subscribe/again"),
        form_url=_action(site, visit, "/subscribe/"),
    )


def _busy(site: Site, visit: Visit) -> Response:
    """Answer that too many wait: whoever asks, whatever he typed in."""
    answer = page(site, "web/subscribe_sent.html", language=visit.language, status=503, state="busy")
    answer.headers["retry-after"] = str(_LATER)
    return answer


def _action(site: Site, visit: Visit, path: str) -> str:
    query = f"?language={quote(visit.language)}" if visit.chose else ""
    return place(site.config, path) + query

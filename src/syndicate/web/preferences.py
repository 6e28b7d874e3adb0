"""The preferences of one subscription, behind the link in each of its letters. GET changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from syndicate.app import accounts, leaving, preferences
from syndicate.app.keyring import keyring
from syndicate.app.preferences import Saved, Wanted
from syndicate.app.signing_up import offered
from syndicate.app.site import Site
from syndicate.app.speaking import language_of, title_of
from syndicate.app.wishes import settled_newsletter, zone_of
from syndicate.digest.trial import TOKEN
from syndicate.i18n import format_date, format_time, language_name
from syndicate.model import FREQUENCIES, Subscriber, SubscriptionState
from syndicate.subscribers.zones import is_listed, zone_groups
from syndicate.web.forms import first, read_form
from syndicate.web.pages import is_ours, mask, page, place, refused, sent, unknown

SAVE: Final = "preferences"
LINK: Final = "link"


async def show(request: Request) -> Response:
    """Answer the form with what the person wants now; a POST saves what he wants from now on."""
    site: Site = request.app.state.site
    found = await _found(request)
    if isinstance(found, Response):
        return found
    if request.method != "POST":
        return await run_in_threadpool(_page, site, found)
    form = await read_form(request)
    if not await is_ours(request, form, purpose=SAVE, subject=found.token):
        return refused(site, language=_language(site, found))
    return await run_in_threadpool(_saved, site, found, form)


async def link(request: Request) -> Response:
    """Mail a link to everything held about the person, to the address on record and to no other.

    The answer is the same whether a letter leaves or too many did before.
    """
    site: Site = request.app.state.site
    found = await _found(request)
    if isinstance(found, Response):
        return found
    form = await read_form(request)
    language = _language(site, found)
    if not await is_ours(request, form, purpose=LINK, subject=found.token):
        return refused(site, language=language)
    await run_in_threadpool(accounts.mail_link, site, found)
    return sent(site, "account", found.email, language=language)


async def _found(request: Request) -> Subscriber | Response:
    """Return the subscription of the address, else what to answer."""
    site: Site = request.app.state.site
    token = request.path_params["token"]
    if token == TOKEN:
        return page(site, "web/link.html", state="test")
    return await run_in_threadpool(leaving.find, site, token) or unknown(site, state="unknown")


def _saved(site: Site, one: Subscriber, form: Mapping[str, list[str]]) -> Response:
    if one.newsletter not in site.config.newsletters or one.state is not SubscriptionState.ACTIVE:
        return _page(site, one)
    wanted = _wanted(form)
    saved = preferences.save(site, one, wanted)
    if saved.wrong:
        return _page(site, one, wanted, saved, status=422)
    return _page(site, saved.now or leaving.find(site, one.token) or one, saved=saved)


def _wanted(form: Mapping[str, list[str]]) -> Wanted:
    return Wanted(
        frequency=first(form, "frequency"),
        zone=first(form, "zone"),
        at=first(form, "at"),
        language=first(form, "language"),
        topics=tuple(dict.fromkeys(form.get("topic", ()))),
        every="every" in form or "topics" not in form,
        pictures="pictures" in form or "with_pictures" not in form,
        pause=first(form, "pause"),
        until=first(form, "until"),
    )


def _page(
    site: Site,
    one: Subscriber,
    wanted: Wanted | None = None,
    saved: Saved | None = None,
    *,
    status: int = 200,
) -> Response:
    """Return the form, with what was typed where that is wrong; above it, what was saved."""
    config, now = site.config, site.clock()
    known = one.newsletter in config.newsletters
    active = known and one.state is SubscriptionState.ACTIVE
    ring = keyring(site)
    return page(
        site,
        "web/preferences.html",
        language=_language(site, one),
        zone=zone_of(config, one.newsletter, one.choice),
        status=status,
        state="active" if active else "left" if known else "gone",
        saved=saved is not None and saved.now is not None,
        wrong=saved.wrong if saved else frozenset(),
        newsletter_title=title_of(config, one.newsletter),
        masked_email=mask(one.email),
        action=place(config, f"/preferences/{one.token}"),
        unsubscribe_url=place(config, f"/unsubscribe/{one.token}"),
        marks={name: ring.form_token(name, one.token, now=now) for name in (SAVE, LINK)},
        paused_until=one.paused_until if one.paused_until and one.paused_until > now else None,
        others=any(name != one.newsletter for name in offered(site)),
        **(_choosing(site, one, wanted) if active else {}),
    )


def _choosing(site: Site, one: Subscriber, wanted: Wanted | None) -> dict[str, object]:
    """Return what there is to choose, what is chosen, and when the next letter comes."""
    newsletter, now = settled_newsletter(site.config, one.newsletter), site.clock()
    values = wanted or preferences.wanted_now(site, one)
    tags = preferences.languages_for(site, one)
    return {
        "values": values,
        "frequencies": FREQUENCIES,
        "zones": zone_groups(),
        "zones_apart": ("UTC",) if values.zone == "UTC" or is_listed(values.zone) else ("UTC", values.zone),
        "languages": sorted(((tag, language_name(tag)) for tag in tags), key=lambda pair: pair[1].casefold()),
        "by_language": newsletter.by_language,
        "topics": preferences.topics_for(newsletter, one.choice),
        "pictures": newsletter.pictures,
        "pauses": tuple(preferences.LENGTHS),
        "chosen": preferences.wanted_now(site, one),
        "next_at": _next_at(site, one, now),
    }


def _next_at(site: Site, one: Subscriber, now: datetime) -> str:
    """Return day and hour of his next letter as he writes them, "" where it comes at no hour."""
    moment = preferences.next_letter(site, one, now=now)
    if moment is None:
        return ""
    language, zone = _language(site, one), zone_of(site.config, one.newsletter, one.choice)
    day = format_date(moment, "full", language=language, zone=zone)
    return f"{day}, {format_time(moment, language=language, zone=zone)}"


def _language(site: Site, one: Subscriber) -> str:
    return language_of(site.config, one.newsletter, one.choice)

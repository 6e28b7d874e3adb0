"""Whose page a request comes from, as browsers say it: our own, or one elsewhere (CSRF). Pure.

It goes with the mark that each form carries (`Keyring.form_token`): our pages with tokens say
``no-referrer``, and browsers then name no origin ("null") where a form of such a page is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request

from syndicate.config import Config
from syndicate.configtypes import parse_origin
from syndicate.web.loopback import host_name, is_loopback

_FROM_HERE = frozenset({"same-origin", "none"})  # "none": a person's own doing, such as sending a form again


def from_here(request: Request, config: Config) -> bool:
    """Tell whether a request that changes something may come from a page of ours.

    False where the browser says that another site's page sent it; True also where nothing is said, by no
    browser or an old one: then the form's mark decides alone.
    """
    ours = {origin_of(config.web_url), origin_of(config.publication.url)}
    if is_loopback(config.web.listen[0]):
        ours |= _asked_here(request.headers.getlist("host"))
    fields = request.headers
    return said_from(fields.getlist("sec-fetch-site"), fields.getlist("origin"), ours)


def said_from(sites: Iterable[str], origins: Iterable[str], ours: Iterable[str]) -> bool:
    """Tell the same of the fields Sec-Fetch-Site and Origin, all of which must say so. `ours`: origins."""
    known = {"null", *ours}
    return all(one in _FROM_HERE for one in sites) and all(_spelt(one) in known for one in origins)


def origin_of(url: str) -> str:
    """Return the origin of an absolute URL, as browsers write it (RFC 6454 section 6.2)."""
    parts = urlsplit(url)
    return _spelt(f"{parts.scheme}://{parts.netloc}")


def _asked_here(hosts: list[str]) -> set[str]:
    """Return the origin that a browser on this machine calls us by; no name that is made to lead here."""
    if len(hosts) != 1:
        return set()
    name = host_name(hosts[0])
    return {_spelt(f"http://{hosts[0]}")} if name == "localhost" or is_loopback(name) else set()


def _spelt(origin: str) -> str:
    """Return an origin in the spelling of `origin_of`, as it is where it is none."""
    try:
        return parse_origin(origin)
    except ValueError:
        return origin

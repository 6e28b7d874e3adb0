"""Signing up: what a visitor asks for is written down, whoever he is; `app/confirming.py` does the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from syndicate.app.site import Site
from syndicate.app.wishes import Wish, choice_for
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Signup
from syndicate.store import signups
from syndicate.subscribers.visitors import kept_ip

MOST_WAITING: Final = 2000  # sign-ups that are not decided on: beyond that all are asked to come back later


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form or a program sends, as texts; `ip` is the visitor's, `source` the page he is on."""

    email: str
    newsletters: tuple[str, ...] = ()
    wish: Wish = field(default_factory=Wish)
    language: str = ""
    source: str = ""
    words: str = ""
    ip: str = ""


def offered(site: Site) -> dict[str, str]:
    """Return the titles of the newsletters that anybody may subscribe to, by name, in their order."""
    return {name: one.title for name, one in site.config.newsletters.items() if one.signup}


def checked(site: Site, asked: Asked) -> Signup:
    """Return the sign-up that is asked for; no newsletter named means each that is offered.

    UsageError, in words for the visitor in English, where it is none: that hangs on the texts alone.
    """
    try:
        email = parse_email(asked.email)
    except ValueError as error:
        raise UsageError(str(error)) from None
    there = offered(site)
    names = tuple(dict.fromkeys(asked.newsletters)) or tuple(there)
    for name in names:
        if name not in there:
            raise UsageError(
                f"no newsletter is named {name[:60]!r} (there are: {', '.join(there) or 'none'})"
            )
    if not names:
        raise UsageError("there is no newsletter to subscribe to")
    wanted = {name: choice_for(site, name, asked.wish) for name in names}
    ip = kept_ip(asked.ip, site.config.privacy.ip)
    return Signup(email, wanted, asked.language[:35], asked.source[:500], asked.words, ip)


def ask(site: Site, signup: Signup) -> bool:
    """Write a sign-up down; False, and nothing is written, where too many wait.

    It takes the same time and does the same whether the address is known, unknown, suppressed or was mailed
    too often: that is decided later, by another thread.
    """
    with site.store.write() as tx:
        if signups.waiting(tx) >= MOST_WAITING:
            return False
        signups.ask(tx, signup, now=site.clock())
    return True

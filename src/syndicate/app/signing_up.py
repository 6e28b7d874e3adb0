"""Signing up: what a visitor asks for is written down, whoever he is; `app/confirming.py` does the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from syndicate.app.site import Site
from syndicate.app.wishes import Wish, choice_for
from syndicate.config import Config
from syndicate.configtypes import parse_language
from syndicate.emails import parse_visitor_email
from syndicate.errors import UsageError
from syndicate.i18n import has_words, translations
from syndicate.model import Signup
from syndicate.spelling import folded
from syndicate.store import signups
from syndicate.subscribers.choosing import canonical
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
    return offered_by(site.config)


def offered_by(config: Config) -> dict[str, str]:
    """Return the same, as a configuration has it."""
    return {name: one.title for name, one in config.newsletters.items() if one.signup}


def checked(site: Site, asked: Asked) -> Signup:
    """Return the sign-up that is asked for; no newsletter named means each that is offered.

    UsageError, in words for the visitor in English, where it is none: that hangs on the texts alone.
    """
    try:
        email = parse_visitor_email(asked.email)
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
    wanted = {name: choice_for(site, name, _wish_of(site.config, name, names, asked.wish)) for name in names}
    ip = kept_ip(asked.ip, site.config.privacy.ip)
    return Signup(email, wanted, _tag(site.config, asked.language), asked.source[:500], asked.words, ip)


def _tag(config: Config, said: str) -> str:
    """Return the tag of a language that we have words in, "" for any other text.

    A choice may name a language in any spelling; this stands in a letter's header and in pages.
    """
    try:
        tag = canonical(parse_language(said))
    except ValueError:
        return ""
    return tag if has_words(tag, config.templates.folder) else ""


def _wish_of(config: Config, name: str, among: Collection[str], wish: Wish) -> Wish:
    """Return what of `wish` concerns one newsletter: without the topics that only others of them have."""
    if wish.topics is None or len(among) < 2:
        return wish
    own = {folded(one) for one in config.newsletters[name].topics}
    others = {folded(one) for other in among for one in config.newsletters[other].topics} - own
    return replace(wish, topics=tuple(one for one in wish.topics if folded(one) not in others))


def agreed_words(config: Config, language: str) -> str:
    """Return what stands above the button of a form, in a language: by pressing it a visitor agrees to it."""
    words = translations(language, config.templates.folder)
    text = words.gettext(
        "You agree that %(publication)s sends you by e-mail what you choose here. "
        "You can unsubscribe at any time, by the link in each letter."
    )
    return text % {"publication": config.publication.title}


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

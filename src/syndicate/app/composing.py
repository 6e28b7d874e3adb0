"""An edition's letters: composed once for everybody, and once for each group that missed articles."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syndicate.app.library import Library
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.confignewsletter import templates_of
from syndicate.delivery.providers import letter_headers
from syndicate.digest.due import catching_up, newest, stale_at
from syndicate.digest.letter import LetterSettings, compose
from syndicate.digest.occasions import period_at
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.model import Article, Edition, Fault, Occasion, Rendition
from syndicate.store import editions
from syndicate.templating import Templates

NEWEST: Final = 10  # articles of a preview with nothing due, and of an edition made at once


@dataclass(frozen=True, slots=True)
class Content:
    """What an edition is made of: the articles chosen for everybody, and all that there are."""

    chosen: tuple[Article, ...]
    articles: Library
    repeated: bool = False


def new_edition(site: Site, name: str, occasion: Occasion, *, now: datetime) -> Edition:
    """Return an edition that is made `now`, with a random uid and the moment from which it is stale."""
    frozen_at = now.replace(microsecond=0)
    stale = stale_at(
        occasion.at,
        frozen_at,
        period=period_at(site.schedule(name), occasion.at),
        stale_after=site.config.newsletters[name].stale_after,
    )
    return Edition(secrets.token_hex(8), name, occasion.text, occasion.at, frozen_at, stale)


def renditions_of(
    site: Site, edition: Edition, content: Content, *, dry_run: bool
) -> tuple[list[Rendition], dict[int, int]]:
    """Compose what everybody gets, and what those get who did not get an earlier letter in its time.

    Returns also who gets which, as `editions.freeze` wants to know it.
    """
    settings = settings_for(site.config, edition.newsletter)
    renditions = [compose(edition, content.chosen, settings, site.templates)]
    if dry_run:
        return renditions, {}
    editions.expire(site.store, edition.newsletter, now=edition.frozen_at)
    with site.store.read() as conn:
        owed = editions.stale_renditions(conn, edition.newsletter)
    missed = content.articles.with_ids(set().union(*owed.values()), now=edition.frozen_at) if owed else ()
    selections, audiences = catching_up(content.chosen, owed, missed, at=edition.frozen_at)
    renditions += [compose(edition, chosen, settings, site.templates) for chosen in selections]
    return renditions, audiences


def settings_for(config: Config, name: str) -> LetterSettings:
    """Return what the letters of a newsletter take from the configuration."""
    newsletter = config.newsletters[name]
    return LetterSettings(
        publication=config.publication,
        newsletter=name,
        title=newsletter.title,
        sender=config.letter_sender(name),
        web_url=config.web_url,
        reply_to=newsletter.reply_to,
        headers=letter_headers(config),
        domain=config.mail.sender.email.address.rpartition("@")[2],
        letter=config.letter,
        look=newsletter.look or "",
        language=newsletter.language or "",
        zone=newsletter.timezone,
        pictures=newsletter.pictures,
        sections=newsletter.sections,
        most=newsletter.max_items if newsletter.rest == "web" else None,
        texts=tuple(templates_of(newsletter)),
    )


def letter_faults(
    config: Config, articles: Sequence[Article], templates: Templates, *, now: datetime
) -> list[Fault]:
    """Compose each newsletter's letter from the newest articles; return what its templates get wrong."""
    chosen = newest(articles, now=now, count=NEWEST)
    faults = []
    for name in config.newsletters if chosen else ():
        edition = Edition("0" * 16, name, "trial", now, now.replace(microsecond=0))
        try:
            compose(edition, chosen, settings_for(config, name), templates)
        except TemplateFault as error:
            faults.append(error.fault)
        except SyndicateError as error:
            faults.append(Fault("template", f"the letter of {name}", None, str(error)))
    return list(dict.fromkeys(faults))

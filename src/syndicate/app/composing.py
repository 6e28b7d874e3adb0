"""A plan -> the renditions of an edition, each composed once for all who get the same."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from syndicate.app.library import Library
from syndicate.app.linting import lint_edition, stop_at_errors
from syndicate.app.planning import Helping, Plan
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.confignewsletter import templates_of
from syndicate.delivery.providers import letter_headers
from syndicate.digest.due import newest, stale_at
from syndicate.digest.letter import LetterSettings, compose
from syndicate.digest.lint import Facts, errors_of, lint_rendition
from syndicate.digest.occasions import Schedule, period_at
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.model import Article, Edition, Fault, Occasion, Rendition
from syndicate.templating import Templates

NEWEST: Final = 10  # articles of a preview with nothing due, and of an edition made at once


def new_edition(
    site: Site, name: str, occasion: Occasion, *, now: datetime, schedule: Schedule | None = None
) -> Edition:
    """Return an edition that is made `now`, with a random uid and the moment from which it is stale."""
    frozen_at = now.replace(microsecond=0)
    stale = stale_at(
        occasion.at,
        frozen_at,
        period=period_at(schedule or site.schedule(name), occasion.at),
        stale_after=site.config.newsletters[name].stale_after,
    )
    return Edition(secrets.token_hex(8), name, occasion.text, occasion.at, frozen_at, stale)


def renditions_of(site: Site, edition: Edition, planned: Plan, articles: Library) -> list[Rendition]:
    """Compose each rendition of a plan, in its order.

    Raises TemplateFault, and SyndicateError where one has an error for which nothing may leave.
    """
    settings = settings_for(site.config, edition.newsletter)
    wanted = set().union(*(one.articles for one in planned.helpings))
    by_id = {one.id: one for one in articles.with_ids(wanted, now=edition.occasion_at)}
    made = [rendition(site, edition, settings, one, by_id) for one in planned.helpings]
    stop_at_errors(site, edition.newsletter, lint_edition(site, edition, made, tuple(by_id.values())))
    return made


def rendition(
    site: Site, edition: Edition, settings: LetterSettings, helping: Helping, by_id: Mapping[str, Article]
) -> Rendition:
    """Compose one rendition; an article that is shown no more is left out of it."""
    shown = [by_id[one] for one in helping.articles if one in by_id]
    made = compose(edition, shown, settings, site.templates, variant=helping.variant)
    return replace(made, article_ids=helping.articles, after=helping.after)


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
        file=config.file,
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
            made = compose(edition, chosen, settings_for(config, name), templates)
            faults += _unreadable(config, name, made)
        except TemplateFault as error:
            faults.append(error.fault)
        except SyndicateError as error:
            faults.append(Fault("template", f"the letter of {name}", None, str(error)))
    return list(dict.fromkeys(faults))


def _unreadable(config: Config, name: str, made: Rendition) -> list[Fault]:
    """Return the words of a letter that do not read, for which no send would leave."""
    found = lint_rendition(made, Facts("0" * 16, config.publication.url, config.web_url))
    where = f"the letter of {name}"
    return [Fault("template", where, None, one.message) for one in errors_of(found) if one.code == "contrast"]

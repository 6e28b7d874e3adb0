"""Looks at everything an operator wrote without writing anything: for `syndicate check`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicate.app.mailing import NEWEST, settings_for
from syndicate.app.scanning import findable
from syndicate.app.site import mint_urn, templates_of, wall_clock
from syndicate.config import Config
from syndicate.content.ingest import Intake, ingest
from syndicate.content.parse import Defaults, parse
from syndicate.content.scan import scan
from syndicate.digest.due import newest
from syndicate.digest.letter import compose
from syndicate.errors import ContentError, TemplateFault
from syndicate.feeds.select import feed_keys, publishable, select_feeds
from syndicate.model import Article, Edition, Fault, Parsed
from syndicate.pages import PageSite, render_pages
from syndicate.templating import Templates


@dataclass(frozen=True, slots=True)
class Found:
    """All that is wrong, as lines; `config_faults` says whether the configuration is among it."""

    articles: int
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    config_faults: bool


def check_all(config: Config, wrong: Sequence[str] = ()) -> Found:
    """Return every fault of configuration, articles and templates at once.

    `wrong` are faults that the reader of the configuration found before.
    """
    now = wall_clock()
    unfit, warnings = settings_in_use(config)
    wrong = [*wrong, *unfit]
    articles, content = _articles(config, now=now)
    templates = templates_of(config)
    faults = [*findable(config, content), *_templates(config, articles, templates, now=now)]
    lines = dict.fromkeys([*wrong, *(str(fault) for fault in faults)])
    return Found(len(articles), tuple(lines), tuple(warnings), bool(wrong))


def settings_in_use(config: Config) -> tuple[list[str], list[str]]:
    """Return faults and warnings of settings that are well-formed but cannot work together."""
    faults, warnings = [], []
    if config.mail.transport == "smtp":
        if not config.web_url.startswith("https://"):
            name = "web.url" if config.web.url else "publication.url"
            faults.append(
                f"{name}: must start with https:// when mail.transport is smtp: mail providers require it "
                "for one-click unsubscribing (set web.url to the public address of this server)"
            )
        try:
            config.smtp_password()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"mail.smtp.password_file: cannot be read: {error}")
        if config.mail.smtp.security == "none" and config.mail.smtp.host not in (
            "localhost",
            "127.0.0.1",
            "::1",
        ):
            warnings.append("mail.smtp.security: none sends password and letters in clear over the network")
    host = urlsplit(config.publication.url).hostname
    if config.mail.transport == "smtp" and host in ("127.0.0.1", "localhost"):
        warnings.append("publication.url: is this machine's own; no reader can follow links to it")
    if config.templates.folder and not config.templates.folder.is_dir():
        faults.append(f"templates.folder: {config.templates.folder} is not a folder")
    if not config.newsletters:
        warnings.append("newsletters: there are none, so no digest is mailed")
    return faults, warnings


def _articles(config: Config, *, now: datetime) -> tuple[tuple[Article, ...], list[Fault]]:
    folder, publication = config.content.folder, config.publication
    defaults = Defaults(publication.language, publication.timezone, publication.author)
    try:
        found = scan(folder)
    except ContentError as error:
        return (), [Fault("content", error.path, None, error.message)]
    faults = list(found.faults)
    parsed: dict[str, Parsed] = {}
    for source in found.files:
        try:
            parsed[source.path] = parse(folder, source, defaults)
        except ContentError as error:
            faults.append(error.fault)
    # no first scan, a period without end: the notice that an archive came in belongs to a scan
    intake = Intake((), parsed, {}, frozenset(), folder_present=True, first_scan=False, accept_removals=False)
    taken = ingest(intake, now=now, zone=publication.timezone, period=timedelta(days=36_500), mint=mint_urn)
    return taken.articles, [*faults, *taken.faults]


def _templates(
    config: Config, articles: Sequence[Article], templates: Templates, *, now: datetime
) -> list[Fault]:
    """Compile every template, then render pages and letters with the real articles."""
    faults = templates.check()
    shown = publishable(articles, now=now)
    ids = {key: mint_urn() for key in feed_keys(shown)}
    feeds = select_feeds(
        shown, config.publication, ids, items=config.feeds.items, base=config.publication.url
    )
    titles = tuple(newsletter.title for newsletter in config.newsletters.values())
    site = PageSite(
        publication=config.publication,
        web_url=config.web_url,
        newsletters=titles,
        content_folder=config.content.folder,
    )
    faults += render_pages(site, shown, feeds, templates).faults
    chosen = newest(shown, now=now, count=NEWEST)
    for name in config.newsletters if chosen else ():
        edition = Edition(secrets.token_hex(8), name, "check", now, now)
        try:
            compose(edition, chosen, settings_for(config, name), templates)
        except TemplateFault as error:
            faults.append(error.fault)
    return faults

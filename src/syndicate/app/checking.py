"""Looks at everything an operator wrote without writing anything: for `syndicate check`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicate.app.mailing import letter_faults
from syndicate.app.publishing import page_site
from syndicate.app.scanning import findable
from syndicate.app.site import defaults_of, mint_urn, templates_of, wall_clock
from syndicate.config import Config
from syndicate.content.ingest import Intake, ingest
from syndicate.content.parse import parse
from syndicate.content.scan import scan
from syndicate.errors import ContentError
from syndicate.feeds.select import feed_keys, publishable, select_feeds
from syndicate.model import Article, Fault, Parsed
from syndicate.pages import render_pages
from syndicate.templating import Templates
from syndicate.yamldoc import Location


@dataclass(frozen=True, slots=True)
class Found:
    """All that is wrong, as lines; `config_faults` says whether the configuration is among it."""

    articles: int
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    config_faults: bool


def check_all(config: Config, wrong: Sequence[str], where: Callable[[Location], str]) -> Found:
    """Return every fault of configuration, articles and templates at once.

    `wrong` are faults that the reader of the configuration found before; `where` tells the place of a
    setting in its file.
    """
    now = wall_clock()
    unfit, warnings = (
        [f"{where(tuple(setting.split('.')))}: {setting}: {text}" for setting, text in told]
        for told in settings_in_use(config)
    )
    wrong = [*wrong, *unfit]
    articles, content = _articles(config, now=now)
    templates = templates_of(config)
    faults = [*findable(config, content), *_templates(config, articles, templates, now=now)]
    lines = dict.fromkeys([*wrong, *(str(fault) for fault in faults)])
    return Found(len(articles), tuple(lines), tuple(warnings), bool(wrong))


def settings_in_use(config: Config) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return faults and warnings, as (setting, text), of what is well-formed but cannot work together."""
    faults, warnings = [], []
    smtp = config.mail.smtp
    if config.mail.transport == "smtp":
        if not config.web_url.startswith("https://"):
            why = "must start with https:// when mail.transport is smtp: mail providers require it for"
            how = "one-click unsubscribing (set web.url to the public address of this server)"
            faults.append(("web.url" if config.web.url else "publication.url", f"{why} {how}"))
        try:
            config.smtp_password()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(("mail.smtp.password_file", f"cannot be read: {error}"))
        if smtp.security == "none" and smtp.host not in ("localhost", "127.0.0.1", "::1"):
            warnings.append(
                ("mail.smtp.security", "none sends all, the password too, in clear over the network")
            )
        if urlsplit(config.publication.url).hostname in ("127.0.0.1", "localhost"):
            warnings.append(("publication.url", "is this machine's own; no reader can follow links to it"))
    if config.templates.folder and not config.templates.folder.is_dir():
        faults.append(("templates.folder", f"{config.templates.folder} is not a folder"))
    if not config.newsletters:
        warnings.append(("newsletters", "there are none, so no digest is mailed"))
    return faults, warnings


def _articles(config: Config, *, now: datetime) -> tuple[tuple[Article, ...], list[Fault]]:
    folder, defaults = config.content.folder, defaults_of(config)
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
    taken = ingest(intake, now=now, zone=defaults.zone, period=timedelta(days=36_500), mint=mint_urn)
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
    faults += render_pages(page_site(config), shown, feeds, templates).faults
    faults += letter_faults(config, shown, templates, now=now)
    return faults

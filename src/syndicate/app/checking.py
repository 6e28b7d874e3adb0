"""Looks at everything an operator wrote without writing anything: for `syndicate check`."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicate.app.composing import letter_faults
from syndicate.app.keeping_up import seen_from_outside
from syndicate.app.lettercheck import letter_warnings, unfit_looks
from syndicate.app.looking import rules_of
from syndicate.app.notices import Trial, notice_faults
from syndicate.app.paging import page_site
from syndicate.app.scanning import chosen, findable, terms_of
from syndicate.app.site import defaults_of, mint_urn, templates_of, wall_clock
from syndicate.config import Config, Mailbox
from syndicate.configmail import MailRelay
from syndicate.content.articles import article_of
from syndicate.content.identity import Known
from syndicate.content.ingest import Ingest, Intake, as_fault, folded_fault, ingest, warnings_of
from syndicate.content.parse import body, head
from syndicate.content.scan import scan
from syndicate.delivery.freemail import refused_from
from syndicate.delivery.providers import provider_of, relays_of
from syndicate.digest.press import wrong_with_look
from syndicate.errors import ContentError, StoreError
from syndicate.feeds.select import feed_keys, newest_first, publishable, select_feeds
from syndicate.model import Article, Fault, Parsed, SourceFile
from syndicate.pages import Stock, render_pages
from syndicate.publish.bucket import INSTALL
from syndicate.templating import Templates
from syndicate.yamldoc import Location

Told = tuple[Location, str]  # the place of a setting, and what is wrong with it


@dataclass(frozen=True, slots=True)
class Found:
    """All that is wrong, as lines; `config_faults` says whether the configuration is among it."""

    articles: int
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    config_faults: bool
    left_out: tuple[str, ...] = ()  # files that are no articles, with the reason


def check_all(
    config: Config, wrong: Sequence[str], where: Callable[[Location], str], *, places: bool = False
) -> Found:
    """Return every fault of configuration, articles and templates at once.

    `wrong` are faults that the reader of the configuration found before; `where` tells the place of a
    setting in its file. With `places` each place of `publish.to` is asked too, over the network.
    """
    now = wall_clock()
    unfit, warnings = (
        [f"{where(place)}: {'.'.join(map(str, place))}: {text}" for place, text in told]
        for told in settings_in_use(config)
    )
    wrong = [*wrong, *unfit]
    articles, content, out = _articles(config, now=now)
    templates = templates_of(config)
    faults = [*findable(config, content), *_templates(config, articles, templates, now=now)]
    untaking = _untaking_places(config) if places else []
    refused = [f"{where(place)}: {'.'.join(map(str, place))}: {text}" for place, text in untaking]
    lines = dict.fromkeys([*wrong, *refused, *(str(fault) for fault in faults)])
    return Found(len(articles), tuple(lines), tuple(warnings), bool(wrong), tuple(out))


def settings_in_use(config: Config) -> tuple[list[Told], list[Told]]:
    """Return faults and warnings of what is well-formed but cannot work together, each with its place."""
    faults: list[Told] = []
    warnings: list[Told] = [*letter_warnings(config)]
    if config.mail.transport == "smtp":
        faults += [*_unfit_web(config), *_unfit_senders(config)]
        for place, relay in relays_of(config):
            faults += _unfit_login(place, relay)
            warnings += _doubtful_relay(place, relay)
        if urlsplit(config.publication.url).hostname in ("127.0.0.1", "localhost"):
            warnings.append(
                (("publication", "url"), "is this machine's own; no reader can follow links to it")
            )
        warnings += _too_slow(config)
    if config.templates.folder and not config.templates.folder.is_dir():
        faults.append((("templates", "folder"), f"{config.templates.folder} is not a folder"))
    faults += unfit_looks(config, templates_of(config).names())
    faults += _unfit_places(config)
    warnings += _idle_links(config)
    if not config.newsletters:
        warnings.append((("newsletters",), "there are none, so no digest is mailed"))
    return faults, warnings


def _unfit_places(config: Config) -> list[Told]:
    """Return the buckets that nothing here can speak to."""
    buckets = [place for place in config.publish.to if place.scheme]
    if not buckets or importlib.util.find_spec("obstore"):
        return []
    return [(("publish", "to"), f"{buckets[0].url} {INSTALL}")]


def _untaking_places(config: Config) -> list[Told]:
    """Return the places that cannot be written to: each is asked, with a small file that goes again."""
    from syndicate.app.uploading import wrong_with

    tried = [(one.name, wrong_with(one)) for one in config.publish.to]
    return [(("publish", "to"), f"{name}: {why}") for name, why in tried if why]


def _idle_links(config: Config) -> list[Told]:
    """Return what is odd about where articles are said to be."""
    rules = config.links.rules
    if config.pages:
        idle = rules or config.links.wait
        return (
            [(("links",), "count only with pages: false; now articles are at our own pages")] if idle else []
        )
    if not rules:
        how = "give links: its rules, as `syndicate init --from` finds them"
        return [(("pages",), f"is off, and no links: say where articles are; {how}")]
    named = re.compile(r"\{[^}]*(?:slug|title|name|stem|file)")
    return [
        (("links",), f"{rule.pattern}: many articles get this one address; name {{slug}} in it")
        for rule in rules
        if not named.search(rule.pattern)
    ]


def _unfit_web(config: Config) -> list[Told]:
    if config.web_url.startswith("https://"):
        return []
    why = "must start with https:// when mail.transport is smtp: mail providers require it for"
    how = "one-click unsubscribing (set web.url to the public address of this server)"
    return [(("web" if config.web.url else "publication", "url"), f"{why} {how}")]


def _unfit_senders(config: Config) -> list[Told]:
    """Return each From whose domain lets no relay of ours send for it."""
    senders: list[tuple[Location, Mailbox]] = [(("mail", "from"), config.mail.sender)]
    senders += [
        (("newsletters", name, "from"), one.sender) for name, one in config.newsletters.items() if one.sender
    ]
    hosts = [relay.host for _, relay in relays_of(config)]
    told: list[Told] = []
    for place, sender in senders:
        domain = sender.email.address.rpartition("@")[2]
        told += [(place, why) for host in hosts if (why := refused_from(domain, host))][:1]
    return told


def _unfit_login(place: Location, relay: MailRelay) -> list[Told]:
    known = provider_of(relay)
    try:
        password = relay.read_password()
    except (OSError, UnicodeDecodeError) as error:
        return [((*place, "password_file"), f"cannot be read: {error}")]
    if known and not relay.username:
        return [((*place, "username"), f"is required with provider: {relay.provider}: {known.login}")]
    if known and not password:
        return [((*place, "password"), f"is required with provider: {relay.provider}")]
    return []


def _doubtful_relay(place: Location, relay: MailRelay) -> list[Told]:
    told: list[Told] = []
    if relay.security == "none" and relay.host not in ("localhost", "127.0.0.1", "::1"):
        told.append(((*place, "security"), "none sends all, the password too, in clear over the network"))
    known = provider_of(relay)
    if known and known.tracks:
        told.append((place, f"{relay.provider} may track readers: {known.tracks}"))
    return told


def _too_slow(config: Config) -> list[Told]:
    try:
        told = seen_from_outside(config)
    except StoreError as error:
        return [(("database", "url"), f"cannot be read, so nobody knows whether the limits suffice: {error}")]
    return [(("newsletters", name) if name else ("mail",), words) for name, words in told.items()]


def _articles(config: Config, *, now: datetime) -> tuple[tuple[Article, ...], list[Fault], list[str]]:
    """Return the articles with their texts, what is wrong with any file, and what is left out and why."""
    folder, defaults = config.content.folder, defaults_of(config)
    try:
        found = scan(folder, rules_of(config))
    except ContentError as error:
        return (), [Fault("content", error.path, None, error.message)], []
    faults = list(found.faults)
    parsed: dict[str, Parsed] = {}
    sources = {path: SourceFile(path, *stamp) for path, stamp in found.files.items()}
    for path, source in sources.items():
        try:
            parsed[path] = head(folder, source, defaults)
        except ContentError as error:
            faults.append(error.fault)
    parsed = chosen(config, parsed)
    # no first scan, a period without end: the notice that an archive came in belongs to a scan
    intake = Intake(Known((), parsed, found.files.keys()))
    taken = ingest(intake, terms_of(config, period=timedelta(days=36_500), now=now))
    faults += [*taken.faults, *(one for file in parsed.values() for one in warnings_of(file))]
    faults += [folded_fault(path, _path(taken, first)) for path, first in taken.folded.items()]
    articles = []
    for record in taken.kept:
        try:
            text = body(folder, sources[record.path], parsed[record.path], defaults)
        except ContentError as error:
            faults.append(error.fault)
            continue
        faults += [as_fault(record.path, warning) for warning in text.warnings]
        base = "" if config.pages else config.publication.url
        articles.append(article_of(record, parsed[record.path], text, base=base))
    out = [f"{path}: {why}" for path, why in sorted([*found.left_out, *_left_out(parsed)])]
    return newest_first(articles), faults, out


def _path(taken: Ingest, number: str) -> str:
    return next((record.path for record in taken.kept if record.id == number), number)


def _left_out(parsed: Mapping[str, Parsed]) -> list[tuple[str, str]]:
    drafts = [(path, "is a draft") for path, one in parsed.items() if one.draft]
    return [
        *drafts,
        *((path, one.left_out) for path, one in parsed.items() if one.left_out and not one.draft),
    ]


def _templates(
    config: Config, articles: Sequence[Article], templates: Templates, *, now: datetime
) -> list[Fault]:
    """Compile every template, then render pages and letters with the real articles."""
    faults = templates.check()
    shown = publishable(articles, now=now)
    ids = {key: mint_urn() for key in feed_keys(shown)}
    feeds = select_feeds(shown, config.publication, ids, items=config.feeds.items)
    if config.pages:
        by_id = {article.id: article for article in shown}
        stock = Stock(shown, feeds, lambda ids: [by_id[one] for one in ids])
        faults += render_pages(page_site(config), stock, templates).faults
    faults += letter_faults(_with_looks(config, templates), shown, templates, now=now)
    faults += notice_faults(Trial(config, templates), now=now) if config.newsletters else []
    return list(dict.fromkeys(faults))


def _with_looks(config: Config, templates: Templates) -> Config:
    """Return the configuration without the newsletters whose look there is not: that is told already."""
    names = templates.names()
    looks = {name: one.look or config.letter.look for name, one in config.newsletters.items()}
    fit = {name: one for name, one in config.newsletters.items() if not wrong_with_look(looks[name], names)}
    return config.model_copy(update={"newsletters": fit})

"""Articles -> feeds and pages in the publish folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate import __version__
from syndicate.app import unchanged
from syndicate.app.composing import letter_faults
from syndicate.app.site import Site, mint_urn
from syndicate.config import Config
from syndicate.errors import PublishError
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import render_feed
from syndicate.feeds.select import feed_keys, publishable, select_feeds
from syndicate.model import Article, Fault, Feed, OutputFile
from syndicate.pages import PageSite, render_pages
from syndicate.publish.folder import Published, publish
from syndicate.store import ids, notes

log = logging.getLogger("syndicate.publish")

_KINDS = ("feed", "page", "template", "publish")


@dataclass(frozen=True, slots=True)
class Publishing:
    """What a build left in the publish folder."""

    articles: int
    feeds: int
    published: Published
    faults: tuple[Fault, ...]


def publish_site(
    site: Site,
    articles: Sequence[Article],
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Publishing:
    """Render every feed and page of the articles visible at `now` and write what changed.

    The caller holds the build lock. Raises PublishError where the folder cannot be written; a bad
    template or article is a fault, and what was made from it before stays. `progress` hears how many of
    how many pages are made.
    """
    with site.store.write() as tx:
        notes.start_tick(tx, "publish", now=now)
    shown = publishable(articles, now=now)
    feeds = _feeds(site, shown)
    try:
        published, faults = _published(site, shown, feeds, progress)
    except PublishError as error:
        with site.store.write() as tx:
            notes.end_tick(tx, "publish", now=site.clock(), error=str(error))
        raise
    with site.store.write() as tx:
        new = notes.replace_faults(tx, _KINDS, faults, now=now)
        detail = f"articles: {len(shown)}, feeds: {len(feeds)}, files written: {len(published.written)}"
        notes.end_tick(tx, "publish", now=site.clock(), detail=detail)
    for fault in new:
        log.warning("%s", fault)
    return Publishing(len(shown), len(feeds), published, faults)


def _published(
    site: Site,
    shown: Sequence[Article],
    feeds: Sequence[Feed],
    progress: Callable[[int, int], None] | None,
) -> tuple[Published, tuple[Fault, ...]]:
    """Render and write everything, unless it was made from the same before and still stands."""
    pages, settings = page_site(site.config), _feed_site(site)
    signed = unchanged.signature(pages, settings, shown, feeds, site)
    if made := unchanged.recall(site, signed):
        return Published((), made.files, (), ()), made.faults
    files, faults = _feed_files(feeds, settings)
    rendered = render_pages(pages, shown, feeds, site.templates, progress=progress)
    faults += rendered.faults
    faults += letter_faults(site.config, shown, site.templates, now=site.clock())
    published = publish(site.config.publish.folder, [*rendered.files, *files], keep=rendered.keep)
    if not published.faults:  # what they tell may be over without any input having changed
        unchanged.remember(site, signed, faults)
    return published, (*faults, *published.faults)


def _feeds(site: Site, shown: Sequence[Article]) -> tuple[Feed, ...]:
    """Select the feeds; their ids are durable before a file carries them."""
    with site.store.write() as tx:
        known = ids.mint_ids(tx, feed_keys(shown), mint_urn)
    publication = site.config.publication
    return select_feeds(shown, publication, known, items=site.config.feeds.items, base=publication.url)


def _feed_site(site: Site) -> FeedSite:
    publication = site.config.publication
    return FeedSite(
        base=publication.url,
        content=site.config.feeds.content,
        zone=publication.timezone,
        version=__version__,
    )


def page_site(config: Config) -> PageSite:
    """Return what the pages take from the configuration."""
    return PageSite(
        publication=config.publication,
        web_url=config.web_url,
        newsletters=tuple(newsletter.title for newsletter in config.newsletters.values()),
        content_folder=config.content.folder,
    )


def _feed_files(feeds: Sequence[Feed], settings: FeedSite) -> tuple[list[OutputFile], list[Fault]]:
    files: list[OutputFile] = []
    faults: list[Fault] = []
    for feed in feeds:
        rendered = render_feed(feed, settings)
        files += rendered.files
        faults += rendered.faults
    return files, list(dict.fromkeys(faults))

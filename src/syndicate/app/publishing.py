"""Articles -> feeds and pages in the publish folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from syndicate import __version__
from syndicate.app import identities, standing
from syndicate.app.library import Library
from syndicate.app.scanning import findable
from syndicate.app.site import Site, mint_urn
from syndicate.app.standing import Due
from syndicate.app.texts import text_faults
from syndicate.config import Config
from syndicate.errors import PublishError
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import file_names, render_feed
from syndicate.feeds.select import feed_keys, feed_of, folder_keys, select_feeds, tag_title
from syndicate.model import Fault, Feed, OutputFile
from syndicate.publish.compress import compress
from syndicate.publish.folder import Published, publish
from syndicate.store import ids, notes, selection

if TYPE_CHECKING:
    from syndicate.pages import PageSite

log = logging.getLogger("syndicate.publish")

_KINDS = ("feed", "page", "template", "publish")
_TRIED: Final = 10  # the newest articles, with which the letters' templates are tried


@dataclass(frozen=True, slots=True)
class Publishing:
    """What a build left in the publish folder."""

    articles: int
    feeds: int
    published: Published
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made and written, and what was wrong."""

    published: Published
    faults: tuple[Fault, ...]


def publish_site(
    site: Site,
    articles: Library,
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
    counted: bool = True,
) -> Publishing:
    """Make what is to be made again of the articles shown at `now`, and write what changed.

    The caller holds the build lock. Raises PublishError where the folder cannot be written; a bad
    template or article is a fault, and what was made from it before stays. `progress` hears how many of
    how many pages are made. Not `counted`, articles and feeds are 0 in the result: counting takes longer
    than making a few feeds.
    """
    if counted:
        with site.store.write() as tx:
            notes.start_tick(tx, "publish", now=now)
    due = standing.due(site, articles.others, now=now)
    try:
        made = _make(site, articles, due, now=now, progress=progress)
    except PublishError as error:
        with site.store.write() as tx:
            notes.end_tick(tx, "publish", now=site.clock(), error=str(error))
        raise
    # a text is read where it is shown, after the scan has told what is wrong with the files
    told = [] if due.nothing else findable(site.config, text_faults(site))
    folder = site.config.publish.folder
    if counted or made.published.written:  # the files are live; all are looked at from time to time
        _compress(folder, None if counted else made.published.written)
    shown = feeds = 0
    if counted:
        with site.store.read() as conn:
            shown, feeds = selection.count_out(conn, now=now), selection.count_folders(conn) + 1
    with site.store.write() as tx:
        new = notes.replace_faults(tx, _KINDS, made.faults, now=now)
        texts = notes.add_faults(tx, told, now=now)
        totals = f"articles: {shown}, feeds: {feeds}, " if counted else ""
        detail = f"{totals}files written: {len(made.published.written)}"
        notes.end_tick(tx, "publish", now=site.clock(), detail=detail)
    for fault in (*texts, *new):
        log.warning("%s", fault)
    return Publishing(shown, feeds, made.published, (*texts, *made.faults))


def _compress(folder: Path, paths: Sequence[str] | None) -> None:
    """Make companions; where that fails the files go out as they are, and it is tried at the next scan."""
    try:
        compress(folder, paths)
    except PublishError as error:
        log.warning("no compressed companions: %s", error)


def _make(
    site: Site,
    articles: Library,
    due: Due,
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None,
) -> _Made:
    """Render and write what is due; nothing where everything still stands as it was made."""
    if due.nothing:
        return _Made(Published((), due.files, (), ()), due.faults)
    if due.whole or site.config.pages:
        made = _everything(site, articles, now=now, progress=progress)
    else:
        made = _some_feeds(site, articles, due, now=now)
    if not made.published.faults:  # what they tell may be over without any input having changed
        standing.remember(site, due, made.faults, now=now)
    return made


def _everything(
    site: Site, articles: Library, *, now: datetime, progress: Callable[[int, int], None] | None
) -> _Made:
    from syndicate.app.composing import letter_faults

    faults: list[Fault] = []
    if site.config.pages:
        published = _with_pages(site, articles, faults, now=now, progress=progress)
    else:
        published = publish(site.config.publish.folder, _feed_files(site, articles, None, faults, now=now))
    newest = articles.newest(now=now, count=_TRIED)
    faults += letter_faults(site.config, newest, site.templates, now=site.clock())
    return _Made(published, (*dict.fromkeys(faults), *published.faults))


def _with_pages(
    site: Site,
    articles: Library,
    faults: list[Fault],
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None,
) -> Published:
    """Make every page and feed; what is wrong is added to `faults`."""
    from syndicate.pages import render_pages

    config = site.config
    shown = articles.out(now=now)
    known = _ids(site, feed_keys(shown))
    feeds = select_feeds(shown, config.publication, known, items=config.feeds.items)
    files: list[OutputFile] = []
    for feed in feeds:
        rendered = render_feed(feed, feed_site(config))
        files += rendered.files
        faults += findable(site.config, rendered.faults)
    pages = render_pages(page_site(config), shown, feeds, site.templates, progress=progress)
    faults += pages.faults
    return publish(config.publish.folder, [*pages.files, *files], keep=pages.keep)


def _some_feeds(site: Site, articles: Library, due: Due, *, now: datetime) -> _Made:
    """Make the feeds of some folders, the main one first; those of tags that no article has any more go."""
    faults: list[Fault] = []
    done = Published((), 0, (), ())
    for folders in ([one for one in due.folders if not one], [one for one in due.folders if one]):
        if folders:
            gone = {name: None for folder in folders for name in file_names(folder, feed_site(site.config))}
            files = _kept_out(gone, _feed_files(site, articles, folders, faults, now=now))
            done += publish(site.config.publish.folder, files, partial=True, gone=gone)
    others = [fault for fault in due.faults if fault.kind != "publish"]
    return _Made(done, (*dict.fromkeys([*others, *faults]), *done.faults))


def _kept_out(gone: dict[str, None], files: Iterable[OutputFile]) -> Iterator[OutputFile]:
    """Give `files`, each of which is then no longer `gone`: a publishing asks for these last."""
    for file in files:
        gone.pop(file.path, None)
        yield file


def _feed_files(
    site: Site,
    articles: Library,
    among: Sequence[str] | None,
    faults: list[Fault],
    *,
    now: datetime,
) -> Iterator[OutputFile]:
    """Give the files of the feeds, all or `among` some folders, one feed in memory at a time."""
    for feed in _feeds(site, articles, among, now=now):
        rendered = render_feed(feed, feed_site(site.config))
        faults += findable(site.config, rendered.faults)
        yield from rendered.files


def _feeds(site: Site, articles: Library, among: Sequence[str] | None, *, now: datetime) -> Iterator[Feed]:
    """Select the feeds, the main one first; their ids are durable before a file carries them."""
    config = site.config
    with site.store.read() as conn:
        topics = selection.folders(conn, now=now, among=among)
    known = _ids(site, folder_keys(topic.folder for topic in topics))
    texts, count = config.feeds.content == "full", config.feeds.items
    if among is None or "" in among:
        chosen = articles.newest(now=now, count=count, texts=texts)
        yield feed_of("", config.publication.title, chosen, config.publication, known, pages=config.pages)
    for topic in topics:
        chosen = articles.tagged(topic.folder, now=now, count=count, texts=texts)
        if not chosen:
            continue  # all have expired
        title = tag_title(config.publication, topic.spellings)
        yield feed_of(topic.folder, title, chosen, config.publication, known, pages=config.pages)


def _ids(site: Site, keys: Sequence[str]) -> dict[str, str]:
    """Return the feeds' ids; new ones are durable, in the database and in the file of ids."""
    with site.store.read() as conn:
        known = ids.known_ids(conn, keys)
    if len(known) == len(set(keys)):
        return known
    with site.store.write() as tx:
        minted = ids.mint_ids(tx, keys, mint_urn)
    identities.note(site, [identities.feed_line(key, urn) for key, urn in minted.items() if key not in known])
    return minted


def feed_site(config: Config) -> FeedSite:
    """Return what the feeds take from the configuration."""
    return FeedSite(
        base=config.publication.url,
        content=config.feeds.content,
        zone=config.publication.timezone,
        version=__version__,
        formats=config.feeds.formats,
        paths=config.feeds.paths,
    )


def page_site(config: Config) -> PageSite:
    """Return what the pages take from the configuration."""
    from syndicate.pages import PageSite

    return PageSite(
        publication=config.publication,
        web_url=config.web_url,
        newsletters=tuple(newsletter.title for newsletter in config.newsletters.values()),
        content_folder=config.content.folder,
        formats=config.feeds.formats,
        paths=config.feeds.paths,
    )

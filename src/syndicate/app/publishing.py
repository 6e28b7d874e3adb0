"""Articles -> feeds and pages in the publish folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

from syndicate.app import history, hubs, standing
from syndicate.app.feedfiling import FeedFiling
from syndicate.app.feeding import Fed, Feeding, feed_site
from syndicate.app.library import Library
from syndicate.app.scanning import findable
from syndicate.app.site import Site
from syndicate.app.standing import Due
from syndicate.app.texts import text_faults
from syndicate.app.uploading import upload
from syndicate.errors import PublishError
from syndicate.feeds.formats import file_names
from syndicate.model import Fault, OutputFile
from syndicate.publish.compress import compress
from syndicate.publish.folder import Published, publish
from syndicate.redirects import list_of, moved_of
from syndicate.store import folders, notes, selection

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
    history.cut(site, now=now)
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
            shown, feeds = selection.count_out(conn, now=now), folders.count(conn) + 1
    with site.store.write() as tx:
        new = notes.replace_faults(tx, _KINDS, made.faults, now=now)
        texts = notes.add_faults(tx, told, now=now)
        totals = f"articles: {shown}, feeds: {feeds}, " if counted else ""
        detail = f"{totals}files written: {len(made.published.written)}"
        notes.end_tick(tx, "publish", now=site.clock(), detail=detail)
    for fault in (*texts, *new):
        log.warning("%s", fault)
    untaken = upload(site, now=now, quick=not counted)
    return Publishing(shown, feeds, made.published, (*texts, *made.faults, *untaken))


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
    behind = hubs.expect(site)
    if due.whole or site.config.pages:
        made = _everything(site, articles, due, now=now, progress=progress)
    else:
        made = _some_feeds(site, articles, due, now=now)
    hubs.note(site, made.published, behind=behind, now=now)  # before the build counts as done: see there
    if not made.published.faults:  # what they tell may be over without any input having changed
        standing.remember(site, due, made.faults, now=now)
    return made


def _everything(
    site: Site, articles: Library, due: Due, *, now: datetime, progress: Callable[[int, int], None] | None
) -> _Made:
    from syndicate.app.composing import letter_faults
    from syndicate.app.notices import notice_faults
    from syndicate.i18n import unreadable  # loads Babel

    faults = [fault for fault in due.faults if fault.kind == "feed" and not due.whole]
    if site.config.pages:
        published = _with_pages(site, articles, due, faults, now=now, progress=progress)
    else:
        filing = FeedFiling(Feeding(site, articles, now), faults)
        moved = moved_of(filing.feeding.moved(), (), site.config.publication.url)
        files = chain(list_of(moved), _all_feeds(filing))
        published = publish(site.config.publish.folder, files, keep=filing.keep)
    newest = articles.newest(now=now, count=_TRIED)
    faults += letter_faults(site.config, newest, site.templates, now=site.clock())
    faults += notice_faults(site, now=site.clock()) if site.config.newsletters else []
    faults += unreadable(site.config.templates.folder)
    return _Made(published, (*dict.fromkeys(faults), *published.faults))


def _with_pages(
    site: Site,
    articles: Library,
    due: Due,
    faults: list[Fault],
    *,
    now: datetime,
    progress: Callable[[int, int], None] | None,
) -> Published:
    """Make every page that is not as it would be, and the feeds due; what is wrong is added to `faults`."""
    from syndicate.app.paging import Paging

    paging = Paging(Feeding(site, articles, now), due.sign, due.stands, progress)
    filing = FeedFiling(paging.feeding, faults, keep=paging.keep)
    feeds = _all_feeds(filing) if due.whole else _due_feeds(filing, paging.feeds, due.folders)
    files = chain(paging.files(), feeds)
    published = publish(site.config.publish.folder, files, keep=filing.keep)
    faults += paging.faults
    paging.remember(fault.path for fault in published.faults)
    return published


def _all_feeds(filing: FeedFiling) -> Iterator[OutputFile]:
    yield from filing.files()
    yield filing.opml()


def _due_feeds(filing: FeedFiling, shown: Sequence[Fed], among: Sequence[str]) -> Iterator[OutputFile]:
    """Give the feeds of the folders `among` some; of all that are `shown` the others stay as they are."""
    among = filing.feeding.kin(among)
    filing.leave(shown, among)
    yield from filing.files(among)
    yield from filing.opml_again(among)


def _some_feeds(site: Site, articles: Library, due: Due, *, now: datetime) -> _Made:
    """Make the feeds of some folders, the main one first; those that no article is in any more go."""
    faults: list[Fault] = []
    filing = FeedFiling(Feeding(site, articles, now), faults)
    done = Published((), 0, (), ())
    others = filing.feeding.kin([one for one in due.folders if one])
    first = [one for one in due.folders if not one or one.startswith(folders.ARCHIVES)]
    for among in (first, [one for one in others if one not in first]):
        if among:
            gone = {name: None for folder in among for name in file_names(folder, feed_site(site.config))}
            files = _kept_out(gone, filing, among)
            done += publish(site.config.publish.folder, files, partial=True, gone=gone)
    before = [fault for fault in due.faults if fault.kind != "publish"]
    return _Made(done, (*dict.fromkeys([*before, *faults]), *done.faults))


def _kept_out(gone: dict[str, None], filing: FeedFiling, among: Sequence[str]) -> Iterator[OutputFile]:
    """Give the files of some feeds; each is then no longer `gone`, which a publishing asks for last."""
    for file in chain(filing.files(among), filing.opml_again(among)):
        gone.pop(file.path, None)
        yield file
    for path in filing.keep:
        gone.pop(path, None)

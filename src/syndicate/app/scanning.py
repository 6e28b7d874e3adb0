"""Content folder -> articles whose identities are durable before anything shows them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TypeVar

from syndicate.app.poison import PoisonGuard
from syndicate.app.site import Site, mint_urn
from syndicate.config import Config
from syndicate.content.ingest import WHOLE, Ingest, Intake, ingest
from syndicate.content.parse import dump, load, parse, version
from syndicate.content.scan import Scan, scan
from syndicate.content.textfile import Unopened
from syndicate.digest.occasions import following, longest_period, previous
from syndicate.errors import ContentError
from syndicate.model import Article, CachedParse, Fault, Parsed, SourceFile
from syndicate.store import articles as store_articles
from syndicate.store import editions, ids, notes
from syndicate.store.articles import BATCH, CachedRow

log = logging.getLogger("syndicate.scan")

_KINDS = ("article", "content")
_KNOWN_FOLDER = "content_folder"
_NEVER = -1  # the time of no file: what is remembered under it is read again
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found: every article that is no draft, and what was wrong."""

    articles: tuple[Article, ...]
    faults: tuple[Fault, ...]
    files: int
    read: int
    withdrawn: int
    held: int
    present: bool  # whether the content folder is there


def scan_content(
    site: Site, *, accept_removals: bool = False, progress: Callable[[int, int], None] | None = None
) -> Scanned:
    """Read what changed in the content folder and remember it; see `content.ingest` for the rules.

    The caller holds the build lock. One bad file is a fault in the result, never an exception. `progress`
    hears how many of how many files were looked at.
    """
    now = site.clock()
    with site.store.write() as tx:
        notes.start_tick(tx, "scan", now=now)
    readings, faults, present = _readings(site, progress)
    found = _ingest(site, readings, folder_present=present, accept_removals=accept_removals, now=now)
    if not present and found.faults:
        faults = []  # what is said of the articles says that the folder is missing, too
    faults = findable(site.config, [*faults, *found.faults])
    _remember(site, found, folder_present=present, now=now)
    scanned = Scanned(
        articles=found.articles,
        faults=tuple(faults),
        files=len(readings.there),
        read=len(readings.fresh),
        withdrawn=len(found.withdrawn),
        held=found.removals_held,
        present=present,
    )
    with site.store.write() as tx:
        new = notes.replace_faults(tx, _KINDS, faults, now=now)
        detail = f"articles: {len(found.articles)}, files read: {scanned.read}"
        notes.end_tick(tx, "scan", now=site.clock(), detail=detail)
    for fault in new:
        log.warning("%s", fault)
    return scanned


def findable(config: Config, faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults with paths as an operator would open them, from the configuration's folder."""
    folder = config.content.folder
    shown = folder.relative_to(config.base) if folder.is_relative_to(config.base) else folder
    return [replace(one, path=str(folder if one.path == WHOLE else shown / one.path)) for one in faults]


@dataclass(slots=True)
class _Readings:
    there: dict[str, CachedParse]  # by path, for every file that is there
    gone: dict[str, CachedParse]  # by path, for files known from earlier scans
    fresh: list[CachedParse]  # those read now
    untouched: set[str]  # of those, the files whose bytes are those of the last scan


def _readings(site: Site, progress: Callable[[int, int], None] | None) -> tuple[_Readings, list[Fault], bool]:
    """Return the reading of each file, from the cache where the file did not change."""
    folder = site.config.content.folder
    try:
        found, present = scan(folder), True
    except ContentError as error:
        found, present = Scan((), (Fault("content", error.path, None, error.message),)), False
    faults = list(found.faults)
    current = version(site.defaults)
    with site.store.read() as conn:
        known = {row.path: row for row in store_articles.cache(conn)}
    readings = _Readings({}, {}, [], set())
    guard = PoisonGuard(site.config.var / "reading")
    for batch in _batches(found.files, BATCH):
        fresh = []
        for source in batch:
            row = known.pop(source.path, None)
            same = row is not None and (row.size, row.mtime_ns) == (source.size, source.mtime_ns)
            cached = _decode(row) if row and same and row.version == current else None
            if cached is None or (cached.parsed and cached.parsed.warnings):  # a missing picture may be there
                if same:
                    readings.untouched.add(source.path)
                cached = _read(folder, source, site, guard, row)
                fresh.append(cached)
            readings.there[source.path] = cached
            if progress:
                progress(len(readings.there), len(found.files))
            if cached.fault:
                faults.append(cached.fault)
        if fresh:
            with site.store.write() as tx:
                store_articles.save_cache(tx, [_encode(one) for one in fresh])
            readings.fresh += fresh
    blocked = {fault.path.rstrip("/") for fault in found.faults}
    for row in known.values():
        cached = _decode(row)
        if cached is not None:
            out_of_sight = any(
                str(place) in blocked for place in (row.path, *PurePosixPath(row.path).parents)
            )
            (readings.there if out_of_sight else readings.gone)[row.path] = cached
    return readings, faults, present


def _read(
    folder: Path, source: SourceFile, site: Site, guard: PoisonGuard, row: CachedRow | None
) -> CachedParse:
    """Read one file; where it cannot be read its last good reading stands, with the fault."""
    current = version(site.defaults)
    try:
        guard.begin(source)
        parsed = parse(folder, source, site.defaults)
    except ContentError as error:
        last = _decode(row) if row else None
        kept = last.parsed if last else None
        message = f"{error.message} (its last good version stays published)" if kept else error.message
        seen = replace(source, mtime_ns=_NEVER) if isinstance(error, Unopened) else source
        return CachedParse(seen, current, kept, Fault("article", source.path, error.line, message))
    finally:
        guard.end()
    return CachedParse(source, current, parsed)


def _ingest(
    site: Site, readings: _Readings, *, folder_present: bool, accept_removals: bool, now: datetime
) -> Ingest:
    with site.store.read() as conn:
        records = store_articles.records(conn)
        first = ids.get_setting(conn, _KNOWN_FOLDER) != _name(site.config.content.folder)
    intake = Intake(
        records=records,
        parsed={path: one.parsed for path, one in readings.there.items() if one.parsed},
        held={path: one.parsed for path, one in readings.gone.items() if one.parsed},
        unreadable=frozenset(path for path, one in readings.there.items() if not one.parsed),
        folder_present=folder_present,
        first_scan=first,
        accept_removals=accept_removals,
        untouched=frozenset(readings.untouched),
    )
    zone = site.config.publication.timezone
    return ingest(intake, now=now, zone=zone, period=_period(site), mint=mint_urn)


def _period(site: Site) -> timedelta:
    names = site.config.newsletters
    return longest_period([site.schedule(name) for name in names]) if names else timedelta(days=1)


def _remember(site: Site, found: Ingest, *, folder_present: bool, now: datetime) -> None:
    """Make identities durable, each batch in a short transaction, and mark where newsletters start."""
    if found.new_ids:
        with site.store.write() as tx:
            store_articles.rename_ids(tx, found.new_ids)
    for batch in _batches(found.changed, BATCH):
        with site.store.write() as tx:
            store_articles.save_records(tx, batch)
    if found.withdrawn:
        with site.store.write() as tx:
            store_articles.drop_cache(tx, found.withdrawn)
    with site.store.write() as tx:
        if folder_present:
            ids.set_setting(tx, _KNOWN_FOLDER, _name(site.config.content.folder))
        for name in site.config.newsletters:
            if editions.newsletter_start(tx, name) is None:
                schedule = site.schedule(name)
                start = previous(schedule, following(schedule, now))
                editions.set_newsletter_start(tx, name, start.at)


def _name(folder: Path) -> str:
    """Return the folder's name as text, also where its bytes are no UTF-8."""
    return os.fsencode(folder).decode("utf-8", "backslashreplace")


def _encode(one: CachedParse) -> CachedRow:
    return CachedRow(
        path=one.source.path,
        size=one.source.size,
        mtime_ns=one.source.mtime_ns,
        version=one.version,
        payload=dump(one.parsed) if one.parsed else None,
        fault_line=one.fault.line if one.fault else None,
        fault=one.fault.message if one.fault else None,
    )


def _decode(row: CachedRow) -> CachedParse | None:
    """Return the cached reading, or None where an older syndicate wrote it in a way we cannot read."""
    try:
        parsed: Parsed | None = load(row.payload) if row.payload else None
    except (ValueError, TypeError, KeyError):
        return None
    fault = Fault("article", row.path, row.fault_line, row.fault) if row.fault else None
    return CachedParse(SourceFile(row.path, row.size, row.mtime_ns), row.version, parsed, fault)


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch

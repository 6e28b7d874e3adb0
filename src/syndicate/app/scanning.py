"""Content folder -> articles whose identities are durable before anything shows them."""

from __future__ import annotations

import gc
import json
import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from syndicate.app import crossing, identities
from syndicate.app.heads import Heads, Job, faults_of, kept, read_heads
from syndicate.app.library import Library
from syndicate.app.looking import Looking, look, rules_of
from syndicate.app.remembering import let_go, remember
from syndicate.app.site import Site, mint_urn
from syndicate.app.texts import loaded, text_in
from syndicate.config import Config
from syndicate.content.choice import Kind, kind_of, left_out, section_of
from syndicate.content.hints import look_again
from syndicate.content.identity import Known
from syndicate.content.ingest import WHOLE, Ingest, Intake, Terms, folded_fault, ingest, wanted_slug
from syndicate.content.scan import Rules, Scan
from syndicate.content.wholeness import QUIET_NS, is_whole
from syndicate.digest.occasions import longest_period
from syndicate.links import Addresses
from syndicate.model import LIVING_STATES, ArticleRecord, Fault, Parsed, SourceFile
from syndicate.store import articles as store_articles
from syndicate.store import choices, folders, ids, notes, readings
from syndicate.store.readings import Stamp

log = logging.getLogger("syndicate.scan")

_KINDS = ("article", "content")
_KNOWN_FOLDER = "content_folder"
_ONCE_MORE = "?"  # before the folder's name: the next scan counts as its first, too
_OTHERS = "content_others"
_SECTIONS = "content_sections"
_UNFINISHED = "content_unfinished"  # the files, as JSON, that a scan under way found changed; null: too many
_MOST_NOTED = 5000
_MANY, _OBJECTS = 2000, 200_000  # files, and objects between two looks for rings
_ARCHIVE = "content_archive"  # set while an archive comes in: what a kill left of it is no news either
_AT_ONCE = 4000  # readings for one transaction
_MOST_TEXTS = 500  # gone or new articles whose texts are compared: a moved archive is known by its marks


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan found: the articles there are, and what was wrong. `waiting` files are still written."""

    articles: Library
    faults: tuple[Fault, ...]
    files: int
    read: int
    withdrawn: int
    held: int
    present: bool  # whether the content folder is there
    waiting: int
    scan: Scan  # what a later hint builds on


@dataclass(slots=True)
class Changes:
    """What differs from the last scan: files to be read, files that are gone, files that are half-written."""

    fresh: list[SourceFile] = field(default_factory=list)
    untouched: set[str] = field(default_factory=set)  # of these, those whose bytes are as they were
    gone: list[str] = field(default_factory=list)
    waiting: int = 0
    mending: bool = False  # whether a scan before was cut short


def scan_content(
    site: Site,
    *,
    accept_removals: bool = False,
    patient: bool = False,
    looking: Looking | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scanned:
    """Read what changed in the content folder and remember it; see `content.ingest` for the rules.

    The caller holds the build lock. One bad file is a fault in the result, never an exception. Where a file
    was written within the last 2 s it may be half-written and is left for the next scan; a `patient` caller
    waits for it. `progress` hears how many of how many files were
    read. `looking` is a look that is under way, which the caller began.
    """
    found, present = looking.result() if looking else look(site.config)
    scanned = _take_in(site, found, present, accept_removals=accept_removals, progress=progress)
    if patient and scanned.waiting:
        time.sleep(QUIET_NS / 1e9)
        later = scan_content(site, accept_removals=accept_removals, progress=progress)
        return replace(later, read=scanned.read + later.read, withdrawn=scanned.withdrawn + later.withdrawn)
    return scanned


@dataclass(frozen=True, slots=True)
class Hint:
    """What is said to have changed since `before`: paths, and those of them that were renamed into place."""

    before: Scan
    paths: frozenset[str]
    whole: frozenset[str]


def scan_hinted(site: Site, hint: Hint) -> Scanned:
    """Read what a watch of the folder told of, or all where that is not enough; as `scan_content`.

    It is not where another process was cut short in a scan: what that one read is not remembered yet.
    """
    with site.store.read() as conn:
        unfinished = ids.get_setting(conn, _UNFINISHED)
    if unfinished:
        return scan_content(site)
    found = look_again(site.config.content.folder, rules_of(site.config), hint.before, hint.paths)
    if found is None:
        return scan_content(site)
    return _take_in(site, found, True, hint=hint)


def _take_in(
    site: Site,
    found: Scan,
    present: bool,
    *,
    accept_removals: bool = False,
    progress: Callable[[int, int], None] | None = None,
    hint: Hint | None = None,
) -> Scanned:
    """Remember what a look at the folder `found`; `present` says whether the folder was there."""
    now = site.clock()
    told = ""
    if hint is None:
        told = identities.set_aside(site) if present else ""
        identities.rebuild_if_lost(site)
        with site.store.write() as tx:
            notes.start_tick(tx, "scan", now=now)
    changes = _changes(site, found) if hint is None else _hinted(site, found, hint)
    with _seldom_collected(len(changes.fresh)):
        parsed = _read(site, changes, progress)
        result = _ingest(site, found, changes, parsed, present=present, accept_removals=accept_removals)
    let_go(site)
    lost = [Fault("content", WHOLE, None, told)] if told else []
    faults = findable(site.config, [*lost, *_faults(site, found, result, present)])
    with site.store.write() as tx:
        new = notes.replace_faults(tx, _KINDS, faults, now=now)
        detail = f"files: {len(found.files)}, files read: {len(changes.fresh)}"
        notes.end_tick(tx, "scan", now=site.clock(), detail=detail)
    for fault in new:
        log.warning("%s", fault)
    return Scanned(
        articles=Library(site, found.others),
        faults=tuple(faults),
        files=len(found.files),
        read=len(changes.fresh),
        withdrawn=len(result.withdrawn),
        held=result.removals_held,
        present=present,
        waiting=changes.waiting,
        scan=found,
    )


@contextmanager
def _seldom_collected(files: int) -> Iterator[None]:
    """Have Python look for rings among objects less often where an archive makes a million that are none."""
    if files < _MANY:
        yield
        return
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def findable(config: Config, faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults with paths as an operator would open them, from the configuration's folder."""
    folder = config.content.folder
    shown = folder.relative_to(config.base) if folder.is_relative_to(config.base) else folder
    unique = dict.fromkeys(faults)
    return [replace(one, path=str(folder if one.path == WHOLE else shown / one.path)) for one in unique]


def addresses_of(config: Config) -> Addresses:
    """Return what gives each article's page its address."""
    return Addresses(config.pages, config.links.rules, config.publication.timezone)


# ---------------------------------------------------------------- what changed


def _changes(site: Site, found: Scan) -> Changes:
    """Return what differs; a file under a folder that could not be looked into is neither changed nor gone.

    Where a scan before was cut short between reading and remembering, every file counts as to be read.
    """
    changes = Changes()
    with site.store.read() as conn:
        known = readings.stamps(conn, site.reading_version)
        unfinished = ids.get_setting(conn, _UNFINISHED)
    touched = json.loads(unfinished) if unfinished else []
    changes.mending = bool(unfinished)
    if unfinished:
        known = readings.Stamps(known.of, frozenset(known.of))
        identities.distrust(site)
    now_ns = site.file_clock()
    folder = site.config.content.folder
    differing = [path for path, stamp in found.files.items() if known.of.get(path) != stamp]
    again = [path for path in known.again if path in found.files]
    for path in sorted({*differing, *again}):
        stamp = found.files[path]
        if not _is_whole(folder / path, stamp, now_ns):
            changes.waiting += 1
            continue
        changes.fresh.append(SourceFile(path, *stamp))
        if known.of.get(path, ())[:2] == stamp[:2] and touched is not None and path not in touched:
            changes.untouched.add(path)
    changes.gone = _unhidden(found, known.of.keys() - found.files.keys())
    return changes


def _unhidden(found: Scan, paths: Iterable[str]) -> list[str]:
    """Return those of `paths` that no fault of the look at the folder hides."""
    blocked = {fault.path.rstrip("/") for fault in found.faults}
    return [
        path
        for path in paths
        if not blocked or not any(str(place) in blocked for place in (path, *PurePosixPath(path).parents))
    ]


def _hinted(site: Site, found: Scan, hint: Hint) -> Changes:
    """Return what differs among the hinted paths, and the files that are read at every scan."""
    changes = Changes()
    with site.store.read() as conn:
        known = readings.stamps_of(conn, hint.paths)
        again = [path for path in readings.faulty_again(conn) if path in found.files]
    changes.fresh = [SourceFile(path, *found.files[path]) for path in again if path not in hint.paths]
    changes.untouched = {one.path for one in changes.fresh}
    now_ns = site.file_clock()
    for path in sorted(hint.paths):
        stamp = found.files.get(path)
        if stamp is None:
            changes.gone += _unhidden(found, [path]) if path in known.of else []
        elif known.of.get(path) != stamp:
            whole = (path in hint.whole and stamp[0]) or _is_whole(
                site.config.content.folder / path, stamp, now_ns
            )
            if whole:
                changes.fresh.append(SourceFile(path, *stamp))
            else:
                changes.waiting += 1
    return changes


def _is_whole(file: Path, stamp: Stamp, now_ns: int) -> bool:
    if is_whole(stamp[1], 0, now_ns=now_ns):
        return True
    files = [file, file.with_suffix(".meta")] if stamp[2] else [file]
    try:
        seen = [one.stat() for one in files]
    except OSError:
        return False
    return all(is_whole(one.st_mtime_ns, one.st_ctime_ns, now_ns=now_ns) for one in seen)


def _read(site: Site, changes: Changes, progress: Callable[[int, int], None] | None) -> dict[str, Parsed]:
    """Read the heads of the changed files and remember them; return the good ones by path."""
    job = Job(site.config.content.folder, site.defaults, site.reading_version, site.config.var)
    parsed: dict[str, Parsed] = {}
    if changes.fresh:
        touched = [one.path for one in changes.fresh if one.path not in changes.untouched]
        noted = json.dumps(touched if len(touched) <= _MOST_NOTED else None)
        with site.store.write() as tx:
            ids.set_setting(tx, _UNFINISHED, noted)
    for heads in _gathered(read_heads(job, changes.fresh)):
        bad = [row.path for row in heads.rows if row.payload is None]
        last: dict[str, str] = {}
        if bad:
            with site.store.read() as conn:
                last = readings.heads(conn, bad)
        with site.store.write() as tx:
            readings.save_heads(tx, [kept(row, last.get(row.path)) for row in heads.rows])
        parsed.update((one.path, one) for one in heads.parsed)
        if progress:
            progress(len(parsed), len(changes.fresh))
    return parsed


def _gathered(some: Iterable[Heads]) -> Iterator[Heads]:
    """Put readings together until there are enough for a transaction: each costs the disk a wait."""
    waiting = Heads([], [])
    for heads in some:
        waiting.parsed.extend(heads.parsed)
        waiting.rows.extend(heads.rows)
        if len(waiting.rows) >= _AT_ONCE:
            yield waiting
            waiting = Heads([], [])
    if waiting.rows:
        yield waiting


# ---------------------------------------------------------------- what it means


def _ingest(
    site: Site,
    found: Scan,
    changes: Changes,
    parsed: dict[str, Parsed],
    *,
    present: bool,
    accept_removals: bool,
) -> Ingest:
    name = _name(site.config.content.folder)
    with site.store.read() as conn:
        setting = ids.get_setting(conn, _KNOWN_FOLDER)
        archive = bool(ids.get_setting(conn, _ARCHIVE))
        unfinished = ids.get_setting(conn, _UNFINISHED)
    first_time = setting != name
    was = setting.removeprefix(_ONCE_MORE) if setting else None
    with site.store.read() as conn:
        gone = store_articles.records_at(conn, changes.gone) if changes.gone else []
        missing = store_articles.missing(conn)
    back = [one.path for one in missing if one.path in found.files]
    lacking = set(_unhidden(found, [one.path for one in missing if one.path not in found.files]))
    gone += [one for one in missing if one.path in lacking]
    gone = list({one.id: one for one in gone if one.state in LIVING_STATES}.values())
    looked_at, sections = _widen(site, found, parsed, gone, back) if present else ({}, "")
    intake = Intake(
        known=_known(site, found, looked_at, gone, moved=was is not None and was != name),
        gone=gone,
        living=_living(site) if gone else 0,
        slugs=_slugs(site, looked_at),
        untouched=changes.untouched,
        folder_present=present,
        first_scan=first_time or archive,
        moved=was is not None and was != name,
        accept_removals=accept_removals,
    )
    with site.store.read() as conn:
        covered = choices.last_covered(conn)
    terms = terms_of(site.config, period=_period(site), now=site.clock(), covered=covered)
    result = ingest(intake, terms)
    if result.archive or (result.changed and not unfinished):
        with site.store.write() as tx:
            if result.archive:
                ids.set_setting(tx, _ARCHIVE, "1")
            if not unfinished:
                ids.set_setting(tx, _UNFINISHED, "[]")
    lost = dict.fromkeys([*changes.gone, *(one.path for one in gone)])
    remember(site, result, looked_at, gone=lost if present else [])
    with site.store.write() as tx:
        left = changes.mending and changes.waiting  # half-written now, and perhaps noted as read
        if (present and not left) or not unfinished:  # else what another scan left unfinished still is
            ids.set_setting(tx, _UNFINISHED, "")
        if present:
            ids.set_setting(tx, _SECTIONS, sections)
            if archive or result.archive:
                ids.set_setting(tx, _ARCHIVE, "")
            # what was half-written at the first scan belongs to it, but one such file is no excuse for ever
            again = first_time and changes.waiting and not (setting or "").startswith(_ONCE_MORE)
            ids.set_setting(tx, _KNOWN_FOLDER, f"{_ONCE_MORE if again else ''}{name}")
        if present:
            to_read = readings.unopened(tx)
            if ids.get_setting(tx, _OTHERS) != found.others:
                ids.set_setting(tx, _OTHERS, found.others)
                to_read += readings.hanging(tx, found.others)
                readings.forget_faults(tx, found.others)
            stale = [one.id for one in store_articles.records_at(tx, to_read)]
            changed = [*looked_at, *changes.gone, *(one.path for one in result.changed)]
            folders.restale(tx, [*stale, *crossing.linking(tx, changed)])
    return result


def terms_of(config: Config, *, period: timedelta, now: datetime, covered: datetime | None = None) -> Terms:
    """Return what decides about the articles beside themselves."""
    return Terms(
        now=now,
        zone=config.publication.timezone,
        period=period,
        withdraw_after=config.content.withdraw_after,
        addresses=addresses_of(config),
        mint=mint_urn,
        held_at=config.publication.url if config.wait else "",
        covered=covered,
    )


def _widen(
    site: Site,
    found: Scan,
    parsed: dict[str, Parsed],
    gone: Sequence[ArticleRecord],
    back: Sequence[str],
) -> tuple[dict[str, Parsed], str]:
    """Return what is to be decided about: the changed files, those that are `back`, and what hangs on them.

    A file that was folded into an article is looked at again when that one is gone or another; all files of a
    section, when it becomes one with articles or ceases to be. Returns also the sections, as they are to be
    remembered once all of it is.
    """
    looked_at = dict(parsed)
    kind = kind_of(site.config.content.folder)
    sections, turned, noted = _sections(site, kind)
    again = [*back, *turned]
    with site.store.read() as conn:
        known = (parsed or again) and store_articles.are_known(conn)
        others = [one.id for one in store_articles.records_at(conn, [*parsed, *again])] if known else []
        again += store_articles.folded_into(conn, [*others, *(one.id for one in gone)])
    again = [path for path in again if path in found.files and path not in looked_at]
    if again:
        with site.store.read() as conn:
            looked_at |= loaded(readings.heads(conn, again))
    return _chosen(site.config, kind, sections, looked_at), noted


def _sections(site: Site, kind: Kind) -> tuple[frozenset[str], list[str], str]:
    """Return the sections that have dated files, the files that this is news for, and the first as a text.

    Those are the files of a section that began or ceased to have any, and all where the folder is of another
    kind than before. In a plain folder sections do not matter.
    """
    with site.store.read() as conn:
        known, *listed = (ids.get_setting(conn, _SECTIONS) or kind).split("\n")
        sections = readings.dated_sections(conn) if kind is not Kind.PLAIN else frozenset()
        turned = set(listed).symmetric_difference(sections)
        if known != kind:
            paths = list(readings.stamps(conn, "").of)
        else:
            paths = readings.in_sections(conn, turned) if turned else []
    return sections, paths, "\n".join((kind, *sorted(sections)))


def chosen(config: Config, parsed: dict[str, Parsed]) -> dict[str, Parsed]:
    """Return all files of the content folder, `parsed`, each with the reason if it is no article."""
    dated = frozenset(section_of(path) for path, one in parsed.items() if one.dated)
    return _chosen(config, kind_of(config.content.folder), dated, parsed)


def _chosen(
    config: Config, kind: Kind, sections: Collection[str], parsed: dict[str, Parsed]
) -> dict[str, Parsed]:
    """Return the files with the reason why one is no article; `sections` are those with dated files."""
    if kind is Kind.PLAIN:
        return parsed
    rules = rules_of(config)
    return {path: _judged(path, one, kind, sections, rules) for path, one in parsed.items()}


def _judged(path: str, one: Parsed, kind: Kind, sections: Collection[str], rules: Rules) -> Parsed:
    why = left_out(
        path,
        kind=kind,
        dated=one.dated,
        marked=one.marked,
        dated_in_section=section_of(path) in sections,
        included=rules.includes(path),
    )
    return replace(one, left_out=why) if why else one


def _known(
    site: Site,
    found: Scan,
    parsed: dict[str, Parsed],
    gone: Sequence[ArticleRecord],
    *,
    moved: bool,
) -> Known:
    marks = {one.mark.partition(".")[0] for one in parsed.values()}
    wanted = [one.id for one in parsed.values() if one.id]
    titles = {one.title for path, one in parsed.items() if path.endswith(".txt")}
    records: list[ArticleRecord] = []
    with site.store.read() as conn:
        if store_articles.are_known(conn):
            records += store_articles.records_for(conn, paths=parsed.keys(), ids=wanted, marks=marks)
            records += store_articles.namesakes(conn, titles) if titles else []
    every = {one.id: one for one in (*records, *gone)}
    here = {one.path for one in every.values()}
    new = [path for path in parsed if path not in here]
    texts = _texts(site, new, gone, every.values())
    return Known(list(every.values()), parsed, found.files.keys(), texts, moved=moved)


def _texts(
    site: Site, new: Sequence[str], gone: Sequence[ArticleRecord], records: Iterable[ArticleRecord]
) -> dict[str, str]:
    """Return what new files and gone articles say, where there are few enough to compare them."""
    copies = [path for path in new if path.endswith(".txt")]
    originals = {one.path for one in records if one.path.endswith(".txt") and one.state in LIVING_STATES}
    wanted = {*copies, *originals} if copies and originals else set()
    if gone and new:
        wanted |= set(new)
    if not wanted or max(len(wanted), len(gone)) > _MOST_TEXTS:
        return {}
    from syndicate.content.parse import text_of

    folder = site.config.content.folder
    texts = {path: text for path in wanted if (text := text_of(folder, path, site.defaults))}
    with site.store.read() as conn:
        rows = readings.bodies(conn, [one.path for one in gone])
    return texts | {path: said.html for path, row in rows.items() if (said := text_in(row))}


def _slugs(site: Site, parsed: dict[str, Parsed]) -> set[str]:
    if not parsed:
        return set()
    with site.store.read() as conn:
        if not store_articles.are_known(conn):
            return set()
        return store_articles.slugs_like(conn, {wanted_slug(one) for one in parsed.values()})


def _living(site: Site) -> int:
    with site.store.read() as conn:
        return store_articles.living(conn)


def _period(site: Site) -> timedelta:
    names = site.config.newsletters
    return longest_period([site.schedule(name) for name in names]) if names else timedelta(days=1)


def _faults(site: Site, found: Scan, result: Ingest, present: bool) -> list[Fault]:
    """Return everything that is wrong now, whenever it was found."""
    with site.store.read() as conn:
        told = [*readings.head_faults(conn), *readings.body_faults(conn)]
        folded = store_articles.folded_files(conn)
    faults = [fault for path, text in told for fault in faults_of(path, text)]
    faults += [folded_fault(path, first) for path, first in folded]
    scanned = found.faults if present or not result.notices else ()
    return [*scanned, *faults, *result.faults, *result.notices]


def _name(folder: Path) -> str:
    """Return the folder's name as text, also where its bytes are no UTF-8."""
    return os.fsencode(folder).decode("utf-8", "backslashreplace")

"""The texts of articles that are shown: read when they are needed, and remembered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress

from syndicate.app import crossing
from syndicate.app.heads import KEPT, Told, faults_of
from syndicate.app.poison import PoisonGuard
from syndicate.app.site import Site
from syndicate.content.cache import dump_body, load_body, load_head
from syndicate.content.textfile import Unopened
from syndicate.errors import ContentError
from syndicate.model import ArticleState, Body, Fault, Parsed, SourceFile
from syndicate.store import readings
from syndicate.store.batches import batched
from syndicate.store.readings import BodyRow
from syndicate.store.selection import Kept

_BATCH = 500
_NOTE = "reading.text"
_HELD = 4_000_000  # characters of new texts in memory before they are saved


def texts_of(site: Site, wanted: Sequence[tuple[Kept, Parsed]], others: str) -> dict[str, Body]:
    """Return the texts of the articles that have one, by path; the rest are faults from now on.

    `others` marks the files of the content folder that are no articles: a text that shows one of them is
    read again when they changed. The caller holds the build lock.
    """
    found: dict[str, Body] = {}
    for batch in batched(wanted, _BATCH):
        with site.store.read() as conn:
            rows = readings.bodies(conn, [kept.record.path for kept, _ in batch])
        made: dict[BodyRow, Body | None] = {}
        held = 0
        guard: PoisonGuard | None = None
        with ExitStack() as ending:
            for kept, parsed in batch:
                path = kept.record.path
                row = rows.get(path)
                text = text_in(row)
                if row is None or not _is_current(row, kept, site, others) or (row.payload and not text):
                    guard = guard or ending.enter_context(closing(PoisonGuard(site.config.var, _NOTE)))
                    row = _read(site, kept, parsed, row if text else None, others, guard)
                    text = text_in(row)
                    made[row] = text
                    held += len(row.payload or "")
                if held > _HELD:
                    _save(site, made)
                    made, held = {}, 0
                if text is not None:
                    found[path] = text
        if made:
            _save(site, made)
    return found


def _save(site: Site, made: Mapping[BodyRow, Body | None]) -> None:
    """Remember texts, and to which other articles they link."""
    with site.store.write() as tx:
        readings.save_bodies(tx, list(made))
        crossing.note(tx, {row.path: text for row, text in made.items()})


def text_faults(site: Site) -> list[Fault]:
    """Return what is wrong with the texts that were read, as their files are now."""
    with site.store.read() as conn:
        told = readings.body_faults(conn)
    return [fault for path, text in told for fault in faults_of(path, text)]


def heads_of(wanted: Sequence[Kept]) -> list[tuple[Kept, Parsed]]:
    """Return what the files of articles say of themselves; one that nothing is remembered of is left out.

    So is one that another version of syndicate remembered and that could not be read since.
    """
    heads = loaded({kept.record.id: kept.head for kept in wanted if kept.head is not None})
    return [(kept, heads[kept.record.id]) for kept in wanted if kept.record.id in heads]


def loaded(heads: Mapping[str, str]) -> dict[str, Parsed]:
    """Return the readings kept as texts in `heads`, by the same keys, but for those another version kept."""
    found = {}
    for key, text in heads.items():
        with suppress(ValueError):
            found[key] = load_head(text)
    return found


def text_in(row: BodyRow | None) -> Body | None:
    """Return the text in a row, None where it holds none, or one that another version wrote."""
    if row is None or row.payload is None:
        return None
    try:
        return load_body(row.payload)
    except ValueError:
        return None


def _is_current(row: BodyRow, kept: Kept, site: Site, others: str) -> bool:
    if kept.record.state is ArticleState.MISSING and row.payload is not None:
        return True  # there is no file that could be read
    stamp = (row.size, row.mtime_ns, row.version)
    return stamp == (kept.size, kept.mtime_ns, site.reading_version) and row.others in ("", others)


def _read(
    site: Site, kept: Kept, parsed: Parsed, row: BodyRow | None, others: str, guard: PoisonGuard
) -> BodyRow:
    """Read a text; where that fails its last good reading stands, with the fault."""
    from syndicate.content.parse import body  # a build with nothing new does without it

    source = SourceFile(kept.record.path, kept.size, kept.mtime_ns, kept.meta)
    payload: str | None = None
    told: Told = []
    hangs, version = others, site.reading_version
    try:
        guard.begin(source)
        made = body(site.config.content.folder, source, parsed, site.defaults)
        payload = dump_body(made)
        told = [[None, warning] for warning in made.warnings]
        hangs = others if made.looked else ""
    except ContentError as error:
        payload = row.payload if row else None
        told = [[error.line, f"{error.message}{KEPT if payload else ''}"]]
        version = "" if isinstance(error, Unopened) else version  # its permissions may be put right
        if kept.record.state is ArticleState.MISSING:
            told, version = [], ""  # it is held, and was never shown
    return BodyRow(
        path=source.path,
        size=source.size,
        mtime_ns=source.mtime_ns,
        version=version,
        others=hangs,
        payload=payload,
        faults=json.dumps(told, ensure_ascii=False) if told else None,
    )

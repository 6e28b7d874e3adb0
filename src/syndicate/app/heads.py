"""Reads the heads of many files, in several processes where they are many."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from syndicate.app.poison import PoisonGuard
from syndicate.content.cache import dump_head, load_head
from syndicate.content.choice import section_of
from syndicate.content.defaults import Defaults
from syndicate.content.ingest import as_fault
from syndicate.content.textfile import Unopened
from syndicate.errors import ContentError
from syndicate.model import Fault, Parsed, SourceFile
from syndicate.overtime import Limit
from syndicate.store.batches import batched
from syndicate.store.readings import HeadRow

_CHUNK = 500  # files that a process reads at a time
_WORTH_IT = 20_000  # files from which on another process pays for its start and its memory
_NEVER = -1  # the time of no file: what is remembered under it is read again
KEPT = " (its last good version stays published)"

Told = list[list[object]]  # [line or None, message], as kept in the database


@dataclass(frozen=True, slots=True)
class Job:
    """What a reading process needs: the folder, the defaults and their version, and where notes go."""

    folder: Path
    defaults: Defaults
    version: str
    notes: Path


@dataclass(frozen=True, slots=True)
class Heads:
    """Readings of some files: what was read, and the rows to remember; `kept` heads are last good ones."""

    parsed: list[Parsed]
    rows: list[HeadRow]


def read_heads(job: Job, sources: Sequence[SourceFile]) -> Iterator[Heads]:
    """Read the heads of `sources`, some hundred at a time, in their order or nearly so.

    A file that cannot be read has a row without payload and with its fault; it stops no other.
    """
    processes = min((os.cpu_count() or 1) - 1, 3)
    if len(sources) < _WORTH_IT or processes < 1:
        guard = PoisonGuard(job.notes)
        try:
            for chunk in batched(sources, _CHUNK):
                yield _read(job, chunk, guard)
        finally:
            guard.close()
        return
    yield from _side_by_side(job, sources, processes)


def _side_by_side(job: Job, sources: Sequence[SourceFile], processes: int) -> Iterator[Heads]:
    """Read with helpers; this process reads too. What a helper that died was given is read here again."""
    context = multiprocessing.get_context("spawn")
    chunks = list(batched(sources, _CHUNK))
    guard = PoisonGuard(job.notes)
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_start, initargs=(job,))
    waiting: list[tuple[list[SourceFile], Future[list[HeadRow]]]] = []
    try:
        while chunks or waiting:
            while chunks and len(waiting) < processes * 2:
                waiting.append((chunks[-1], pool.submit(_read_there, chunks.pop())))
            if chunks and not waiting[0][1].done():
                yield _read(job, chunks.pop(0), guard)
                continue
            rows = waiting[0][1].result()
            waiting.pop(0)
            yield Heads([load_head(row.payload) for row in rows if row.payload], rows)
    except BrokenProcessPool:
        for chunk in (*(chunk for chunk, _ in waiting), *chunks):
            yield _read(job, chunk, guard)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        guard.close()


_job: Job
_guard: PoisonGuard


def _start(job: Job) -> None:
    global _job, _guard
    _job = job
    _guard = PoisonGuard(job.notes, f"reading.{os.getpid()}")


def _read_there(chunk: Sequence[SourceFile]) -> list[HeadRow]:
    rows = _read(_job, chunk, _guard).rows
    _guard.rest()  # the last file read is innocent of whatever ends this process later
    return rows


def _read(job: Job, chunk: Sequence[SourceFile], guard: PoisonGuard) -> Heads:
    from syndicate.content.parse import SECONDS, head  # a build with nothing new does without it

    parsed: list[Parsed] = []
    rows: list[HeadRow] = []
    with Limit(SECONDS) as limit:
        for source in chunk:
            try:
                guard.begin(source)
                one = head(job.folder, source, job.defaults, limit)
            except ContentError as error:
                rows.append(_row_of_error(job.version, source, error))
                continue
            parsed.append(one)
            rows.append(_row(job.version, source, one))
    return Heads(parsed, rows)


def _row(version: str, source: SourceFile, parsed: Parsed) -> HeadRow:
    faults = _faults([[None, warning] for warning in parsed.warnings]) if parsed.warnings else None
    section = section_of(source.path)
    return HeadRow(
        source.path, source.size, source.mtime_ns, source.meta, version, section, parsed.dated,
        dump_head(parsed), faults,
    )  # fmt: skip


def _row_of_error(version: str, source: SourceFile, error: ContentError) -> HeadRow:
    mtime_ns = _NEVER if isinstance(error, Unopened) else source.mtime_ns
    faults = _faults([[error.line, error.message]])
    section = section_of(source.path)
    return HeadRow(source.path, source.size, mtime_ns, source.meta, version, section, faults=faults)


def _faults(told: Told) -> str:
    return json.dumps(told, ensure_ascii=False)


def kept(row: HeadRow, payload: str | None) -> HeadRow:
    """Return the row of a file that cannot be read, with its last good reading, if there is one."""
    if payload is None:
        return row
    told = [[line, f"{message}{KEPT}"] for line, message in json.loads(row.faults or "[]")]
    return row._replace(payload=payload, faults=_faults(told))


def faults_of(path: str, text: str) -> list[Fault]:
    """Return what a row's `faults` tell."""
    return [
        as_fault(path, message) if line is None else Fault("article", path, line, message)
        for line, message in json.loads(text)
    ]

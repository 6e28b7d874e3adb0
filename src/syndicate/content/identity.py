"""Which remembered article a file is: by its front matter, its path, or its content. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syndicate.content.likeness import likenesses
from syndicate.model import ArticleRecord, ArticleState, Fault, Parsed

_ENOUGH = 80  # characters of HTML that make a body recognisable under another title


@dataclass(slots=True)
class Matches:
    """Files with the records they are (by path), files that may get none, and what is to be told."""

    records: dict[str, ArticleRecord] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def fingerprint(parsed: Parsed) -> str:
    """Return the mark of what an article says, wherever its file is: a hash of its text, one of the rest."""
    picture = (parsed.picture.src, parsed.picture.alt) if parsed.picture else None
    rest = [parsed.title, parsed.summary, parsed.tags, parsed.authors, picture]
    return f"{_hash(parsed.html)}.{_hash(json.dumps(rest))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def match(
    records: Sequence[ArticleRecord],
    parsed: Mapping[str, Parsed],
    held: Mapping[str, Parsed],
    unreadable: frozenset[str],
) -> Matches:
    """Return the record of each file that has one.

    An id in the front matter wins, then the record at the same path, then (where the path is new) one
    whose file is gone or withdrawn and that said the same, then one whose file is gone and that, by its
    last reading in `held`, said nearly the same. No record is given twice.
    """
    matches = Matches()
    marks = {path: fingerprint(file) for path, file in parsed.items()}
    here = _by_path(records)
    _by_front_matter(matches, {record.id: record for record in records}, here, parsed, marks)
    claimed = {record.id for record in matches.records.values()}
    for path in sorted(parsed):
        record = here.get(path)
        if path not in matches.records and record is not None and record.id not in claimed:
            matches.records[path] = record
            claimed.add(record.id)
    matches.refused -= matches.records.keys()
    free = [
        record
        for record in records
        if record.id not in claimed
        and (record.state is ArticleState.WITHDRAWN or record.path not in unreadable)
    ]
    _by_content(matches, free, parsed, marks)
    _by_likeness(matches, free, parsed, held)
    return matches


def _by_path(records: Iterable[ArticleRecord]) -> dict[str, ArticleRecord]:
    here: dict[str, ArticleRecord] = {}
    for record in records:
        if record.state is ArticleState.WITHDRAWN:
            continue
        if record.path not in here or record.state is ArticleState.PRESENT:
            here[record.path] = record
    return here


def _by_front_matter(
    matches: Matches,
    by_id: Mapping[str, ArticleRecord],
    here: Mapping[str, ArticleRecord],
    parsed: Mapping[str, Parsed],
    marks: Mapping[str, str],
) -> None:
    asking: dict[str, list[str]] = {}
    for path in sorted(parsed):
        if (wanted := parsed[path].id) is not None:
            asking.setdefault(wanted, []).append(path)
    for wanted, paths in asking.items():
        record = by_id.get(wanted)
        owner = paths[0]
        if record is not None and record is here.get(record.path) and record.path in parsed:
            # The file at the record's own path has it, unless another article was put in its place.
            same = parsed[record.path].id is None and marks[record.path] == record.fingerprint
            owner = record.path if record.path in paths or same else owner
        if record is not None and owner in paths:
            matches.records[owner] = record
        for path in paths:
            if path != owner:
                matches.refused.add(path)
                matches.faults.append(_twice(path, wanted, owner))


def _twice(path: str, wanted: str, owner: str) -> Fault:
    message = f"asks for the id {wanted!r}, which {owner} has; give each file an id of its own or none"
    return Fault("article", path, None, message)


def _by_content(
    matches: Matches, free: Sequence[ArticleRecord], parsed: Mapping[str, Parsed], marks: Mapping[str, str]
) -> None:
    """Give each file at a new path the record that said the same; held ones before withdrawn ones."""
    ordered = sorted(free, key=lambda record: (record.state is ArticleState.WITHDRAWN, record.id))
    taken: set[str] = set()
    for whole in (True, False):
        index: dict[str, list[ArticleRecord]] = {}
        for record in ordered:
            index.setdefault(_key(record.fingerprint, whole=whole), []).append(record)
        for path in sorted(parsed.keys() - matches.records.keys() - matches.refused):
            if not whole and len(parsed[path].html) < _ENOUGH:
                continue
            candidates = [r for r in index.get(_key(marks[path], whole=whole), ()) if r.id not in taken]
            if candidates and (whole or len(candidates) == 1):
                matches.records[path] = candidates[0]
                taken.add(candidates[0].id)


def _by_likeness(
    matches: Matches, free: Sequence[ArticleRecord], parsed: Mapping[str, Parsed], held: Mapping[str, Parsed]
) -> None:
    """Give each file at a new path the record of the one gone article it is nearly equal to."""
    taken = {record.id for record in matches.records.values()}
    gone = {
        record.path: record
        for record in free
        if record.state is not ArticleState.WITHDRAWN and record.id not in taken and record.path in held
    }
    paths = sorted(parsed.keys() - matches.records.keys() - matches.refused)
    new = {path: parsed[path] for path in paths if parsed[path].id is None}
    for path, other in likenesses(new, {path: held[path] for path in gone}).items():
        matches.records[path] = gone[other]


def _key(mark: str, *, whole: bool) -> str:
    return mark if whole else mark.split(".")[0]

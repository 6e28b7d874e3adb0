"""Which remembered article a file is: by its front matter, its path, or its content. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syndicate.content.likeness import likenesses, said_again
from syndicate.model import LIVING_STATES, ArticleRecord, ArticleState, Fault, Parsed

_ENOUGH = 80  # characters that make a text recognisable under another title


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to recognise the files in `parsed`, which are new, changed or looked at again.

    `records` holds at least those at their paths, with the ids they ask for, and with their marks, and those
    whose files are gone. `there` are the paths of all files. `texts` has, by path, what files and gone
    articles say, where that is known and may decide. `moved` says that the content folder is another one
    than before: then a path alone says nothing.
    """

    records: Sequence[ArticleRecord]
    parsed: Mapping[str, Parsed]
    there: Collection[str]
    texts: Mapping[str, str] = field(default_factory=dict)
    moved: bool = False


@dataclass(slots=True)
class Matches:
    """Files with the records they are (by path), files that may get none, and what is to be told.

    `denied` are files that ask for an id which another has: those that are articles keep their own.
    `folded` are files that say what another says: path -> the path of that one.
    """

    records: dict[str, ArticleRecord] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    folded: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def left(self, parsed: Iterable[str]) -> list[str]:
        """Return the paths that nothing is decided about yet, sorted."""
        return sorted(
            path
            for path in parsed
            if path not in self.records and path not in self.refused and path not in self.folded
        )


def match(known: Known) -> Matches:
    """Return the record of each file that has one.

    An id in the front matter wins, then the record at the same path, then (where the path is new) one
    whose file is gone or withdrawn and that said the same. A new file that says what a living one says is
    folded into it; any other may be one whose file is gone and that, by its last reading, said nearly the
    same. No record is given twice.
    """
    matches = Matches()
    here = _by_path(known.records)
    _by_front_matter(matches, known, here)
    claimed = {record.id for record in matches.records.values()}
    for path in sorted(known.parsed):
        record = here.get(path)
        if known.moved and record is not None and not _resembles(known.parsed[path], record):
            continue
        if path not in matches.records and record is not None and record.id not in claimed:
            matches.records[path] = record
            claimed.add(record.id)
    matches.refused -= matches.records.keys()
    if len(matches.records) + len(matches.refused) < len(known.parsed):
        free = [
            record
            for record in known.records
            if record.id not in claimed
            and (
                record.state not in LIVING_STATES
                or record.path not in known.there
                or record.path in matches.records  # its file has another's id now
            )
        ]
        _by_content(matches, free, known.parsed)
        _fold(matches, known, here)
        _by_likeness(matches, free, known)
    return matches


def _resembles(one: Parsed, record: ArticleRecord) -> bool:
    same = _key(one.mark, whole=False) == _key(record.fingerprint, whole=False)
    return same or one.title == record.title


def _by_path(records: Iterable[ArticleRecord]) -> dict[str, ArticleRecord]:
    here: dict[str, ArticleRecord] = {}
    for record in records:
        if record.state is ArticleState.WITHDRAWN:
            continue
        if record.path not in here or record.state is ArticleState.PRESENT:
            here[record.path] = record
    return here


def _by_front_matter(matches: Matches, known: Known, here: Mapping[str, ArticleRecord]) -> None:
    asking: dict[str, list[str]] = {}
    for path, parsed in known.parsed.items():
        if parsed.id is not None:
            asking.setdefault(parsed.id, []).append(path)
    if not asking:
        return
    by_id = {record.id: record for record in known.records}
    for wanted, unsorted in sorted(asking.items()):
        paths = sorted(unsorted)
        record = by_id.get(wanted)
        owner = paths[0]
        if record is not None and record is here.get(record.path) and record.path in known.there:
            # The file at the record's own path has it, unless another article was put in its place.
            own = known.parsed.get(record.path)
            same = own is None or (own.id is None and own.mark == record.fingerprint)
            owner = record.path if record.path in paths or same else owner
        if record is not None and owner in paths:
            matches.records[owner] = record
        for path in paths:
            if path != owner:
                matches.refused.add(path)
                matches.denied.add(path)
                matches.faults.append(_twice(path, wanted, owner))


def _twice(path: str, wanted: str, owner: str) -> Fault:
    message = f"asks for the id {wanted!r}, which {owner} has; give each file an id of its own or none"
    return Fault("article", path, None, message)


def _by_content(matches: Matches, free: Sequence[ArticleRecord], parsed: Mapping[str, Parsed]) -> None:
    """Give each file at a new path the record that said the same; held ones before withdrawn ones."""
    if not free:
        return
    ordered = sorted(free, key=lambda record: (record.state not in LIVING_STATES, record.id))
    taken: set[str] = set()
    for whole in (True, False):
        index: dict[str, list[ArticleRecord]] = {}
        for record in ordered:
            index.setdefault(_key(record.fingerprint, whole=whole), []).append(record)
        for path in matches.left(parsed):
            if not whole and parsed[path].length < _ENOUGH:
                continue
            candidates = [r for r in index.get(_key(parsed[path].mark, whole=whole), ()) if r.id not in taken]
            if candidates and (whole or len(candidates) == 1):
                matches.records[path] = candidates[0]
                taken.add(candidates[0].id)


def _by_likeness(matches: Matches, free: Sequence[ArticleRecord], known: Known) -> None:
    """Give each file at a new path the record of the one gone article it is nearly equal to."""
    taken = {record.id for record in matches.records.values()}
    gone = {
        record.path: record
        for record in free
        if record.state in LIVING_STATES and record.id not in taken and record.path in known.texts
    }
    if not gone:
        return
    new = {
        path: (known.parsed[path].title, known.texts[path])
        for path in matches.left(known.parsed)
        if known.parsed[path].id is None and path in known.texts
    }
    old = {path: (record.title, known.texts[path]) for path, record in gone.items()}
    for path, other in likenesses(new, old).items():
        matches.records[path] = gone[other]


def _fold(matches: Matches, known: Known, here: Mapping[str, ArticleRecord]) -> None:
    """Fold each new file that says what another says, under the same title and in the same language."""
    living: dict[tuple[str, str, str], str] = {}
    titles: dict[tuple[str, str], list[str]] = {}
    for record in here.values():
        if record.path in known.there and record.path not in known.parsed and not record.hidden:
            _index(living, titles, record.path, (record.title, record.language), record.fingerprint)
    for path in sorted(matches.records):
        one = known.parsed[path]
        if not one.draft and not one.left_out:
            _index(living, titles, path, (one.title, one.language), one.mark)
    fresh = [path for path in matches.left(known.parsed) if known.parsed[path].id is None]
    for path in sorted(fresh, key=lambda path: (_when(known.parsed[path]), path)):
        one = known.parsed[path]
        if one.draft or one.left_out:
            continue
        kind = (one.title, one.language)
        first = living.get((*kind, _key(one.mark, whole=False)))
        if first is None and path.endswith(".txt"):
            first = next((p for p in titles.get(kind, ()) if said_again(path, p, known.texts)), None)
        if first is None:
            _index(living, titles, path, kind, one.mark)
            continue
        matches.folded[path] = first


def _index(
    living: dict[tuple[str, str, str], str],
    titles: dict[tuple[str, str], list[str]],
    path: str,
    kind: tuple[str, str],
    mark: str,
) -> None:
    living.setdefault((*kind, _key(mark, whole=False)), path)
    if path.endswith(".txt"):
        titles.setdefault(kind, []).append(path)


def _when(parsed: Parsed) -> str:
    """Return a text that sorts as the articles' own dates do, those without one last."""
    return parsed.when.isoformat() if parsed.when else "~"


def _key(mark: str, *, whole: bool) -> str:
    return mark if whole else mark.partition(".")[0]

"""Lists that are about to be imported: which there are in a file, and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.app.listfiles import MOST_COLUMNS, ListFile, Row, lists_in
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.subscribers.columns import SERVICES, Layout, described, layout_of, service_of
from syndicate.subscribers.ourlist import COLUMNS, is_ours
from syndicate.subscribers.statuses import Status


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator says of lists: for which newsletters they are, and `only` for which if he named it.

    By hand he may say which program wrote them, which columns have which roles, and what all in them are.
    """

    newsletters: tuple[str, ...]
    only: str = ""
    service: str | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    standing: Status | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list with what its columns mean; `layout` is None for our own. `headed`: its first row names them."""

    file: ListFile
    header: tuple[str, ...]
    layout: Layout | None
    headed: bool = True

    @property
    def service(self) -> str:
        """The program that wrote it, in a word."""
        return (self.layout.service or "any program") if self.layout else "syndicate"

    def rows(self) -> Iterator[Row]:
        """Give the rows below the first line."""
        rows = self.file.rows()
        if self.headed:
            next(rows, None)
        return rows

    def described(self) -> list[str]:
        """Return in lines what it is and what its columns mean."""
        between = {",": "commas", ";": "semicolons", "\t": "tabs"}.get(
            self.file.delimiter, self.file.delimiter
        )
        encoding = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}.get(self.file.encoding, "UTF-16")
        head = f"{self.file.label}: a list of {self.service} ({encoding}, {between})"
        return [head, *(f"  {line}" for line in (described(self.layout) if self.layout else ()))]


def sheets_of(paths: Sequence[Path], wanted: Wanted) -> tuple[list[Sheet], list[str]]:
    """Return the lists in some files, and the names of what in archives is none.

    UsageError, with the file, where a file has no column of addresses; SyndicateError where it is no list.
    """
    if wanted.service is not None and wanted.service not in (*SERVICES, ""):
        raise UsageError(
            f"no program is called {wanted.service[:60]!r} (there are: {', '.join(SERVICES)}, csv)"
        )
    found: list[Sheet] = []
    others: list[str] = []
    for path in paths:
        lists, rest = lists_in(path)
        chosen = _chosen([(one, _header(one)) for one in lists], wanted)
        found += [_sheet(one, header, wanted) for one, header in chosen]
        taken = {one.member for one, _ in chosen}
        others += [one.label for one in lists if one.member not in taken]
        others += [f"{path}/{name}" for name in rest]
        if not chosen:
            raise UsageError(f"{path}: holds no list of subscribers")
    return found, others


_Headed = tuple[ListFile, list[str]]


def _chosen(lists: list[_Headed], wanted: Wanted) -> list[_Headed]:
    """Return which of the lists in an archive are of subscribers: those of a known program, else one alone.

    Substack's archive has a list of addresses for each article too: who opened it.
    """
    if len(lists) == 1 and not lists[0][0].member:
        return lists
    ours = [(one, header) for one, header in lists if service_of(header) or is_ours(header)]
    if ours:
        return ours
    named = [(one, header) for one, header in lists if _reads(one, header, wanted)]
    if len(named) > 1:
        names = ", ".join(one.label for one, _ in named[:5])
        raise UsageError(
            f"{named[0][0].path}: which of them are subscribers cannot be told: {names}; unpack it"
        )
    return named


def _reads(one: ListFile, header: list[str], wanted: Wanted) -> bool:
    try:
        _sheet(one, header, wanted)
    except UsageError:
        return False
    return True


def _header(one: ListFile) -> list[str]:
    _, cells = next(one.rows(), (1, []))
    if len(cells) > MOST_COLUMNS:
        raise UsageError(
            f"{one.label}:1: has {len(cells):,} columns; more than {MOST_COLUMNS:,} are not read"
        )
    return cells


def _sheet(one: ListFile, header: list[str], wanted: Wanted) -> Sheet:
    if is_ours(header) and wanted.service is None and not wanted.mapped and wanted.standing is None:
        return Sheet(one, tuple(name.strip() for name in header), None)
    headed = not _is_address(header)
    try:
        layout = layout_of(
            header if headed else ["email"],
            file=one.name,
            service=wanted.service,
            mapped=wanted.mapped,
            standing=wanted.standing,
        )
    except ValueError as error:
        raise UsageError(f"{one.label}:1: {error}") from None
    return Sheet(one, layout.names, layout, headed)


def _is_address(header: list[str]) -> bool:
    """Tell whether a first line is an address already, as in a list that holds nothing else."""
    try:
        return len(header) == 1 and "@" in header[0] and bool(parse_email(header[0]))
    except ValueError:
        return False


def by_name(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Return the cells of our own list by its columns; ValueError where some lack or are too many."""
    if len(cells) != len(header):
        raise ValueError(f"has {len(cells)} cells where the list has {len(header)} columns")
    return {name: cell for name, cell in zip(header, cells, strict=True) if name in COLUMNS}

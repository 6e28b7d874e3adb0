"""Subscribing people by hand and from a file, and removing them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from syndicate.app.erasing import erase
from syndicate.app.site import Site, mint_token
from syndicate.emails import parse_email
from syndicate.errors import SyndicateError, UsageError
from syndicate.model import Choice, Email, Subscriber
from syndicate.store import choices, subscribers

_BATCH = 250  # rows in one short transaction
_COLUMN_NAMES = ("email", "e-mail", "email address", "e-mail address")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one address, in words."""

    words: str
    good: bool


@dataclass(slots=True)
class ImportReport:
    """What became of a file: its rows, how many of which fate, and a line for each that was left out."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def add_people(
    site: Site,
    texts: Sequence[str],
    newsletters: Sequence[str],
    *,
    resubscribe: bool = False,
    wanted: Mapping[str, Choice] = MappingProxyType({}),
) -> list[Result]:
    """Subscribe each address to `newsletters`; a bad one is a result, not an end.

    Who is added gets what is `wanted` of a newsletter; who gets it already keeps what he chose.
    """
    results = []
    for text in texts:
        try:
            email = parse_email(text)
        except ValueError as error:
            results.append(Result(str(error), good=False))
            continue
        with site.store.write() as tx:
            fates = subscribers.add(
                tx, email, newsletters, now=site.clock(), token=mint_token, resubscribe=resubscribe
            )
            for newsletter, choice in wanted.items():
                if fates.get(newsletter) == "added":
                    choices.choose(tx, email.key, newsletter, choice, now=site.clock())
        results += [_result(email, newsletter, fate) for newsletter, fate in fates.items()]
    return results


def _result(email: Email, newsletter: str, fate: str) -> Result:
    match fate:
        case "added":
            return Result(f"{email.address} gets {newsletter} from now on.", good=True)
        case "already":
            return Result(f"{email.address} gets {newsletter} already.", good=True)
        case _:
            words = (
                f"{email.address} unsubscribed from {newsletter}; --resubscribe overrules that if asked for."
            )
            return Result(words, good=False)


def import_people(site: Site, file: Path, newsletters: Sequence[str]) -> ImportReport:
    """Subscribe everyone in a CSV file with a column ``email``; see `read_people` for what is read.

    A file that cannot be read to its end subscribes nobody.
    """
    for _ in _rows(file):
        pass
    report = ImportReport()
    rows = read_people(file, report)
    while batch := list(islice(rows, _BATCH)):
        with site.store.write() as tx:
            counts = subscribers.add_many(tx, batch, newsletters, now=site.clock(), token=mint_token)
        for fate, number in counts.items():
            report.counts[fate] = report.counts.get(fate, 0) + number
    return report


def read_people(file: Path, report: ImportReport) -> Iterator[tuple[Email, dict[str, str]]]:
    """Yield the good rows of a CSV file (UTF-8 or UTF-16, comma, semicolon or tab) and count into `report`.

    Raises UsageError where there is no column of addresses, and SyndicateError where the file is not text.
    """
    rows = _rows(file)
    _, first = next(rows, (1, []))
    header = [name.strip().lstrip("\ufeff") for name in first]
    column = _email_column(header, file)
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        report.rows += 1
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        try:
            email = parse_email(cells.pop(header[column], ""))
        except ValueError as error:
            report.faults.append(f"{file}:{line}: {error}")
            continue
        yield email, {name: value for name, value in cells.items() if name and value}


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its last line. A quote that is never closed is an error.

    It would take everyone below it into one cell.
    """
    line = 1
    try:
        with file.open(encoding=_encoding(file), newline="") as opened:
            delimiter = _delimiter(opened.readline())
            opened.seek(0)
            rows = csv.reader(opened, delimiter=delimiter, strict=True)
            for row in rows:
                yield rows.line_num, row
                line = rows.line_num + 1
    except csv.Error as error:
        raise SyndicateError(f"{file}:{line}: cannot be read as CSV from here: {error}") from None
    except UnicodeDecodeError as error:
        raise SyndicateError(f"{file}: is not text in UTF-8: {error}; save it as CSV in UTF-8") from None


def _encoding(file: Path) -> str:
    with file.open("rb") as opened:
        start = opened.read(2)
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _email_column(header: Sequence[str], file: Path) -> int:
    for index, name in enumerate(header):
        if name.lower() in _COLUMN_NAMES:
            return index
    names = ", ".join(header) or "nothing"
    raise UsageError(f"{file}:1: has no column named email (its first line holds: {names[:200]})")


def remove_person(site: Site, text: str) -> bool:
    """Erase a person (see `erase`); False where the address is not known. UsageError for no address."""
    try:
        email = parse_email(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return erase(site, email)


def find_person(site: Site, text: str) -> list[Subscriber]:
    """Return the subscriptions of the address in `text`, by newsletter; UsageError for no address."""
    try:
        email = parse_email(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    with site.store.read() as conn:
        return subscribers.of_person(conn, email.key)

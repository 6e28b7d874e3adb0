"""Files that hold lists of subscribers -> rows of cells and their lines, within bounds."""

from __future__ import annotations

import codecs
import csv
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from lzma import LZMAError
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from syndicate.errors import SyndicateError

Row = tuple[int, list[str]]  # the first line it is on, and its cells
_BLOCK = 1 << 20
_LONGEST_LINE: Final = 1 << 20  # characters
_LONGEST_CELL: Final = 1 << 20
MOST_COLUMNS: Final = 1000
_MOST_MEMBERS = 10_000
_MOST_UNPACKED = 4 << 30  # bytes, of all files of an archive together
_FREE = 50 << 20  # bytes that an archive's file may hold however well they are packed
_PACKED = 250  # times smaller than that: what no list of people is
_ESCAPED = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of bytes that are no UTF-8
_LETTER = re.compile("[^\x00-\x7f\udc80-\udcff\ufeff]")
_LISTS = (".csv", ".tsv", ".txt")
_TABLES = ("xl/", "content.xml", "mimetype")


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list of subscribers: a file, or a `member` of an archive, with how its bytes are to be read."""

    path: Path
    member: str
    encoding: str
    delimiter: str

    @property
    def name(self) -> str:
        """Its name without folders."""
        return (self.member or self.path.name).rpartition("/")[2]

    @property
    def label(self) -> str:
        """The file as an operator names it."""
        return _label(self.path, self.member)

    def rows(self) -> Iterator[Row]:
        """Give each row that holds anything; SyndicateError, with the line, where one cannot be read."""
        csv.field_size_limit(_LONGEST_CELL)
        with _opened(self.path, self.member) as file:
            text = TextIOWrapper(file, self.encoding, newline="")
            yield from _rows(text, self.delimiter, self.label)


def lists_in(path: Path) -> tuple[list[ListFile], list[str]]:
    """Return the lists that a file holds, and what else is in an archive; SyndicateError for what is none."""
    if not path.is_file():
        raise SyndicateError(f"{path}: is no file; a list is read twice, so write it to one first")
    try:
        with path.open("rb") as file:
            packed = file.read(4) == b"PK\x03\x04"
        if not packed:
            return [_known(path, "")], []
        members, others = _members(path)
        return [_known(path, member) for member in members], others
    except OSError as error:
        raise SyndicateError(f"{path}: cannot be read: {error.strerror or error}") from None


def _members(path: Path) -> tuple[list[str], list[str]]:
    """Return the names of an archive's lists and of its other files; nothing is ever unpacked to a disk."""
    try:
        with ZipFile(path) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir()]
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise SyndicateError(f"{path}: is no archive that can be opened: {error}") from None
    if any(one.filename.startswith(_TABLES) for one in infos):
        raise SyndicateError(f"{path}: is a spreadsheet; save it as CSV (UTF-8)")
    if len(infos) > _MOST_MEMBERS:
        raise SyndicateError(f"{path}: holds {len(infos):,} files; more than {_MOST_MEMBERS:,} are not read")
    lists = [one for one in infos if _is_list(one)]
    for one in lists:
        if one.flag_bits & 1:
            raise SyndicateError(f"{_label(path, one.filename)}: is locked with a password; unpack it first")
        if one.file_size > max(_FREE, one.compress_size * _PACKED):
            raise SyndicateError(
                f"{_label(path, one.filename)}: unpacks to {one.file_size:,} bytes, which is no list"
            )
    if sum(one.file_size for one in lists) > _MOST_UNPACKED:
        raise SyndicateError(f"{path}: unpacks to more than {_MOST_UNPACKED >> 30} GB")
    names = [one.filename for one in lists]
    return sorted(set(names)), sorted(one.filename for one in infos if one not in lists)


def _is_list(one: ZipInfo) -> bool:
    name = one.filename.rpartition("/")[2]
    return name.lower().endswith(_LISTS) and not name.startswith(".") and "__MACOSX" not in one.filename


def _label(path: Path, member: str) -> str:
    shown = "".join(letter if letter.isprintable() else "�" for letter in member[:200])
    return f"{path}/{shown}" if member else str(path)


@contextmanager
def _opened(path: Path, member: str) -> Iterator[IO[bytes]]:
    """Give the bytes of a list; SyndicateError where they end too early or differ from what was packed."""
    try:
        if not member:
            with path.open("rb") as file:
                yield file
            return
        with ZipFile(path) as archive, archive.open(member) as file:
            yield file
    except (
        BadZipFile,
        EOFError,
        NotImplementedError,
        KeyError,
        RuntimeError,
        zlib.error,
        LZMAError,
    ) as error:
        raise SyndicateError(f"{_label(path, member)}: cannot be unpacked: {error}") from None
    except OSError as error:
        raise SyndicateError(f"{_label(path, member)}: cannot be read: {error.strerror or error}") from None


# ---------------------------------------------------------------- bytes to text


def _known(path: Path, member: str) -> ListFile:
    """Look at a whole list: how its bytes are written, and what stands between its cells."""
    label = _label(path, member)
    with _opened(path, member) as file:
        encoding = _encoding(file, label)
    with _opened(path, member) as file:
        try:
            first = TextIOWrapper(file, encoding, newline="").readline(_LONGEST_LINE)
        except UnicodeDecodeError as error:
            raise SyndicateError(f"{label}:1: is not text in {encoding}: {error.reason}") from None
    return ListFile(path, member, encoding, _delimiter(first))


def _encoding(file: IO[bytes], label: str) -> str:
    """Return how a list is written: UTF-16 by its mark or its zeros, UTF-8, or else Windows-1252."""
    start = file.read(_BLOCK)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if len(start) > 3 and start[0] and start[2] and start[1] == start[3] == 0:
        return "utf-16-le"
    if len(start) > 3 and start[1] and start[3] and start[0] == start[2] == 0:
        return "utf-16-be"
    line, wrong = 1, 0  # the line of the first byte that is no UTF-8
    letters = False
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    block = start
    while True:
        text = decoder.decode(block, final=not block)
        if not text.isascii():
            bad = _ESCAPED.search(text)
            wrong = wrong or (line + text.count("\n", 0, bad.start()) if bad else 0)
            letters = letters or _LETTER.search(text) is not None
        line += text.count("\n")
        if not block:
            break
        block = file.read(_BLOCK)
    if not wrong:
        return "utf-8-sig"
    if letters:
        raise SyndicateError(
            f"{label}:{wrong}: is not UTF-8, while other lines are; save the list as UTF-8, or mend this line"
        )
    return "cp1252"


def _delimiter(line: str) -> str:
    """Return what stands between the cells of a first line; what is in quotes does not count."""
    if line[:4].lower() == "sep=" and line[4:5]:
        return line[4]
    bare = "".join(line.split('"')[::2])
    return max(",;\t", key=bare.count)


def _rows(text: TextIOWrapper, delimiter: str, label: str) -> Iterator[Row]:
    line = 1
    reader = csv.reader(_lines(text, label), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(map(str.strip, cells)) and not (line == 1 and _is_hint(cells)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise SyndicateError(f"{label}:{line}: cannot be read as CSV from here: {error}") from None
    except UnicodeDecodeError as error:
        raise SyndicateError(
            f"{label}:{line}: is not text in {text.encoding}: {error.reason}; save the list as CSV in UTF-8"
        ) from None


def _is_hint(cells: list[str]) -> bool:
    """Tell whether a first line is the spreadsheet's own ``sep=;``."""
    return len(cells) == 2 and cells[0].lower() == "sep=" and not cells[1]


def _lines(text: TextIOWrapper, label: str) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise SyndicateError(f"{label}:{number}: is a line of more than {_LONGEST_LINE:,} characters")
        yield line

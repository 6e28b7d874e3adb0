"""Catalogues: ``.po`` files, ours and the operator's -> the words of a language.

What is wrong in one message costs that message alone, and is told with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations, c2py
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from syndicate.i18n.opening import Unfit, read_bytes
from syndicate.model import Fault

FOLDER = "locales"  # below `templates.folder`, and in this program
_NAME = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_LINE = re.compile(r'(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\]) +)?"(?:[^"\\]|\\.)*"')
_PLACE = re.compile(r"%\((\w+)\)s")
_NUMBERS = (*range(1001), 10**6, 2 * 10**6)
_MOST = 2000  # messages that are looked at: several times ours, for those of the operator's own templates
Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one message; `line` is the number of the first."""

    line: int
    lines: tuple[str, ...]


class _Wrong(Exception):
    """A message that is left out; `line` is where."""

    def __init__(self, words: str, line: int) -> None:
        super().__init__(words)
        self.line = line


def words_of(tags: Sequence[str], own: Path | None) -> NullTranslations:
    """Return the words of the first of `tags` that has them, behind them those of the others, behind all
    English. For each tag the operator's catalogue in the folder `own` is asked before ours.

    The same object as long as no catalogue in `own` changes. Never raises.
    """
    return _chain(tuple(tags), own, _stamps(own))


def has_catalogue(tags: Sequence[str], own: Path | None) -> bool:
    """Tell whether one of `tags` has a catalogue in the folder `own` or among ours, good or not."""
    theirs = {_tag(Path(name)) for name, *_ in _stamps(own)}
    return any(tag.lower() in theirs or _shipped(tag) is not None for tag in tags)


def faults_in(own: Path | None) -> list[Fault]:
    """Return what is wrong with the operator's catalogues, by file and line; never raises."""
    return [fault for name, *_ in _stamps(own) for fault in _faults(Path(name))]


@lru_cache(maxsize=256)
def _chain(tags: tuple[str, ...], own: Path | None, stamps: tuple[Stamp, ...]) -> NullTranslations:
    del own  # is in the names of `stamps`
    found: NullTranslations | None = None
    for tag in reversed(tags):
        theirs = [Path(name) for name, *_ in stamps if _tag(Path(name)) == tag.lower()]
        for words in (_shipped(tag), *(_words(path, _root(path)) for path in theirs)):
            if words is not None:
                words.add_fallback(found or NullTranslations())
                found = words
    return found or NullTranslations()


def _stamps(folder: Path | None) -> tuple[Stamp, ...]:
    """Return path, time and size of each catalogue in `folder`, by name; none where it cannot be listed."""
    try:
        found = sorted(folder.glob("*.po")) if folder else []
    except OSError:
        return ()
    return tuple(map(_stamp, found))


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, -1
    return str(path), status.st_mtime_ns, status.st_size


def _tag(path: Path) -> str:
    return path.stem.replace("_", "-").lower()


def _shipped(tag: str) -> GNUTranslations | None:
    """Return the catalogue we ship for exactly `tag`, or None; a new one each time, for its fallback."""
    folder = files("syndicate") / FOLDER
    name = next((one.name for one in folder.iterdir() if one.name.lower() == f"{tag.lower()}.po"), None)
    if name is None:
        return None
    with as_file(folder / name) as path:
        return _words(path)


def _root(path: Path) -> Path:
    """Return the operator's templates folder, which his catalogue at `path` may not lie outside of."""
    return path.parent.parent


def _words(path: Path, root: Path | None = None) -> GNUTranslations | None:
    """Return what is good of the catalogue at `path`; None where that is nothing."""
    try:
        catalog, _ = _read(path, root)
    except (Unfit, UnicodeDecodeError):
        return None
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _faults(path: Path) -> list[Fault]:
    """Return what is wrong with the operator's catalogue at `path`."""
    if not _NAME.fullmatch(path.stem):
        return [_fault(path, "is not named after a language; call it by its tag, such as sv.po or pt-BR.po")]
    try:
        return _read(path, _root(path))[1]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return [_fault(path, "is not UTF-8; save it as UTF-8", line)]
    except Unfit as error:
        return [_fault(path, str(error))]


def _fault(path: Path, words: str, line: int | None = None) -> Fault:
    return Fault("template", str(path), line, words)


def _read(path: Path, root: Path | None) -> tuple[Catalog, list[Fault]]:
    """Return the good messages at `path`, and what is wrong with the others.

    Raises Unfit, and UnicodeDecodeError with the whole file.
    """
    blocks = list(_blocks(read_bytes(path, root).decode("utf-8-sig").splitlines()))
    heads = [block for block in blocks if _is_head(block)]
    catalog, faults = _head(path, heads[0] if heads else None)
    messages = [block for block in blocks if not _is_head(block)]
    if len(messages) > _MOST:
        words = (
            f"has {len(messages):,} messages; those from here on are left out, keep the {_MOST:,} it needs"
        )
        faults.append(_fault(path, words, messages[_MOST].line))
    for block in messages[:_MOST]:
        try:
            for message in _messages(block, catalog):
                catalog[message.id] = message
        except _Wrong as error:
            faults.append(_fault(path, f"{error}; this message is left out", error.line))
    catalog.charset = "utf-8"
    return catalog, faults


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    """Yield the lines of each message; obsolete ones and comments but flags are empty lines."""
    kept: list[str] = []
    start, said = 1, False
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("#") and not line.startswith("#,"):
            line = ""
        begins = said and line.startswith(("#,", "msgctxt ", "msgid "))
        if kept and (not line or begins):
            yield _Block(start, tuple(kept))
            kept, said = [], False
        if line:
            start = start if kept else number
            kept.append(line)
            said = said or line.startswith("msgstr")
    if kept:
        yield _Block(start, tuple(kept))


def _is_head(block: _Block) -> bool:
    """Tell whether the message is the empty one, whose words say what the catalogue is."""
    if 'msgid ""' not in block.lines:
        return False
    at = block.lines.index('msgid ""')
    return block.lines[at + 1 : at + 2] != () and block.lines[at + 1].startswith("msgstr")


def _head(path: Path, block: _Block | None) -> tuple[Catalog, list[Fault]]:
    """Return an empty catalogue with the plural rule of `block`, else with the usual one of its language."""
    usual = Catalog(locale=path.stem.replace("-", "_"), charset="utf-8")
    if block is None:
        return usual, []
    try:
        catalog = read_po(block.lines, locale=path.stem.replace("-", "_"), abort_invalid=True)
        rule = c2py(catalog.plural_expr)
        if not all(0 <= rule(number) < catalog.num_plurals for number in _NUMBERS):
            raise ValueError("its Plural-Forms choose a form that is not there")
    except (ValueError, ArithmeticError, LookupError, PoFileError, TypeError, AttributeError) as error:
        line = next((n for n, one in enumerate(block.lines) if "plural-forms" in one.lower()), 0) + block.line
        return usual, [_fault(path, f"{error}; the usual plural forms of the language are taken", line)]
    catalog.charset = "utf-8"
    return catalog, []


def _messages(block: _Block, catalog: Catalog) -> Iterator[Message]:
    """Yield the message of `block` where it has words; raises _Wrong for one that cannot be taken."""
    for number, line in enumerate(block.lines, block.line):
        if not line.startswith("#,") and not _LINE.fullmatch(line):
            said = f"{line[:40]!r} is no line of a catalogue: a keyword, or words in quotes"
            raise _Wrong(said, number)
    head = ['msgid ""', 'msgstr ""', f'"Plural-Forms: {catalog.plural_forms};\\n"', ""]
    try:
        parsed = read_po([*head, *block.lines], locale=catalog.locale, abort_invalid=True)
    except PoFileError as error:
        raise _Wrong(str(error).rpartition(" on ")[0], block.line) from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _Wrong("cannot be read: msgid and msgstr are not in their order", block.line) from None
    for message in parsed:
        if not message.id or message.context or message.fuzzy or not any(_forms(message.string)):
            continue
        if wrong := _wrong(message):
            raise _Wrong(wrong, block.line)
        yield message


def _forms(words: str | Sequence[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def _wrong(message: Message) -> str:
    """Return what would break a page, or leave a hole in it; "" where all is well."""
    forms = _forms(message.string)
    if empty := forms.count(""):
        return f"{empty} of its {len(forms)} plural forms have no words"
    known = {place for one in _forms(message.id) for place in _PLACE.findall(one)}
    for form in forms:
        if strange := sorted(set(_PLACE.findall(form)) - known):
            return f"%({strange[0]})s is no place of the message"
        if "%" in _PLACE.sub("", form).replace("%%", ""):
            return "has a % that is no place; write %% for the sign"
    return ""

"""What a field's value means: clean texts, several of them, names of people, pictures, recordings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from syndicate.content.fields.block import Value, fold
from syndicate.markup import clean_text, is_safe_url, one_line
from syndicate.model import Enclosure

TRUE, FALSE = frozenset(("true", "yes", "on", "1")), frozenset(("false", "no", "off", "0"))
MOST_ENCLOSURES = 20
_SHORT = 100  # characters of a text that is remembered, so that hostile ones fill no memory

_AND = re.compile(r" (?:and|dan) ")
_AND_FIRST = re.compile(r"(?:and|dan)\s+")
_WITH_ADDRESS = re.compile(r"([^<>()]*?)\s*<[^<>]*>|[^\s@()]+@[^\s@()]+\s+\(([^()]+)\)")
_LINKED = re.compile(r"!?\[\[([^\[\]|#]*+)[^\[\]]*+\]\]")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")


def line_of(text: str) -> str:
    """Return `text` clean and on one line."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return one_line(clean_text(text))


def scalar(value: Value) -> str | None:
    """Return a value that is one text, clean and without space around it; None of several and of none."""
    if isinstance(value, str):
        return value.strip() if value.isascii() and value.isprintable() else clean_text(value).strip()
    if value is None or isinstance(value, list | dict):
        return None
    return value.isoformat()


def unlinked(text: str) -> str:
    """``[[Name|shown]]`` -> ``Name``: in a vault a field often holds a link."""
    match = _LINKED.fullmatch(text.strip()) if text[:3].lstrip("!")[:1] == "[" else None
    return match[1].strip() if match else text


def several(value: Value, separators: str = ",;") -> list[str]:
    """Return the texts of a list, or of one text; the last of `separators` that is in it divides it.

    A text of several lines has one on each. A map gives its ``name`` or ``title``.
    """
    if isinstance(value, list):
        return [text for item in value if (text := _one(item) if isinstance(item, str) else _named(item))]
    if isinstance(value, dict):
        return [text] if (text := _named(value)) else []
    text = scalar(value) or ""
    separator = next((mark for mark in reversed(separators) if mark in text), "\n" if "\n" in text else "")
    return [_one(part) for part in (text.split(separator) if separator else [text])]


def _one(text: str) -> str:
    return _remembered(text) if len(text) < _SHORT else line_of(unlinked(text))


@lru_cache(maxsize=4096)  # articles share their tags
def _remembered(text: str) -> str:
    return line_of(unlinked(text))


def _named(item: Value) -> str:
    if isinstance(item, str):
        return _one(item)
    if isinstance(item, dict):
        folded = {fold(name): text for name, text in item.items()}
        return next(
            (text for name in ("name", "title") if (text := line_of(scalar(folded.get(name)) or ""))), ""
        )
    if isinstance(item, list):  # [[Name]] without quotes is a list in a list
        return _named(item[0]) if len(item) == 1 and isinstance(item[0], str) else ""
    return scalar(item) or ""


def flag(value: Value) -> bool | None:
    """Return whether a value says yes, as a number above 0 does; None where it says neither yes nor no."""
    said = (scalar(value) or "").lower()
    if _NUMBER.fullmatch(said):
        return float(said) > 0
    return True if said in TRUE else False if said in FALSE else None


def people(value: Value) -> Sequence[str]:
    """Return the names in a field of authors, without their addresses."""
    if not isinstance(value, str):
        return [name for text in several(value) if (name := _person(text))]
    return _remembered_people(value) if len(value) < _SHORT else _people(value)


def _people(text: str) -> tuple[str, ...]:
    if ";" in text:
        parts = text.split(";")
    else:
        parts = [name for part in re.split("[,\n]", text) for name in _AND.split(line_of(part))]
        if len(parts) > 1:
            parts = [_AND_FIRST.sub("", part.strip(), count=1) if _AND_FIRST.match(part.strip()) else part
                     for part in parts]  # fmt: skip
    return tuple(name for part in parts if (name := _person(line_of(unlinked(part)))))


_remembered_people = lru_cache(maxsize=1024)(_people)


def _person(text: str) -> str:
    match = _WITH_ADDRESS.fullmatch(text) if "@" in text or "<" in text else None
    return ((match[1] or match[2] or "").strip(" \"'") or text) if match else text


def picture(value: Value) -> tuple[str, str]:
    """Return address and alternative text of the picture that a value names, "" where it names none."""
    for _ in range(3):
        if isinstance(value, list) and value:
            value = value[0]
    if isinstance(value, dict):
        folded = {fold(name): text for name, text in value.items()}
        address = _first(folded, "src", "path", "url", "image", "feature", "relative", "filename")
        return address, _first(folded, "alt", "caption", "title")
    text = unlinked(scalar(value) or "") if isinstance(value, str) else ""
    return ("", "") if text.lower() in TRUE | FALSE else (text, "")


def enclosures(value: Value) -> Iterator[Enclosure | None]:
    """Yield the recordings a value names: a text, a map, or several; None for what is none.

    A text of three lines is address, length and type, as WordPress keeps them.
    """
    if isinstance(value, list):
        for item in value[:MOST_ENCLOSURES]:
            if not isinstance(item, list):
                yield from enclosures(item)
    elif isinstance(value, dict):
        folded = {fold(name): text for name, text in value.items()}
        yield _enclosure(
            _first(folded, "url", "src", "path", "href", "file", "audio"),
            _first(folded, "type", "mime", "mimetype"),
            _first(folded, "length", "bytes", "size", "filesize"),
        )
    else:
        src, length, kind, *_ = [*(scalar(value) or "").split("\n"), "", ""]
        yield _enclosure(unlinked(src), kind, length)


def _enclosure(src: str, kind: str, length: str) -> Enclosure | None:
    src = src.strip()
    if len(src.split()) != 1 or not ("/" in src or "." in src) or not is_safe_url(src):
        return None
    kind, digits = kind.strip().lower(), length.strip().replace(",", "")
    known = digits.isascii() and digits.isdigit() and len(digits) < 16
    return Enclosure(src, kind if _TYPE.fullmatch(kind) else "", int(digits) if known else 0)


def _first(folded: dict[str, Value], *names: str) -> str:
    return next(
        (text for name in names if isinstance(value := folded.get(name), str) and (text := scalar(value))), ""
    )

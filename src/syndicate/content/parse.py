"""One file -> what it says; the table of formats, and the cache's own format."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.content import frontmatter, naming
from syndicate.content.formats import FORMATS
from syndicate.content.frontmatter import FrontMatter
from syndicate.content.media import Shelf
from syndicate.content.reading import Reading, Source
from syndicate.content.textfile import decode, read_bytes
from syndicate.errors import ContentError
from syndicate.links import slugify
from syndicate.markup import (
    bare_text,
    clean_text,
    first_image,
    first_paragraph,
    is_bomb,
    is_safe_url,
    one_line,
    rewrite_urls,
    sanitise,
    shorten,
)
from syndicate.model import Media, Parsed, Picture, SourceFile
from syndicate.overtime import Overtime, limited

SECONDS = 5.0  # of processor time, for one article
LONGEST_TITLE, LONGEST_SUMMARY = 500, 300

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Defaults:
    """What the configuration says where an article does not."""

    language: str
    zone: ZoneInfo
    author: str


def parse(folder: Path, source: SourceFile, defaults: Defaults) -> Parsed:
    """Return what the file at `source` says. Takes 5 s of processor time at most in the main thread.

    Raises ContentError, and nothing else, with path, line and what to do; the other articles go on.
    """
    try:
        with limited(SECONDS):
            return _parse(folder, source, defaults)
    except ContentError:
        raise
    except Overtime:
        message = f"took longer than {SECONDS:.0f} seconds to read and was given up; simplify or split it"
    except RecursionError:
        message = "is nested too deeply; simplify it"
    except Exception as error:
        log.exception("a bug of syndicate while reading %s", source.path)
        message = f"cannot be read: a fault inside syndicate ({type(error).__name__}); please report it"
    raise ContentError(source.path, message)


def _parse(folder: Path, source: SourceFile, defaults: Defaults) -> Parsed:
    text = decode(source.path, read_bytes(folder / source.path, source.path))
    matter = frontmatter.split(source.path, text)
    if not matter.body.strip() and not matter.values:
        raise ContentError(source.path, "is empty; write something in it or remove it")
    read = FORMATS[PurePosixPath(source.path).suffix.lower()].read
    known = Source(source.path, matter.body, matter.text("title"), _language(matter, source), defaults.zone)
    reading = read(known)
    if is_bomb(reading.html):
        message = "its elements are nested too deeply, or one text has too many entities; close or split them"
        raise ContentError(source.path, message)
    shelf = Shelf(folder, source.path)
    safe = rewrite_urls(reading.html, shelf.place).strip()
    picture = _picture(matter, reading, safe, shelf)
    words = bare_text(safe)
    if not words and not first_image(safe) and not re.search(r"<(?:audio|video)\b", safe):
        raise ContentError(source.path, "has no text; write some below its title", line=matter.body_line)
    for url in shelf.missing:
        matter.warnings.append(_missing(url, text))
    language = known.language or reading.language or _folder_language(source) or defaults.language
    return Parsed(
        path=source.path,
        title=_title(known, reading, words),
        html=safe,
        summary=_summary(matter, reading, safe),
        when=_utc(
            matter.moment("when", language=language, zone=defaults.zone)
            or reading.when
            or naming.date_of(source.path)
        ),
        updated=_utc(matter.moment("updated", language=language, zone=defaults.zone) or reading.updated),
        language=language,
        tags=matter.tags(),
        authors=_authors(matter, reading, defaults),
        picture=picture,
        media=shelf.media,
        id=matter.identity(),
        slug=slugify(wanted) if (wanted := matter.slug()) else None,
        draft=matter.draft() or naming.is_draft(source.path),
        mtime=_moment(source.mtime_ns),
        warnings=tuple(matter.warnings),
    )


# ---------------------------------------------------------------- what it says -> Parsed


def _language(matter: FrontMatter, source: SourceFile) -> str:
    name = PurePosixPath(source.path).name
    return matter.language() or naming.language_of(name)


def _folder_language(source: SourceFile) -> str:
    return naming.language_of(source.path)


def _title(known: Source, reading: Reading, words: str) -> str:
    name = naming.readable(known.path)
    if re.fullmatch(r"(?:index|untitled|post|article|[\d\s]*)", name, re.IGNORECASE):
        name = shorten(words, 80)
    title = known.title or one_line(clean_text(reading.title)) or name
    return shorten(title, LONGEST_TITLE) or known.path


def _summary(matter: FrontMatter, reading: Reading, safe: str) -> str:
    text = matter.summary() or reading.summary
    if not text and reading.teaser:
        text = bare_text(sanitise(reading.teaser))
    return shorten(clean_text(text or first_paragraph(safe)), LONGEST_SUMMARY)


def _authors(matter: FrontMatter, reading: Reading, defaults: Defaults) -> tuple[str, ...]:
    named = matter.texts_of("authors") or tuple(clean_text(author) for author in reading.authors)
    return tuple(dict.fromkeys(named)) or ((defaults.author,) if defaults.author else ())


def _picture(matter: FrontMatter, reading: Reading, safe: str, shelf: Shelf) -> Picture | None:
    named, alt = matter.picture()
    first = first_image(safe)
    address = named or reading.picture
    if address and is_safe_url(address):
        placed = shelf.place("img", "src", address)
        if address not in shelf.missing:
            return Picture(placed, alt or (first.get("alt", "") if first.get("src") == placed else ""))
    if not first.get("src"):
        return None
    return Picture(
        first["src"], first.get("alt", ""), _pixels(first.get("width")), _pixels(first.get("height"))
    )


def _pixels(text: str | None) -> int | None:
    match = re.fullmatch(r"([1-9]\d{0,4})(?:px)?", text or "", re.ASCII)
    return int(match[1]) if match else None


def _missing(url: str, text: str) -> str:
    at = text.find(url)
    line = f"line {text.count(chr(10), 0, at) + 1}: " if at >= 0 else ""
    return f"{line}{url} is not in the content folder; add the file or correct its path"


def _utc(moment: date | datetime | None) -> date | datetime | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _moment(nanoseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


# ---------------------------------------------------------------- the cache


def version(defaults: Defaults) -> str:
    """Return a text that changes when the parser's code or `defaults` change: the cache's version."""
    said = f"{defaults.language}\n{defaults.zone.key}\n{defaults.author}\n{_code()}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=1)
def _code() -> str:
    here = Path(__file__).resolve().parent
    sources = sorted([*here.rglob("*.py"), here.parent / "markup.py", here.parent / "yamldoc.py"])
    return hashlib.sha256(b"\n".join(file.read_bytes() for file in sources)).hexdigest()


def dump(parsed: Parsed) -> str:
    """Return `parsed` as JSON, for the cache; `load` gives it back."""
    data = asdict(parsed)
    for name in ("when", "updated", "mtime"):
        moment = data[name]
        data[name] = moment.isoformat() if moment is not None else None
    return json.dumps(data, separators=(",", ":"))


def load(text: str) -> Parsed:
    """Return what `dump` was given; ValueError for any other text."""
    try:
        data: dict[str, Any] = json.loads(text)
        picture = data.pop("picture")
        media = tuple(Media(**item) for item in data.pop("media"))
        for name in ("when", "updated", "mtime"):
            data[name] = _moment_of(data[name])
        for name in ("tags", "authors", "warnings"):
            data[name] = tuple(data[name])
        return replace(Parsed(**data), picture=Picture(**picture) if picture else None, media=media)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a cached article: {error}") from None


def _moment_of(text: str | None) -> date | datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)

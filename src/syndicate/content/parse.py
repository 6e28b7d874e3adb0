"""One file -> what it says of itself (`head`), and, only where it is shown, its text (`body`)."""

from __future__ import annotations

import gc
import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

from syndicate.content import frontmatter, naming
from syndicate.content.defaults import Defaults
from syndicate.content.formats import FORMATS, Format
from syndicate.content.frontmatter import FrontMatter
from syndicate.content.language import of_script
from syndicate.content.media import Shelf
from syndicate.content.reading import Reading, Source
from syndicate.content.suffixes import suffix_of
from syndicate.content.textfile import decode, read_bytes
from syndicate.errors import ContentError
from syndicate.markup import (
    bare_text,
    clean_text,
    first_image,
    first_paragraph,
    has_words,
    is_bomb,
    is_safe_url,
    one_line,
    rewrite_urls,
    sanitise,
    shorten,
)
from syndicate.model import Body, Parsed, Picture, SourceFile
from syndicate.overtime import Limit, Overtime, limited

SECONDS = 5.0  # of processor time, for one article
LONGEST_TITLE, LONGEST_SUMMARY = 500, 300
MOST_WARNINGS = 20  # of one file
_SHOWS = re.compile(r"!\[|<(?:img|picture|audio|video|figure|Image)\b|\{[{%<]|\[\[", re.IGNORECASE)
_NAMELESS = re.compile(r"(?:index|untitled|post|article|[\d\s]*)", re.IGNORECASE)

log = logging.getLogger(__name__)

_T = TypeVar("_T")


def head(folder: Path, source: SourceFile, defaults: Defaults, limit: Limit | None = None) -> Parsed:
    """Return what the file at `source` says of itself, in 5 s of processor time at most.

    The limit holds in the main thread; who reads many gives his `limit`. Raises ContentError, and nothing
    else, with path, line and what to do; the other articles go on.
    """
    return _guarded(source.path, lambda: _head(folder, source, defaults), limit)


def body(folder: Path, source: SourceFile, known: Parsed, defaults: Defaults) -> Body:
    """Return the text of the file at `source`, whose head is `known`; limit and errors as those of `head`."""
    return _guarded(source.path, lambda: _body(folder, source, known, defaults))


def _guarded(path: str, work: Callable[[], _T], limit: Limit | None = None) -> _T:
    try:
        return limit.run(work) if limit is not None else limited(SECONDS, work)
    except ContentError:
        raise
    except Overtime:
        message = f"took longer than {SECONDS:.0f} seconds to read and was given up; simplify or split it"
    except RecursionError:
        message = "is nested too deeply; simplify it"
    except Exception as error:
        log.exception("a bug of syndicate while reading %s", path)
        message = f"cannot be read: a fault inside syndicate ({type(error).__name__}); please report it"
    gc.collect()  # what was given up is as large as it got, and often rings; only now no traceback holds it
    raise ContentError(path, message)


def _opened(folder: Path, source: SourceFile) -> tuple[str, FrontMatter]:
    """Return the file's text and its front matter."""
    text = decode(source.path, read_bytes(f"{folder}/{source.path}", source.path))
    meta = ""
    if source.meta:
        beside = str(PurePosixPath(source.path).with_suffix(".meta"))
        meta = decode(beside, read_bytes(f"{folder}/{beside}", beside))
    return text, frontmatter.split(source.path, text, meta)


def _format(path: str, matter: FrontMatter) -> Format:
    """Return how the file at `path` is read. Nikola's plain text is reStructuredText, if nobody says else."""
    suffix = suffix_of(path)
    return FORMATS[".rst" if suffix == ".txt" and matter.nikola else suffix]


def _source(path: str, matter: FrontMatter, defaults: Defaults) -> Source:
    language = matter.language() if "language" in matter.given else ""
    if not language:
        # a page may name its own language, which outranks its folder's; what a plain text is guessed to be
        # does not
        named = path if suffix_of(path) == ".txt" else path[path.rfind("/") + 1 :]
        language = naming.language_of(named) or defaults.language_below(path)
    return Source(path, matter.body, matter.text("title"), language, defaults.zone, news=defaults.news)


# ---------------------------------------------------------------- the head


def _head(folder: Path, source: SourceFile, defaults: Defaults) -> Parsed:
    path = source.path
    _, matter = _opened(folder, source)
    said = matter.body.strip()
    if not said:
        _check_bare(path, matter)
    known = _source(path, matter, defaults)
    form = _format(path, matter)
    reading = form.skim(known)
    if form is FORMATS[".txt"]:
        said = reading.html
    given = matter.given  # most files lack most fields: ask before one is read
    zone = defaults.zone
    language = _language(known, reading, defaults)
    own = matter.moment("when", language=language, zone=zone) or reading.when or naming.date_of(path)
    slug = matter.slug() if "slug" in given else ""
    title = _title(known, reading, form)
    tags = matter.tags() or reading.tags
    authors = _authors(matter, reading, defaults)
    summary = _own_summary(matter, reading)
    correction = matter.correction() if "correction" in given else ""
    picture = matter.picture() if "picture" in given else ("", "")
    updated = matter.moment("updated", language=language, zone=zone) if "updated" in given else None
    expires = matter.moment("expires", language=language, zone=zone) if "expires" in given else None
    return Parsed(
        path=path,
        title=title,
        summary=summary,
        when=own,
        updated=_utc(updated or reading.updated),
        expires=_utc(expires),
        language=language,
        tags=tags,
        categories=(matter.categories() if "categories" in given else ()) or reading.categories,
        authors=authors,
        id=matter.identity() if "id" in given else None,
        slug=slug or reading.slug or None,
        url=matter.url() if "url" in given else "",
        aliases=matter.aliases() if "aliases" in given else (),
        canonical=matter.canonical() if "canonical" in given else "",
        key=matter.key() if "key" in given else "",
        correction=correction,
        featured=matter.featured(),
        pinned="pinned" in given and matter.pinned(),
        resend=matter.resend() if "resend" in given else "",
        draft=matter.draft() or naming.is_draft(path),
        dated=own is not None,
        marked=matter.marked(),
        mtime=_moment(source.mtime_ns),
        mark=f"{_hash(said)}.{_hash(repr((title, summary, tags, authors, picture, correction)))}",
        length=len(said),
        pictured=bool(picture[0] or reading.picture or ("enclosures" in given and matter.enclosures()))
        or _may_show(path, matter.body),
        warnings=_few(matter.warnings) if matter.warnings else (),
    )


def _check_bare(path: str, matter: FrontMatter) -> None:
    """Raise ContentError where a file without text says nothing else to show either."""
    if not matter.values:
        raise ContentError(path, "is empty; write something in it or remove it")
    if not (matter.summary() or matter.canonical() or matter.enclosures()):
        raise ContentError(path, "has no text; write some below its title", line=matter.body_line)


def _language(known: Source, reading: Reading, defaults: Defaults) -> str:
    said = known.language or reading.language or naming.language_of(known.path)
    return said or of_script(known.title or reading.title, known.text, defaults.language) or defaults.language


def _may_show(path: str, text: str) -> bool:
    """Return whether a text may hold a picture, or lie in a folder of its own with one."""
    if path.startswith("index.", path.rfind("/") + 1):
        return True
    if path.endswith(".rst"):
        return True
    signs = "!" in text or "<" in text or "{" in text or "" in text.split("[")[1:-1]  # the last is "[["
    return signs and _SHOWS.search(text) is not None


def _title(known: Source, reading: Reading, form: Format) -> str:
    if known.title and len(known.title) <= LONGEST_TITLE:
        return known.title
    title = known.title or one_line(clean_text(reading.title))
    if not title:
        name = naming.readable(known.path)
        title = shorten(_first_words(known, form), 80) if _NAMELESS.fullmatch(name) else name
    return (title if len(title) <= LONGEST_TITLE else shorten(title, LONGEST_TITLE)) or known.path


def _first_words(known: Source, form: Format) -> str:
    """Return the beginning of the text, for an article that has no other name."""
    reading = form.read(known)
    return "" if is_bomb(reading.html) else bare_text(sanitise(reading.html))


def _own_summary(matter: FrontMatter, reading: Reading) -> str:
    text = matter.summary()  # on one line already
    if text and len(text) <= LONGEST_SUMMARY:
        return text
    text = text or clean_text(reading.summary)
    return shorten(text, LONGEST_SUMMARY) if text else ""


def _authors(matter: FrontMatter, reading: Reading, defaults: Defaults) -> tuple[str, ...]:
    named = matter.authors() or tuple([clean_text(author) for author in reading.authors])
    if not named:
        return (defaults.author,) if defaults.author else ()
    return named if len(named) == 1 else tuple(dict.fromkeys(named))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _utc(moment: date | datetime | None) -> date | datetime | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _moment(nanoseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


# ---------------------------------------------------------------- the text


def _body(folder: Path, source: SourceFile, known: Parsed, defaults: Defaults) -> Body:
    text, matter = _opened(folder, source)
    reading = _format(source.path, matter).read(_source(source.path, matter, defaults))
    if is_bomb(reading.html):
        message = "its elements are nested too deeply, or one text has too many entities; close or split them"
        raise ContentError(source.path, message)
    shelf = Shelf(folder, source.path, copies=defaults.copies)
    safe = rewrite_urls(reading.html, shelf.place).strip()
    picture = _picture(matter, reading, safe, shelf)
    enclosures = shelf.enclosures(matter.enclosures())
    shows = has_words(safe) or first_image(safe) or re.search(r"<(?:audio|video)\b", safe)
    if not (shows or known.summary or known.canonical or enclosures):
        raise ContentError(source.path, "has no text; write some below its title", line=matter.body_line)
    return Body(
        html=safe,
        summary=known.summary or _summary(reading, safe),
        picture=picture,
        enclosures=enclosures,
        media=shelf.media,
        warnings=_few([_missing(url, text) for url in shelf.missing]),
        looked=shelf.looked,
    )


def _summary(reading: Reading, safe: str) -> str:
    text = bare_text(sanitise(reading.teaser)) if reading.teaser else ""
    return shorten(clean_text(text or first_paragraph(safe)), LONGEST_SUMMARY)


def _picture(matter: FrontMatter, reading: Reading, safe: str, shelf: Shelf) -> Picture | None:
    named, alt = matter.picture()
    first = first_image(safe)
    for address in (named, reading.picture, shelf.cover()):
        if address and is_safe_url(address):
            placed = shelf.place("img", "src", address)
            if address not in shelf.missing:
                return Picture(placed, alt or (first.get("alt", "") if first.get("src") == placed else ""))
    if not first.get("src") or first["src"] in shelf.missing:
        return None
    return Picture(
        first["src"], first.get("alt", ""), _pixels(first.get("width")), _pixels(first.get("height"))
    )


def _pixels(text: str | None) -> int | None:
    match = re.fullmatch(r"([1-9]\d{0,4})(?:px)?", text or "", re.ASCII)
    return int(match[1]) if match else None


def _few(warnings: Sequence[str]) -> tuple[str, ...]:
    """Return the first warnings of a file, and how many more there are: nobody reads thousands."""
    rest = len(warnings) - MOST_WARNINGS
    return (*warnings[:MOST_WARNINGS], *([f"and {rest:,} more warnings"] if rest > 0 else []))


def _missing(url: str, text: str) -> str:
    at = text.find(url)
    line = f"line {text.count(chr(10), 0, at) + 1}: " if at >= 0 else ""
    return f"{line}{url} is not in the content folder; add the file or correct its path"


def text_of(folder: Path, path: str, defaults: Defaults) -> str:
    """Return the words of the file at `path`, to compare them with another's; "" where it cannot be read.

    The limit is that of `head`: who is compared with a new file may be a bomb by now.
    """
    try:
        return _guarded(path, lambda: _text_of(folder, path, defaults))
    except ContentError:
        return ""


def _text_of(folder: Path, path: str, defaults: Defaults) -> str:
    _, matter = _opened(folder, SourceFile(path, 0, 0))
    form = _format(path, matter)
    return form.skim(_source(path, matter, defaults)).html if form is FORMATS[".txt"] else matter.body

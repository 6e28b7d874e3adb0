"""What one file would be as an article, and what became of each of its lines: for `syndicate extract`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import unescape
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from syndicate.app.site import defaults_of
from syndicate.config import Config
from syndicate.content import frontmatter, naming, plaintext
from syndicate.content.defaults import Defaults
from syndicate.content.formats import FORMATS
from syndicate.content.parse import body, head
from syndicate.content.plaintext import Explained
from syndicate.content.reading import Reading, Source
from syndicate.content.textfile import decode, read_bytes
from syndicate.markup import first_paragraph, one_line, sanitise
from syndicate.model import SourceFile

_ITEM = re.compile(r"<li[^>]*>")
_BREAK = re.compile(r"<[bh]r[^>]*>|</(?:li|tr|dt|dd|summary|caption|figcaption)>")
_BLOCK = re.compile(r"</(?:p|h[1-6]|ul|ol|dl|pre|table|blockquote|figure|div|section|article|details)>")
_TAG = re.compile(r"<[^>]*>")
_NOTHING = Explained(Reading(html=""), ())


@dataclass(frozen=True, slots=True)
class Extract:
    """An article as its file gives it. `standfirst` is a summary that is not in `text`.

    `when` and `updated` keep the zone that the text names. `lines` are the file's lines, where it is plain
    text, with numbers from the top of the file.
    """

    title: str
    summary: str
    standfirst: str
    when: date | datetime | None
    updated: date | datetime | None
    language: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    text: str
    lines: tuple[plaintext.Line, ...]
    warnings: tuple[str, ...]


def extract(file: Path, config: Config | None) -> Extract:
    """Return what `file` would be as an article; one of no known format is read as plain text.

    It need not lie in the content folder, nor need there be a configuration: without one a time that names
    no zone is in UTC. Raises ContentError where the file cannot be read.
    """
    defaults = defaults_of(config) if config else Defaults(language="", zone=ZoneInfo("UTC"), author="")
    folder, path = _place(file, config)
    if PurePosixPath(path).suffix.lower() not in FORMATS:
        source, top = _source(folder, SourceFile(path, 0, 0), defaults)
        return _unknown(source, top)
    status = file.stat() if file.is_file() else None
    meta = file.suffix != ".meta" and file.with_suffix(".meta").is_file()
    found = SourceFile(path, status.st_size if status else 0, status.st_mtime_ns if status else 0, meta)
    parsed = head(folder, found, defaults)
    shown = body(folder, found, parsed, defaults)
    explained, top = _NOTHING, 0
    if PurePosixPath(path).suffix.lower() == ".txt":
        source, top = _source(folder, found, defaults)
        explained = plaintext.explain(source)
    summary = parsed.summary or shown.summary
    return Extract(
        title=parsed.title,
        summary=summary,
        standfirst=_apart(parsed.summary, shown.html),
        when=_as_told(parsed.when or naming.date_of(path), explained.reading.when),
        updated=_as_told(parsed.updated, explained.reading.updated),
        language=parsed.language,
        authors=parsed.authors,
        tags=parsed.tags,
        text=as_text(shown.html),
        lines=_from(top, explained),
        warnings=(*parsed.warnings, *shown.warnings),
    )


def _place(file: Path, config: Config | None) -> tuple[Path, str]:
    """Return the folder and the path below it by which a file is known: the content folder or its own."""
    if config is not None:
        content = config.content.folder.resolve()
        where = file.resolve()
        if where.is_relative_to(content) and where != content:
            return content, where.relative_to(content).as_posix()
    return file.parent, file.name


def _source(folder: Path, file: SourceFile, defaults: Defaults) -> tuple[Source, int]:
    """Return the text below the front matter as its reader gets it, and how many lines stand above."""
    matter = frontmatter.split(file.path, decode(file.path, read_bytes(folder / file.path, file.path)))
    language = matter.language() or naming.language_of(PurePosixPath(file.path).name)
    source = Source(file.path, matter.body, matter.text("title"), language, defaults.zone, defaults.news)
    return source, matter.body_line - 1


def _unknown(source: Source, top: int) -> Extract:
    explained = plaintext.explain(source)
    reading = explained.reading
    safe = sanitise(reading.html)
    return Extract(
        title=source.title or one_line(reading.title) or naming.readable(source.path),
        summary=reading.summary or first_paragraph(safe),
        standfirst=reading.summary,
        when=reading.when or naming.date_of(source.path),
        updated=reading.updated,
        language=reading.language,
        authors=reading.authors,
        tags=reading.tags,
        text=as_text(safe),
        lines=_from(top, explained),
        warnings=(),
    )


def _from(top: int, explained: Explained) -> tuple[plaintext.Line, ...]:
    return tuple(replace(line, number=line.number + top) for line in explained.lines)


def _as_told(known: date | datetime | None, told: date | datetime | None) -> date | datetime | None:
    """Return the moment in the zone in which the text tells it, where it does."""
    same = isinstance(known, datetime) and isinstance(told, datetime) and known == told
    return told if same else known


def _apart(summary: str, html: str) -> str:
    return "" if first_paragraph(html).startswith(summary[:80].rstrip("…")) else summary


def as_text(html: str) -> str:
    """Return sanitised HTML as plain text: a blank line between blocks, bullets, a line for each ``<br>``."""
    marked = _BLOCK.sub("\n\n", _BREAK.sub("\n", _ITEM.sub("- ", html.replace("\n", " "))))
    lines = (one_line(line) for line in unescape(_TAG.sub("", marked)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

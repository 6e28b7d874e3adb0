"""Plain text -> HTML: a letter or an essay as written, a page copied from a news site without its furniture.

News pages are told by a line with their date among the first lines, or by the name of a site under the
title. Their furniture goes by the rules in `presets`; no line ever goes for being short.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from html import escape
from itertools import pairwise

from syndicate.content.dates import read_date
from syndicate.content.language import detect
from syndicate.content.presets import Preset, preset_for
from syndicate.content.reading import Reading, Source, same_title
from syndicate.markup import one_line, shorten

_HEADER = 8  # lines below the title among which a news page has its date
_LONGEST_TITLE = 250
_LONGEST_STANDFIRST = 500
_LONGEST_HEADING = 90
_WIDEST_WRAP = 130  # longer lines were not wrapped by hand: each is a paragraph
_SITE = re.compile(r"[a-z0-9-]{2,63}(?:\.[a-z0-9-]{2,63}){0,2}\.[a-z]{2,12}", re.IGNORECASE)
_BULLET = re.compile(r"[-*•·–◦▪]\s+(?=\S)")
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'’”…]")

Block = list[str]


@dataclass(slots=True)
class _Header:
    """What the lines above a news page's text say; `lines` counts those that are no part of the text."""

    taken: set[int] = field(default_factory=set)
    summary: str = ""
    when: date | datetime | None = None
    updated: date | datetime | None = None
    authors: tuple[str, ...] = ()
    found: bool = False


def read(source: Source) -> Reading:
    """Return the text as HTML with its title, and for a news page its date, standfirst and language."""
    language = source.language or detect(source.text)
    lines = [one_line(line.replace("\u00a0", " ")) for line in source.text.split("\n")]
    filled = [number for number, line in enumerate(lines) if line]
    if not filled:
        return Reading(html="", language=language)
    preset = preset_for(language)
    header = _header(lines, filled, preset, replace(source, language=language))
    if header.found:
        header.taken |= {number for number in filled[1:] if preset.rule_for(lines[number])}
    title, shown = _title(lines, filled, source.title, is_news=header.found)
    gone = header.taken | ({filled[0]} if shown else set())
    blocks = _blocks(lines, gone)
    return Reading(
        html="\n".join(_html(blocks)) or f"<p>{_linked(lines[filled[0]])}</p>",
        title=title,
        summary=header.summary,
        when=header.when,
        updated=header.updated,
        language=language,
        authors=header.authors,
    )


# ---------------------------------------------------------------- the top of a news page


def _header(lines: Sequence[str], filled: Sequence[int], preset: Preset, source: Source) -> _Header:
    """Read the lines between the title and the last line with a date of a news page."""
    header = _Header()
    dated = []
    for number in filled[1 : _HEADER + 1]:
        day = _date(lines[number], preset, source)
        if day is not None:
            dated.append(number)
            if preset.is_update(lines[number]):
                header.updated = day
            else:
                header.when = header.when or day
    header.when = header.when or header.updated
    below_title = lines[filled[0] + 1] if len(lines) > filled[0] + 1 else ""
    site = _SITE.fullmatch(below_title) is not None
    if not dated and not site:
        return header
    header.found = True
    header.taken |= set(dated)
    end = dated[0] if dated else filled[1] + 1
    for number in (number for number in filled[1:] if number < end):
        _header_line(header, number, lines[number], preset)
    return header


def _header_line(header: _Header, number: int, line: str, preset: Preset) -> None:
    author = preset.author_in(line)
    if _SITE.fullmatch(line) or preset.rule_for(line):
        header.taken.add(number)
    elif author:
        header.authors = (*header.authors, author)
        header.taken.add(number)
    elif not header.summary and len(line) <= _LONGEST_STANDFIRST:
        header.summary = line
        header.taken.add(number)


def _date(line: str, preset: Preset, source: Source) -> date | datetime | None:
    if len(line) > 120 or not re.search(r"\d{4}", line):
        return None
    texts = preset.dates_in(line)
    days = (read_date(text, language=source.language, zone=source.zone) for text in texts)
    return next((day for day in days if day is not None), None)


def _title(lines: Sequence[str], filled: Sequence[int], known: str, *, is_news: bool) -> tuple[str, bool]:
    """Return the text's title, and whether its line is only that and so leaves the text."""
    first = lines[filled[0]]
    if known:
        return "", same_title(first, known)
    alone = len(filled) > 1 and (filled[1] > filled[0] + 1 or is_news)
    if alone and len(first) <= _LONGEST_TITLE and not first.endswith((",", ";")):
        return first.lstrip("# "), True
    block = first if alone else " ".join(_blocks(lines, set())[0])
    sentence = re.match(r".{15,}?[.!?](?=\s)", block)
    return shorten(sentence[0] if sentence and len(sentence[0]) < 120 else block, 100).rstrip(",;"), False


# ---------------------------------------------------------------- the text


def _blocks(lines: Sequence[str], gone: set[int]) -> list[Block]:
    """Return the lines that stay, in groups separated by blank lines."""
    blocks: list[Block] = [[]]
    for number, line in enumerate(lines):
        if not line:
            blocks.append([])
        elif number not in gone:
            blocks[-1].append(line)
    return [block for block in blocks if block]


def _html(blocks: Sequence[Block]) -> Iterator[str]:
    wide = _wrap_width(blocks)
    units = [unit for block in blocks for unit in (_unwrapped(block, wide) if wide else _runs(block))]
    for index, unit in enumerate(units):
        if all(_BULLET.match(line) for line in unit):
            items = (f"<li>{_linked(_BULLET.sub('', line, count=1))}</li>" for line in unit)
            yield f"<ul>{''.join(items)}</ul>"
        elif _is_heading(units, index):
            yield f"<h2>{escape(unit[0])}</h2>"
        else:
            yield f"<p>{'<br>'.join(_linked(line) for line in unit)}</p>"


def _wrap_width(blocks: Sequence[Block]) -> int:
    """Return how wide the lines were wrapped by hand, 0 where each line is a paragraph of its own."""
    several = [block for block in blocks if len(block) > 1]
    widest = max((len(line) for block in several for line in block), default=0)
    return 0 if not several or widest > (_WIDEST_WRAP if len(several) > 1 else 100) else max(widest, 50)


def _runs(block: Block) -> Iterator[Block]:
    """Yield each line by itself, neighbouring bullets together."""
    run: Block = []
    for line in block:
        if not (run and _BULLET.match(line) and _BULLET.match(run[-1])):
            if run:
                yield run
            run = []
        run.append(line)
    if run:
        yield run


def _unwrapped(block: Block, width: int) -> Iterator[Block]:
    """Join lines that broke because the next word had no room; a line that ends early breaks on purpose."""
    joined = block[:1]
    bullets = []
    for before, line in pairwise(block):
        fits = len(before) + 1 + len(line.split(" ", 1)[0]) <= width - 8
        if _BULLET.match(line) or (fits and not _BULLET.match(joined[-1])):
            joined.append(line)
        else:
            joined[-1] = f"{joined[-1]} {line}"
    for line in joined:
        bullets.append(bool(_BULLET.match(line)))
    if any(bullets) and not all(bullets):
        first = bullets.index(True)
        if first and all(bullets[first:]):
            yield joined[:first]
            yield joined[first:]
            return
    yield joined


def _is_heading(units: Sequence[Block], index: int) -> bool:
    """Return whether a unit is a bare short line above a paragraph, inside the text."""
    if not 0 < index < len(units) - 1 or len(units[index]) != 1:
        return False
    line, following = units[index][0], " ".join(units[index + 1])
    if len(line) > _LONGEST_HEADING or len(line.split()) > 14 or len(following) < 2 * len(line) + 20:
        return False
    opens = line[0].isupper() or line[0].isdigit() or (line[0].isalpha() and not line[0].islower())
    return opens and line[-1] not in ".,;:!…\"”’')]。،؛" and not _URL.search(line)


def _linked(line: str) -> str:
    """Return the line as HTML, its addresses as links."""
    parts, end = [], 0
    for match in _URL.finditer(line):
        address = escape(match[0])
        parts += [escape(line[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join([*parts, escape(line[end:])])

"""Plain text -> HTML: a letter or an essay as written, a page of a news site without its furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from syndicate.content.newspage import examine
from syndicate.content.pagehead import Page, Role
from syndicate.content.reading import Reading, Source, same_title
from syndicate.markup import one_line, shorten

_LONGEST_TITLE = 250
_LONGEST_HEADING = 90
_WIDEST_WRAP = 130  # longer lines were not wrapped by hand: each is a paragraph
_WIDEST_VERSE = 60  # of wider lines most do not end a sentence where they were wrapped
_SENTENCE_ENDS = (".", "!", "?", "…", '"', "”", ".)")
_BULLET = re.compile(r"[-*•·–◦▪]\s+(?=\S)")
_NUMBER = re.compile(r"\d{1,2}[.)]\s+\S")
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'’”…]")
# What copying leaves: soft hyphens, word joiners, places of pictures; joiners where no script needs them.
_UNSEEN = re.compile("[\u00ad\u2060\ufeff\ufffc]|(?<![^\x00-\x7f])[\u200b-\u200f](?![^\x00-\x7f])")

Block = list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: its number from 1, its text, and the rule that removed it or a part of it.

    `kept` is what is shown of it. `rule` is "" where the line's place told, as for the title.
    """

    number: int
    text: str
    role: Role | Literal["heading", "text"]
    rule: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """A reading, and what became of each line that is not blank."""

    reading: Reading
    lines: tuple[Line, ...]


def read(source: Source) -> Reading:
    """Return the text as HTML with its title, and for a news page its date, standfirst and language."""
    return explain(source).reading


def explain(source: Source) -> Explained:
    """Return the reading of the text, and by which rule each line that is not in it went."""
    lines = [one_line(line) for line in _UNSEEN.sub("", source.text).split("\n")]
    page = examine(lines, source)
    if not any(lines):
        return Explained(Reading(html="", language=page.language), ())
    title, shown = _title(lines, page, source.title)
    gone = page.roles.keys() | ({page.title_at} if shown and page.title_at is not None else set())
    left = [page.text_of(number, lines) for number in range(len(lines))] if page.cuts else lines
    html = list(_html(_blocks(left, gone)))
    reading = Reading(
        html="\n".join(html) or f"<p>{_linked(title or source.title or next(filter(None, lines)))}</p>",
        title=title,
        summary=page.summary,
        when=page.when,
        updated=page.updated,
        language=page.language,
        authors=page.authors,
    )
    return Explained(reading, tuple(_told(lines, page, shown, html)))


def _told(lines: Sequence[str], page: Page, title_shown: bool, html: Sequence[str]) -> Iterator[Line]:
    headings = {part for part in html if part.startswith("<h2>")}
    for number, line in enumerate(lines):
        if not line:
            continue
        if number == page.title_at and title_shown:
            yield Line(number + 1, line, "title")
        elif number in page.roles:
            role, rule = page.roles[number]
            yield Line(number + 1, line, role, rule)
        else:
            kept, rule = page.cuts.get(number, (line, ""))
            is_heading = f"<h2>{escape(kept)}</h2>" in headings
            yield Line(number + 1, line, "heading" if is_heading else "text", rule, kept)


def _title(lines: Sequence[str], page: Page, known: str) -> tuple[str, bool]:
    """Return the text's title, and whether its line is only that and so leaves the text."""
    if known:
        return "", page.title_at is not None and same_title(lines[page.title_at], known)
    at = page.title_at or 0
    first = lines[at]
    below = next((number for number in range(at + 1, len(lines)) if lines[number]), None)
    alone = below is not None and (below > at + 1 or page.is_news)
    if alone and len(first) <= _LONGEST_TITLE and not first.endswith((",", ";")):
        return first.lstrip("# "), True
    block = first if alone else " ".join(_blocks(lines, set())[0])
    sentence = re.match(r".{15,}?[.!?](?=\s)", block)
    return shorten(sentence[0] if sentence and len(sentence[0]) < 120 else block, 100).rstrip(",;"), False


# ---------------------------------------------------------------- the text


def _blocks(lines: Sequence[str], gone: Set[int]) -> list[Block]:
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
    items: list[str] = []
    for index, unit in enumerate(units):
        if all(_BULLET.match(line) for line in unit):
            items += (f"<li>{_linked(_BULLET.sub('', line, count=1))}</li>" for line in unit)
            continue
        if items:
            yield f"<ul>{''.join(items)}</ul>"
            items = []
        if _is_heading(units, index):
            yield f"<h2>{escape(unit[0])}</h2>"
        else:
            yield f"<p>{'<br>'.join(_linked(line) for line in unit)}</p>"
    if items:
        yield f"<ul>{''.join(items)}</ul>"


def _wrap_width(blocks: Sequence[Block]) -> int:
    """Return how wide the lines were wrapped by hand, 0 where each line is a paragraph of its own."""
    several = [block for block in blocks if len(block) > 1]
    widest = max((len(line) for block in several for line in block), default=0)
    if not several or widest > (_WIDEST_WRAP if len(several) > 1 else 100):
        return 0
    broken = [line for block in several for line in block[:-1] if len(line) * 2 > widest]
    ended = sum(line.endswith(_SENTENCE_ENDS) for line in broken)
    return 0 if widest > _WIDEST_VERSE and ended * 2 > len(broken) else max(widest, 50)


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
    numbered = _NUMBER.match(line) and not _NUMBER.match(following)
    least = len(line) + 20 if numbered else 2 * len(line) + 20
    if len(line) > _LONGEST_HEADING or len(line.split()) > 14 or len(following) < least:
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

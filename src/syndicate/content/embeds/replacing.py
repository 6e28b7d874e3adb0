"""Walks over a text once and asks the dialects at each place where one of them could begin.

Code stays as it is. What becomes HTML stands in the text as a mark until the text is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from syndicate.content.reading import Source

LONGEST_TAG = 4_000  # characters between an opener and its closer
# Of the private use area: no text needs them, and one that has them loses them before they could be ours.
_OPEN, _CLOSE = "\uee50", "\uee51"
_MARK = re.compile(rf"{_OPEN}(\d+){_CLOSE}")
_ALONE = re.compile(rf"<p>\s*((?:{_OPEN}\d+{_CLOSE}\s*)+)</p>")
_ESCAPED = re.compile(r"%EE%B9%90\d*(?:%EE%B9%91)?", re.IGNORECASE)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}")
_END_OF_RAW = re.compile(r"\{%-?\s*endraw\s*-?%\}")
_COMMENTED = re.compile(r"\{\{([<%])/\*([^*]*)\*/([>%])\}\}")
_HTML_CODE = re.compile(r"<(pre|code|script|style|textarea)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands instead of the text up to `end`: `text` of the language around it, or `html` as it is."""

    end: int
    text: str = ""
    html: str = ""


class Place:
    """A text and a place in it, for a dialect to look on from. Looking for what is not there costs once."""

    def __init__(self, text: str, source: Source) -> None:
        self.text = text
        self.source = source
        self.failed: set[str] = set()  # what a dialect found to be without end, from some place on
        self.opened = 0  # containers that are open
        self.unclosed = 0  # before this place no brace that is still open is closed
        self._none_after: dict[str, int] = {}
        self._next: dict[
            str, tuple[int, int]
        ] = {}  # closer -> from where it was looked for, and the next one

    def find(self, closer: str, start: int, limit: int = LONGEST_TAG) -> int:
        """Return where `closer` stands within `limit` characters after `start`, -1 where it does not."""
        known_from, found = self._next.get(closer, (len(self.text) + 1, -1))
        if start < known_from or 0 <= found < start:
            found = self.text.find(closer, start)
            self._next[closer] = (start, found)
        return found if 0 <= found <= start + limit else -1

    def search(self, pattern: re.Pattern[str], start: int) -> re.Match[str] | None:
        """Return the first match of `pattern` after `start`, however far away."""
        if start >= self._none_after.get(pattern.pattern, len(self.text) + 1):
            return None
        found = pattern.search(self.text, start)
        if found is None:
            self._none_after[pattern.pattern] = start
        return found


Handle = Callable[[Place, int], Piece | None]
"""(text, place of the opener) -> what stands instead, or None where it is no embed after all."""

Dialect = Mapping[str, Handle]
"""Opener -> what is done where it stands."""


@dataclass(slots=True)
class Replaced:
    """A text with marks, and the HTML that each stands for."""

    text: str
    pieces: list[str] = field(default_factory=list)

    def restore(self, html: str) -> str:
        """Return `html`, made from the text, with the pieces in their places."""
        if not self.pieces:
            return html
        html = _ALONE.sub(lambda match: match[1], html)
        return _ESCAPED.sub("", _MARK.sub(self._piece, html))

    def bare(self, html: str) -> str:
        """Return `html`, made from the text, without the pieces."""
        return _ESCAPED.sub("", _MARK.sub("", html)) if self.pieces else html

    def whole(self) -> str:
        """Return the text with the pieces in their places, where the text is HTML itself."""
        return _MARK.sub(self._piece, self.text) if self.pieces else self.text

    def _piece(self, match: re.Match[str]) -> str:
        number = int(match[1]) if len(match[1]) < 9 else len(self.pieces)
        return self.pieces[number] if number < len(self.pieces) else ""


Code = Callable[[str], Iterable[tuple[int, int]]]


def html_code(html: str) -> Iterable[tuple[int, int]]:
    """Give start and end of each element of code in HTML, in order."""
    at = 0
    while match := _HTML_CODE.search(html, at):
        end = re.compile(f"</{match[1]}>", re.IGNORECASE).search(html, match.end())
        if end is None:
            return
        at = end.end()
        yield match.start(), at


class Dialects:
    """Several dialects as one table, that tells quickly of a text whether any of them could be in it."""

    def __init__(self, *dialects: Dialect) -> None:
        self._table = {opener: handle for dialect in dialects for opener, handle in dialect.items()}
        # A rare character of each opener; with it, those that are worth looking for.
        signs: dict[str, list[str]] = {}
        for opener in self._table:
            sign = next((sign for sign in "{%" if sign in opener), opener[0])
            signs.setdefault(sign, []).append(opener)
        self._looks = [(sign, _any_of(openers), openers) for sign, openers in signs.items()]
        self._ready: dict[str, Within] = {}

    def within(self, text: str) -> Within | None:
        """Return what may be in `text`: a pattern of openers, and what is done at each; None for nothing."""
        met = [(sign, openers) for sign, look, openers in self._looks if sign in text and look.search(text)]
        if not met:
            return None
        signs = "".join(sign for sign, _ in met)
        if signs not in self._ready:
            table = {opener: self._table[opener] for _, openers in met for opener in openers}
            self._ready[signs] = (_any_of(table), table)
        return self._ready[signs]


Within = tuple[re.Pattern[str], Mapping[str, Handle]]


def _any_of(openers: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(opener) for opener in sorted(openers, key=len, reverse=True)))


def replace(text: str, dialects: Dialects, source: Source, code: Code = html_code) -> Replaced:
    """Return `text` with what the `dialects` know replaced, and its code, which `code` gives, as it is."""
    met = dialects.within(text)
    if met is None:
        return Replaced(text)
    openers, table = met
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    place, made = Place(text, source), Replaced("")
    kept: list[str] = []
    ranges = iter(code(text))
    start, end = next(ranges, (len(text), len(text)))
    done = at = 0
    while match := openers.search(text, at):
        while match.start() >= end and start < len(text):
            start, end = next(ranges, (len(text), len(text)))
        if start <= match.start() < end and start >= done:
            kept += (text[done:start], _as_shown(text[start:end]))
            done = at = end
            continue
        piece = table[match[0]](place, match.start())
        if piece is None:
            at = match.end()
            continue
        kept.append(text[done : match.start()])
        if piece.html:
            kept.append(f"{_OPEN}{len(made.pieces)}{_CLOSE}")
            made.pieces.append(piece.html)
        kept.append(piece.text)
        done = at = max(piece.end, match.end())
    made.text = "".join((*kept, text[done:]))
    return made


def _as_shown(code: str) -> str:
    """Return code without what keeps its own program from reading it: ``{% raw %}``, ``{{</* x */>}}``."""
    if "{%" in code:
        *raw, last = _END_OF_RAW.split(code)
        code = "".join((*(_RAW.sub("", part, count=1) for part in raw), last))
    return _COMMENTED.sub(r"{{\1\2\3}}", code) if "{{" in code else code


def shown(text: str) -> str:
    """Return `text` as HTML that shows it as it is."""
    return escape(text, quote=False)

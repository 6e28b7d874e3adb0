"""Footnotes in rendered Markdown: from where they were written to a list at the end. Pure."""

from __future__ import annotations

import re
from collections import deque

_REFERENCE = re.compile(r'<sup class="footnote-reference"><a href="#([^"]*)">(\d+)</a></sup>')
_DEFINITION = re.compile(
    r'<div class="footnote-definition" id="([^"]*)"><sup class="footnote-definition-label">(\d+)</sup>\n?'
)
_DIV = re.compile(r"<(/?)div\b[^<>]*>")
_MOST_BACK_LINKS = 20


def gathered(html: str) -> str:
    """Return `html` with its footnotes in a list at its end, each with a way back to where it is named.

    Ids are those of most programs: ``fn1``, ``fnref1``, and ``fnref1-2`` for the second place.
    """
    if 'class="footnote-' not in html:
        return html
    html, notes = _taken_out(html)
    numbers: dict[str, int] = {}
    places: dict[str, int] = {}
    waiting: deque[str] = deque()

    def refer(match: re.Match[str]) -> str:
        label = match[1]
        if label not in notes:
            return f"<sup>{match[2]}</sup>"
        if label not in numbers:
            waiting.append(label)
        number = numbers.setdefault(label, len(numbers) + 1)
        places[label] = place = places.get(label, 0) + 1
        return f'<sup><a href="#fn{number}" id="{_back(number, place)}">[{number}]</a></sup>'

    text = _REFERENCE.sub(refer, html)
    # A note may name another: what it names comes after it.
    shown: dict[str, str] = {}
    while waiting:
        label = waiting.popleft()
        shown[label] = _REFERENCE.sub(refer, notes[label])
    if not shown:
        return text
    items = "\n".join(_item(numbers[label], note, places[label]) for label, note in shown.items())
    return f"{text}<hr />\n<section>\n<ol>\n{items}\n</ol>\n</section>\n"


def _taken_out(html: str) -> tuple[str, dict[str, str]]:
    """Return `html` without its notes, and the notes by label; one within another comes out by itself."""
    notes: dict[str, str] = {}
    kept: list[list[str]] = [[]]
    opened: list[tuple[str, int]] = []  # label and the depth of its element
    depth, at = 0, 0
    for match in _DIV.finditer(html):
        kept[-1].append(html[at : match.start()])
        at = match.end()
        definition = _DEFINITION.match(html, match.start())
        if definition:
            opened.append((definition[1], depth))
            kept.append([])
            depth += 1
            at = definition.end()
        elif not match[1]:
            depth += 1
            kept[-1].append(match[0])
        else:
            depth -= 1
            if opened and opened[-1][1] == depth:
                note = "".join(kept.pop()).strip()
                notes.setdefault(opened.pop()[0], note)
            else:
                kept[-1].append(match[0])
    kept[-1].append(html[at:])
    while len(kept) > 1:  # an element that the author left open, or closed too often
        note = "".join(kept.pop()).strip()
        notes.setdefault(opened.pop()[0], note)
    return "".join(kept[0]), notes


def _item(number: int, note: str, places: int) -> str:
    back = " ".join(
        f'<a href="#{_back(number, place)}">↩︎</a>' for place in range(1, min(places, _MOST_BACK_LINKS) + 1)
    )
    inner = f"{note[:-4]} {back}</p>" if note.endswith("</p>") else f"{note}\n<p>{back}</p>"
    return f'<li id="fn{number}">{inner}</li>'


def _back(number: int, place: int) -> str:
    return f"fnref{number}" if place == 1 else f"fnref{number}-{place}"

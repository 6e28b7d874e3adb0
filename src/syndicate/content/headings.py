"""The headings of Markdown: the one that is the title, and the ids of the others. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 5_000  # characters of a title set over several lines

# What can stand at the start of a line, best known first.
_LINE = re.compile(
    r"^ {0,3}(?:"
    r"(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})"
    r"|(?P<html><!--|<(?:pre|script|style|textarea)\b)"
    r"|(?P<hashes>#{1,6})(?:[ \t]+(?P<text>[^\n]*))?$"
    r"|(?P<line>=+|-+)[ \t]*$"
    r")",
    re.MULTILINE | re.IGNORECASE,
)
_ENDS = {"<!--": "-->"}
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][^{}\n]*\}[ \t]*$")
_OTHER_BLOCK = re.compile(r" {0,3}(?:[-+*>|#<]|\d{1,9}[.)]|`{3}|~{3}|\[\^?[^\]\n]*\]:|\{[%:{])|\t| {4}")
_HEADING = re.compile(r"<h([1-6])>((?:[^<]++|<(?!/?h[1-6]))*+)</h\1>")
_TAG = re.compile(r"<[^<>]*>|&[#\w]+;")
_ID = re.compile(r' id="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the first level: its Markdown, and where its lines begin and end in the text."""

    text: str
    start: int
    end: int


def find(text: str) -> Heading | None:
    """Return the first heading of `text` where that is of the first level and stands in no other block."""
    if "#" not in text and "\n=" not in text and "\n -" not in text and "\n-" not in text:
        return None
    at = failed = 0
    while match := _LINE.search(text, at):
        at = match.end()
        if match["fence"]:
            at = _after_fence(text, match)
        elif match["html"]:
            opening = match["html"].lower()
            at = text.find(_ENDS.get(opening, f"</{opening[1:]}"), at)
            if at < 0:
                return None
        elif match["hashes"]:
            if len(match["hashes"]) > 1 or (match[0][0] == " " and not _blank_before(text, match.start())):
                return None
            words = _CLOSING.sub("", (match["text"] or "").strip())
            return Heading(_ATTRIBUTES.sub("", words), match.start(), _line_end(text, at))
        elif match["line"]:
            start = _paragraph_start(text, match.start(), failed)
            if start < 0:
                failed = at
                continue
            if match["line"][0] == "-":
                return None
            words = " ".join(text[start : match.start()].split())
            return Heading(_ATTRIBUTES.sub("", words), start, _line_end(text, at))
    return None


def _after_fence(text: str, match: re.Match[str]) -> int:
    fence = match["fence"]
    close = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
    end = close.search(text, match.end())
    return end.end() if end else len(text)


def _blank_before(text: str, start: int) -> bool:
    return not text[:start].rstrip(" \t").endswith("\n") or text[:start].rstrip(" \t")[-2:] in ("\n", "\n\n")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _paragraph_start(text: str, line: int, failed: int) -> int:
    """Return where the paragraph underlined at `line` begins, -1 where there is none after `failed`."""
    lowest = max(failed, line - _LONGEST)
    start = line
    while start > lowest:
        before = text.rfind("\n", lowest, start - 1) + 1
        if before == 0 and lowest:
            return -1
        one = text[before:start]
        if not one.strip():
            break
        if _OTHER_BLOCK.match(one):
            return -1
        start = before
    return start if start < line else -1


def with_ids(html: str) -> str:
    """Return `html` with an id at each heading that has none: its words, as GitHub and Hugo make them."""
    if "<h" not in html:
        return html
    taken = set(_ID.findall(html)) if 'id="' in html else set()
    again: dict[str, int] = {}

    def named(match: re.Match[str]) -> str:
        words = _TAG.sub("", match[2]).strip().lower()
        name = "-".join(re.sub(r"[^\w\s-]", "", words).split())
        if not name or len(name) > 200:
            return match[0]
        one = name
        while one in taken:
            again[name] = again.get(name, 0) + 1
            one = f"{name}-{again[name]}"
        taken.add(one)
        return f'<h{match[1]} id="{one}">{match[2]}</h{match[1]}>'

    return _HEADING.sub(named, html)

"""Wiki links, embeds and comments of Obsidian: ``[[Page|text]]``, ``![[picture.png]]``, ``%%comment%%``."""

from __future__ import annotations

import re
from html import escape
from pathlib import PurePosixPath

from syndicate.content.embeds import pieces
from syndicate.content.embeds.replacing import Piece, Place

_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp"}
_PLAYED = {
    ".mp3": "audio",
    ".ogg": "audio",
    ".m4a": "audio",
    ".wav": "audio",
    ".mp4": "video",
    ".webm": "video",
}
_LONGEST = 500
_CALLOUT = re.compile(r"\[!([\w-]+)\][+-]?[ \t]*([^\n]*)")


def wikilink(place: Place, at: int) -> Piece | None:
    """Return a link to another note; where it is only Markdown's brackets it stays."""
    found = _inside(place, at + 2)
    if found is None or place.text[found[1] : found[1] + 1] in ("(", "[", ":"):
        return None
    target, end = found
    if target.strip().upper() in ("_TOC_", "TOC"):
        return Piece(end)
    name, _, words = target.partition("|")
    page, _, heading = name.partition("#")
    shown = escape(words.strip() or name.strip().replace("#", " › ").lstrip(" ›"))
    href = pieces.internal(page, _anchor(heading)) if page.strip() else f"#{escape(_anchor(heading))}"
    return Piece(end, html=f'<a href="{escape(href)}">{shown}</a>')


def embed(place: Place, at: int) -> Piece | None:
    """Return an embedded picture or recording; of an embedded note a link to it."""
    found = _inside(place, at + 3)
    if found is None:
        return None
    target, end = found
    name, _, words = target.partition("|")
    name = name.partition("#")[0].strip()
    suffix = PurePosixPath(name).suffix.lower()
    sized = re.fullmatch(r"\s*(\d{1,5})(?:x(\d{1,5}))?\s*", words)
    if suffix in _PICTURES:
        sizes = {"width": sized[1], "height": sized[2] or ""} if sized else {}
        alt = "" if sized else f' alt="{escape(words.strip())}"'
        size = "".join(f' {key}="{value}"' for key, value in sizes.items() if value)
        return Piece(end, html=f'<img src="{escape(name)}"{alt or " alt=" + chr(34) * 2}{size}>')
    if suffix in _PLAYED:
        element = _PLAYED[suffix]
        return Piece(end, html=f'<{element} src="{escape(name)}" controls></{element}>')
    if suffix == ".pdf":
        return Piece(end, html=f'<a href="{escape(name)}">{escape(words.strip() or name)}</a>')
    return Piece(end, html=f'<a href="{escape(pieces.internal(name))}">{escape(words.strip() or name)}</a>')


def _inside(place: Place, start: int) -> tuple[str, int] | None:
    end = place.find("]]", start, _LONGEST)
    inner = place.text[start:end] if end > start else ""
    return (inner, end + 2) if inner.strip() and not re.search(r"[\n\[\]]", inner) else None


def _anchor(heading: str) -> str:
    return "-".join(re.sub(r"[^\w\s-]", "", heading.strip().lower()).split())


def comment(place: Place, at: int) -> Piece | None:
    """Return nothing for a comment: between two marks in one paragraph, or between two lines of them."""
    text = place.text
    if at and not text[at - 1].isspace():
        return None
    start = at + 2
    end = place.find("%%", start, 100_000)
    if end < 0:
        return None
    alone = text[start:end].startswith("\n") or ((at == 0 or text[at - 1] == "\n") and text[end - 1] == "\n")
    return Piece(end + 2) if alone or "\n\n" not in text[start:end] else None


def callout(place: Place, at: int) -> Piece | None:
    """Return the head of a callout as its title in bold, its kind where it has none."""
    line = place.text.rfind("\n", 0, at) + 1
    if not re.fullmatch(r"[ \t]*(?:>[ \t]?)+", place.text[line:at][:200]):
        return None
    match = _CALLOUT.match(place.text, at)
    if match is None:
        return None
    title = match[2].strip()
    kind = match[1].replace("-", " ").capitalize()
    return Piece(match.end(), text=f"**{title or kind}**  ")


def template(place: Place, at: int) -> Piece | None:
    """Return nothing for a command of Templater."""
    end = place.find("%>", at + 2)
    return Piece(end + 2) if end >= 0 else None


DIALECT = {"<%": template, "[[": wikilink, "![[": embed, "%%": comment, "[!": callout}

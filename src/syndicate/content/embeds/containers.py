"""Containers of VuePress, Docusaurus and others, lines of ``:::``: what is in them as a quotation."""

from __future__ import annotations

import re

from syndicate.content.embeds import pieces
from syndicate.content.embeds.arguments import arguments
from syndicate.content.embeds.replacing import Piece, Place

_LINE = re.compile(r":{3,}[ \t]*([^\n]{0,1000})(?=\n|$)")
_CLOSING = re.compile(r"^[ \t>]*:{3,}[ \t]*$", re.MULTILINE)
_NAMED = re.compile(r"\{?([A-Za-z][\w-]*)\}?[ \t]*(?:\[([^\]]*)\])?[ \t]*([^{]*)")
_LABELLED = re.compile(r"""title=["']([^"']*)["']""")
_KINDS = frozenset(
    {
        "abstract",
        "attention",
        "caution",
        "danger",
        "details",
        "error",
        "example",
        "faq",
        "hint",
        "important",
        "info",
        "note",
        "question",
        "quote",
        "success",
        "summary",
        "tip",
        "todo",
        "warning",
    }
)


def container(place: Place, at: int) -> Piece | None:
    """Return the line that opens or closes a container as that of a quotation; one never closed is none."""
    match = _LINE.match(place.text, at)
    before = place.text[place.text.rfind("\n", 0, at) + 1 : at]
    if match is None or before.strip(" \t>") or len(before) > 200:
        return None
    said = match[1].strip()
    if said.endswith(":::"):  # one line of Microsoft's: a picture, or a row of a table of its own
        words, named = arguments(said.rstrip(":"))
        wanted = {**named, "src": named.get("source", ""), "alt": named.get("alt-text", "")}
        return Piece(match.end(), html=pieces.figure([], wanted) if words[:1] == ["image"] else "")
    if not said:
        closes, place.opened = place.opened > 0, max(0, place.opened - 1)
        return Piece(match.end(), text=f"\n{before}\n{before}</blockquote>\n{before}" if closes else "")
    title = _title(said)
    shown = f"**{title}**\n{before}\n{before}" if title else ""
    if place.search(_CLOSING, match.end()) is None:
        return Piece(match.end(), text=f"\n{before}{shown}")
    place.opened += 1
    return Piece(match.end(), text=f"\n{before}\n{before}<blockquote>\n{before}\n{before}{shown}")


def _title(said: str) -> str:
    """Return what a container is called: its title, else its kind where that is one to be read."""
    labelled = _LABELLED.search(said)
    if labelled:
        return labelled[1].strip()
    named = _NAMED.match(said)
    if named is None:
        return ""
    title = (named[2] or named[3] or "").strip()
    return title or (named[1].capitalize() if named[1].lower() in _KINDS else "")


DIALECT = {":::": container}

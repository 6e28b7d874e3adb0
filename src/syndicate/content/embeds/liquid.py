"""Liquid, of Jekyll and Eleventy: ``{% tag %}`` and ``{{ output }}``."""

from __future__ import annotations

import re

from syndicate.content.embeds import internal, pieces
from syndicate.content.embeds.arguments import arguments
from syndicate.content.embeds.replacing import Piece, Place

_TAG = re.compile(r"-?\s*(\w*)\s*(.*?)\s*-?", re.DOTALL)
_LITERAL = re.compile(r"""-?\s*(?:"([^"]*)"|'([^']*)')\s*(?:\|.*)?""", re.DOTALL)
_INCLUDED = re.compile(r"""["']?([\w./-]+)["']?(.*)""", re.DOTALL)
_IN_ADDRESS = re.compile(r"""(?:\]\(<?|(?:href|src)\s*=\s*["']?|^ {0,3}\[[^\]\n]*\]:\s*<?)$""", re.MULTILINE)
_BASES = re.compile(r"\s*(?:site\.(?:url|baseurl)|page\.url)\b")
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,200})\]:", re.MULTILINE)
_REFERENCE = re.compile(r"\[([^\[\]]{1,200})\]\[([^\[\]]{0,200})\]")
_LOST = "definitions"
# What only makes sense to the program it was written for, with all that is in it.
_DROPPED = {"comment", "capture", "for", "tablerow", "schema", "case"}


def tag(place: Place, at: int) -> Piece | None:
    """Return a known tag as text or HTML; of a condition the tags go and what is between them stays."""
    end = place.find("%}", at + 2)
    if end < 0:
        return None
    after = end + 2
    match = _TAG.fullmatch(place.text, at + 2, end)
    name, rest = (match[1], match[2]) if match else ("", "")
    if name in ("raw", "verbatim"):
        return _raw(place, name, after)
    if name == "highlight":
        close = place.search(_closing(name), after)
        if close is None:
            return Piece(after)
        language = rest.split()[0] if rest else ""
        return Piece(close.end(), html=pieces.code(place.text[after : close.start()], language))
    if name in _DROPPED:
        end = _end_of_block(place, name, after)
        return Piece(end, text=_lost_definitions(place, after, end) if name == "for" else "")
    if name in ("link", "post_url"):
        return internal.article(place, at, after, rest.strip("\"' "))
    if name in ("include", "include_relative", "include_cached", "render"):
        return _included(after, rest)
    make = pieces.EMBEDS.get(name)
    return Piece(after, html=make(*arguments(rest))) if make else Piece(after)


def _raw(place: Place, name: str, after: int) -> Piece:
    """What stands in a raw block stays as text: Markdown and its code are read in it, Liquid is not."""
    close = place.search(_closing(name), after)
    if close is None:
        return Piece(after)
    return Piece(close.end(), text=place.text[after : close.start()])


def _included(after: int, rest: str) -> Piece:
    match = _INCLUDED.match(rest)
    if match is None:
        return Piece(after)
    make = pieces.EMBEDS.get(match[1].rpartition("/")[2].partition(".")[0].lower())
    return Piece(after, html=make(*arguments(match[2]))) if make else Piece(after)


def _closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}")


def _end_of_block(place: Place, name: str, after: int) -> int:
    """Return the end of a block that may hold others of its kind, `after` where it has none."""
    if name in place.failed:
        return after
    depth = 1
    for match in re.compile(rf"\{{%-?\s*(end)?{name}\b[^%]*%\}}").finditer(place.text, after):
        depth += -1 if match[1] else 1
        if depth == 0:
            return match.end()
    place.failed.add(name)
    return after


def _lost_definitions(place: Place, start: int, end: int) -> str:
    """Return definitions for all links without one, where a loop that goes would have made them."""
    if not _DEFINITION.search(place.text, start, end) or _LOST in place.failed:
        return ""
    place.failed.add(_LOST)
    defined = {_label(match[1]) for match in _DEFINITION.finditer(place.text)}
    wanted = {_label(match[2] or match[1]) for match in _REFERENCE.finditer(place.text)}
    lines = [f"[{label}]: {pieces.UNKNOWN}" for label in sorted(wanted - defined)]
    return "\n\n" + "\n".join(lines) + "\n\n"


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()


def output(place: Place, at: int) -> Piece | None:
    """Return what an output says where it says so itself, the empty base of an address, else nothing."""
    end = place.find("}}", at + 2)
    if end < 0:
        return None
    after = end + 2
    inner = place.text[at + 2 : end]
    if "{{" in inner:
        return None
    literal = _LITERAL.fullmatch(inner)
    if literal:
        return Piece(after, text=literal[1] or literal[2] or "")
    if not _BASES.match(inner) and _IN_ADDRESS.search(place.text, max(0, at - 200), at):
        return Piece(after, text=pieces.UNKNOWN)
    if re.fullmatch(r"-?\s*page\.title\s*(?:\|.*)?-?", inner, re.DOTALL):
        return Piece(after, text=place.source.title)
    between = place.text[at - 1 : at] in ("", " ", "\n") and place.text[after : after + 1] == " "
    return Piece(after + between)  # not two spaces where a word was


DIALECT = {"{%": tag, "{{": output}

"""Shortcodes in square brackets, of WordPress and others: ``[youtube id]``, ``[caption]…[/caption]``."""

from __future__ import annotations

import re

from syndicate.content.embeds import pieces
from syndicate.content.embeds.arguments import arguments
from syndicate.content.embeds.replacing import Handle, Piece, Place

_CODE = ("sourcecode", "code")
_WRAPPED = ("embed", "audio", "video", "youtube", "vimeo", "soundcloud", "gist")
_TAGS = ("caption", "gallery", "playlist")


def _handler(name: str) -> Handle:
    closing = re.compile(rf"\[/{name}\]")

    def handle(place: Place, at: int) -> Piece | None:
        start = at + len(name) + 1
        following = place.text[start : start + 1]
        if following not in (" ", "]", "=", "\u00a0"):
            return None
        end = place.find("]", start)
        # A link's words may be "[video]": an address follows.
        if end < 0 or place.text[end + 1 : end + 2] in ("(", "[", ":") or "\n\n" in place.text[start:end]:
            return None
        after = end + 1
        words, named = arguments(place.text[start:end].strip("= "))
        close = place.search(closing, after)
        between = place.text[after : close.start()] if close and close.start() - after < 20_000 else ""
        if close is None or (not between and close.start() != after):
            if not words and not named and name not in _TAGS:
                return None
            return Piece(after, html=_made(name, words, named))
        if name in _CODE:
            return Piece(
                close.end(), html=pieces.code(between, named.get("language") or named.get("lang", ""))
            )
        if name in _TAGS:
            return Piece(after)
        return Piece(close.end(), html=_made(name, words or [between.strip()], named))

    return handle


def _made(name: str, words: list[str], named: dict[str, str]) -> str:
    make = pieces.EMBEDS.get(name)
    return make(words, named) if make else ""


def _end(place: Place, at: int) -> Piece | None:
    match = re.compile(r"\[/(?:caption|gallery|playlist|embed)\]").match(place.text, at)
    return Piece(match.end()) if match else None


DIALECT = {
    **{f"[{name}": _handler(name) for name in (*_WRAPPED, *_TAGS, "sourcecode")},
    "[/": _end,
}

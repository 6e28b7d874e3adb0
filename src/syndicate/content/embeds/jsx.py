"""JSX of MDX: components known to us as plain HTML, the children of others, and no expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from syndicate.content.embeds import pieces
from syndicate.content.embeds.replacing import Dialect, Piece, Place

_LONGEST = 20_000
_NAME = re.compile(r"</?([A-Za-z][\w.:-]*|(?=>))")
_ATTRIBUTE = re.compile(
    r"""\s+([A-Za-z_:@][\w.:@-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(?=\{)))?|\s*(/?>)|\s*(?=\{)"""
)
_STRING = re.compile(r"""\{\s*(?:"([^"\\]*)"|'([^'\\]*)'|`([^`\\$]*)`)\s*\}""", re.DOTALL)
_NAMED = re.compile(r"\{\s*([\w$]+)(?:\.src)?\s*\}")
_QUOTED = re.compile(r"""["'`{}]""")
_KNOWN = (
    "youtube",
    "lite-youtube",
    "tweet",
    "twitter",
    "vimeo",
    "gist",
    "instagram",
    "spotify",
    "soundcloud",
)
_ALIASES = {
    **{name: name for name in (*_KNOWN, "codepen", "video", "audio", "img", "figure")},
    **dict.fromkeys(("image", "staticimage", "gatsbyimage", "picture", "zoomimage"), "figure"),
    "liteyoutube": "youtube",
    "xpost": "tweet",
}
_LINKS = {"link", "a", "nextlink", "gatsbylink", "navlink", "externallink"}


def dialect(imports: Mapping[str, str]) -> Dialect:
    """Return the dialect of a text whose `imports` are names of files."""

    def tag(place: Place, at: int) -> Piece | None:
        return _tag(place, at, imports)

    return {"<": tag, "{": _expression, "\\{": _escaped, "\\<": _escaped}


def _escaped(place: Place, at: int) -> Piece:
    return Piece(at + 2, text="&lt;" if place.text[at + 1] == "<" else "&#123;")


def _expression(place: Place, at: int) -> Piece | None:
    """Return the text of an expression that is one, nothing for any other."""
    if place.text[at + 1 : at + 2] == "#":  # a heading's id
        return None
    literal = _STRING.match(place.text, at)
    if literal:
        return Piece(literal.end(), text=next((part for part in literal.groups() if part), ""))
    end = _end_of_braces(place, at)
    return Piece(end) if end >= 0 else None


def _end_of_braces(place: Place, at: int) -> int:
    """Return the place after the brace that closes the one at `at`, -1 where none does."""
    if at < place.unclosed:
        return -1
    depth, stop = 0, min(len(place.text), at + _LONGEST)
    here = at
    while match := _QUOTED.search(place.text, here, stop):
        here = match.end()
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return here
        elif depth and match[0] != "'":  # an apostrophe may be one of a text
            close = place.text.find(match[0], here, stop)
            here = close + 1 if close >= 0 else here
    place.unclosed = stop
    return -1


def _tag(place: Place, at: int, imports: Mapping[str, str]) -> Piece | None:
    match = _NAME.match(place.text, at)
    if match is None:
        return _comment(place, at)
    name = match[1]
    component = not name or name[0].isupper() or "." in name
    if place.text[at + 1] == "/":
        end = place.find(">", match.end(), 200)
        if end < 0 or not component:
            return None
        return Piece(end + 1, text="</a>" if name.lower() in _LINKS else "")
    given = _attributes(place, match.end(), imports)
    if given is None:
        return None
    attributes, end = given
    if not component:
        return _element(place.text[at:end], name, attributes, end)
    if name.lower() in _LINKS and not place.text[at:end].endswith("/>"):
        return Piece(end, text=f'<a href="{escape(attributes.get("href") or attributes.get("to", ""))}">')
    make = pieces.EMBEDS.get(_ALIASES.get(re.sub(r"(?:embed|player|video(?=.))$", "", name.lower()), ""))
    if make is None:
        return Piece(end)
    named = {key.lower(): value for key, value in attributes.items()}
    return Piece(end, html=make([], {**named, **_renamed(named)}))


def _renamed(named: Mapping[str, str]) -> dict[str, str]:
    number = named.get("id") or named.get("videoid") or named.get("tweetid") or named.get("youtubeid")
    return {"id": number.strip("/")} if number else {}


def _comment(place: Place, at: int) -> Piece | None:
    return Piece(at + 2) if place.text.startswith("<>", at) else None


def _element(written: str, name: str, attributes: Mapping[str, str], end: int) -> Piece | None:
    """Return an HTML element with the attributes that are texts, None where it is HTML already."""
    if "{" not in written and "className" not in written:
        return None
    kept = "".join(
        f' {"class" if key == "className" else key}="{escape(value)}"' for key, value in attributes.items()
    )
    return Piece(end, text=f"<{name}{kept}{' /' if written.endswith('/>') else ''}>")


def _attributes(place: Place, at: int, imports: Mapping[str, str]) -> tuple[dict[str, str], int] | None:
    """Return what a tag says and the place after it, None where it is no tag."""
    found: dict[str, str] = {}
    text, stop = place.text, at + _LONGEST
    if text[at - 1 : at] == "<":  # a fragment
        return found, at + 1
    while at < stop:
        match = _ATTRIBUTE.match(text, at)
        if match is None:
            return None
        if match[4]:
            return found, match.end()
        value = match[2] if match[2] is not None else match[3]
        at = match.end()
        if value is None and text[at : at + 1] == "{":
            end = _end_of_braces(place, at)
            if end < 0:
                return None
            value = _said(text[at:end], imports)
            at = end
            if match[1] is None or value is None:
                continue
        if match[1]:
            found[match[1]] = value or ""
    return None


def _said(braced: str, imports: Mapping[str, str]) -> str | None:
    """Return what an attribute's expression says: a string, a number, or the file that was imported."""
    literal = _STRING.fullmatch(braced)
    if literal:
        return next((part for part in literal.groups() if part), "")
    named = _NAMED.fullmatch(braced)
    if named and named[1] in imports:
        return imports[named[1]]
    return named[1] if named and named[1].isdecimal() else None

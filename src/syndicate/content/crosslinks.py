"""Links from one article to another by the name of its file -> the address of its page. Pure.

What Jekyll's ``post_url``, Hugo's ``ref``, wiki links and links to ``other.md`` have in common. A text is
read and kept before anyone knows where the others lie, so it holds `INTERNAL` addresses until it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape, unescape
from urllib.parse import unquote

from syndicate.content.embeds.pieces import INTERNAL
from syndicate.content.suffixes import SUFFIXES
from syndicate.model import Body

_MARK = f'href="{INTERNAL}'
_LINK = re.compile(rf' href="{re.escape(INTERNAL)}([^"#]*)(#[^"]*)?"')
# In what is safe no link holds another, and every value is quoted.
_WHOLE = re.compile(
    rf'<a((?: [\w:-]+="[^"]*")*?) href="{re.escape(INTERNAL)}([^"#]*)(#[^"]*)?"((?: [\w:-]+="[^"]*")*)>'
    r"((?:[^<]|<(?!/?a[ >]))*)(</a>)?"
)
_ID = re.compile(r' id="[^"]*"')
_SUFFIXES = frozenset(suffix[1:] for suffix in SUFFIXES)


def linked(bodies: dict[str, Body], names: Callable[[], Names]) -> dict[str, Body]:
    """Return `bodies`, by path, with their links to other articles leading where those are.

    A link to what is no article goes and leaves its words. `names` is asked only if needed.
    """
    crossing = {path: body for path, body in bodies.items() if _MARK in body.html}
    if not crossing:
        return bodies
    known = names()
    made = {path: replace(body, html=_WHOLE.sub(known.link, body.html)) for path, body in crossing.items()}
    return {**bodies, **made}


def names_in(html: str) -> set[str]:
    """Return the names of the articles that a text links to, as `name_of` has them."""
    return {_last(unquote(unescape(match[1]))) for match in _LINK.finditer(html)} if _MARK in html else set()


def name_of(path: str) -> str:
    """Return the name by which links know the article in the file at `path`."""
    return _last(path)


class Names:
    """Knows articles by the last part of their path or address, whatever their suffix and the case.

    `places` are (path of the article's file, absolute URL of its page), for all of them: as it takes long to
    read them, who leads the links of many texts makes one and keeps it.
    """

    def __init__(self, places: Iterable[tuple[str, str]]) -> None:
        self._by_name: dict[str, list[tuple[str, str]]] = {}
        self._by_address: dict[str, str] = {}
        for path, url in places:
            self._by_address.setdefault(_last(unquote(url.partition("?")[0])), url)
            whole = _bare(path)
            self._by_name.setdefault(whole.rpartition("/")[2], []).append((whole, url))

    def link(self, match: re.Match[str]) -> str:
        before, name, fragment, after, words, end = (part or "" for part in match.groups())
        url = self._address(name)
        if url:
            return f'<a{before} href="{escape(url)}{fragment}"{after}>{words}{end}'
        kept = _ID.search(before + after)  # others may lead to it
        return words if end and not kept else f"<a{kept[0] if kept else ''}>{words}{end}"

    def _address(self, written: str) -> str:
        name = _bare(unquote(unescape(written)))
        found = self._by_name.get(name.rpartition("/")[2], ())
        # Of several the one whose path ends as the link says, else the first by its path.
        best = min(found, key=lambda one: (not f"/{one[0]}".endswith(f"/{name}"), one[0]), default=None)
        return best[1] if best else self._by_address.get(name, "")


def _last(path: str) -> str:
    return _bare(path).rpartition("/")[2]


def _bare(path: str) -> str:
    """Return a path in lower case without its suffix, without dots that climb, and without ``/index``."""
    parts = [part for part in path.strip().casefold().split("/") if part not in ("", ".", "..", "_posts")]
    if not parts:
        return ""
    stem, _, suffix = parts[-1].rpartition(".")
    if stem and suffix in _SUFFIXES:
        parts[-1] = stem
    if parts[-1] in ("index", "_index") and len(parts) > 1:
        parts.pop()
    return "/".join(parts)

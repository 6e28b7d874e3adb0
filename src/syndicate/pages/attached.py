"""The recordings and files that go with an article, as its page offers them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from syndicate.filetypes import TYPES
from syndicate.model import Article, Enclosure
from syndicate.pages.addresses import path_below

_SHORT: Final = re.compile(r"[A-Za-z0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Attached:
    """One of them. `path` is for `link`, `form` a short word such as MP3, `length` in bytes, 0 if unknown."""

    kind: Literal["audio", "video", "file"]
    path: str
    name: str
    form: str
    length: int


def attached(article: Article) -> tuple[Attached, ...]:
    """Return what goes with `article` and is not in its text already, each once, in the author's order."""
    found: dict[str, Attached] = {}
    for one in article.enclosures:
        path = path_below(article.slug, one.src)
        if path and not _is_in(article.html, one.src):
            found.setdefault(path, _attached(one, path))
    return tuple(found.values())


def _attached(one: Enclosure, path: str) -> Attached:
    name = unquote(PurePosixPath(urlsplit(one.src).path).name) or urlsplit(one.src).netloc or one.src
    suffix = PurePosixPath(name).suffix.lower()
    kind = one.type or TYPES.get(suffix, "")
    form = suffix[1:] or kind.partition("/")[2]
    return Attached(_player(kind), path, name, form.upper() if _SHORT.fullmatch(form) else "", one.length)


def _player(kind: str) -> Literal["audio", "video", "file"]:
    """Return what shows a file of that media type."""
    family = kind.partition("/")[0]
    return "audio" if family == "audio" else "video" if family == "video" else "file"


def _is_in(html: str, src: str) -> bool:
    return any(f'{name}="{one}"' in html for name in ("src", "href") for one in (src, escape(src)))


def has_video(all_of_it: Sequence[Attached]) -> bool:
    """Return whether one of them is a film, whose first picture is then the article's."""
    return any(one.kind == "video" for one in all_of_it)

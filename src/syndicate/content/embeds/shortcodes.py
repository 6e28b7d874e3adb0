"""Shortcodes of Hugo and Nikola: ``{{< name … >}}`` and ``{{% name … %}}``."""

from __future__ import annotations

import re

from syndicate.content.embeds import internal, pieces
from syndicate.content.embeds.arguments import arguments
from syndicate.content.embeds.replacing import Piece, Place, shown

_TAG = re.compile(r"\s*(/?)\s*([\w./-]+)\s*(.*?)\s*(/?)\s*", re.DOTALL)
_LINKS = {"ref", "relref", "doc"}
_CODE = {"highlight", "code"}
_SHOWN = {"raw"}


def shortcode(place: Place, at: int) -> Piece | None:
    """Return a known shortcode as HTML; of any other the tags go and what is between them stays."""
    closer = {"<": ">}}", "%": "%}}", "&": "&gt;}}"}[place.text[at + 2]]
    start = at + (6 if closer == "&gt;}}" else 3)
    end = place.find(closer, start)
    if end < 0:
        return None
    after = end + len(closer)
    inner = place.text[start:end]
    if inner.lstrip().startswith("/*"):
        return Piece(after, html=shown(place.text[at:start] + inner.strip()[2:-2] + closer))
    tag = _TAG.fullmatch(inner)
    if tag is None or tag[1]:
        return Piece(after)
    name = tag[2].rpartition("/")[2].lower().removesuffix(".html")
    words, named = arguments(tag[3])
    if name in _LINKS:
        target = words[0] if words else named.get("path", "")
        return internal.article(place, at, after, target)
    if name in _CODE or name in _SHOWN:
        close = place.search(_closing(name), after)
        if close is None:
            return Piece(after)
        between = place.text[after : close.start()]
        if name in _SHOWN:
            return Piece(close.end(), html=shown(between))
        return Piece(close.end(), html=pieces.code(between, words[0] if words else named.get("lang", "")))
    if name == "thumbnail" and words:
        close = place.search(_closing(name), after)
        caption = place.text[after : close.start()].strip() if close else ""
        html = pieces.figure(words[:1], {**named, "caption": caption[:1_000]})
        return Piece(close.end() if close else after, html=html)
    make = pieces.EMBEDS.get(name)
    return Piece(after, html=make(words, named)) if make else Piece(after)


def _closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"\{{\{{(?:<|%|&lt;)\s*/\s*{name}\s*(?:>|%|&gt;)\}}\}}")


DIALECT = {"{{<": shortcode, "{{%": shortcode, "{{&lt;": shortcode}

"""What other programs embed in a text, made plain: one file per dialect, and the tables of them."""

from __future__ import annotations

from syndicate.content.embeds import (
    attributes,
    containers,
    emoji,
    internal,
    liquid,
    notes,
    obsidian,
    pelican,
    shortcodes,
    wordpress,
)
from syndicate.content.embeds.replacing import Code, Dialects, Replaced, replace

_SHARED = (shortcodes.DIALECT, liquid.DIALECT, wordpress.DIALECT)
HTML = Dialects(*_SHARED)
MARKDOWN = Dialects(*_SHARED, obsidian.DIALECT, attributes.DIALECT, containers.DIALECT)


def finish(html: str) -> str:
    """Return what was rendered without what is only seen once it is: addresses and the names of emoji."""
    return emoji.finish(pelican.finish(internal.finish(html)))


def finish_markdown(html: str) -> str:
    """Return what was rendered of Markdown as `finish` does, and without the marks of notes and contents."""
    return notes.finish(finish(attributes.finish(html)))


__all__ = ["HTML", "MARKDOWN", "Code", "Dialects", "Replaced", "finish", "finish_markdown", "replace"]

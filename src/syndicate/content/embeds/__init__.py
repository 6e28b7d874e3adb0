"""What other programs embed in a text, made plain: one file per dialect, and the tables of them."""

from __future__ import annotations

from syndicate.content.embeds import attributes, liquid, obsidian, pelican, shortcodes, wordpress
from syndicate.content.embeds.replacing import Dialect, Piece, Replaced, replace

HTML: tuple[Dialect, ...] = (shortcodes.DIALECT, liquid.DIALECT, wordpress.DIALECT)
MARKDOWN: tuple[Dialect, ...] = (*HTML, obsidian.DIALECT, attributes.DIALECT)

finish = pelican.finish

__all__ = ["HTML", "MARKDOWN", "Dialect", "Piece", "Replaced", "finish", "replace"]

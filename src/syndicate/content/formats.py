"""The table of formats: suffix -> how a file of it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.content import html, markdown, mdx, plaintext, rst
from syndicate.content.reading import Read


@dataclass(frozen=True, slots=True)
class Format:
    """How one format is read. `skim` gives what `read` gives, but its `html` may be empty: it is quick.

    What a skim says of title, dates, language, tags and authors equals what a reading says.
    """

    read: Read
    skim: Read


FORMATS: Mapping[str, Format] = {
    ".md": Format(markdown.read, markdown.skim),
    ".markdown": Format(markdown.read, markdown.skim),
    ".mdx": Format(mdx.read, mdx.skim),
    ".html": Format(html.read, html.skim),
    ".htm": Format(html.read, html.skim),
    ".rst": Format(rst.read, rst.skim),
    ".txt": Format(plaintext.read, plaintext.read),
}

"""Markdown -> HTML: CommonMark with tables, strikethrough, footnotes, task lists and bare addresses (GFM).

The only file that knows pyromark. It takes time in proportion to the text, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import cache

import pyromark
from pyromark import Options

from syndicate.content import embeds, footnotes, headings
from syndicate.content.autolinks import link_addresses
from syndicate.content.codeblocks import plain_code
from syndicate.content.reading import Reading, Source, same_title
from syndicate.errors import ContentError
from syndicate.markup import bare_text, sanitise

# In what was rendered a comment inside code is escaped, so this finds only real ones.
_MORE = re.compile(r"<!--\s*(?:more|TEASER_END|excerpt)\s*-->", re.IGNORECASE)
_CODE_SIGNS = ("`", "~~~", "    ", "\t")
_SILENT = Reading(html="")
_PLAIN = re.compile(r"[^*_`\[\]<>&\\~{}$%!|^]*")


@dataclass(frozen=True, slots=True)
class Flavour:
    """A kind of Markdown: what is embedded in it, and where in it is code."""

    dialects: embeds.Dialects
    code: embeds.Code


def skim(source: Source, flavour: Flavour | None = None) -> Reading:
    """Return the title alone, "" where the front matter has one; nothing is rendered."""
    if source.title:
        return _SILENT
    found = headings.find(source.text)
    return Reading(html="", title=_words(found.text, source, flavour or PLAIN) if found else "")


def read(source: Source, flavour: Flavour | None = None) -> Reading:
    """Return the text as HTML; its first level-one heading is the title where the front matter has none.

    A heading that serves as the title, or repeats it, leaves the text.
    """
    flavour = flavour or PLAIN
    text, title = source.text, ""
    found = headings.find(text)
    if found is not None:
        words = _words(found.text, source, flavour)
        if words and (not source.title or same_title(words, source.title)):
            text = text[: found.start] + text[found.end :]
            title = "" if source.title else words
    if title and "page.title" in text:
        source = changed(source, title=title)
    html = _to_html(text, source, flavour)
    more = _MORE.search(html) if "<!--" in html else None
    return Reading(html=html, title=title, teaser=html[: more.start()] if more else "")


def _to_html(text: str, source: Source, flavour: Flavour) -> str:
    replaced = embeds.replace(text, flavour.dialects, source, flavour.code)
    html = headings.with_ids(footnotes.gathered(_rendered(replaced.text, source.path)))
    return plain_code(embeds.finish_markdown(replaced.restore(link_addresses(html, text))))


def code_in(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of each piece of code in Markdown, in order: blocks of both kinds, and spans."""
    if not any(sign in text for sign in _CODE_SIGNS) and text[:1] not in (" ", "\t"):
        return
    data = text.encode("utf-8", "replace")
    at_byte, at = 0, 0
    open_block = -1
    for event, where in _parser().events_with_range(_encodable(text), merge_text=True):
        begun = event.get("Start") if isinstance(event, dict) else None
        block = isinstance(begun, dict) and "CodeBlock" in begun
        if not block and not (isinstance(event, dict) and "Code" in event):
            continue
        start, end = where["start"], where["end"]
        if start < open_block:
            continue
        at += len(data[at_byte:start].decode("utf-8", "replace"))
        stop = at + len(data[start:end].decode("utf-8", "replace"))
        yield at, stop
        at_byte, at, open_block = end, stop, end


PLAIN = Flavour(embeds.MARKDOWN, code_in)


def _words(heading: str, source: Source, flavour: Flavour) -> str:
    """Return the words of a heading's Markdown."""
    if _PLAIN.fullmatch(heading):
        return " ".join(heading.split())
    replaced = embeds.replace(heading, flavour.dialects, source, flavour.code)
    return bare_text(sanitise(replaced.bare(_rendered(replaced.text, source.path))))


def _rendered(text: str, path: str) -> str:
    try:
        return _parser().html(_encodable(text))
    except BaseException as error:
        # A panic of the library's Rust is no Exception; nothing of it is left half done.
        if type(error).__name__ != "PanicException":
            raise
        raise ContentError(path, "is Markdown that cannot be read; please report it") from None


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # lone surrogates
        return text.encode("utf-8", "replace").decode()
    return text


@cache
def _parser() -> pyromark.Markdown:
    return pyromark.Markdown(
        options=Options.ENABLE_TABLES
        | Options.ENABLE_FOOTNOTES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_HEADING_ATTRIBUTES
        | Options.ENABLE_DEFINITION_LIST
        | Options.ENABLE_GFM
    )

"""Markdown -> HTML: CommonMark with tables, strikethrough, footnotes, task lists and bare addresses (GFM).

The only file that knows pyromark. It takes time in proportion to the text, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pyromark
from pyromark import Options

from syndicate.content import embeds, footnotes, headings
from syndicate.content.autolinks import link_addresses
from syndicate.content.reading import Reading, Source, same_title
from syndicate.errors import ContentError
from syndicate.markup import bare_text, sanitise

# In what was rendered a comment inside code is escaped, so this finds only real ones.
_MORE = re.compile(r"<!--\s*(?:more|TEASER_END|excerpt)\s*-->", re.IGNORECASE)
_PLAIN = re.compile(r"[^*_`\[\]<>&\\~{}$%!|^]*")


def skim(source: Source) -> Reading:
    """Return the title alone, "" where the front matter has one; nothing is rendered."""
    found = None if source.title else headings.find(source.text)
    return Reading(html="", title=_words(found.text, source) if found else "")


def read(source: Source) -> Reading:
    """Return the text as HTML; its first level-one heading is the title where the front matter has none.

    A heading that serves as the title, or repeats it, leaves the text.
    """
    text, title = source.text, ""
    found = headings.find(text)
    if found is not None:
        words = _words(found.text, source)
        if words and (not source.title or same_title(words, source.title)):
            text = text[: found.start] + text[found.end :]
            title = "" if source.title else words
    html = to_html(text, source)
    more = _MORE.search(html) if "<!--" in html else None
    return Reading(html=html, title=title, teaser=html[: more.start()] if more else "")


def to_html(text: str, source: Source) -> str:
    """Return Markdown as HTML that is not safe yet, with what other programs embed in it made plain."""
    replaced = embeds.replace(text, embeds.MARKDOWN, source, code_in)
    html = headings.with_ids(footnotes.gathered(_rendered(replaced.text, source.path)))
    return embeds.finish(replaced.restore(link_addresses(html, text)))


def code_in(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of each piece of code in Markdown, in order: blocks of both kinds, and spans."""
    data = text.encode("utf-8", "replace")
    at_byte, at = 0, 0
    open_block = -1
    for event, where in _parser().events_with_range(_encodable(text)):
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


def _words(heading: str, source: Source) -> str:
    """Return the words of a heading's Markdown."""
    if _PLAIN.fullmatch(heading):
        return " ".join(heading.split())
    replaced = embeds.replace(heading, embeds.MARKDOWN, source, code_in)
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

"""reStructuredText -> HTML: no file is read, no setting of the machine heeded, no word said on stderr."""

from __future__ import annotations

import re

from syndicate.content import embeds
from syndicate.content.codeblocks import plain_code
from syndicate.content.reading import Reading, Source, same_title
from syndicate.errors import ContentError

_MORE = re.compile(r"<!--\s*TEASER_END[^<>]*-->", re.IGNORECASE)
_TEASER = re.compile(r"^\.\. (TEASER_END\b[^\n]*|more)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_TEASER_SHOWN = "\n.. raw:: html\n\n   <!-- TEASER_END -->\n"
_MARK = r"([!-/:-@\[-`{-~])"
_TITLE = re.compile(
    rf"(?:(?P<over>{_MARK}\2{{1,200}})[ \t]*\n[ \t]*(?P<one>\S[^\n]*)\n(?P=over)"
    rf"|(?P<two>[^\s.][^\n]*|\.[^.\n][^\n]*)\n{_MARK}\5{{1,200}})[ \t]*(?:\n|$)"
)
# What may stand above the title: comments, targets and directives, with their indented lines.
_ABOVE = re.compile(r"(?:[ \t]*\n|\.\.(?:[ \t][^\n]*)?(?:\n(?:[ \t]+[^\n]*|[ \t]*(?=\n)))*(?:\n|$))*")
_INLINE = re.compile(
    r"(?:``|\*\*|[*`|])(?=\S)|(?<=\S)(?:``|\*\*|[*`|])_{0,2}|(?<=\w)_(?=\W|$)|:[a-z-]+:(?=`)|\\"
)


def skim(source: Source) -> Reading:
    """Return the title alone, "" where the front matter has one; docutils is not asked."""
    found = None if source.title else _title(source.text)
    return Reading(html="", title=_words(found) if found else "")


def read(source: Source) -> Reading:
    """Return the text as HTML; the section title that it begins with is its title.

    That title leaves the text where the front matter has none or the same. Raises ContentError.
    """
    from syndicate.content.docutil import Tangled, to_html  # takes a tenth of a second to import

    text, title = source.text, ""
    found = _title(text)
    if found is not None:
        words = _words(found)
        if not source.title or same_title(words, source.title):
            text = text[: found.start()] + text[found.end() :]
            title = "" if source.title else words
    try:
        made = to_html(_TEASER.sub(_TEASER_SHOWN, text))
    except Tangled as error:
        raise ContentError(source.path, str(error)) from error
    html = plain_code(embeds.finish(embeds.replace(made, embeds.HTML, source).whole()))
    more = _MORE.search(html)
    return Reading(html=html, title=title, teaser=html[: more.start()] if more else "")


def _title(text: str) -> re.Match[str] | None:
    above = _ABOVE.match(text)
    found = _TITLE.match(text, above.end() if above else 0)
    if found and found["two"] and re.fullmatch(rf"{_MARK}\1*", found["two"].strip()):
        return None  # a transition line, or a table
    return found


def _words(found: re.Match[str]) -> str:
    return " ".join(_INLINE.sub("", found["one"] or found["two"]).split())

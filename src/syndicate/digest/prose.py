"""What an operator writes as plain text, such as an intro -> paragraphs, in HTML and in text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from syndicate.markup import clean_text

_BLANK = re.compile(r"\n[ \t]*\n\s*")
_LINK = re.compile(
    r"(?P<web>https?://[^\s<>\"“”«»]+)|(?<![\w.+-])(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
)
_AFTER = ".,;:!?'’…،؛؟。、，"  # closes a sentence, not an address


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of `text`, which blank lines part; their own line ends stay."""
    lines = "\n".join(" ".join(line.split()) for line in clean_text(text).split("\n"))
    return tuple(one.strip("\n") for one in _BLANK.split(lines) if one.strip())


def linked(text: str) -> str:
    """Return a text as HTML: escaped, web and mail addresses as links, line ends as ``<br>``."""
    return "".join(_pieces(text)).replace("\n", "<br>\n")


def _pieces(text: str) -> Iterator[str]:
    at = 0
    for match in _LINK.finditer(text):
        yield escape(text[at : match.start()])
        shown = _without_end(match[0])
        at = match.start() + len(shown)
        target = shown if match["web"] else f"mailto:{shown}"
        yield f'<a class="inline" href="{escape(target)}">{escape(shown)}</a>'
    yield escape(text[at:])


def _without_end(address: str) -> str:
    """Return an address without what ends the sentence, or closes a bracket that opened before it."""
    while True:
        shorter = address.rstrip(_AFTER)
        for opening, closing in ("()", "[]", "{}"):
            if shorter.endswith(closing) and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == address:
            return address
        address = shorter

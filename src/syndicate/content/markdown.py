"""Markdown -> HTML: CommonMark with tables, strikethrough, footnotes and task lists.

The only file that knows markdown-it-py and its plugins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from syndicate.content.reading import Reading, Source, same_title
from syndicate.markup import bare_text, sanitise

# In what was rendered a comment inside code is escaped, so this finds only real ones.
_MORE = re.compile(r"<!--\s*(?:more|TEASER_END|excerpt)\s*-->", re.IGNORECASE)


def read(source: Source) -> Reading:
    """Return the text as HTML; its first level-one heading is the title where the front matter has none.

    A heading that serves as the title, or repeats it, leaves the text.
    """
    parser = _parser()
    env: dict[str, object] = {}
    tokens = parser.parse(source.text, env)
    at = _first_heading(tokens)
    title = ""
    if at is not None:
        title = _inline_text(tokens[at + 1])
        if title and (not source.title or same_title(title, source.title)):
            del tokens[at : at + 3]
        else:
            title = ""
    html = parser.renderer.render(tokens, parser.options, env)
    more = _MORE.search(html)
    return Reading(html=html, title=title, teaser=html[: more.start()] if more else "")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return parser.use(footnote_plugin).use(tasklists_plugin)


def _first_heading(tokens: Sequence[Token]) -> int | None:
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            return index if token.tag == "h1" and token.level == 0 else None
    return None


def _inline_text(inline: Token) -> str:
    parser = _parser()
    html = parser.renderer.render([inline], parser.options, {})
    return bare_text(sanitise(html))

"""docutils made safe and quiet: the only file that knows it. Import it only where a text is rendered."""

from __future__ import annotations

import gc
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, Parser, directives, roles
from docutils.utils import unescape
from docutils.writers.html5_polyglot import HTMLTranslator, Writer

from syndicate.content.embeds import pieces

_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 6,
    "warning_stream": False,
    "traceback": True,  # else docutils ends the process where it meets a fault of its own
    "doctitle_xform": False,
    "docinfo_xform": False,
    "initial_header_level": 2,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "smart_quotes": False,
    "cloak_email_addresses": False,
    "line_length_limit": 3_000_000,
    "id_prefix": "",
}
_ROLE = re.compile(r":([a-zA-Z][\w.:+-]{0,60}):`|`:([a-zA-Z][\w.:+-]{0,60}):")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([a-zA-Z][\w.:+-]{0,60})::")
_TARGET = re.compile(r"(?s)(.*?)\s*<([^<>]+)>\s*")
_CODE = ("code", "code-block", "sourcecode", "highlight", "prompt")
_GONE = ("contents", "toctree", "chart", "post-list", "template", "include", "sectnum", "meta", "slides")
_DEFINITION = re.compile(r"^[ \t]*\.\.[ \t]+\|[^\n]*(?:\n[ \t]+[^\n]*)*", re.MULTILINE)
_MOST_COMPLAINTS, _MOST_NESTED = 500, 10
_LARGE = 30_000  # characters
_lock = threading.Lock()


class Tangled(ValueError):
    """docutils cannot read a text, or not in a time and memory that it is worth; the message says why."""


def to_html(text: str) -> str:
    """Return reStructuredText as an HTML fragment that is not safe yet; its own title is a heading too.

    Raises Tangled; RecursionError where it is nested too deeply.
    """
    # A definition that holds two others, and so on for thirty, is a text of gigabytes.
    if sum(max(0, one[0].count("|") // 2 - 1) for one in _DEFINITION.finditer(text)) > _MOST_NESTED:
        raise Tangled("its substitutions hold one another; write them out")
    try:
        with _lock, _known(text):
            parts = publish_parts(
                text,
                source_path=None,
                parser=_Parser(),
                writer=_Writer(),
                settings_overrides=_SETTINGS,
            )
    except (Tangled, RecursionError):
        raise
    except Exception as error:  # its own faults, such as an int of 10,000 digits
        raise Tangled(f"docutils cannot read it: {type(error).__name__}: {str(error)[:100]}") from error
    finally:
        if len(text) > _LARGE:
            gc.collect()  # its trees are rings, of a hundred times the text; they add up until Python looks
    return str(parts["body"])


class _Parser(Parser):  # type: ignore[misc]  # docutils has no types
    """Gives a text up that makes docutils complain without end: each complaint is kept, with its place."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        complaints = 0

        def hear(_message: nodes.system_message) -> None:
            nonlocal complaints
            complaints += 1
            if complaints > _MOST_COMPLAINTS:
                raise Tangled(f"has more than {_MOST_COMPLAINTS} faults that docutils names; correct them")

        document.reporter.attach_observer(hear)
        super().parse(inputstring, document)


class _Translator(HTMLTranslator):  # type: ignore[misc]  # docutils has no types
    """Writes literal text as code: for a reader it is the same."""

    def visit_literal(self, node: nodes.literal) -> None:
        self.body.append(f"<code>{escape(node.astext(), quote=False)}</code>")
        raise nodes.SkipNode

    def visit_admonition(self, _node: nodes.Admonition) -> None:
        self.body.append("<blockquote>\n")

    def depart_admonition(self, _node: nodes.Admonition | None = None) -> None:
        self.body.append("</blockquote>\n")

    def visit_title(self, node: nodes.title) -> None:
        if isinstance(node.parent, nodes.Admonition):
            self.body.append("<p><strong>")
            self.context.append("</strong></p>\n")
            return
        super().visit_title(node)


class _Writer(Writer):  # type: ignore[misc]  # docutils has no types
    def __init__(self) -> None:
        super().__init__()
        self.translator_class = _Translator


@contextmanager
def _known(text: str) -> Iterator[None]:
    """Make known to docutils, whose tables are global, what it would complain of in this text."""
    mine: dict[str, Any] = dict(_DIRECTIVES)
    for name in set(_DIRECTIVE.findall(text)):
        if not _is_directive(name.lower()):
            mine.setdefault(name.lower(), _Gone)
    unknown = {(one or other).lower() for one, other in _ROLE.findall(text)}
    before, roles_before = dict(directives._directives), dict(roles._roles)
    try:
        directives._directives.update(mine)
        for name in unknown:
            if name not in roles._role_registry and name not in roles._roles and not _is_role(name):
                roles._roles[name] = _role
        yield
    finally:
        for now, then in ((directives._directives, before), (roles._roles, roles_before)):
            now.clear()
            now.update(then)


def _is_directive(name: str) -> bool:
    return name in directives._directives or name in directives._directive_registry


def _is_role(name: str) -> bool:
    from docutils.parsers.rst.languages import en

    return name in en.roles


def _role(
    _name: str, _raw: str, text: str, _line: int, _inliner: object, *_: object, **__: object
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """A role of another program: its words, without what they point at."""
    words = unescape(text)
    match = _TARGET.fullmatch(words)
    return [nodes.Text(match[1] or match[2] if match else words)], []


class _Embed(Directive):  # type: ignore[misc]  # docutils has no types
    """A directive that takes whatever is given, and becomes HTML."""

    optional_arguments = 1_000
    final_argument_whitespace = True
    has_content = True

    @property
    def words(self) -> list[str]:
        """The arguments, or the words of the content where there are none."""
        return " ".join(self.arguments or list(self.content)).split()

    def run(self) -> list[nodes.Node]:
        return self.html(self.made())

    def made(self) -> str:
        return ""

    @staticmethod
    def html(text: str) -> list[nodes.Node]:
        return [nodes.raw("", text, format="html")] if text else []


class _AnyOption(dict[str, Any]):
    """Every option there may be; an option of a name nobody knows would cost the whole directive."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, _key: str) -> Callable[[str | None], str]:
        return lambda value: value or ""

    def __contains__(self, _key: object) -> bool:
        return True


_Embed.option_spec = _AnyOption()


class _Gone(_Embed):
    """A directive nobody here knows, or whose work is another program's."""


class _Code(_Embed):
    def made(self) -> str:
        language = self.arguments[0].split()[0] if self.arguments and self.arguments[0].split() else ""
        return pieces.code("\n".join(self.content), language)


class _Raw(_Embed):
    def made(self) -> str:
        return "\n".join(self.content) if "html" in self.words[:3] else ""


class _Listing(_Embed):
    """A file of code shown: no file is read, so its name stands for it."""

    def made(self) -> str:
        return f"<p><code>{escape(self.words[0])}</code></p>" if self.words else ""


class _Thumbnail(_Embed):
    """A picture that opens a larger one; its indented text is its caption."""

    def run(self) -> list[nodes.Node]:
        if not self.arguments:
            return []
        figure = nodes.figure(
            "", nodes.image(uri=directives.uri(self.arguments[0]), alt=self.options.get("alt", ""))
        )
        if self.content:
            caption = nodes.caption()
            self.state.nested_parse(self.content, self.content_offset, caption)
            words = [child for part in caption.children for child in part.children]
            figure += nodes.caption("", "", *words)
        return [figure]


def _embed(make: Callable[[list[str], dict[str, str]], str]) -> type[_Embed]:
    class Embed(_Embed):
        def made(self) -> str:
            return make(self.words, dict(self.options))

    return Embed


_DIRECTIVES: dict[str, type[Directive]] = {
    **dict.fromkeys(_CODE, _Code),
    **dict.fromkeys(_GONE, _Gone),
    "raw": _Raw,
    "listing": _Listing,
    "thumbnail": _Thumbnail,
    **{name: _embed(make) for name, make in pieces.EMBEDS.items() if name not in ("figure", "image", "img")},
}

"""The arguments of a shortcode or tag: words in order, and named values. Pure."""

from __future__ import annotations

import re
from html import unescape

_ARGUMENT = re.compile(
    r"""(?:([\w-]+)\s*[=:]\s*)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`|\{([^{}]*)\}|([^\s"'`,]+))""",
    re.DOTALL,
)


def arguments(text: str) -> tuple[list[str], dict[str, str]]:
    """Return words and named values; quotes of three kinds hold spaces."""
    words: list[str] = []
    named: dict[str, str] = {}
    for match in _ARGUMENT.finditer(unescape(text)):
        value = next((part for part in match.groups()[1:] if part is not None), "")
        value = re.sub(r"\\(.)", r"\1", value) if match[2] or match[3] else value.strip(" '\"`")
        if match[1]:
            named.setdefault(match[1].lower(), value)
        else:
            words.append(value)
    return words, named

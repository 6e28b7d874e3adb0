"""Texts -> tokens of nginx.conf, a Caddyfile or a systemd unit, so that none means more than it says. Pure.

SyndicateError where the language of that program has no way to write a text.
"""

from __future__ import annotations

import re
from typing import Final

from syndicate.errors import SyndicateError

DOLLAR: Final = "${syndicate_dollar}"  # nginx has no escape for a dollar sign, so a variable holds one
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def comment(text: str) -> str:
    """Return `text` on one line, as a comment takes it; Caddy fills in ``{$NAME}`` even there."""
    return _UNSEEN.sub(" ", text).replace("{$", "{ $").rstrip("\\ ")


def pattern(text: str) -> str:
    """Return a regular expression for the very `text`, in the words that PCRE and RE2 share."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def plain(text: str, what: str) -> str:
    """Return `text` as it is; SyndicateError, which names `what`, where it has a control character in it."""
    if _UNSEEN.search(text):
        raise SyndicateError(f"{what}: {text!r} has a control character in it; use another name")
    return text


def nginx(text: str) -> str:
    """Return a token of nginx.conf for `text`, where the directive fills in no variables."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain(escaped, "for nginx")}"'


def nginx_value(text: str) -> str:
    """Return a token of nginx.conf for `text`, where the directive fills in variables."""
    return nginx(text).replace("$", DOLLAR)


def caddy(text: str) -> str:
    """Return a token of a Caddyfile for `text`, which Caddy is not to fill in.

    Quotes know no escape but that of a quote, backticks none at all, and a brace begins a placeholder.
    """
    plain(text, "for Caddy")
    if "{" in text or "}" in text:
        raise SyndicateError(f"Caddy cannot take {text!r}: it has a brace in it; use another name")
    return caddy_literal(text)


def caddy_literal(text: str) -> str:
    """Return a token of a Caddyfile for `text`, placeholders and all."""
    if "\\" not in text:
        return '"{}"'.format(text.replace('"', '\\"'))
    if "`" not in text:
        return f"`{text}`"
    raise SyndicateError(f"Caddy cannot take {text!r}: it has a backslash and a backtick; use another name")


def systemd_path(text: str) -> str:
    """Return the value of a setting of a unit that is one path: not quoted, only specifiers are escaped."""
    plain(text, "for systemd")
    if "\\" in text or text != text.strip():
        raise SyndicateError(
            f"systemd cannot take {text!r}: it has a backslash in it, or a space at an end; use another name"
        )
    return text.replace("%", "%%")


def systemd_word(text: str) -> str:
    """Return one word of a list in a unit, quoted where it has to be (systemd.syntax(7))."""
    escaped = systemd_path(text)
    return '"{}"'.format(escaped.replace('"', '\\"')) if re.search(r"[\s\"';#]", escaped) else escaped


def systemd_argument(text: str) -> str:
    """Return one argument of ExecStart, in which a dollar sign stays one (systemd.service(5))."""
    return systemd_word(text).replace("$", "$$")

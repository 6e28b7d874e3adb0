"""Whether each slot of a letter stands where a person's own value may come, and is whole. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

from syndicate.digest.findings import Facts, Finding, Part
from syndicate.digest.slots import HTML_SLOTS, TEXT_SLOTS, marker

_OF_HEADERS: Final = {"to": ("to",), "message-id": ("id",), "list-unsubscribe": ("token",)}
_AS_SEEN: Final = 10  # characters of an edition's uid by which a marker is known that was cut or changed


def slot_findings(head: Message, text: str | None, html: str | None, facts: Facts) -> Iterator[Finding]:
    """Yield each header and part in which a slot stands that nobody fills, or that all would get filled."""
    for name, value in head.items():
        left = _left_over(decoded(str(value)), facts, _OF_HEADERS.get(name.lower(), ()))
        if left:
            yield _finding(
                "head",
                f"{name} holds {left!r}, a person's own value where one is for all; leave out email, "
                "unsubscribe_url and preferences_url",
            )
    parts: tuple[tuple[Part, str | None, tuple[str, ...]], ...] = (
        ("text", text, TEXT_SLOTS),
        ("html", html, HTML_SLOTS),
    )
    for part, content, names in parts:
        if left := _left_over(content or "", facts, names):
            words = f"{left!r} is a person's own value that a template changed, so that nobody fills it"
            yield _finding(part, f"{words}; write {{{{ email }}}} or {{{{ unsubscribe_url }}}} as it is")


def personal_links(text: str, facts: Facts) -> Iterator[Finding]:
    """Yield each link of the text part that takes what is a person's own to a foreign host."""
    for match in re.finditer(r"https?://[^\s<>\"]+", text, re.IGNORECASE):
        if facts.slot in match[0] and not facts.is_ours(match[0]):
            words = f"a link to {match[0][:80]!r} holds what is the person's own; that host must not learn it"
            yield Finding("error", "personal-link", "text", None, "", words)


def _left_over(text: str, facts: Facts, names: tuple[str, ...]) -> str:
    """Return what is left of a slot in `text` beside those called `names`, "" where nothing is."""
    sign = f"slot_{facts.uid[:_AS_SEEN]}"
    if sign.lower() not in text.lower():
        return ""
    for name in names:
        text = text.replace(marker(facts.uid, name), " ")
    found = re.search(rf"{re.escape(sign)}\w*", text, re.IGNORECASE)
    return found[0][:80] if found else ""


def decoded(value: str) -> str:
    """Return a header's value with its encoded words read, on one line; as it is where that cannot be."""
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (MessageError, ValueError, LookupError):
        return value


def _finding(part: Part, message: str) -> Finding:
    return Finding("error", "placeholder", part, None, "", message)

"""A stored letter -> what is wrong with it: what stops a send, and what only should be better. Pure.

The letter is judged as its readers' programs get it, so what made it does not matter: a look, an operator's
template, a config text. Takes any bytes and never raises for what is in them.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from typing import Final

from syndicate.digest.findings import Facts, Finding, Level, Part, placeholder
from syndicate.digest.lintpage import page_findings
from syndicate.digest.lintslots import decoded, personal_links, slot_findings
from syndicate.digest.slots import LEAVING
from syndicate.model import Rendition

__all__ = ["Facts", "Finding", "errors_of", "lint_quickly", "lint_rendition"]

LARGEST: Final = 90_000  # bytes of a letter: Gmail hides what lies beyond about 102 kB
LARGE: Final = 80_000
LONGEST_SUBJECT: Final = 78  # characters: most programs show fewer, none shows more
_PARTS: Final[tuple[Part, Part]] = ("text", "html")
_MOST_OF_A_KIND: Final = 8  # findings of one code that are told; one says how many more there are
_MOST_FINDINGS: Final = 2000


def lint_rendition(rendition: Rendition, facts: Facts) -> tuple[Finding, ...]:
    """Return what is wrong with a rendition's letter, errors first; the same finding is told once.

    A letter with an error should not be sent. `facts` is made once for all renditions of an edition.
    """
    return lint_bytes(rendition.body, facts, cut=rendition.left > 0)


def lint_bytes(body: bytes, facts: Facts, *, cut: bool = False) -> tuple[Finding, ...]:
    """Return what is wrong with a letter with slots, given as bytes; `cut` where it leaves out articles."""
    found: list[Finding] = []
    for one in _findings(body, facts, cut=cut):
        found.append(one)
        if len(found) >= _MOST_FINDINGS:
            break
    found.sort(key=lambda one: one.level != "error")
    return tuple(_told(found))


def lint_quickly(rendition: Rendition, facts: Facts) -> tuple[Finding, ...]:
    """Return what is wrong with a letter as a whole, without a look at its page: a twentieth of the time.

    For renditions that show nothing that another one, looked at in full, does not show in the same way.
    """
    body = rendition.body
    head = BytesParser().parsebytes(body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", headersonly=True)
    cut = rendition.left > 0
    found = [*_size(len(body), cut=cut), *_subject(head, facts), *_list_headers(head, facts)]
    found += slot_findings(head, None, None, facts)
    for link, part, name in zip(facts.leaving[1:], _PARTS, ("digest.txt", "digest.html"), strict=True):
        if not _holds(body, link):
            words = f"has no unsubscribe link; put {{{{ unsubscribe_url }}}} into mail/{name}"
            found.append(_finding("error", f"unsubscribe-{part}", part, words))
    return tuple(found)


def _holds(body: bytes, link: str) -> bool:
    """Tell whether a link with a slot stands in quoted-printable, which breaks the line before a slot."""
    path, slot = (one.encode() for one in (LEAVING, link.removeprefix(LEAVING)))
    starts = (match.start() for match in re.finditer(re.escape(slot), body))
    return any(body[max(0, at - 200) : at].replace(b"=\r\n", b"").endswith(path) for at in starts)


def errors_of(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return those for which a letter must not be sent."""
    return tuple(one for one in findings if one.level == "error")


def _told(found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield each finding once, and of a code that many have only the first ones."""
    counts = Counter(one.code for one in dict.fromkeys(found))
    shown: Counter[str] = Counter()
    for one in dict.fromkeys(found):
        shown[one.code] += 1
        if shown[one.code] <= _MOST_OF_A_KIND:
            yield one
        elif shown[one.code] == _MOST_OF_A_KIND + 1:
            more = counts[one.code] - _MOST_OF_A_KIND
            yield Finding(one.level, one.code, one.part, None, "", f"and {more} more of the same kind")


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter taken apart; None for a part that it has not."""

    head: Message
    text: str | None
    html: str | None


def _findings(body: bytes, facts: Facts, *, cut: bool) -> Iterator[Finding]:
    letter = _taken_apart(body)
    yield from _size(len(body), cut=cut)
    yield from slot_findings(letter.head, letter.text, letter.html, facts)
    yield from _subject(letter.head, facts)
    yield from _list_headers(letter.head, facts)
    yield from _text(letter.text, facts)
    if letter.html is None:
        yield _finding("error", "html-missing", "letter", "has no HTML part; see mail/digest.html")
    else:
        yield from page_findings(letter.html, facts)


def _finding(level: Level, code: str, part: Part, message: str, *, line: int | None = None) -> Finding:
    return Finding(level, code, part, line, "", message)


# ---------------------------------------------------------------- the letter as a whole


def _size(size: int, *, cut: bool) -> Iterator[Finding]:
    """Yield what is wrong with a size; one near the limit is what is meant where the letter was `cut`."""
    how = "programs cut a letter and hide its end: show fewer articles (max_items) or shorten the template"
    if size > LARGEST:
        yield _finding("error", "size", "letter", f"has {size:,} bytes of at most {LARGEST:,}; mail {how}")
    elif size > LARGE and not cut:
        yield _finding(
            "warning", "size", "letter", f"has {size:,} bytes; from about {LARGEST:,} on mail {how}"
        )


def _subject(head: Message, facts: Facts) -> Iterator[Finding]:
    subject = decoded(str(head.get("Subject", "")))
    if not subject.strip():
        yield _finding("error", "subject-empty", "head", "Subject is empty; write one in mail/subject.txt")
        return
    if len(subject) > LONGEST_SUBJECT:
        words = f"Subject has {len(subject)} characters; programs show {LONGEST_SUBJECT} at most"
        yield _finding("warning", "subject-long", "head", words)
    if code := placeholder(subject, facts):
        words = f"Subject holds {code!r}, which nobody filled; mend it in mail/subject.txt"
        yield Finding("error", "placeholder", "head", None, "", words, (code,))


def _list_headers(head: Message, facts: Facts) -> Iterator[Finding]:
    links = head.get_all("List-Unsubscribe", [])
    if len(links) != 1 or not re.fullmatch(r"\s*<https?://\S+>.*", str(links[0]), re.DOTALL):
        words = "List-Unsubscribe must be there once with one web address (RFC 8058)"
        yield _finding("error", "unsubscribe-header", "head", words)
    elif facts.leaving[0] not in str(links[0]):
        words = "List-Unsubscribe holds no token of the person, so it would unsubscribe nobody"
        yield _finding("error", "unsubscribe-header", "head", words)
    posts = [str(one).strip() for one in head.get_all("List-Unsubscribe-Post", [])]
    if posts != ["List-Unsubscribe=One-Click"]:
        words = "List-Unsubscribe-Post must be there once, as List-Unsubscribe=One-Click (RFC 8058)"
        yield _finding("error", "unsubscribe-post", "head", words)


def _text(text: str | None, facts: Facts) -> Iterator[Finding]:
    if text is None or not text.strip():
        words = "has no text part; who reads without HTML would see nothing: see mail/digest.txt"
        yield _finding("error", "text-missing", "letter", words)
        return
    if facts.leaving[1] not in text:
        words = "has no unsubscribe link; put {{ unsubscribe_url }} into mail/digest.txt"
        yield _finding("error", "unsubscribe-text", "text", words)
    yield from personal_links(text, facts)
    for number, line in enumerate(text.split("\n"), start=1):
        if code := placeholder(line, facts):
            words = f"{code!r} was not filled; mend it in mail/digest.txt"
            yield Finding("error", "placeholder", "text", number, "", words, (code,))


# ---------------------------------------------------------------- taking it apart


def _taken_apart(body: bytes) -> _Letter:
    message = BytesParser().parsebytes(body)
    parts: dict[str, str] = {}
    for part in message.walk():
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and kind not in parts:
            parts[kind] = _content(part)
    return _Letter(message, parts.get("text/plain"), parts.get("text/html"))


def _content(part: Message) -> str:
    raw = part.get_payload()
    data = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
    coding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    try:
        if coding == "quoted-printable":
            data = quopri.decodestring(data)
        elif coding == "base64":
            data = binascii.a2b_base64(data)
    except ValueError:
        return ""
    return data.decode("utf-8", "replace").replace("\r\n", "\n")

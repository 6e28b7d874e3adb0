"""An edition's articles -> the letter as bytes with slots, the same for everyone who gets it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from syndicate.digest.heads import headers, preferences_url, unsubscribe_url
from syndicate.digest.inline import inline
from syndicate.digest.items import Item
from syndicate.digest.lettersettings import LetterSettings
from syndicate.digest.mime import CRLF, clean_header, encode_body, raw_header
from syndicate.digest.press import Drawn, Place, Press, day_zone, press_for
from syndicate.digest.prose import linked, paragraphs
from syndicate.digest.sections import Section, by_weight, divided
from syndicate.digest.slots import LEAVING, LetterTemplate, longest_letter, marker
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.links import edition_url
from syndicate.markup import clean_text, shorten
from syndicate.model import Article, Edition, Rendition, Variant
from syndicate.templating import Templates, as_html

__all__ = ["LARGEST", "LetterSettings", "LetterTemplate", "compose"]

LARGEST = 90_000  # bytes of a letter: Gmail hides what lies beyond about 102 kB, the footer first
_MOST_ITEMS = 120  # more never fit into LARGEST
_LONGEST_SUBJECT = 180  # characters
_LONGEST_PREHEADER = 200
# After the preheader, so that a mail program's list shows nothing of what comes behind it.
_PADDING = as_html("&#847;&zwnj;&nbsp;" * 40)


def compose(
    edition: Edition,
    articles: Sequence[Article],
    settings: LetterSettings,
    templates: Templates,
    *,
    variant: Variant | None = None,
    note: str = "",
) -> Rendition:
    """Return the letter of `edition` with `articles`, those pinned or featured first, else in their order.

    `variant` is whom it is for, else who chose nothing; `note` stands above the articles. At most `LARGEST`
    bytes and `settings.most` articles: the others are counted and left to the web, and still belong to the
    rendition. The same arguments give the same bytes. Raises TemplateFault, also for a template that leaves
    out the unsubscribe link.
    """
    wanted = variant or settings.variant
    press = press_for(settings, templates, wanted)
    drawn = {id(one.item): one for one in map(press.drawn, articles)}
    items = by_weight([one.item for one in drawn.values()])
    job = _Job(edition, settings, press, items, drawn, clean_text(note))
    subject, body, left = _largest_that_fits(job)
    ids = tuple(article.id for article in articles)
    return Rendition(wanted.language, subject, body, ids, left=left)


@dataclass(frozen=True, slots=True)
class _Job:
    """What stays the same however many articles are shown."""

    edition: Edition
    settings: LetterSettings
    press: Press
    items: tuple[Item, ...]
    drawn: Mapping[int, Drawn]
    note: str

    def context(self, sections: Sequence[Section]) -> dict[str, object]:
        """Return what the templates are given: plain values, and slots for what is a person's own."""
        settings, edition = self.settings, self.edition
        shown = tuple(item for section in sections for item in section.articles)
        return {
            **self.press.context,
            "date": edition.occasion_at.astimezone(day_zone(edition, settings)).date(),
            "sections": sections,
            "articles": shown,
            "more": len(self.items) - len(shown),
            "total": len(self.items),
            "n": len(self.items),
            "note": self.note,
            "email": marker(edition.uid, "email"),
            "unsubscribe_url": unsubscribe_url(settings, edition.uid),
            "preferences_url": preferences_url(settings, edition.uid),
            "edition_url": edition_url(settings.web_url, settings.newsletter, edition.occasion, edition.uid),
        }


class _OnesOwn:
    """What is each person's own, where there is one text for all: whatever uses it fails."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        raise SyndicateError(
            f"{{{{ {self._name} }}}} is each reader's own, but a subject is the same for all; leave it out"
        )

    def __bool__(self) -> bool:
        return bool(str(self))


def _largest_that_fits(job: _Job) -> tuple[str, bytes, int]:
    """Return subject and bytes of the letter with about as many articles as fit into `LARGEST`, whatever
    the reader's address, and how many articles are left out.

    What is too large is cut in proportion, which ends just below the limit in two or three rounds. Raises
    TemplateFault where not even a letter without articles fits.
    """
    shown = min(len(job.items), job.settings.most or _MOST_ITEMS, _MOST_ITEMS)
    while True:
        subject, body = _made(job, shown)
        size = longest_letter(body, job.edition.uid)
        if size <= LARGEST:
            return subject, body, len(job.items) - shown
        if not shown:
            why = f"makes letters of {size:,} bytes without any article; at most {LARGEST:,} can be"
            raise TemplateFault(job.press.name("digest.html"), f"{why}; look at intro and footer too")
        shown = min(shown - 1, shown * LARGEST // size)


def _made(job: _Job, shown: int) -> tuple[str, bytes]:
    """Return subject and bytes of the letter that shows the first `shown` articles."""
    sections = divided(job.items[:shown], job.settings.sections)
    context = job.context(sections)
    of_nobody = {name: _OnesOwn(name) for name in ("email", "unsubscribe_url", "preferences_url")}
    subject = _line_of(job, "subject", context | of_nobody, _LONGEST_SUBJECT) or job.settings.title
    context["subject"] = subject
    context["preheader"] = _line_of(job, "preheader", context, _LONGEST_PREHEADER)
    context["padding"] = _PADDING
    for name in ("intro", "footer"):
        texts = paragraphs(job.press.own_text(name, context) or "")
        context[f"{name}_text"] = texts
        context[name] = tuple(as_html(linked(text)) for text in texts)
    places = _places(sections)
    parts = {part: _part(job, part, places, context) for part in ("txt", "html")}
    return subject, _assemble(job, subject, parts["txt"], parts["html"])


def _line_of(job: _Job, name: str, context: dict[str, object], most: int) -> str:
    own = job.press.own_text(name, context)
    text = job.press.render(f"{name}.txt", **context) if own is None else own
    return shorten(clean_header(text), most)


def _places(sections: Sequence[Section]) -> dict[int, tuple[int, Place]]:
    """Return for each article, by its identity, its number in the letter and its place."""
    found: dict[int, tuple[int, Place]] = {}
    for section in sections:
        headed = bool(section.title or section.rest)
        for at, item in enumerate(section.articles):
            first = at == 0 and (headed or not found)
            found[id(item)] = (len(found), Place(section.level, section.is_large(item), first))
    return found


def _part(
    job: _Job, part: str, places: Mapping[int, tuple[int, Place]], context: Mapping[str, object]
) -> bytes:
    """Return one part of the letter, encoded: the frame is rendered, the articles' blocks are put in."""
    uid, name = job.edition.uid, f"digest.{part}"
    text = job.press.render(name, block=_mark(uid, part, places), **context)
    if f"{LEAVING}{marker(uid, 'token')}" not in text:
        raise TemplateFault(
            job.press.name(name), "has no unsubscribe link; put {{ unsubscribe_url }} into it"
        )
    if part == "html":
        try:
            text = inline(text)
        except ValueError as error:
            raise TemplateFault(job.press.name(name), str(error)) from error
    slots = {marker(uid, one): marker(uid, f"{_SUBTYPES[part]}_{one}") for one in ("token", "email")}
    shown = {number: (item, place) for item, (number, place) in places.items()}
    pieces = re.split(_marks(uid, part), text)
    encoded = [encode_body(piece, slots) for piece in pieces[::2]]
    blocks = [shown[int(number)] for number in pieces[1::2]]
    made = [job.press.block(job.drawn[item], part, place) for item, place in blocks]
    return b"".join(one for pair in zip(encoded, [*made, b""], strict=True) for one in pair)


_SUBTYPES = {"txt": "text", "html": "html"}


def _mark(uid: str, part: str, places: Mapping[int, tuple[int, Place]]) -> Callable[[Item], str]:
    """Return what templates call as ``block(article)``: it marks where the article's block is to stand."""

    def block(article: Item) -> str:
        mark = f"{marker(uid, 'block')}{places[id(article)][0]}_"
        return as_html(f"<!--{mark}-->") if part == "html" else mark

    return block


def _marks(uid: str, part: str) -> str:
    mark = rf"{marker(uid, 'block')}(\d+)_"
    return rf"\s*<!--{mark}-->\s*" if part == "html" else rf"{mark}\n?"


def _assemble(job: _Job, subject: str, text: bytes, html: bytes) -> bytes:
    """Return headers and both parts, the text first: a reader shows the last it can (RFC 2046 5.1.4)."""
    boundary = f"=_{job.edition.uid}"  # "=_" never stands in quoted-printable (RFC 2045 section 6.7)
    delimiter = b"--" + boundary.encode("ascii")
    return b"".join(
        [
            *headers(job.edition, job.settings, subject, job.press.language),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode("ascii"),
            CRLF,
            delimiter + CRLF,
            *_headed("plain", text),
            delimiter + CRLF,
            *_headed("html", html),
            delimiter + b"--" + CRLF,
        ]
    )


def _headed(subtype: str, body: bytes) -> tuple[bytes, ...]:
    return (
        raw_header("Content-Type", f"text/{subtype}; charset=utf-8"),
        raw_header("Content-Transfer-Encoding", "quoted-printable"),
        CRLF,
        body,
    )

"""The HTML part of a letter -> what is wrong with it. Pure; one walk over the tree.

Effective colours are worked out along the tree from style attributes and style sheets, once as in light
surroundings and once as in dark ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from lxml import etree
from lxml.etree import _Element

from syndicate.digest import linttags
from syndicate.digest.cascade import SCHEMES, Scheme, Sheet, Styles
from syndicate.digest.colours import Colour, as_hex, contrast, over
from syndicate.digest.findings import Facts, Finding, Level, placeholder, plain
from syndicate.digest.linttags import finding, text_of
from syndicate.digest.looks import STARTS, Look, Looks, applied

LEAST_CONTRAST: Final = 4.5  # WCAG 2.2, 1.4.3
UNREADABLE: Final = 3.0  # below it even large letters do not read (the same criterion)

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_PADDING = re.compile(r"(?:[\u00ad\u034f\u200b\u200c\u200d\u2007\ufeff\u00a0]\s*){4,}")  # hides what follows
_NO_ELEMENTS: Final = (etree._Comment, etree._ProcessingInstruction)
_SILENT: Final = frozenset({"style", "script", "title", "head", "meta", "template", "noscript"})


def page_findings(html: str, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with a letter's page, in its order."""
    root = _tree(html)
    if root is None:
        yield Finding("error", "html-missing", "html", None, "", "is empty; see mail/digest.html")
        return
    yield from _Page(root, facts).findings()


def _tree(html: str) -> _Element | None:
    data = html.encode("utf-8", "replace").replace(b"\x00", b"")
    try:
        return etree.fromstring(data, etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.LxmlError, ValueError):
        return None


@dataclass(slots=True)
class _Walk:
    """What the walk has met so far."""

    heading: int = 0
    open_heading: _Element | None = None  # the last one, under which nothing was seen yet
    unsubscribe: bool = False
    looks: set[int] = field(default_factory=set)  # by id, those in which words were read
    pairs: set[tuple[Scheme, Colour, Colour]] = field(default_factory=set)
    headings: int = 0


class _Page:
    """One page under judgement."""

    def __init__(self, root: _Element, facts: Facts) -> None:
        self._root = root
        self._facts = facts
        css = "\n".join(style.text or "" for style in root.iter("style"))
        self._css = css
        self._sheet = _sheet(css)
        schemes = " ".join(
            (meta.get("content") or "") for meta in root.iter("meta") if meta.get("name") == "color-scheme"
        ).split()
        self._follows = "dark" in schemes
        self._schemes = SCHEMES if self._follows or self._sheet.has_dark else SCHEMES[:1]
        self._walk = _Walk()
        self._kept: dict[tuple[int, int, bool, str | None], tuple[Styles, Looks, Looks]] = {}
        self._foot = self._last_row(facts.leaving[2])

    def findings(self) -> Iterator[Finding]:
        yield from linttags.frame(self._root)
        for beside in (*self._root.itersiblings(preceding=True), *self._root.itersiblings()):
            if isinstance(beside, etree._Comment):
                yield from linttags.seen_by_outlook(beside, self._facts)
        yield from linttags.styles(self._root, self._css, self._facts)
        starts = {scheme: self._starts(scheme) for scheme in self._schemes}
        looks = {scheme: Look(words, page) for scheme, (page, words, _) in starts.items()}
        yield from self._below(self._root, looks)
        yield from self._empty_heading(0)
        if not self._walk.headings:
            yield finding("warning", "heading-missing", self._root, "has no h1; begin the page with one")
        if not self._walk.unsubscribe:
            words = "has no unsubscribe link that is seen; put {{ unsubscribe_url }} into mail/digest.html"
            yield Finding("error", "unsubscribe-html", "html", None, "", words)

    def _last_row(self, leaving: str) -> _Element | None:
        """Return the table row or block with the last unsubscribe link, where what is about articles ends."""
        links = [link for link in self._root.iter("a") if leaving in (link.get("href") or "")]
        if not links:
            return None
        above = links[-1]
        while (parent := above.getparent()) is not None and parent.tag != "body":
            if above.tag in ("tr", "footer"):
                return above
            above = parent
        return links[-1].getparent()

    # ------------------------------------------------------------ the walk

    def _below(self, element: _Element, looks: Looks) -> Iterator[Finding]:
        """Yield what is wrong with `element` and all below it; by hand, since it may be nested deeply."""
        stack: list[tuple[_Element, Looks]] = [(element, looks)]
        while stack:
            one, around = stack.pop()
            if isinstance(one, etree._Comment):
                yield from linttags.seen_by_outlook(one, self._facts)
            if isinstance(one, _NO_ELEMENTS):
                continue
            tag = one.tag
            if one is self._foot:
                yield from self._empty_heading(0)
            own = self._seen(one, around)
            yield from self._element(one, tag, own)
            if tag not in _SILENT:
                yield from self._words(one, own)
            stack.extend((child, own) for child in reversed(one))

    def _seen(self, element: _Element, around: Looks) -> Looks:
        styles = self._sheet.styles(element)
        hinted = element.get("bgcolor") or (element.get("color") if element.tag == "font" else None)
        link = element.tag == "a" and element.get("href") is not None
        if not (hinted or link or styles["light"] or styles["dark"]):
            return around
        key = (id(styles), id(around), link, hinted)  # all three are kept, so that no id comes twice
        kept = self._kept.get(key)
        if kept is None:
            looks = {
                scheme: applied(element, look, styles[scheme], self._starts(scheme)[2])
                for scheme, look in around.items()
            }
            kept = self._kept[key] = (styles, around, looks)
        return kept[2]

    def _starts(self, scheme: Scheme) -> tuple[Colour, Colour, Colour]:
        return STARTS[scheme if self._follows else "light"]

    def _words(self, element: _Element, looks: Looks) -> Iterator[Finding]:
        texts = [element.text, *(child.tail for child in element)]
        said = [text for text in texts if text and not text.isspace()]
        if not said:
            return
        if any(look.shown for look in looks.values()):
            self._walk.open_heading = None if element.tag not in _HEADINGS else self._walk.open_heading
        for text in said:
            if code := placeholder(text, self._facts):
                words = f"{code!r} was not filled; mend it in the template or the setting it comes from"
                yield finding("error", "placeholder", element, words, code)
        if id(looks) not in self._walk.looks:
            self._walk.looks.add(id(looks))
            for scheme, look in looks.items():
                yield from self._contrast(element, scheme, look, said[0])

    def _contrast(self, element: _Element, scheme: Scheme, look: Look, text: str) -> Iterator[Finding]:
        if not look.shown or look.below is None or look.opacity <= 0:
            return
        red, green, blue, share = look.words
        words = over((red, green, blue, share * look.opacity), look.below)
        pair = (scheme, words, look.below)
        if pair in self._walk.pairs:
            return
        self._walk.pairs.add(pair)
        ratio = contrast(words, look.below)
        if ratio < LEAST_CONTRAST - 0.005:
            level: Level = "error" if ratio < UNREADABLE else "warning"
            shown = plain(text)[:40]
            told = (
                f"contrast {ratio:.2f} in {scheme} surroundings, {as_hex(words)} on {as_hex(look.below)}, "
                f"is below {LEAST_CONTRAST}: {shown!r}; choose other colours"
            )
            yield finding(level, "contrast", element, told)

    # ------------------------------------------------------------ elements

    def _element(self, element: _Element, tag: str, looks: Looks) -> Iterator[Finding]:
        if element.attrib or tag in linttags.ACTIVE:
            yield from linttags.attributes(element, tag, self._facts)
        if tag == "area":
            yield from linttags.link(element, self._facts)
        elif tag == "a":
            self._see_unsubscribing(element, looks)
            yield from linttags.link(element, self._facts)
        elif tag == "img":
            self._walk.open_heading = None
            yield from linttags.picture(element, self._facts)
        elif tag in _HEADINGS:
            yield from self._heading(element, _HEADINGS[tag])

    def _see_unsubscribing(self, link: _Element, looks: Looks) -> None:
        if self._facts.leaving[2] in (link.get("href") or ""):
            seen = bool(text_of(link)) or link.find(".//img") is not None
            self._walk.unsubscribe |= seen and any(look.shown for look in looks.values())

    def _heading(self, element: _Element, level: int) -> Iterator[Finding]:
        yield from self._empty_heading(level)
        walk = self._walk
        walk.headings += 1
        text = text_of(element)
        if not text and element.find(".//img") is None:
            yield finding("warning", "heading-empty", element, "is empty; fill or remove it")
        if level > walk.heading + 1:
            before = f"h{walk.heading}" if walk.heading else "nothing"
            words = f"h{level} comes after {before}; take one level at a time"
            yield finding("warning", "heading-order", element, words)
        walk.heading = level
        is_item = element.find(".//a") is not None or _is_link(element.getparent())
        walk.open_heading = None if is_item else element

    def _empty_heading(self, level: int) -> Iterator[Finding]:
        """Yield what is wrong where a section ends: at a heading of `level`, with 0 at the letter's foot."""
        heading, self._walk.open_heading = self._walk.open_heading, None
        if heading is not None and _HEADINGS[str(heading.tag)] >= level:
            shown = text_of(heading)[:40]
            words = f"the section {shown!r} has nothing in it; show its heading only where something follows"
            yield finding("warning", "section-empty", heading, words)


@lru_cache(maxsize=8)
def _sheet(css: str) -> Sheet:
    return Sheet(css)


def _is_link(element: _Element | None) -> bool:
    return element is not None and element.tag == "a"


def preheader(html: str) -> str:
    """Return what mail programs show after the subject: the page's first words, seen or not; at most 200."""
    root = _tree(html)
    body = root.find(".//body") if root is not None else None
    if body is None:
        return ""
    hidden = next((one for one in body.iter() if _says_hidden(one) and text_of(one)), None)
    words = text_of(hidden if hidden is not None else body)
    return plain(_PADDING.split(words)[0])[:200]


def _says_hidden(element: _Element) -> bool:
    return isinstance(element.tag, str) and "display:none" in (element.get("style") or "").replace(" ", "")

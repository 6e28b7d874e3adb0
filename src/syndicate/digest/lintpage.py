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
from urllib.parse import urlsplit

from lxml import etree
from lxml.etree import _Element

from syndicate.digest.cascade import SCHEMES, Scheme, Sheet, Styles
from syndicate.digest.colours import Colour, as_hex, contrast, over
from syndicate.digest.findings import Facts, Finding, Level, placeholder, plain
from syndicate.digest.looks import STARTS, Look, Looks, applied, pixels

LEAST_CONTRAST: Final = 4.5  # WCAG 2.2, 1.4.3
UNREADABLE: Final = 3.0  # below it even large letters do not read (the same criterion)
LONGEST_STYLE: Final = 16_000  # characters: Gmail drops a style element that is longer

_ACTIVE: Final = frozenset(
    (
        *("script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed"),
        *("applet", "video", "audio", "svg", "math", "base", "canvas", "link", "portal"),
    )
)
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_PADDING = re.compile(r"(?:[\u00ad\u034f\u200b\u200c\u200d\u2007\ufeff\u00a0]\s*){4,}")  # hides what follows
_NO_ELEMENTS: Final = (etree._Comment, etree._ProcessingInstruction)
_SILENT: Final = frozenset({"style", "script", "title", "head", "meta", "template", "noscript"})
_REMOTE = re.compile(r"@import|url\(\s*[\"']?\s*(?!data:|#)([^)\"']*)", re.IGNORECASE)
_FONT = re.compile(r"@font-face", re.IGNORECASE)


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
        self._foot = self._last_row(facts.tokens[2])

    def findings(self) -> Iterator[Finding]:
        yield from self._frame()
        yield from self._styles()
        starts = {scheme: self._starts(scheme) for scheme in self._schemes}
        looks = {scheme: Look(words, page) for scheme, (page, words, _) in starts.items()}
        yield from self._below(self._root, looks)
        yield from self._empty_heading(0)
        if not self._walk.headings:
            yield self._finding(
                "warning", "heading-missing", self._root, "has no h1; begin the page with one"
            )
        if not self._walk.unsubscribe:
            words = "has no unsubscribe link that is seen; put {{ unsubscribe_url }} into mail/digest.html"
            yield Finding("error", "unsubscribe-html", "html", None, "", words)

    # ------------------------------------------------------------ the page

    def _frame(self) -> Iterator[Finding]:
        root = self._root
        if not (root.get("lang") or "").strip():
            yield self._finding("warning", "lang-missing", root, "has no lang; write lang={{ language }}")
        if root.get("dir") not in ("ltr", "rtl", "auto"):
            yield self._finding(
                "warning", "dir-missing", root, "has no dir; write dir={{ direction(language) }}"
            )
        title = next(root.iter("title"), None)
        if title is None or not (title.text or "").strip():
            yield self._finding("warning", "title-missing", root, "has no title; write {{ subject }} into it")

    def _styles(self) -> Iterator[Finding]:
        for style in self._root.iter("style"):
            css = style.text or ""
            if _FONT.search(css):
                words = "loads a font from elsewhere, which tells who reads; use fonts that machines have"
                yield self._finding("error", "remote-font", style, words)
            elif match := _REMOTE.search(css):
                words = f"loads {(match[1] or match[0])[:80]!r}; a letter may load pictures of our own alone"
                yield self._finding("error", "remote-style", style, words)
        if len(self._css) > LONGEST_STYLE:
            words = (
                f"style sheets have {len(self._css):,} characters; Gmail drops them beyond {LONGEST_STYLE:,}"
            )
            yield Finding("warning", "style-size", "html", None, "", words)

    def _last_row(self, token: str) -> _Element | None:
        """Return the table row or block with the last unsubscribe link, where what is about articles ends."""
        links = [link for link in self._root.iter("a") if token in (link.get("href") or "")]
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
                yield self._finding("error", "placeholder", element, words, code)
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
            yield self._finding(level, "contrast", element, told)

    # ------------------------------------------------------------ elements

    def _element(self, element: _Element, tag: str, looks: Looks) -> Iterator[Finding]:
        if tag in _ACTIVE:
            yield self._finding("error", "active-content", element, "has no place in a letter; remove it")
        attributes = element.attrib
        if not attributes and tag not in _HEADINGS:
            return
        for name, value in ((str(name), str(value)) for name, value in attributes.items()):
            if name[:2] == "on":
                yield self._finding("error", "active-content", element, f"{name} is a script; remove it")
            elif name in ("alt", "title", "href", "src") and (code := placeholder(value, self._facts)):
                words = f"{name} holds {code!r}, which nobody filled; mend it in the template"
                yield self._finding("error", "placeholder", element, words, code)
        if "url(" in (attributes.get("style") or "").lower() or attributes.get("background"):
            yield from self._background(element)
        if tag == "a":
            yield from self._link(element, looks)
        elif tag == "img":
            yield from self._picture(element)
        elif tag in _HEADINGS:
            yield from self._heading(element, _HEADINGS[tag])

    def _background(self, element: _Element) -> Iterator[Finding]:
        match = _REMOTE.search(element.get("style") or "")
        url = element.get("background") or (match[1] if match else "") or ""
        if url and not self._facts.is_ours(url.strip()):
            words = f"loads a background from {url[:80]!r}, which tells who reads; use a picture of our own"
            yield self._finding("error", "foreign-picture", element, words)

    def _link(self, element: _Element, looks: Looks) -> Iterator[Finding]:
        href = element.get("href")
        if href is None:
            return
        href, facts = href.strip(), self._facts
        if facts.tokens[2] in href:
            seen = bool(_text(element)) or element.find(".//img") is not None
            self._walk.unsubscribe |= seen and any(look.shown for look in looks.values())
        if facts.slot in href:
            return  # a person's own page, which is filled in later
        where = facts.judge(href)
        if where == "relative":
            words = f"href {href[:80]!r} is no whole address; in a letter it leads nowhere: write https://…"
            yield self._finding("error", "relative-link", element, words, href)
        elif where == "dead":
            words = f"leads to {href[:120]}, where nothing is published; mend the link or publish the page"
            yield self._finding("error", "dead-link", element, words, href)
        elif where == "insecure":
            words = f"leads to {href[:120]} by http, while the publication is at https; write https"
            yield self._finding("warning", "http-link", element, words, href)

    def _picture(self, element: _Element) -> Iterator[Finding]:
        self._walk.open_heading = None
        src = (element.get("src") or "").strip()
        if element.get("alt") is None:
            words = 'has no alt; describe the picture, or write alt="" where it only decorates'
            yield self._finding("error", "alt-missing", element, words, src)
        width = element.get("width")
        if not (width or "").strip():
            words = "has no width; Outlook would show it at its full size: write it in pixels"
            yield self._finding("warning", "width-missing", element, words, src)
        if any(pixels(element.get(side)) <= 1 for side in ("width", "height")):
            words = "is a pixel that nobody sees, as trackers are; remove it"
            yield self._finding("error", "tracking-pixel", element, words, src)
        if src and not _is_web(src):
            words = f"src {src[:80]!r} is no whole address; a letter shows no such picture"
            yield self._finding("error", "relative-link", element, words, src)
        elif not self._facts.is_ours(src):
            words = f"loads {src[:120]!r}, which tells that host who reads; use a picture of our own"
            yield self._finding("error", "foreign-picture", element, words, src)
        if element.get("srcset"):
            words = "has a srcset, so that it is not the same address for everyone; remove it"
            yield self._finding("warning", "picture-srcset", element, words, src)

    def _heading(self, element: _Element, level: int) -> Iterator[Finding]:
        yield from self._empty_heading(level)
        walk = self._walk
        walk.headings += 1
        text = _text(element)
        if not text and element.find(".//img") is None:
            yield self._finding("warning", "heading-empty", element, "is empty; fill or remove it")
        if level > walk.heading + 1:
            before = f"h{walk.heading}" if walk.heading else "nothing"
            words = f"h{level} comes after {before}; take one level at a time"
            yield self._finding("warning", "heading-order", element, words)
        walk.heading = level
        is_item = element.find(".//a") is not None or _is_link(element.getparent())
        walk.open_heading = None if is_item else element

    def _empty_heading(self, level: int) -> Iterator[Finding]:
        """Yield what is wrong where a section ends: at a heading of `level`, with 0 at the letter's foot."""
        heading, self._walk.open_heading = self._walk.open_heading, None
        if heading is not None and _HEADINGS[str(heading.tag)] >= level:
            shown = _text(heading)[:40]
            words = f"the section {shown!r} has nothing in it; show its heading only where something follows"
            yield self._finding("warning", "section-empty", heading, words)

    def _finding(self, level: Level, code: str, element: _Element, message: str, *clues: str) -> Finding:
        marked = element.get("class")
        given = (*(one for one in clues if one), *([f'class="{marked}"'] if marked else []))
        line: int | None = getattr(element, "sourceline", None)
        return Finding(level, code, "html", line, _name(element), message, given)


@lru_cache(maxsize=8)
def _sheet(css: str) -> Sheet:
    return Sheet(css)


def _name(element: _Element) -> str:
    marked = element.get("class")
    return f'<{element.tag} class="{marked[:60]}">' if marked else f"<{element.tag}>"


def _text(element: _Element) -> str:
    return plain("".join(map(str, element.itertext())))


def _is_link(element: _Element | None) -> bool:
    return element is not None and element.tag == "a"


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def preheader(html: str) -> str:
    """Return what mail programs show after the subject: the page's first words, seen or not; at most 200."""
    root = _tree(html)
    body = root.find(".//body") if root is not None else None
    if body is None:
        return ""
    hidden = next((one for one in body.iter() if _says_hidden(one) and _text(one)), None)
    words = _text(hidden if hidden is not None else body)
    return plain(_PADDING.split(words)[0])[:200]


def _says_hidden(element: _Element) -> bool:
    return isinstance(element.tag, str) and "display:none" in (element.get("style") or "").replace(" ", "")

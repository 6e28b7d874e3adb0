"""What is wrong with single elements of a letter's page, wherever they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import urlsplit

from lxml.etree import _Comment, _Element

from syndicate.digest.findings import Facts, Finding, Level, Link, placeholder, plain
from syndicate.digest.lintloads import css_loads, for_outlook, foreign
from syndicate.digest.looks import pixels

LONGEST_STYLE: Final = 16_000  # characters: Gmail drops a style element that is longer
ACTIVE: Final = frozenset(
    (
        *("script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed"),
        *("applet", "video", "audio", "svg", "math", "base", "canvas", "link", "portal", "bgsound"),
    )
)
_FONT = re.compile(r"@font-face", re.IGNORECASE)


def frame(root: _Element) -> Iterator[Finding]:
    """Yield what is missing of the page as a whole."""
    if not (root.get("lang") or "").strip():
        yield finding("warning", "lang-missing", root, "has no lang; write lang={{ language }}")
    if root.get("dir") not in ("ltr", "rtl", "auto"):
        yield finding("warning", "dir-missing", root, "has no dir; write dir={{ direction(language) }}")
    title = next(root.iter("title"), None)
    if title is None or not (title.text or "").strip():
        yield finding("warning", "title-missing", root, "has no title; write {{ subject }} into it")


def styles(root: _Element, css: str, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with the style sheets, whose text together is `css`."""
    for style in root.iter("style"):
        yield from style_sheet(style, facts)
    if len(css) > LONGEST_STYLE:
        words = f"style sheets have {len(css):,} characters; Gmail drops them beyond {LONGEST_STYLE:,}"
        yield Finding("warning", "style-size", "html", None, "", words)


def style_sheet(style: _Element, facts: Facts) -> Iterator[Finding]:
    """Yield what a style sheet loads that is not a picture of our own."""
    own = style.text or ""
    if _FONT.search(own):
        words = "loads a font from elsewhere, which tells who reads; use fonts that machines have"
        yield finding("error", "remote-font", style, words)
    elif urls := [url for url in css_loads(own) if not facts.is_ours(url) or "@import" in own.lower()]:
        words = f"loads {urls[0][:80]!r}; a letter may load pictures of our own alone"
        yield finding("error", "remote-style", style, words)


def attributes(element: _Element, tag: str, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with an element by its name and attributes alone."""
    if tag in ACTIVE:
        yield finding("error", "active-content", element, "has no place in a letter; remove it")
    given = element.attrib
    for name, value in ((str(name), str(value)) for name, value in given.items()):
        if name[:2] == "on":
            yield finding("error", "active-content", element, f"{name} is a script; remove it")
        elif name in ("alt", "title", "href", "src") and (code := placeholder(value, facts)):
            words = f"{name} holds {code!r}, which nobody filled; mend it in the template"
            yield finding("error", "placeholder", element, words, code)
    if tag == "meta" and (given.get("http-equiv") or "").strip().lower() == "refresh":
        yield finding("error", "active-content", element, "leads elsewhere by itself; remove it")
    yield from loaded(element, tag, facts)


def loaded(element: _Element, tag: str, facts: Facts) -> Iterator[Finding]:
    """Yield what an element loads from elsewhere, or at an address that is not the same for everyone."""
    for name, url in foreign(element, tag, facts):
        if facts.slot in url:
            words = f"{name} has an address of each person's own, as trackers have; show everyone the same"
            yield finding("error", "tracking-pixel", element, words)
        else:
            words = f"{name} loads {url[:80]!r}, which tells who reads; use a picture of our own"
            yield finding("error", "foreign-picture", element, words, url)
    if tag in ("img", "source") and element.get("srcset"):
        words = "has a srcset, so that it is not the same address for everyone; remove it"
        yield finding("warning", "picture-srcset", element, words, element.get("src") or "")


def seen_by_outlook(comment: _Comment, facts: Facts) -> Iterator[Finding]:
    """Yield what is loaded from elsewhere in a comment that Outlook reads."""
    for element in for_outlook(comment):
        tag = str(element.tag)
        if tag in ACTIVE:
            yield finding("error", "active-content", element, "has no place in a letter; remove it")
        yield from loaded(element, tag, facts)
        if tag == "style":
            yield from style_sheet(element, facts)
        elif tag in ("img", "image"):
            yield from _source(element, facts)
        elif tag in ("a", "area"):
            yield from link(element, facts)


def link(element: _Element, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with where a link leads; a person's own page is filled in later."""
    href = (element.get("href") or "").strip()
    if element.get("href") is None:
        return
    where = facts.judge(href) if facts.slot not in href else _personal(href, facts)
    if where == "personal":
        words = f"leads to {href[:80]!r} with what is the person's own; that host must not learn it"
        yield finding("error", "personal-link", element, words)
        return
    if where == "relative":
        words = f"href {href[:80]!r} is no whole address; in a letter it leads nowhere: write https://…"
        yield finding("error", "relative-link", element, words, href)
    elif where == "dead":
        words = f"leads to {href[:120]}, where nothing is published; mend the link or publish the page"
        yield finding("warning", "dead-link", element, words, href)
    elif where == "insecure":
        words = f"leads to {href[:120]} by http, while the publication is at https; write https"
        yield finding("warning", "http-link", element, words, href)


def picture(element: _Element, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with a picture."""
    src = (element.get("src") or "").strip()
    if element.get("alt") is None:
        words = 'has no alt; describe the picture, or write alt="" where it only decorates'
        yield finding("error", "alt-missing", element, words, src)
    width = element.get("width")
    if not (width or "").strip():
        words = "has no width; Outlook would show it at its full size: write it in pixels"
        yield finding("warning", "width-missing", element, words, src)
    if any(pixels(element.get(side)) <= 1 for side in ("width", "height")):
        words = "is a pixel that nobody sees, as trackers are; remove it"
        yield finding("error", "tracking-pixel", element, words, src)
    yield from _source(element, facts)


def _source(element: _Element, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with where a picture is."""
    src = (element.get("src") or "").strip()
    if facts.slot in src:
        words = "has an address of each person's own, as trackers have; show everyone the same"
        yield finding("error", "tracking-pixel", element, words)
    elif src and not is_web(src):
        words = f"src {src[:80]!r} is no whole address; a letter shows no such picture"
        yield finding("error", "relative-link", element, words, src)
    elif not src or not facts.is_ours(src):
        words = f"loads {src[:120]!r}, which tells that host who reads; use a picture of our own"
        yield finding("error", "foreign-picture", element, words, src)
    elif facts.judge(src) == "dead":
        words = f"loads {src[:120]}, where nothing is published; mend the address or publish the picture"
        yield finding("warning", "dead-picture", element, words, src)


def _personal(href: str, facts: Facts) -> Link | Literal["personal"]:
    """Return what is wrong with where a link leads that holds what is a person's own."""
    if facts.is_ours(href) or href[:7].lower() == "mailto:":
        return "good"
    return "personal" if "//" in href else "relative"


def finding(level: Level, code: str, element: _Element, message: str, *clues: str) -> Finding:
    """Return a finding about an element; `clues` are texts that its template may hold."""
    marked = element.get("class")
    given = (*(one for one in clues if one), *([f'class="{marked}"'] if marked else []))
    line: int | None = getattr(element, "sourceline", None)
    return Finding(level, code, "html", line, _name(element), message, given)


def _name(element: _Element) -> str:
    marked = element.get("class")
    return f'<{element.tag} class="{marked[:60]}">' if marked else f"<{element.tag}>"


def text_of(element: _Element) -> str:
    """Return the words in an element, with white space as one space."""
    return plain("".join(map(str, element.itertext())))


def is_web(url: str) -> bool:
    """Tell whether an address is a whole one of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)

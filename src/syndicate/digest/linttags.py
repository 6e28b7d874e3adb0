"""What is wrong with single elements of a letter's page, wherever they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from lxml.etree import _Element

from syndicate.digest.findings import Facts, Finding, Level, placeholder, plain
from syndicate.digest.looks import pixels

LONGEST_STYLE: Final = 16_000  # characters: Gmail drops a style element that is longer
ACTIVE: Final = frozenset(
    (
        *("script", "form", "input", "button", "select", "textarea", "iframe", "frame", "object", "embed"),
        *("applet", "video", "audio", "svg", "math", "base", "canvas", "link", "portal"),
    )
)
_REMOTE = re.compile(r"@import|url\(\s*[\"']?\s*(?!data:|#)([^)\"']*)", re.IGNORECASE)
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


def styles(root: _Element, css: str) -> Iterator[Finding]:
    """Yield what is wrong with the style sheets, whose text together is `css`."""
    for style in root.iter("style"):
        own = style.text or ""
        if _FONT.search(own):
            words = "loads a font from elsewhere, which tells who reads; use fonts that machines have"
            yield finding("error", "remote-font", style, words)
        elif match := _REMOTE.search(own):
            words = f"loads {(match[1] or match[0])[:80]!r}; a letter may load pictures of our own alone"
            yield finding("error", "remote-style", style, words)
    if len(css) > LONGEST_STYLE:
        words = f"style sheets have {len(css):,} characters; Gmail drops them beyond {LONGEST_STYLE:,}"
        yield Finding("warning", "style-size", "html", None, "", words)


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
    if "url(" in (given.get("style") or "").lower() or given.get("background"):
        yield from background(element, facts)


def background(element: _Element, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with a background that is a picture."""
    match = _REMOTE.search(element.get("style") or "")
    url = element.get("background") or (match[1] if match else "") or ""
    if url and not facts.is_ours(url.strip()):
        words = f"loads a background from {url[:80]!r}, which tells who reads; use a picture of our own"
        yield finding("error", "foreign-picture", element, words)


def link(element: _Element, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with where a link leads; a person's own page is filled in later."""
    href = (element.get("href") or "").strip()
    if element.get("href") is None or facts.slot in href:
        return
    where = facts.judge(href)
    if where == "relative":
        words = f"href {href[:80]!r} is no whole address; in a letter it leads nowhere: write https://…"
        yield finding("error", "relative-link", element, words, href)
    elif where == "dead":
        words = f"leads to {href[:120]}, where nothing is published; mend the link or publish the page"
        yield finding("error", "dead-link", element, words, href)
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
    if facts.slot in src:
        words = "has an address of each person's own, as trackers have; show everyone the same"
        yield finding("error", "tracking-pixel", element, words)
    elif src and not is_web(src):
        words = f"src {src[:80]!r} is no whole address; a letter shows no such picture"
        yield finding("error", "relative-link", element, words, src)
    elif not facts.is_ours(src):
        words = f"loads {src[:120]!r}, which tells that host who reads; use a picture of our own"
        yield finding("error", "foreign-picture", element, words, src)
    if element.get("srcset"):
        words = "has a srcset, so that it is not the same address for everyone; remove it"
        yield finding("warning", "picture-srcset", element, words, src)


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

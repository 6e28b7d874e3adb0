"""The body of an article, made comfortable to read on a page. Pure.

What is wide scrolls inside itself and can be reached with the keyboard; pictures load when they are near.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape

from syndicate.model import Picture

# A whole start or end tag: what stands in a quoted value is never taken for markup of its own.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"\s([a-zA-Z:-]+)=(\"[^\"]*\")")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LOADING = re.compile(r"\sloading\s*=", re.IGNORECASE)
_SIZED = re.compile(r"\s(?:width|height)\s*=", re.IGNORECASE)


def readable(html: str, picture: Picture | None = None, *, eager: bool = False) -> str:
    """Return sanitised `html` with its tables and code in scrolling boxes and its pictures lazy.

    The first picture is not where it is `eager`: it is likely in view at once. `picture`, where the text
    shows it, is given its size, so that nothing jumps when it comes.
    """
    return _TAG.sub(_Tags(picture, eager), html)


def elsewhere(html: str, page_url: str, base: str, root: str) -> str:
    """Return readable `html` of the article at `page_url` as another page shows it among others.

    Its addresses lead where they did: below the URL `base` by way of `root`, the link to that from the other
    page. Headings are below those of that page, and no element has an id, which two articles may share.
    """
    from syndicate.markup import absolutise  # heavy, and not needed for articles

    return _TAG.sub(partial(_moved, f'"{base}/', f'"{root}'), absolutise(html, page_url))


def _moved(base: str, root: str, match: re.Match[str]) -> str:
    closing, name, attributes = match[1], match[2].lower(), match[3]
    if name in _HEADINGS:
        name = f"h{min(int(name[1]) + 2, 6) if name != 'h1' else 4}"
    attributes = _ATTRIBUTE.sub(lambda one: _moved_attribute(base, root, one), attributes)
    return f"<{closing}{name}{attributes}>"


def _moved_attribute(base: str, root: str, match: re.Match[str]) -> str:
    name, value = match[1], match[2]
    if name in ("id", "headers"):
        return ""
    if name in ("href", "src", "poster", "cite") and value.startswith(base):
        return f" {name}={root}{value.removeprefix(base)}"
    return match[0]


class _Tags:
    """Changes one tag after another; knows which picture is the first."""

    def __init__(self, picture: Picture | None, eager: bool) -> None:
        self._eager = eager
        self._size, self._sources = "", ()  # type: tuple[str, tuple[str, ...]]
        if picture and picture.width and picture.height:
            self._size = f' width="{picture.width}" height="{picture.height}"'
            self._sources = (f' src="{picture.src}"', f' src="{escape(picture.src)}"')

    def __call__(self, match: re.Match[str]) -> str:
        whole, closing, name, attributes = match[0], match[1], match[2].lower(), match[3]
        if name == "table":
            return f"{whole}</div>" if closing else f'<div class="scroll" tabindex="0">{whole}'
        if closing:
            return whole
        if name == "pre" and "tabindex" not in attributes:
            return f'<pre tabindex="0"{attributes}>'
        return self._image(whole, attributes) if name == "img" else whole

    def _image(self, whole: str, attributes: str) -> str:
        eager, self._eager = self._eager, False
        sized = any(one in attributes for one in self._sources) and not _SIZED.search(attributes)
        size = self._size if sized else ""
        if _LOADING.search(attributes) or eager:
            return f"<img{size}{attributes}>" if size else whole
        return f'<img loading="lazy" decoding="async"{size}{attributes}>'

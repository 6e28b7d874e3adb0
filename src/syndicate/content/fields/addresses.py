"""The addresses that front matter gives: of the article, of its old places, and of its first one. Pure.

They come from anybody's files: none leads out of the publication by ``..``, by a backslash or by ``//``, and
none has another scheme than http and https.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

LONGEST = 1000  # characters
_HTTP = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLACEHOLDER = re.compile(r"[{}]|(?:^|/|-|_):[a-z]", re.IGNORECASE)
_JEKYLL_STYLES = frozenset(("pretty", "date", "ordinal", "weekdate", "none", "true", "false"))
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\<>\"]")


def absolute(text: str) -> str:
    """Return an http or https address as it is, "" for anything else."""
    if len(text) > LONGEST or not _HTTP.fullmatch(text) or _FORBIDDEN.search(text):
        return ""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
        return text if parts.hostname else ""
    except ValueError:
        return ""


def is_pattern(text: str) -> bool:
    """Return whether `text` is a pattern of another program, or a name of one, and so no address."""
    return text.lower() in _JEKYLL_STYLES or (
        _PLACEHOLDER.search(text) is not None and not _SCHEME.match(text)
    )


def own(text: str) -> str:
    """Return the address an article asks for: absolute, or a path with a slash before it; "" for none.

    A file of the folder (Pelican's ``save_as``) is the folder: ``x/index.html`` is ``/x/``.
    """
    if _SCHEME.match(text):
        return absolute(text)
    if not text or len(text) > LONGEST or _FORBIDDEN.search(text) or text.startswith("//"):
        return ""
    path = text.partition("#")[0].partition("?")[0]
    if any(part.strip() in ("..", ".") for part in unquote(path).replace("\\", "/").split("/")):
        return ""
    path = re.sub(r"(?:^|(?<=/))index\.html?$", "", path)
    return "/" + path.lstrip("/")


def old(text: str) -> str:
    """Return an old address of the article, "" where `text` is none: in a vault aliases are other titles."""
    if any(character.isspace() for character in text) or not ("/" in text or text.lower().endswith(".html")):
        return ""
    return "" if is_pattern(text) else own(text)


def last_segment(text: str) -> str:
    """Return the last name in a path, without ``index.html`` and a page's suffix; "" where it has none."""
    segments = [part for part in re.split(r"[/\\]", text) if part.strip(". ")]
    if segments and segments[-1].lower() in ("index.html", "index.htm"):
        segments.pop()
    return re.sub(r"\.(?:html?|md|php)$", "", segments[-1]) if segments else ""

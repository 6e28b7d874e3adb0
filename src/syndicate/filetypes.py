"""What a published file is, by its name and first bytes: a table of our own, as machines' differ. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

UNKNOWN = "application/octet-stream"
RSS, ATOM, JSON_FEED, OPML = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "text/x-opml",
)
FEEDS = frozenset({RSS, ATOM, JSON_FEED})

TYPES: Mapping[str, str] = {
    ".aac": "audio/aac",
    ".atom": ATOM,
    ".avif": "image/avif",
    ".css": "text/css",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".gz": "application/gzip",
    ".htm": "text/html",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".m4v": "video/mp4",
    ".md": "text/markdown",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opml": OPML,
    ".opus": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".rss": RSS,
    ".svg": "image/svg+xml",
    ".torrent": "application/x-bittorrent",
    ".txt": "text/plain",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
_TOLD_BY_CONTENT = frozenset({UNKNOWN, "application/xml", "application/json", RSS, ATOM, OPML})
_BEFORE = rb"\s*(?:<(?:\?[^>]*\?|!--.*?--|!DOCTYPE[^>]*)>\s*)*"
_ROOT = re.compile(_BEFORE + rb"<(?:[A-Za-z]+:)?(rss|feed|opml)[\s>]", re.S)
_JSON_VERSION = re.compile(rb'"version"\s*:\s*"https?:(?:\\?/){2}jsonfeed\.org(?:\\?/)version')
_ROOTS = {b"rss": RSS, b"feed": ATOM, b"opml": OPML}
BESIDE_ARTICLES = "articles/"  # where media lie beside our pages
_OURS = ("index.html", "gone.html")
HEAD = 4096  # bytes that are enough to tell


def type_of(path: str, head: bytes) -> str:
    """Return the media type of the file at the relative `path` that begins with `head`, without charset."""
    named = TYPES.get(PurePosixPath(path).suffix.lower(), UNKNOWN)
    if named not in _TOLD_BY_CONTENT:
        return named
    head = head[:HEAD].removeprefix(b"\xef\xbb\xbf")
    if found := _ROOT.match(head):
        return _ROOTS[found[1]]
    if head.lstrip()[:1] == b"{" and _JSON_VERSION.search(head):
        return JSON_FEED
    return named


def is_text(media_type: str) -> bool:
    """Return whether files of that type are text: they have a charset, and shrink when compressed."""
    return media_type.startswith("text/") or media_type.endswith(("xml", "json"))


def content_type(media_type: str) -> str:
    """Return Content-Type of files of that type: with the charset that texts have; an SVG says its own."""
    text = is_text(media_type) and media_type != "image/svg+xml"
    return f"{media_type}; charset=utf-8" if text else media_type


def is_attachment(path: str, media_type: str) -> bool:
    """Return whether the file may hold scripts that are not ours: it is shown in a sandbox."""
    if media_type == "image/svg+xml":
        return True
    active = media_type.endswith("xml") or media_type == "text/html"
    return active and path.startswith(BESIDE_ARTICLES) and path.rpartition("/")[2] not in _OURS

"""The media type of a file by its name: a table of our own, since the system's differs by machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

UNKNOWN = "application/octet-stream"

PICTURES: Mapping[str, str] = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_OTHERS: Mapping[str, str] = {
    ".aac": "audio/aac",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".pdf": "application/pdf",
    ".torrent": "application/x-bittorrent",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".zip": "application/zip",
}
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


def picture_type(address: str) -> str:
    """Return the type of the picture at `address`, "" where its name does not tell."""
    return PICTURES.get(_suffix(address), "")


def media_type(address: str, said: str = "") -> str:
    """Return the type of the file at `address`: the one `said` if it is one (RFC 6838), else by its name."""
    given = said.partition(";")[0].strip().lower()
    if _TYPE.fullmatch(given):
        return given
    suffix = _suffix(address)
    return _OTHERS.get(suffix) or PICTURES.get(suffix, UNKNOWN)


def _suffix(address: str) -> str:
    return PurePosixPath(urlsplit(address).path).suffix.lower()

"""The media type of what goes with an article, by its name: pictures, recordings, documents. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from syndicate.filetypes import TYPES, UNKNOWN

PICTURES: Mapping[str, str] = {
    suffix: TYPES[suffix] for suffix in (".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")
}
_OTHERS: Mapping[str, str] = {
    suffix: TYPES[suffix]
    for suffix in (
        *(".aac", ".epub", ".flac", ".m4a", ".m4v", ".mov", ".mp3", ".mp4", ".oga", ".ogg"),
        *(".ogv", ".opus", ".pdf", ".torrent", ".wav", ".webm", ".zip"),
    )
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

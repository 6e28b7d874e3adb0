"""Local pictures and files an article refers to -> media published beside its page."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from syndicate.model import Enclosure, Media

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"})
LINKED = PICTURES | {".pdf", ".mp3", ".mp4"}
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|$")


class Shelf:
    """Collects the media of one article, and answers with the address each one gets beside its page."""

    def __init__(self, folder: Path, article: str, *, copies: bool = True) -> None:
        self._copies = copies
        self._root = Path(os.path.realpath(folder))
        self._beside = PurePosixPath(article).parent
        self._names: dict[str, str] = {}  # source -> name
        self.missing: list[str] = []

    @property
    def media(self) -> tuple[Media, ...]:
        """The files found so far, in the order they were met."""
        return tuple(Media(source, name) for source, name in self._names.items())

    def cover(self) -> str:
        """Return the picture in a bundle that is the article's where it names none, "" where there is none."""
        return ""

    def enclosures(self, given: Sequence[Enclosure]) -> tuple[Enclosure, ...]:
        """Return `given` with their addresses beside the page, true lengths and types where they are local."""
        return tuple(given)

    def place(self, element: str, _attribute: str, url: str) -> str:
        """Return the address `url` has beside the page: a bare name for a local file, else as it is."""
        suffix, path = _path_of(url)
        if suffix not in (LINKED if element in ("a", "audio", "video", "source") else PICTURES):
            return url
        source = self._find(path)
        if source is None:
            if not path.startswith("/") and url not in self.missing:
                self.missing.append(url)
            return url
        _, mark, fragment = url.partition("#")  # a page within a PDF
        return f"{quote(self._name(source))}{mark}{fragment}"

    def _find(self, path: str) -> str | None:
        """Return the file's path below the content folder, None where it is none of its own files."""
        start = self._root if path.startswith("/") else self._root / self._beside
        for form in dict.fromkeys((path, unicodedata.normalize("NFD", path))):
            try:
                real = Path(os.path.realpath(start / form.lstrip("/")))
                inside = real.relative_to(self._root)
                if stat.S_ISREG(real.stat().st_mode) and not any(
                    part.startswith(".") for part in inside.parts
                ):
                    inside.as_posix().encode()
                    return inside.as_posix()
            except (OSError, ValueError):
                continue
        return None

    def _name(self, source: str) -> str:
        if source not in self._names:
            pure = PurePosixPath(source)
            stem = re.sub(r"[\x00-\x1f\\/:*?\"<>|\x7f]", "-", unicodedata.normalize("NFC", pure.stem))
            taken = {name.casefold() for name in self._names.values()}
            name, number = f"{stem}{pure.suffix}", 1
            while name.casefold() in taken:
                number += 1
                name = f"{stem}-{number}{pure.suffix}"
            self._names[source] = name
        return self._names[source]


def _path_of(url: str) -> tuple[str, str]:
    """Return suffix and decoded path of a local address, two empty texts for any other."""
    if _REMOTE.match(url):
        return "", ""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return "", ""
    return PurePosixPath(path).suffix.lower(), path

"""Local pictures and files an article refers to -> media published beside its page."""

from __future__ import annotations

import os
import posixpath
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from mimetypes import MimeTypes
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from syndicate.content.embeds.pieces import internal
from syndicate.model import Enclosure, Media

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"})
# What feeds and pages name with its type. Python's own table knows not all, and the machine's may differ.
TYPES = {
    **dict.fromkeys((".m4a", ".m4b"), "audio/mp4"),
    **dict.fromkeys((".oga", ".ogg", ".opus"), "audio/ogg"),
    **dict.fromkeys((".m4v", ".mp4"), "video/mp4"),
    ".avif": "image/avif",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogv": "video/ogg",
    ".pdf": "application/pdf",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
LINKED = PICTURES | (TYPES.keys() - {".zip"}) | {".mov", ".vtt"}
_ARTICLES = frozenset({".md", ".markdown", ".mdx", ".rst"})
_PLAYERS = ("a", "audio", "video", "source", "track")
_REMOTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|$")
# Where site programs keep what their pages find at the root, and where note books keep attachments.
_ROOTS = ("", "static", "public", "files", "source", "src", "content", "assets")
_ATTACHMENTS = ("attachments", "_attachments", "Attachments", "assets", "images", "img", "media", "files")
_COVERS = ("cover", "feature")
_MOST_LOOKED_FOR = 2_000


class Shelf:
    """Collects the media of one article, and answers with the address each one gets beside its page.

    Where another program makes the pages (`copies` is False) nothing is collected, and addresses stay.
    """

    def __init__(self, folder: Path, article: str, *, copies: bool = True) -> None:
        self._copies = copies
        self._root = Path(os.path.realpath(folder))
        self._article = PurePosixPath(article)
        self._beside = self._article.parent
        self._names: dict[str, str] = {}  # source -> name
        self._known: dict[str, str | None] = {}  # path as written -> source
        self._missing: dict[str, None] = {}
        self._looked = False

    @property
    def missing(self) -> list[str]:
        """The addresses that should lie in the folder and do not, in the order they were met."""
        return list(self._missing)

    @property
    def media(self) -> tuple[Media, ...]:
        """The files found so far, in the order they were met."""
        return tuple(Media(source, name) for source, name in self._names.items())

    @property
    def looked(self) -> bool:
        """Whether files were looked for, found or not: the text is another when they come, go or change."""
        return self._looked

    def cover(self) -> str:
        """Return the picture in a bundle that is the article's where it names none, "" where there is none.

        A bundle is a folder with an ``index`` in it; the picture's name begins with ``cover`` or ``feature``.
        """
        if self._article.name.partition(".")[0].lower() != "index":
            return ""
        self._looked = True
        try:
            names = sorted(file.name for file in (self._root / self._beside).iterdir())
        except OSError:
            return ""
        for start in _COVERS:
            for name in names:
                is_picture = PurePosixPath(name).suffix.lower() in PICTURES
                if is_picture and name.lower().startswith(start) and self._find(name):
                    return quote(name)
        return ""

    def enclosures(self, given: Sequence[Enclosure]) -> tuple[Enclosure, ...]:
        """Return `given` with their addresses beside the page, true lengths and types where they are local.

        One that should lie beside the article and does not is missing, and left out.
        """
        found = (self._enclosure(one) for one in given)
        return tuple(one for one in found if one is not None)

    def _enclosure(self, given: Enclosure) -> Enclosure | None:
        suffix, path = _path_of(given.src)
        if not path:
            is_web = re.match(r"(?:https?:)?//", given.src) is not None
            return replace(given, type=given.type or _type_of(given.src)) if is_web else None
        kind = _type_of(path) or given.type
        source = self._find(path) if suffix in LINKED or suffix == ".zip" else None
        self._looked = True
        if source is None:
            if self._copies and not path.startswith("/"):
                self._miss(given.src)
                return None
            return replace(given, type=kind)
        length = (self._root / source).stat().st_size
        src = quote(self._name(source)) if self._copies else given.src
        return replace(given, src=src, type=kind, length=length)

    def place(self, element: str, _attribute: str, url: str) -> str:
        """Return the address `url` has beside the page: a bare name for a local file, else as it is.

        A link to the file of another article becomes one that `crosslinks` knows.
        """
        if element == "a" and (article := self._article_at(url)):
            return article
        if not self._copies:
            return url
        suffix, path = _path_of(url)
        if suffix not in (LINKED if element in _PLAYERS else PICTURES):
            return url
        self._looked = True
        source = self._find(path)
        if source is None:
            if not path.startswith("/"):
                self._miss(url)
            return url
        _, mark, fragment = url.partition("#")  # a page within a PDF
        return f"{quote(self._name(source))}{mark}{fragment}"

    def _article_at(self, url: str) -> str:
        suffix, path = _path_of(url)
        if suffix not in _ARTICLES:
            return ""
        # one that is not there may come, and is called the same then
        source = self._find(path) or ("" if path[0] in "/@~" else posixpath.normpath(self._beside / path))
        return internal(source, url.partition("#")[2]) if source.strip("./") else ""

    def _miss(self, url: str) -> None:
        if self._copies:
            self._missing[url] = None

    def _find(self, path: str) -> str | None:
        """Return the file's path below the content folder, None where it is none of its own files.

        Only so many paths are looked for: one that is not there costs a look in each of twenty places.
        """
        if path not in self._known and len(self._known) < _MOST_LOOKED_FOR:
            places = (self._file(place) for place in self._places(path))
            self._known[path] = next((found for found in places if found), None)
        return self._known.get(path)

    def _places(self, path: str) -> Iterator[Path]:
        """Give where the file at `path` may lie, the likeliest first."""
        for form in dict.fromkeys((path, unicodedata.normalize("NFD", path))):
            rooted = re.match(r"[/@~]?/", form)  # "@/" and "~/" are what programs call their root
            if rooted:
                yield from (self._root / root / form[rooted.end() :].lstrip("/") for root in _ROOTS)
                continue
            yield self._root / self._beside / form
            if "/" not in form:
                for start in dict.fromkeys((self._root / self._beside, self._root)):
                    yield from (start / folder / form for folder in _ATTACHMENTS)
            yield self._root / form

    def _file(self, place: Path) -> str | None:
        try:
            real = Path(os.path.realpath(place))
            inside = real.relative_to(self._root)
            if stat.S_ISREG(real.stat().st_mode) and not any(part.startswith(".") for part in inside.parts):
                inside.as_posix().encode()
                return inside.as_posix()
        except (OSError, ValueError):
            pass
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


_TYPES = MimeTypes()  # of Python alone, whatever the machine's own table says


def _type_of(url: str) -> str:
    """Return the media type that the suffix of an address stands for, "" where it stands for none."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return TYPES.get(PurePosixPath(path).suffix.lower()) or _TYPES.guess_type(path)[0] or ""

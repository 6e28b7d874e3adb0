"""The block of fields at the top of a file -> fields with their lines, under one name each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syndicate import yamldoc
from syndicate.content.dates import read_date
from syndicate.content.naming import as_language
from syndicate.errors import ContentError
from syndicate.markup import bare_text, clean_text, is_safe_url, one_line, sanitise

LONGEST = 64 * 1024
MOST_TAGS, LONGEST_TAG = 50, 100

# Our field -> the names people use, best first; case, "_", "-" and spaces do not count.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "newstitle", "linktitle", "subject"),
    "when": (
        "date", "publishdate", "pubdate", "published", "publishedat", "publisheddate", "publishedon",
        "postdate", "created", "createdat", "tanggal",
    ),
    "updated": (
        "lastmod", "modified", "updated", "updateddate", "updatedat", "lastmodifiedat", "lastmodified",
        "datemodified",
    ),
    "id": ("guid", "id", "uuid", "atomid"),
    "slug": ("slug", "permalink", "url", "path", "saveas"),
    "summary": ("summary", "description", "excerpt", "customexcerpt", "subtitle", "abstract"),
    "authors": ("author", "authors", "by", "creator"),
    "tags": ("tags", "keywords", "topics", "tag"),
    "categories": ("category", "categories"),
    "picture": (
        "image", "cover", "heroimage", "featuredimage", "featureimage", "thumbnail", "banner", "images",
        "ogimage",
    ),
    "alt": ("imagealt", "coveralt", "heroalt", "heroimagealt", "featuredimagealt", "featureimagealt", "alt"),
    "language": ("lang", "language", "locale"),
}  # fmt: skip
_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_HIDDEN = {"draft", "private", "hidden", "skip", "pending", "unpublished", "unlisted", "archived", "trash"}
_SHOWN = {"published", "publish", "public", "live", "final", "posted"}
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?=[T ])", re.ASCII)
_MARK = re.compile(r"(?:---|\.\.\.)[ \t]*")


@dataclass(slots=True)
class FrontMatter:
    """The fields of one file. `texts` are scalars as written, before YAML makes numbers of them.

    Keys are folded. The readers below note in `warnings` what they could not use, and raise ContentError
    where publishing without it would be wrong.
    """

    path: str
    body: str
    values: dict[str, object] = field(default_factory=dict)
    texts: dict[yamldoc.Location, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    body_line: int = 1

    def text(self, name: str) -> str:
        """Return a field of one text on one line, "" where it is not given."""
        for key in self._given(name):
            value = self._scalar(key)
            if value is not None:
                return one_line(value)
            self.warn(key, "must be one text; it is ignored")
        return ""

    def texts_of(self, *names: str, separators: str = ",;") -> tuple[str, ...]:
        """Return a field that is a list, or a text of several; a map gives its ``name``."""
        found: list[str] = []
        for name in names:
            for key in self._given(name)[:1]:
                found += self._several(key, separators)
        return tuple(one_line(text) for text in found if text.strip())

    def moment(self, name: str, *, language: str, zone: ZoneInfo) -> date | datetime | None:
        """Return a field that is a date; ContentError where it is given and none can be read."""
        for key in self._given(name):
            text = self._scalar(key)
            if text is None:
                raise self.error(key, "must be a date such as 2026-11-23 or 2026-11-23 07:00")
            if key == "published" and text.lower() in _TRUE | _FALSE:
                continue
            found = read_date(text, language=language, zone=zone)
            if found is None and (day := _DAY.match(text)):
                found = read_date(day[0], language=language, zone=zone)
                self.warn(key, f"only the day of {text[:60]!r} could be read; write 2026-11-23 07:00")
            if found is None:
                shown = text if len(text) < 60 else f"{text[:60]}…"
                raise self.error(key, f"{shown!r} is no date; write 2026-11-23 or 2026-11-23 07:00")
            return found
        return None

    def draft(self) -> bool:
        """Return whether a field says that this is not to be published; ContentError where it is unclear."""
        return (
            self._flag("draft", otherwise=False)
            or self._flag("unlisted", otherwise=False)
            or not self._flag("publish", otherwise=True)
            or (self._scalar("published") or "").lower() in _FALSE
            or self._status()
            or (self._scalar("visibility") or "").lower() in {"private", "members", "paid", "hidden"}
        )

    def picture(self) -> tuple[str, str]:
        """Return address and alternative text of the article's picture, "" where it names none."""
        alt = self.text("alt")
        for key in self._given("picture"):
            found = self._picture(key)
            if found[0] and not is_safe_url(found[0]):
                self.warn(key, f"{found[0][:60]!r} is neither a file nor a web address; it is ignored")
                continue
            if found[0]:
                return found[0], found[1] or alt
            self.warn(key, "must be the path or address of a picture; it is ignored")
        return "", alt

    def language(self) -> str:
        """Return the language field as a tag such as ``id`` or ``pt-BR``, "" where there is none."""
        text = self.text("language")
        language = as_language(text)
        if text and not language:
            self.warn(
                self._given("language")[0], f"{text!r} is no language such as id, en or pt-BR; it is ignored"
            )
        return language

    def tags(self) -> tuple[str, ...]:
        """Return tags and categories, unique whatever their case, in order."""
        unique: dict[str, str] = {}
        for tag in self.texts_of("tags", "categories"):
            unique.setdefault(tag[:LONGEST_TAG].strip().casefold(), tag[:LONGEST_TAG].strip())
        unique.pop("", None)
        if len(unique) > MOST_TAGS:
            self.warn("tags", f"there are {len(unique)}; the first {MOST_TAGS} count")
        return tuple(unique.values())[:MOST_TAGS]

    def summary(self) -> str:
        """Return the summary field as plain text."""
        text = self.text("summary")
        return bare_text(sanitise(text)) if re.search(r"<[a-zA-Z/!]", text) else text

    def identity(self) -> str | None:
        """Return the id the front matter asks for; ContentError where it cannot be one."""
        for key in self._given("id"):
            text = self._scalar(key)
            if text is None or len(text) > 1000:
                raise self.error(
                    key, "must be one text of at most 1000 characters, such as a tag: or https: URI"
                )
            return one_line(text)
        return None

    def slug(self) -> str:
        """Return the last segment of what the front matter asks for as address, "" where it asks for none."""
        for key in self._given("slug"):
            text = self._scalar(key)
            if text is None or ":" in text or "{" in text:
                continue  # another site's address, or a pattern
            segments = [part for part in re.split(r"[/\\]", text) if part.strip(". ")]
            if segments and segments[-1].lower() in ("index.html", "index.htm"):
                segments.pop()
            if segments:
                return re.sub(r"\.(?:html?|md|php)$", "", segments[-1])
        return ""

    def error(self, key: str, message: str) -> ContentError:
        """Return the error that names `key` and its line."""
        return ContentError(self.path, f"{key}: {message}", line=self.lines.get(key))

    def warn(self, key: str, message: str) -> None:
        """Note what is ignored, with the line of `key`."""
        line = self.lines.get(key)
        self.warnings.append(f"{f'line {line}: ' if line else ''}{key}: {message}")

    def _given(self, name: str) -> list[str]:
        return [key for key in NAMES[name] if self.values.get(key) not in (None, "", [], {})]

    def _scalar(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is None or isinstance(value, list | dict | set):
            return None
        return clean_text(self.texts.get((key,), str(value))).strip()

    def _flag(self, key: str, *, otherwise: bool) -> bool:
        if self.values.get(key) is None:
            return otherwise
        text = (self._scalar(key) or "").lower()
        if text not in _TRUE | _FALSE:
            raise self.error(key, "must be true or false")
        return text in _TRUE

    def _status(self) -> bool:
        if self.values.get("status") is None:
            return False
        text = (self._scalar("status") or "").lower()
        if text not in _HIDDEN | _SHOWN:
            self.warn("status", f"{text!r} is neither draft nor published; the article is published")
        return text in _HIDDEN

    def _several(self, key: str, separators: str) -> list[str]:
        value = self.values[key]
        if isinstance(value, dict):
            name = value.get("name")
            return [clean_text(str(name))] if name else []
        if isinstance(value, list):
            return [text for index, item in enumerate(value) if (text := self._item(key, index, item))]
        text = self._scalar(key) or ""
        separator = next((mark for mark in reversed(separators) if mark in text), None)
        if separator is None and key in ("author", "authors", "by"):
            return re.split(r"\s+(?:and|dan)\s+", text)
        return text.split(separator) if separator else [text]

    def _item(self, key: str, index: int, item: object) -> str:
        if isinstance(item, dict):
            return clean_text(str(item.get("name") or item.get("title") or ""))
        if item is None or isinstance(item, list):
            return ""
        return clean_text(self.texts.get((key, index), str(item)))

    def _picture(self, key: str) -> tuple[str, str]:
        value = self.values[key]
        if isinstance(value, list):
            value = value[0]
        if isinstance(value, dict):
            folded = {_fold(str(name)): text for name, text in value.items()}
            address = next(
                (folded[name] for name in ("src", "path", "url", "image", "feature") if folded.get(name)), ""
            )
            alt = folded.get("alt") or folded.get("caption") or ""
            return (
                address.strip() if isinstance(address, str) else "",
                str(alt) if isinstance(alt, str) else "",
            )
        return (value.strip(), "") if isinstance(value, str) else ("", "")


def split(path: str, text: str) -> FrontMatter:
    """Return the front matter of `text` and the body below it; without a block there are no fields.

    Raises ContentError with the line in the file where the block is no YAML map.
    """
    above = len(text) - len(text.lstrip("\n \t"))
    lines = text[above:].split("\n")
    if not re.fullmatch(r"---[ \t]*", lines[0]) or not _looks_like_fields(lines):
        return FrontMatter(path, text)
    first_line = text[:above].count("\n") + 1
    end = next((number for number, line in enumerate(lines[1:], 1) if _MARK.fullmatch(line)), None)
    if end is None:
        raise ContentError(
            path, "the front matter has no end; put --- on a line below its fields", line=first_line
        )
    block = "\n".join(lines[1:end])
    if len(block.encode()) > LONGEST:
        raise ContentError(path, "the front matter is longer than 64 KB; shorten it", line=first_line)
    matter = FrontMatter(path, "\n".join(lines[end + 1 :]), body_line=first_line + end + 1)
    _fill(matter, block, first_line)
    return matter


def _looks_like_fields(lines: list[str]) -> bool:
    """Return whether what follows a ``---`` is a block of fields, and not text below a ruled line."""
    following = next((line for line in lines[1:] if line.strip() and not line.lstrip().startswith("#")), "")
    return bool(
        _MARK.fullmatch(following)
        or re.match(r"[\t ]*[^\s:#-][^:]{0,60}:(?:\s|$)|[\t ]*[{\"'?&!]", following)
    )


def _fill(matter: FrontMatter, block: str, offset: int) -> None:
    texts: dict[yamldoc.Location, str] = {}

    def note(text: str, location: yamldoc.Location) -> str:
        texts[_folded(location)] = text
        return text

    try:
        document = yamldoc.load(block, substitute=note)
    except yamldoc.YamlError as error:
        message = (
            f"the front matter is not YAML: {error.message} (column {error.column}); quote texts with : or #"
        )
        raise ContentError(matter.path, message, line=offset + error.line) from None
    if document.data is None:
        return
    if not isinstance(document.data, dict):
        raise ContentError(matter.path, "the front matter must be fields such as 'title: …'", line=offset + 1)
    known = {name for names in NAMES.values() for name in names}
    for key, value in document.data.items():
        folded = _fold(str(key))
        position = document.positions.get((str(key),))
        matter.values[folded] = value
        matter.lines[folded] = offset + position.key_line if position else offset
    matter.texts = texts
    if isinstance(taxonomies := matter.values.get("taxonomies"), dict):
        for name in ("tags", "categories"):
            if taxonomies.get(name):
                matter.values.setdefault(name, taxonomies[name])
    for location, position in document.duplicates:
        if _fold(str(location[0])) in known and len(location) == 1:
            matter.warn(
                _fold(str(location[0])), f"given again on line {offset + position.key_line}; the last counts"
            )


def _folded(location: Iterable[str | int]) -> yamldoc.Location:
    return tuple(_fold(part) if isinstance(part, str) else part for part in location)


def _fold(key: str) -> str:
    return re.sub(r"[-_\s]", "", key).lower()

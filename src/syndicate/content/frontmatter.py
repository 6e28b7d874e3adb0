"""The block of fields at the top of a file -> fields with their lines, under one name each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from syndicate.content.dates import is_sane, read_date
from syndicate.content.fields import addresses, flags, kinds, meaning
from syndicate.content.fields.block import Block, Value
from syndicate.content.fields.meaning import FALSE, TRUE, line_of, scalar
from syndicate.content.fields.names import FIELDS, KNOWN
from syndicate.content.naming import as_language, is_jekyll, path_date
from syndicate.errors import ContentError
from syndicate.markup import bare_text, is_safe_url, sanitise
from syndicate.model import Enclosure
from syndicate.placeholders import has_tokens

_EMBARGO = "publishdate"

MOST_TAGS, LONGEST_TAG, MOST_ALIASES = 50, 100, 100
LONGEST_WISH = 200

_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?=[T ])", re.ASCII)
_ELEMENT = re.compile(r"<[a-zA-Z/!]")


@dataclass(slots=True)
class FrontMatter:
    """The fields of one file, under folded names, and the text below them.

    The readers below note in `warnings` what they could not use, and raise ContentError where publishing
    without it would be wrong. `beside` is the name of the ``.meta`` file whose lines `lines` are of, "" where
    the fields stand in the file itself.
    """

    path: str
    body: str
    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    body_line: int = 1
    beside: str = ""
    written: dict[str, str] = field(default_factory=dict)
    nikola: bool = False
    _known: Mapping[str, tuple[str, ...]] | None = None
    _judged: flags.Verdict | None = None

    @property
    def given(self) -> Mapping[str, tuple[str, ...]]:
        """Our fields that are given, each with the keys that give it, the best first.

        Whoever reads many files asks here first: most fields are absent from most files.
        """
        if self._known is None:
            values = self.values
            self._known = _fields_of(tuple([key for key in values if key in FIELDS and values[key]]))
        return self._known

    def text(self, name: str) -> str:
        """Return a field of one text on one line, "" where it is not given."""
        for key in self._given(name):
            value = scalar(self.values[key])
            if value is not None:
                return line_of(value)
            self.warn(key, "must be one text; it is ignored")
        return ""

    def texts_of(self, *names: str, separators: str = ",;") -> tuple[str, ...]:
        """Return a field that is a list, or a text of several; a map gives its ``name``."""
        found: list[str] = []
        for name in names:
            for key in self._given(name)[:1]:
                marks = separators
                value = self.values[key]
                if key in ("tags", "categories") and isinstance(value, str) and is_jekyll(self.path):
                    marks = f" {separators}"
                found += meaning.several(value, marks)
        return tuple(text for text in found if text)

    def moment(self, name: str, *, language: str, zone: ZoneInfo) -> date | datetime | None:
        """Return a field that is a date; ContentError where it is given and none can be read.

        Where no field says when, the date in Zola's ``path`` does; of Hugo's ``date`` and ``publishDate`` the
        later one does.
        """
        found = self._moment(self._given(name), language, zone)
        if name == "when" and found is not None and self.values.get(_EMBARGO):
            until = self._moment([_EMBARGO], language, zone)
            return max(found, until or found, key=lambda day: _start(day, zone))
        if found is None and name == "when" and (address := scalar(self.values.get("path"))):
            return path_date(address)
        return found

    def _moment(self, keys: Iterable[str], language: str, zone: ZoneInfo) -> date | datetime | None:
        for key in keys:
            value = self.values[key]
            if isinstance(value, date):
                return self._checked(key, value, zone)
            text = scalar(value)
            if text is None:
                raise self.error(key, "must be a date such as 2026-11-23 or 2026-11-23 07:00")
            if key == "published" and text.lower() in TRUE | FALSE:
                continue
            return self._date(key, line_of(meaning.unlinked(text)), language, zone)
        return None

    def draft(self) -> bool:
        """Return whether a field says that this is not to be published; ContentError where it is unclear."""
        if self.nikola and "tags" in self.values and not flags.HIDDEN.isdisjoint(self.texts_of("tags")):
            return True  # as Nikola 7 and before marked them
        return self._verdict().draft

    def marked(self) -> bool | None:
        """Return whether a field says that this is to be published, or that it is not; None: none says."""
        return False if self.draft() else self._verdict().marked

    def picture(self) -> tuple[str, str]:
        """Return address and alternative text of the article's picture, "" where it names none."""
        given = self._given("picture")
        alt = self.text("alt") if given else ""
        for key in given:
            found = meaning.picture(self.values[key])
            if found[0] and not is_safe_url(found[0]):
                self.warn(key, f"{found[0][:60]!r} is neither a file nor a web address; it is ignored")
                continue
            if found[0]:
                return found[0], found[1] or alt
            if self._said(key) not in TRUE | FALSE:
                self.warn(key, "must be the path or address of a picture; it is ignored")
        return "", alt

    def enclosures(self) -> tuple[Enclosure, ...]:
        """Return the recordings and other files that go with the article, unique by address."""
        found: dict[str, Enclosure] = {}
        for key in self._given("enclosures"):
            for enclosure in meaning.enclosures(self.values[key]):
                if enclosure:
                    found.setdefault(enclosure.src, enclosure)
                elif self._said(key) not in TRUE | FALSE:
                    self.warn(key, "must be the path or address of a file; it is ignored")
        return tuple(found.values())[: meaning.MOST_ENCLOSURES]

    def language(self) -> str:
        """Return the language field as a tag such as ``id`` or ``pt-BR``, "" where there is none."""
        text = self.text("language")
        language = as_language(text) if text else ""
        if text and not language:
            key = self._given("language")[0]
            self.warn(key, f"{text[:60]!r} is no language such as id, en or pt-BR; it is ignored")
        return language

    def tags(self) -> tuple[str, ...]:
        """Return tags and categories, unique whatever their case, in order."""
        unique = _unique(self.texts_of("tags", "categories"))
        if len(unique) > MOST_TAGS:
            key = next(iter((*self._given("tags"), *self._given("categories"))))
            self.warn(key, f"there are {len(unique)}; the first {MOST_TAGS} count")
        return unique[:MOST_TAGS]

    def categories(self) -> tuple[str, ...]:
        """Return the categories, unique whatever their case, in order."""
        return _unique(self.texts_of("categories"))[:MOST_TAGS]

    def authors(self) -> tuple[str, ...]:
        """Return the names of the authors, without their addresses."""
        given = self._given("authors")
        return tuple(dict.fromkeys(meaning.people(self.values[given[0]]))) if given else ()

    def summary(self) -> str:
        """Return the summary field as plain text."""
        text = self.text("summary")
        return bare_text(sanitise(text)) if "<" in text and _ELEMENT.search(text) else text

    def correction(self) -> str:
        """Return what the article says of a mistake in it that was put right, as plain text."""
        text = self.text("correction")
        return bare_text(sanitise(text)) if "<" in text and _ELEMENT.search(text) else text

    def featured(self) -> bool:
        """Return whether the article is to stand out, as Nikola's ``status: featured`` says, too."""
        return self._flag("featured") or self._said("status") == "featured"

    def pinned(self) -> bool:
        """Return whether the article is to stand above the others."""
        return self._flag("pinned")

    def resend(self) -> str:
        """Return the text with which the article asks to be mailed once more, "" where it does not.

        Whoever only says yes says ``true``: another text asks again, the same one does not.
        """
        text = self.text("resend")[:LONGEST_WISH]
        said = text.lower()
        return "" if said in FALSE else "true" if said in TRUE - {"1"} else text

    def identity(self) -> str | None:
        """Return the id the front matter asks for; ContentError where it cannot be one."""
        for key in self._given("id"):
            text = scalar(self.values[key])
            if text is None or len(text) > 1000:
                raise self.error(
                    key, "must be one text of at most 1000 characters, such as a tag: or https: URI"
                )
            return line_of(text)
        return None

    def slug(self) -> str:
        """Return the last segment of what the front matter asks for as address, "" where it asks for none."""
        for key in self._given("slug"):
            text = scalar(self.values[key])
            if text is None or ":" in text or "{" in text or addresses.is_pattern(text):
                continue  # another site's address, or a pattern
            if found := addresses.last_segment(text):
                return found
        return ""

    def url(self) -> str:
        """Return the address the front matter asks for: an absolute one, or a path with a slash before it.

        Hugo's tokens stay in it (``/:year/:slug/``), for the rules of addresses to fill. "" where it asks
        for none; what would lead out of the publication is ignored with a warning.
        """
        for key in self._given("url"):
            text = scalar(self.values[key])
            if text is None or (addresses.is_pattern(text) and not (key == "url" and has_tokens(text))):
                continue
            found = addresses.own(text)
            if found:
                return found
            self.warn(key, f"{text[:60]!r} is no address of this publication; it is ignored")
        return ""

    def aliases(self) -> tuple[str, ...]:
        """Return old addresses of the article as `url` gives them; what is a title is none."""
        found: dict[str, None] = {}
        for key in self._given("aliases"):
            for text in meaning.several(self.values[key], ","):
                if alias := addresses.old(text):
                    found[alias] = None
        return tuple(found)[:MOST_ALIASES]

    def canonical(self) -> str:
        """Return the http or https address it was first published at, or that it is about; "" for none."""
        for key in self._given("canonical"):
            if found := addresses.absolute(scalar(self.values[key]) or ""):
                return found
        return ""

    def key(self) -> str:
        """Return the text that translations of one article share, "" where there is none."""
        for key in self._given("key"):
            text = scalar(self.values[key])
            if text and text.lower() not in TRUE | FALSE:
                return line_of(text)[:1000]
        return ""

    def error(self, key: str, message: str) -> ContentError:
        """Return the error that names `key` and its line."""
        line = self.lines.get(key) or None
        if self.beside:
            at = f" line {line}" if line else ""
            return ContentError(self.path, f"{self.beside}{at}: {self._shown(key)}: {message}")
        return ContentError(self.path, f"{self._shown(key)}: {message}", line=line)

    def warn(self, key: str, message: str) -> None:
        """Note what is ignored, with the line of `key`."""
        line = self.lines.get(key)
        at = f"{self.beside} line {line}: " if line and self.beside else f"line {line}: " if line else ""
        warning = f"{at}{self._shown(key)}: {message}"
        if warning not in self.warnings:
            self.warnings.append(warning)

    def _shown(self, key: str) -> str:
        return line_of(self.written.get(key, key))[:60]

    def _given(self, name: str) -> tuple[str, ...]:
        known = self._known
        return (self.given if known is None else known).get(name, ())

    def _flag(self, name: str) -> bool:
        """Return whether a field says yes; a picture that some themes name there says nothing."""
        said = {key: meaning.flag(self.values[key]) for key in self._given(name)}
        for key, yes in said.items():
            named = "" if yes is not None else meaning.picture(self.values[key])[0]
            if yes is None and not ("/" in named or "." in named):
                self.warn(key, "must be true or false; it is ignored")
        return True in said.values()

    def _said(self, key: str) -> str:
        return (scalar(self.values.get(key)) or "").lower()

    def _verdict(self) -> flags.Verdict:
        if self._judged is None:
            self._judged = flags.judge(self.values)
            if self._judged.warning:
                self.warn(*self._judged.warning)
        if self._judged.fault:
            raise self.error(*self._judged.fault)
        return self._judged

    def _checked(self, key: str, value: date, zone: ZoneInfo) -> date | datetime:
        if not is_sane(value):
            raise self.error(key, f"{value.isoformat()} is no date; write 2026-11-23 or 2026-11-23 07:00")
        if isinstance(value, datetime) and value.tzinfo is None:
            return value.replace(tzinfo=zone)
        return value

    def _date(self, key: str, text: str, language: str, zone: ZoneInfo) -> date | datetime:
        found = read_date(text, language=language, zone=zone)
        if found is None and (day := _DAY.match(text)):
            found = read_date(day[0], language=language, zone=zone)
            if found is not None:
                self.warn(key, f"only the day of {text[:60]!r} could be read; write 2026-11-23 07:00")
        if found is None:
            shown = text if len(text) < 60 else f"{text[:60]}…"
            raise self.error(key, f"{shown!r} is no date; write 2026-11-23 or 2026-11-23 07:00")
        return found


def _start(day: date, zone: ZoneInfo) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time(), zone)


def split(path: str, text: str, meta: str = "") -> FrontMatter:
    """Return the front matter of `text` and the body below it; without a block there are no fields.

    `meta` is the text of a Nikola ``.meta`` file beside it, whose fields outrank those in `text`. Raises
    ContentError with the line in the file where a block is broken; one of another file names that file.
    """
    if text.startswith("\ufeff"):
        text = text[1:]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    block = kinds.read(path, text)
    if block is None:
        matter = FrontMatter(path, text)
    else:
        matter = FrontMatter(path, block.body, block.values, block.lines, [], block.body_line)
        _finish(matter, block)
    if meta:
        beside = kinds.read_meta(path, meta.removeprefix("\ufeff").replace("\r\n", "\n"))
        if beside is not None:
            name = kinds.name_of_meta(path)
            above = FrontMatter(path, matter.body, beside.values, beside.lines, matter.warnings, beside=name)
            above.body_line = matter.body_line
            for key, value in matter.values.items():
                above.values.setdefault(key, value)
            _finish(above, beside)
            return above
    return matter


def _finish(matter: FrontMatter, block: Block) -> None:
    """Take Zola's ``[taxonomies]`` in, and tell what is given twice."""
    matter.nikola = block.nikola
    matter.written = block.written
    taxonomies = block.values.get("taxonomies")
    if taxonomies and isinstance(taxonomies, dict):
        for name in ("tags", "categories"):
            if taxonomies.get(name):
                matter.values.setdefault(name, taxonomies[name])
                matter.lines.setdefault(name, matter.lines.get("taxonomies", 0))
    for key, line in block.repeated:
        if key in KNOWN:
            matter.warn(key, f"given again on line {line}; the last counts")


@lru_cache(maxsize=512)  # the files of one author have the same keys
def _fields_of(keys: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return which of our fields `keys` give, each with its keys, the best first."""
    ranked: dict[str, list[tuple[int, str]]] = {}
    for key in keys:
        for ours, rank in FIELDS[key]:
            ranked.setdefault(ours, []).append((rank, key))
    return {ours: tuple(key for _, key in sorted(found)) for ours, found in ranked.items()}


def _unique(found: tuple[str, ...]) -> tuple[str, ...]:
    unique: dict[str, str] = {}
    for text in found:
        short = text[:LONGEST_TAG].strip()
        if short:
            unique.setdefault(short.casefold(), short)
    return tuple(unique.values())

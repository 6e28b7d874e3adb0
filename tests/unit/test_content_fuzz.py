"""Whatever bytes a content folder holds, each reader of them gives an answer or a clear line, and soon."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from foreign_texts import FIELDS, VALUES, blocks, files, lines, pieces, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import yamldoc
from syndicate.content import frontmatter, naming
from syndicate.content.dates import read_date
from syndicate.content.defaults import Defaults
from syndicate.content.formats import FORMATS
from syndicate.content.frontmatter import FrontMatter
from syndicate.content.media import Shelf
from syndicate.content.parse import body, head
from syndicate.content.reading import Source
from syndicate.content.textfile import decode
from syndicate.errors import ContentError
from syndicate.links import slugify
from syndicate.model import Fault, SourceFile

ZONE = ZoneInfo("Asia/Jakarta")
DEFAULTS = Defaults("en", ZONE, "")
REPEATED, LONGEST = 60_000, 3.0  # characters; seconds of processor that reading them may take

suffixes = st.sampled_from(sorted(FORMATS))


def joined(piece: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(piece, max_size=most).map("".join)


def source(suffix: str, text: str) -> Source:
    return Source(f"a{suffix}", text, "", "", ZONE)


# ---------------------------------------------------------------- whole files


@settings(max_examples=400, deadline=None)
@given(suffixes, files, st.one_of(st.none(), files))
def test_any_file_is_an_article_or_a_clear_line(suffix: str, bytes_: bytes, meta: bytes | None) -> None:
    """Head and text of any bytes in any format, a ``.meta`` file too: no exception but ContentError."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        file = SourceFile(f"a{suffix}", len(bytes_), 0, meta is not None)
        (folder / file.path).write_bytes(bytes_)
        if meta is not None:
            (folder / "a.meta").write_bytes(meta)
        try:
            parsed = head(folder, file, DEFAULTS)
            shown = body(folder, file, parsed, DEFAULTS)
        except ContentError as error:
            assert "inside syndicate" not in error.message
            assert clean(str(Fault("article", error.path, error.line, error.message)))
            lines_there = bytes_.count(b"\n") + bytes_.count(b"\r") + 2 + (meta or b"").count(b"\n")
            assert error.line is None or 1 <= error.line <= lines_there
            return
    assert parsed.title.strip() and clean(parsed.title) and "\n" not in parsed.title
    assert clean(shown.html) and "<script" not in shown.html
    for moment in (parsed.when, parsed.updated, parsed.expires):
        assert not isinstance(moment, datetime) or moment.tzinfo == UTC
    for text in (
        *parsed.tags,
        *parsed.categories,
        *parsed.authors,
        parsed.summary,
        shown.summary,
        parsed.url,
    ):
        assert clean(text) and "\n" not in text
    slug = slugify(parsed.slug or "")
    assert slug and not set(slug) & set("/\\.%?#\n") and len(slug.encode()) <= 200


def clean(text: str) -> bool:
    """Return whether a text can be stored, sent and put into XML."""
    text.encode()
    return not any(character in text for character in "\x00\x01\x08\x0b\x1f\ufffe\uffff")


@settings(max_examples=300, deadline=None)
@given(suffixes, texts)
def test_a_skim_says_what_a_reading_says(suffix: str, text: str) -> None:
    """Title, dates, language, tags and authors are the same whether or not the text is rendered."""
    how = FORMATS[suffix]
    try:
        skimmed = how.skim(source(suffix, text))
    except ContentError:
        return
    try:
        read = how.read(source(suffix, text))
    except ContentError:
        return
    for name in ("title", "when", "updated", "language", "tags", "authors", "categories", "slug"):
        assert getattr(skimmed, name) == getattr(read, name), name


# ---------------------------------------------------------------- single readers


@settings(max_examples=400, deadline=None)
@given(blocks, st.one_of(st.just(""), texts))
def test_front_matter_answers_every_question(text: str, meta: str) -> None:
    """Each accessor gives a value or ContentError, whatever the block and whichever its kind."""
    for path in ("a.md", "_posts/2026-01-05-a.md", "a.rst", "a.html", "a.txt"):
        try:
            matter = frontmatter.split(path, text, meta)
        except ContentError:
            continue
        for question in questions(matter):
            try:
                question()
            except ContentError as error:
                assert error.path == path


def questions(matter: FrontMatter) -> Iterator[Callable[[], object]]:
    for name in ("title", "summary", "language", "alt"):
        yield partial(matter.text, name)
    for name in ("when", "updated", "expires"):
        yield partial(matter.moment, name, language="id", zone=ZONE)
    yield partial(matter.texts_of, "authors")
    yield from (matter.draft, matter.picture, matter.enclosures, matter.language, matter.tags)
    yield from (matter.categories, matter.authors, matter.summary, matter.identity, matter.slug, matter.url)
    yield from (matter.aliases, matter.canonical, matter.key, matter.correction, matter.marked)
    yield from (matter.featured, matter.pinned, matter.resend)


@settings(max_examples=300, deadline=None)
@given(st.one_of(texts, st.lists(lines, max_size=8).map("".join)))
def test_yaml_is_read_or_refused_with_a_line(text: str) -> None:
    """No text makes the YAML reader raise anything but its own error."""
    try:
        yamldoc.load(text)
    except yamldoc.YamlError as error:
        assert error.line >= 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_are_text_or_refused(bytes_: bytes) -> None:
    """What is decoded can be encoded again and holds no NUL."""
    try:
        text = decode("a.md", bytes_)
    except ContentError:
        return
    assert "\x00" not in text
    text.encode()


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.from_regex(r"\d{1,5}[-./ ]\d{1,3}[-./ ]\d{1,5}([T ]\d\d[:.]\d\d.*)?"))
)
def test_a_date_is_read_or_not(text: str) -> None:
    """No text is too odd to be no date."""
    for language in ("id", "en", ""):
        read_date(text, language=language, zone=ZONE)


NAMES = ("/", ".", "..", "-", "_", "2026", "02", "index", "id", ".md", "posts")


@settings(max_examples=300, deadline=None)
@given(joined(st.one_of(st.sampled_from(NAMES), st.text(max_size=4)), 10))
def test_a_name_is_read_or_not(path: str) -> None:
    """A path of any shape gives date, language and title, or none."""
    naming.date_of(path)
    naming.language_of(path)
    naming.is_draft(path)
    naming.readable(path)


STEPS = (
    "../", "/", "a.png", "%2e%2e/", "\\", "#", "?", "%00", "file:", "//", "out.png", "link.png", "folder.png",
    ".hidden.png", "fifo.png",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(texts, joined(st.sampled_from(STEPS), 8)))
def test_a_picture_is_only_ever_found_inside(address: str) -> None:
    """No address names a file outside the content folder, a folder, or a hidden file."""
    with TemporaryDirectory() as place:
        root = Path(place) / "content"
        (root / "deep" / "folder.png").mkdir(parents=True)
        for name in ("content/a.png", "content/deep/a.png", "out.png", "content/deep/.hidden.png"):
            (Path(place) / name).write_bytes(b"x")
        (root / "deep" / "link.png").symlink_to("../../out.png")
        os.mkfifo(root / "deep" / "fifo.png")
        shelf = Shelf(root, "deep/a.md")
        shelf.place("img", "src", address)
        shelf.place("a", "href", address)
        for media in shelf.media:
            assert media.source in ("a.png", "deep/a.png")
            assert "/" not in media.name


# ---------------------------------------------------------------- time


@settings(max_examples=150, deadline=None)
@given(suffixes, joined(pieces, 3), joined(pieces, 3), joined(pieces, 3))
def test_what_repeats_is_read_soon(suffix: str, before: str, again: str, after: str) -> None:
    """60,000 characters of anything repeated take seconds at most; a careless pattern takes minutes."""
    length = REPEATED if suffix != ".rst" else REPEATED // 20  # docutils is slow: its limit is the article's
    text = before + again * (length // max(1, len(again))) + after
    started = time.process_time()
    for step in (FORMATS[suffix].skim, FORMATS[suffix].read):
        with suppress(ContentError):
            step(source(suffix, text))
    assert time.process_time() - started < LONGEST


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(FIELDS), st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map("".join))
def test_a_field_that_repeats_is_read_soon(name: str, again: str) -> None:
    """60,000 characters in one field take seconds at most."""
    value = again * (REPEATED // len(again))
    started = time.process_time()
    with TemporaryDirectory() as place:
        for text in (f"---\n{name}: {value}\n---\n\nText.\n", f"{name}: {value}\n\nText.\n"):
            (Path(place) / "a.md").write_text(text, encoding="utf-8", errors="replace")
            try:
                parsed = head(Path(place), SourceFile("a.md", 0, 0), DEFAULTS)
                body(Path(place), SourceFile("a.md", 0, 0), parsed, DEFAULTS)
            except ContentError as error:
                assert "inside syndicate" not in error.message
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_format_reads_nothing(suffix: str) -> None:
    """An empty text is no exception in any format."""
    for text in ("", "\n", " "):
        FORMATS[suffix].skim(source(suffix, text))
        FORMATS[suffix].read(source(suffix, text))

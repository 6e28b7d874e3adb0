"""Each format gives the article its author meant, and bad bytes give a clear line."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.content import parse as parsing
from syndicate.content.formats import FORMATS, Format
from syndicate.content.parse import Defaults, dump, load, parse, version
from syndicate.content.reading import Reading, Source
from syndicate.errors import ContentError
from syndicate.model import Media, Parsed, Picture, SourceFile

DEFAULTS = Defaults("en", ZoneInfo("Asia/Jakarta"), "Redaksi")
MTIME = 1_700_000_000


def write(folder: Path, path: str, text: str | bytes) -> SourceFile:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    body = text.encode() if isinstance(text, str) else text
    file.write_bytes(body)
    return SourceFile(path, len(body), MTIME * 1_000_000_000)


def read(folder: Path, path: str, text: str | bytes) -> Parsed:
    return parse(folder, write(folder, path, text), DEFAULTS)


def fault_of(folder: Path, path: str, text: str | bytes) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read(folder, path, text)
    assert caught.value.path == path
    return caught.value


# ---------------------------------------------------------------- markdown and front matter


def test_markdown_with_every_field(tmp_path: Path) -> None:
    """Front matter fields arrive, the title's heading leaves the body, the body is safe HTML."""
    parsed = read(
        tmp_path,
        "2026-01-01-x.md",
        "\ufeff\n---\nTitle: Satu\npublish-date: 2026-02-05 07:30\nlast_modified: 2026-02-06\n"
        "slug: /a/b/Satu.html\nguid: tag:x,1\nDescription: A <b>short</b> one\nauthor: Budi and Ani\n"
        "tags: [Berita, berita, ' Politik ']\ncategory: Dunia\nlang: id_ID\n---\n# SATU\n\n"
        "Halo *dunia*.[^1]\n\n| a |\n|---|\n| 1 |\n\n- [x] ~~ok~~\n\n<script>x</script>\n\n[^1]: Catatan\n",
    )
    assert parsed.title == "Satu"
    assert parsed.when == datetime(2026, 2, 5, 0, 30, tzinfo=UTC)
    assert parsed.updated == date(2026, 2, 6)
    assert (parsed.slug, parsed.id, parsed.summary) == ("satu", "tag:x,1", "A short one")
    assert parsed.authors == ("Budi", "Ani")
    assert parsed.tags == ("Berita", "Politik", "Dunia")
    assert parsed.language == "id-ID"
    assert parsed.mtime == datetime.fromtimestamp(MTIME, UTC)
    assert parsed.html.startswith('<p>Halo <em>dunia</em>.<sup><a href="#fn1" id="fnref1">[1]</a></sup></p>')
    for kept in ("<td>1</td>", "☑", "<s>ok</s>", '<li id="fn1">'):
        assert kept in parsed.html
    assert "script" not in parsed.html and "SATU" not in parsed.html
    assert parsed.warnings == ()


def test_markdown_without_front_matter(tmp_path: Path) -> None:
    """Title from the first heading, date from the file name, summary from the first paragraph."""
    parsed = read(
        tmp_path, "id/2026-02-05-kabar.md", "# Kabar *hari* ini\n\nIsi [tautan](https://x.org).\n\n## Dua\n"
    )
    assert (parsed.title, parsed.when, parsed.language) == ("Kabar hari ini", date(2026, 2, 5), "id")
    assert parsed.summary == "Isi tautan."
    assert parsed.authors == ("Redaksi",)
    assert parsed.html == '<p>Isi <a href="https://x.org">tautan</a>.</p>\n<h2>Dua</h2>'


@pytest.mark.parametrize(
    ("path", "title"),
    [("hello_big-world.md", "Hello big world"), ("my-trip/index.md", "My trip"), ("12.md", "Just words")],
)
def test_a_title_from_the_name(tmp_path: Path, path: str, title: str) -> None:
    """Without title and heading the name is the title, and the text where the name says nothing."""
    assert read(tmp_path, path, "Just words").title == title


def test_a_heading_that_is_not_the_title_stays(tmp_path: Path) -> None:
    """Only a heading that repeats the title is taken out."""
    assert "<h1>Other</h1>" in read(tmp_path, "a.md", "---\ntitle: T\n---\n# Other\n\ntext").html


def test_text_above_more_is_the_summary(tmp_path: Path) -> None:
    """What stands above <!--more--> is the summary; in code it is only text."""
    parsed = read(tmp_path, "a.md", "One\n\n`<!--more-->` two\n\n<!-- more -->\n\nThree")
    assert parsed.summary == "One <!--more--> two"


@pytest.mark.parametrize(
    ("fields", "draft"),
    [
        ("draft: true", True), ("published: false", True), ("status: draft", True), ("publish: no", True),
        ("draft: false", False), ("published: true", False), ("status: published", False), ("", False),
        ("visibility: members", True),
    ],
)  # fmt: skip
def test_drafts(tmp_path: Path, fields: str, draft: bool) -> None:
    """Every way to say draft is understood."""
    assert read(tmp_path, "a.md", f"---\ntitle: T\n{fields}\n---\ntext").draft is draft


def test_yaml_values_stay_as_written(tmp_path: Path) -> None:
    """A title that looks like a number is the text its author wrote."""
    assert read(tmp_path, "a.md", "---\ntitle: 1.10\ntags: [2026, NO]\n---\ntext").title == "1.10"
    assert read(tmp_path, "a.md", "---\ntitle: 1.10\ntags: [2026, NO]\n---\ntext").tags == ("2026", "NO")


def test_a_ruled_line_is_no_front_matter(tmp_path: Path) -> None:
    """Text between two rules stays text."""
    assert "Some words" in read(tmp_path, "a.md", "---\n\nSome words\n\n---\n\nmore").html


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\ntitle: a: b\n---\nx", 2, "YAML"),
        ("\n\n---\ntitle: T\n\tx: 1\n---\nx", 5, "YAML"),
        ("---\ntitle: T\nx", 1, "no end"),
        ("---\ntitle: T\ndate: soon\n---\nx", 3, "2026-11-23"),
        ("---\ntitle: T\ndraft: perhaps\n---\nx", 3, "true or false"),
        ("---\nid: [a]\n---\nx", 2, "one text"),
        ("---\ntitle: !!python/object:os.system x\n---\nx", 2, "YAML"),
        (f"---\nx: {'a' * 70_000}\n---\nx", 1, "64 KB"),
        ("---\ntitle: T\n---\n\n", 4, "no text"),
        ("", None, "empty"),
        (b"ok\nb\xe9d\n", 2, "UTF-8"),
        (b"ok\n\x00", 2, "NUL"),
        ("ok\n" + "\x01" * 9, 2, "control"),
        (b"\xff\xfea", None, "UTF-16"),
        ("<div>" * 500 + "x", None, "nested"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, text: str | bytes, line: int | None, words: str
) -> None:
    """The fault has the line in the file and says what is wrong."""
    fault = fault_of(tmp_path, "a.md", text)
    assert (fault.line, words in fault.message) == (line, True)


def test_odd_fields_are_warnings(tmp_path: Path) -> None:
    """A field that cannot be used costs a warning with its line, not the article."""
    parsed = read(tmp_path, "a.md", "---\ntitle: T\nlang: '???'\nimage: {a: 1}\ntags: a\ntags: b\n---\ntext")
    assert sorted(warning[:7] for warning in parsed.warnings) == ["line 3:", "line 4:", "line 6:"]
    assert parsed.tags == ("b",)


def test_a_slip_in_a_time_costs_the_time_only(tmp_path: Path) -> None:
    """A date whose time cannot be read counts as a bare date, with a warning."""
    parsed = read(tmp_path, "a.md", "---\ntitle: T\ndate: 2023-01-29 18:30:22 2023 -0800\n---\ntext")
    assert parsed.when == date(2023, 1, 29)
    assert parsed.warnings[0].startswith("line 3: date: only the day")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with or without a mark and UTF-16 with one are read."""
    assert read(tmp_path, "a.md", "# Judul\r\n\r\nIsi é".encode(encoding)).html == "<p>Isi é</p>"


# ---------------------------------------------------------------- html


def test_a_whole_page(tmp_path: Path) -> None:
    """A page's head gives title, date and language; only its article is the body."""
    parsed = read(
        tmp_path,
        "a.html",
        '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Judul — Situs</title><meta '
        'property="article:published_time" content="2026-02-05T07:00:00+07:00"><meta name="description" '
        'content="Ringkas"></head><body><nav>menu</nav><main><h1>Judul</h1><p onclick="x()">Isi &amp; isi</p>'
        "</main><footer>kaki</footer></body></html>",
    )
    assert (parsed.title, parsed.language, parsed.summary) == ("Judul", "id", "Ringkas")
    assert parsed.when == datetime(2026, 2, 5, tzinfo=UTC)
    assert parsed.html == "<p>Isi &amp; isi</p>"


def test_a_fragment_with_front_matter(tmp_path: Path) -> None:
    """A fragment below front matter is the body as it is; a time element dates it."""
    parsed = read(
        tmp_path, "a.htm", '---\ntitle: T\n---\nHalo <time datetime="2026-02-05">5 Feb</time><h1>Lain</h1>'
    )
    assert (parsed.title, parsed.when) == ("T", date(2026, 2, 5))
    assert parsed.html == 'Halo <time datetime="2026-02-05">5 Feb</time><h1>Lain</h1>'


# ---------------------------------------------------------------- media


def test_local_pictures_are_published_beside_the_page(tmp_path: Path) -> None:
    """Pictures and linked files inside the folder become media with names unique in the article."""
    for name in ("blog/a b.png", "a b.png", "blog/p.pdf", "static/x.jpg"):
        write(tmp_path, name, "x")
    parsed = read(
        tmp_path,
        "blog/a.md",
        "---\nimage: {path: /static/x.jpg, alt: X}\n---\n![A](a%20b.png) ![B](/a%20b.png)\n\n"
        "[pdf](p.pdf#page=2)\n\n![gone](gone.png) "
        "![web](https://x.org/w.png) ![root](/none.png) [page](other.md)",
    )
    assert parsed.media == (
        Media("blog/a b.png", "a b.png"),
        Media("a b.png", "a b-2.png"),
        Media("blog/p.pdf", "p.pdf"),
        Media("static/x.jpg", "x.jpg"),
    )
    assert parsed.picture == Picture("x.jpg", "X")
    for address in ("a%20b.png", "a%20b-2.png", "gone.png", "https://x.org/w.png", "/none.png"):
        assert f'src="{address}"' in parsed.html
    assert 'href="p.pdf#page=2"' in parsed.html
    assert parsed.warnings == (
        "line 8: gone.png is not in the content folder; add the file or correct its path",
    )


def test_nothing_outside_the_folder_is_published(tmp_path: Path) -> None:
    """Neither .. nor a link nor a hidden file leads out."""
    folder = tmp_path / "content"
    write(tmp_path, "secret.png", "x")
    write(folder, ".hidden/k.png", "x")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    parsed = read(
        folder, "a.md", "![](../secret.png) ![](link.png) ![](.hidden/k.png) ![](/../secret.png) text"
    )
    assert parsed.media == ()


def test_the_first_picture_of_the_text_is_the_articles(tmp_path: Path) -> None:
    """Without one in the front matter the first picture in the body counts, with its size."""
    parsed = read(tmp_path, "a.md", 'x <img src="https://x.org/a.png" alt="A" width="640" height="480">')
    assert parsed.picture == Picture("https://x.org/a.png", "A", 640, 480)


def test_a_picture_that_is_none_is_told(tmp_path: Path) -> None:
    """An address that would run something is left out of the article, and its author hears of it."""
    parsed = read(tmp_path, "a.md", '---\nimage: "javascript:alert(1)"\n---\nx')
    assert parsed.picture is None
    assert parsed.warnings == (
        "line 2: image: 'javascript:alert(1)' is neither a file nor a web address; it is ignored",
    )


def test_tags_beyond_the_limit_are_told(tmp_path: Path) -> None:
    """An article has at most fifty tags, and its author hears of the rest."""
    parsed = read(tmp_path, "a.md", f"---\ntags: [{', '.join(f't{n}' for n in range(60))}]\n---\nx")
    assert len(parsed.tags) == 50
    assert parsed.warnings == ("line 2: tags: there are 60; the first 50 count",)


# ---------------------------------------------------------------- limits and odd files


def test_a_slow_article_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article that takes too much of the processor's time is a fault; a busy machine is none."""

    def crawl(_source: Source) -> Reading:
        while time.monotonic() < started + 5:
            pass
        raise AssertionError("nothing stopped it")

    def wait(_source: Source) -> Reading:
        time.sleep(0.2)
        return Reading(html="<p>x</p>")

    monkeypatch.setattr(parsing, "SECONDS", 0.05)
    monkeypatch.setitem(FORMATS, ".md", Format(crawl, crawl))
    monkeypatch.setitem(FORMATS, ".txt", Format(wait, wait))
    started = time.monotonic()
    assert "longer than" in fault_of(tmp_path, "a.md", "x").message
    assert time.monotonic() - started < 2
    assert read(tmp_path, "a.txt", "x").html == "<p>x</p>"


def test_files_that_are_none(tmp_path: Path) -> None:
    """A fifo, a folder and a vanished file are faults, at once."""
    os.mkfifo(tmp_path / "f.md")
    (tmp_path / "d.md").mkdir()
    for name in ("f.md", "d.md", "gone.md"):
        with pytest.raises(ContentError):
            parse(tmp_path, SourceFile(name, 1, 1), DEFAULTS)


@pytest.mark.parametrize(
    "bomb", ["[" * 5_000, "*a_ " * 5_000, "> " * 5_000 + "x", "`" * 9_999 + "a", "| a " * 5_000]
)
def test_markdown_bombs_end(tmp_path: Path, bomb: str) -> None:
    """Patterns that make parsers crawl end in the article's time limit."""
    started = time.monotonic()
    try:
        read(tmp_path, "a.md", f"# T\n\n{bomb}")
    except ContentError as error:
        assert "fault inside" not in error.message
    assert time.monotonic() - started < parsing.SECONDS + 1


BODIES = st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
FRONT = st.sampled_from(
    ["", "---\n", "---\ntitle: x\n---\n", "---\ndate: ", "---\ntags: [", "﻿---\na: &a [*a]\n---\n"]
)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@given(front=FRONT, body=BODIES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_an_article_or_a_fault(tmp_path: Path, suffix: str, front: str, body: bytes) -> None:
    """Whatever is in a file, parse gives a Parsed that the cache keeps, or a ContentError that is no bug."""
    try:
        parsed = read(tmp_path, f"a{suffix}", front.encode() + body)
    except ContentError as error:
        assert "fault inside" not in error.message
        assert error.line is None or error.line >= 1
    else:
        assert parsed.title and len(parsed.title) <= 500 and "\n" not in parsed.title
        assert load(dump(parsed)) == parsed


# ---------------------------------------------------------------- the cache

MOMENTS = st.one_of(
    st.none(),
    st.dates(),
    st.integers(-2_000_000_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
TEXTS = st.text(max_size=20)


SEVERAL = st.lists(TEXTS, max_size=3).map(tuple)
PICTURES = st.builds(Picture, TEXTS, TEXTS, st.one_of(st.none(), st.integers(1, 9)))
READINGS = st.builds(
    Parsed,
    path=TEXTS,
    title=TEXTS,
    html=TEXTS,
    when=MOMENTS,
    updated=MOMENTS,
    tags=SEVERAL,
    picture=st.one_of(st.none(), PICTURES),
    media=st.lists(st.builds(Media, TEXTS, TEXTS), max_size=2).map(tuple),
    id=st.one_of(st.none(), TEXTS),
    draft=st.booleans(),
    mtime=st.one_of(st.none(), st.just(datetime(2026, 1, 1, tzinfo=UTC))),
    warnings=SEVERAL,
)


@given(READINGS)
@settings(max_examples=60, deadline=None)
def test_the_cache_gives_back_what_it_was_given(parsed: Parsed) -> None:
    """dump and load are exact."""
    again = load(dump(parsed))
    assert again == parsed
    assert isinstance(again.when, datetime) is isinstance(parsed.when, datetime)


@given(st.one_of(st.text(), st.sampled_from(["{}", "[]", "null", '{"picture":1,"media":[]}'])))
def test_a_foreign_cache_is_refused(text: str) -> None:
    """Text that is no cached article is a ValueError."""
    with pytest.raises(ValueError):
        load(text)


def test_the_version_follows_the_defaults() -> None:
    """Another language, zone or author makes cached readings old."""
    other = Defaults("id", DEFAULTS.zone, DEFAULTS.author)
    assert version(DEFAULTS) == version(DEFAULTS) != version(other)

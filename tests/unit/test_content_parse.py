"""Each format gives the article its author meant, and bad bytes give a clear line."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.configcontent import NewsSource
from syndicate.content import parse as parsing
from syndicate.content.cache import dump_body, dump_head, load_body, load_head
from syndicate.content.defaults import Defaults, version
from syndicate.content.formats import FORMATS, Format
from syndicate.content.parse import body, head, text_of
from syndicate.content.reading import Reading, Source
from syndicate.errors import ContentError
from syndicate.model import Body, Media, Parsed, Picture, SourceFile

DEFAULTS = Defaults("en", ZoneInfo("Asia/Jakarta"), "Redaksi")
MTIME = 1_700_000_000


def write(folder: Path, path: str, text: str | bytes) -> SourceFile:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    body = text.encode() if isinstance(text, str) else text
    file.write_bytes(body)
    return SourceFile(path, len(body), MTIME * 1_000_000_000)


def read(folder: Path, path: str, text: str | bytes) -> Parsed:
    return head(folder, write(folder, path, text), DEFAULTS)


def shown(folder: Path, path: str, text: str | bytes) -> Body:
    source = write(folder, path, text)
    return body(folder, source, head(folder, source, DEFAULTS), DEFAULTS)


def fault_of(folder: Path, path: str, text: str | bytes) -> ContentError:
    """Return the fault that head or text of a file is refused with."""
    with pytest.raises(ContentError) as caught:
        shown(folder, path, text)
    assert caught.value.path == path
    return caught.value


# ---------------------------------------------------------------- markdown and front matter

EVERY_FIELD = (
    "\ufeff\n---\nTitle: Satu\npublish-date: 2026-02-05 07:30\nlast_modified: 2026-02-06\n"
    "slug: /a/b/Satu.html\nguid: tag:x,1\nDescription: A <b>short</b> one\nauthor: Budi and Ani\n"
    "tags: [Berita, berita, ' Politik ']\ncategory: Dunia\nlang: id_ID\n---\n# SATU\n\n"
    "Halo *dunia*.[^1]\n\n| a |\n|---|\n| 1 |\n\n- [x] ~~ok~~\n\n<script>x</script>\n\n[^1]: Catatan\n"
)


def test_markdown_with_every_field(tmp_path: Path) -> None:
    """Front matter fields arrive, each as what it is; the head alone tells them."""
    parsed = read(tmp_path, "2026-01-01-x.md", EVERY_FIELD)
    assert parsed.title == "Satu"
    assert parsed.when == datetime(2026, 2, 5, 0, 30, tzinfo=UTC)
    assert parsed.updated == date(2026, 2, 6)
    assert (parsed.slug, parsed.id, parsed.summary) == ("Satu", "tag:x,1", "A short one")
    assert parsed.authors == ("Budi", "Ani")
    assert parsed.tags == ("Berita", "Politik", "Dunia")
    assert parsed.language == "id-ID"
    assert parsed.mtime == datetime.fromtimestamp(MTIME, UTC)
    assert parsed.dated and not parsed.pictured and parsed.length > 50
    assert parsed.warnings == ()


def test_the_text_of_markdown(tmp_path: Path) -> None:
    """The title's heading leaves the text, all extensions are read, and the HTML is safe."""
    text = shown(tmp_path, "2026-01-01-x.md", EVERY_FIELD)
    assert text.html.startswith("<p>Halo <em>dunia</em>.<sup")
    assert re.search(r"<(?:s|del)>ok</(?:s|del)>", text.html)
    for kept in ("<td>1</td>", "☑", "Catatan"):
        assert kept in text.html
    assert "script" not in text.html and "SATU" not in text.html
    assert (text.summary, text.picture, text.media, text.warnings) == ("A short one", None, (), ())


def test_markdown_without_front_matter(tmp_path: Path) -> None:
    """Title from the first heading, date from the file name, summary from the first paragraph of the text."""
    text = "# Kabar *hari* ini\n\nIsi [tautan](https://x.org).\n\n## Dua\n"
    parsed = read(tmp_path, "id/2026-02-05-kabar.md", text)
    assert (parsed.title, parsed.when, parsed.language) == ("Kabar hari ini", date(2026, 2, 5), "id")
    assert parsed.authors == ("Redaksi",)
    assert parsed.summary == ""  # the text was not read yet
    body = shown(tmp_path, "id/2026-02-05-kabar.md", text)
    assert body.summary == "Isi tautan."
    assert body.html.startswith('<p>Isi <a href="https://x.org">tautan</a>.</p>\n<h2')


@pytest.mark.parametrize(
    ("path", "title"),
    [("hello_big-world.md", "Hello big world"), ("my-trip/index.md", "My trip"), ("12.md", "Just words")],
)
def test_a_title_from_the_name(tmp_path: Path, path: str, title: str) -> None:
    """Without title and heading the name is the title, and the text where the name says nothing."""
    assert read(tmp_path, path, "Just words").title == title


def test_a_heading_that_is_not_the_title_stays(tmp_path: Path) -> None:
    """Only a heading that repeats the title is taken out."""
    assert "Other</h1>" in shown(tmp_path, "a.md", "---\ntitle: T\n---\n# Other\n\ntext").html


def test_text_above_more_is_the_summary(tmp_path: Path) -> None:
    """What stands above <!--more--> is the summary; in code it is only text."""
    body = shown(tmp_path, "a.md", "One\n\n`<!--more-->` two\n\n<!-- more -->\n\nThree")
    assert body.summary == "One <!--more--> two"


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
    assert "Some words" in shown(tmp_path, "a.md", "---\n\nSome words\n\n---\n\nmore").html


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
        ("---\ntitle: T\n---\n<!-- nothing -->\n", 4, "no text"),
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
    assert words in fault.message
    assert fault.line == line or (line is None and fault.line == 1)


def test_a_text_that_needs_no_words(tmp_path: Path) -> None:
    """A file that is only front matter is an article where that says what it is about."""
    for fields in ("summary: S", "link: https://x.org/", "audio: https://x.org/a.mp3"):
        parsed = read(tmp_path, "a.md", f"---\ntitle: T\n{fields}\n---\n")
        assert parsed.title == "T"
        assert shown(tmp_path, "a.md", f"---\ntitle: T\n{fields}\n---\n").html == ""


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
    assert shown(tmp_path, "a.md", "# Judul\r\n\r\nIsi é".encode(encoding)).html == "<p>Isi é</p>"


def test_a_time_keeps_its_zone_for_the_address_and_others_are_utc(tmp_path: Path) -> None:
    """The author's own zone tells the day of an address; `updated` and `expires` are only moments."""
    fields = "date: 2026-02-05 23:30 -08:00\nupdated: 2026-02-06 01:00 -08:00\nexpires: 2026-03-01"
    parsed = read(tmp_path, "a.md", f"---\ntitle: T\n{fields}\n---\nx")
    assert isinstance(parsed.when, datetime)
    assert (parsed.when.astimezone(UTC), parsed.when.day) == (datetime(2026, 2, 6, 7, 30, tzinfo=UTC), 5)
    assert isinstance(parsed.updated, datetime) and parsed.updated.utcoffset() == timedelta(0)
    assert parsed.expires == date(2026, 3, 1)


def test_a_meta_file_belongs_to_its_article(tmp_path: Path) -> None:
    """What stands in x.meta beside x.rst is the article's front matter."""
    source = write(tmp_path, "x.rst", "Some words.\n")
    write(tmp_path, "x.meta", ".. title: Judul\n.. slug: satu\n.. date: 2026-02-05\n.. tags: a, b\n")
    parsed = head(tmp_path, replace(source, meta=True), DEFAULTS)
    assert (parsed.title, parsed.slug, parsed.tags) == ("Judul", "satu", ("a", "b"))
    assert "Some words." in body(tmp_path, replace(source, meta=True), parsed, DEFAULTS).html
    (tmp_path / "x.meta").write_bytes(b"\xff\xff")
    with pytest.raises(ContentError) as caught:
        head(tmp_path, replace(source, meta=True), DEFAULTS)
    assert caught.value.path == "x.meta"


# ---------------------------------------------------------------- the mark


def test_the_mark_has_a_half_for_the_text_and_one_for_the_rest(tmp_path: Path) -> None:
    """The same text under another title shares the first half; what readers do not see changes neither."""
    text = "\n---\n# One\n\nSome words\n"
    first = read(tmp_path, "a.md", f"---\ntitle: One\n{text}").mark.split(".")
    assert len(first) == 2 and all(re.fullmatch(r"[0-9a-f]{24}", half) for half in first)
    title = read(tmp_path, "b.md", f"---\ntitle: Two\n{text}").mark.split(".")
    assert title[0] == first[0] and title[1] != first[1]
    words = read(tmp_path, "a.md", f"---\ntitle: One\n{text}more").mark.split(".")
    assert words[0] != first[0] and words[1] == first[1]
    unseen = read(tmp_path, "c.md", f"---\ntitle: One\nslug: x\ndate: 2026-01-01\nlayout: post\n{text}")
    assert unseen.mark.split(".") == first


@pytest.mark.parametrize(
    "field", ["description: other", "tags: [other]", "author: Other", "image: o.png", "correction: It was so"]
)
def test_what_readers_see_is_an_edit(tmp_path: Path, field: str) -> None:
    """Summary, tags, authors, picture and correction are part of the mark."""
    one = read(tmp_path, "a.md", "---\ntitle: One\n---\nwords").mark
    assert read(tmp_path, "a.md", f"---\ntitle: One\n{field}\n---\nwords").mark != one


def test_what_is_said_to_newsletters_is_no_edit(tmp_path: Path) -> None:
    """Featured, pinned and resend are told with the head, and readers see no update for them."""
    fields = "featured: true\nsticky: 3\nresend: 2026-12-01\n"
    one = read(tmp_path, "a.md", "---\ntitle: One\n---\nwords")
    two = read(tmp_path, "a.md", f"---\ntitle: One\n{fields}---\nwords")
    assert (one.featured, one.pinned, one.resend) == (False, False, "")
    assert (two.featured, two.pinned, two.resend) == (True, True, "2026-12-01")
    assert one.mark == two.mark


def test_line_ends_and_white_space_around_are_no_edit(tmp_path: Path) -> None:
    """A file saved on another system says the same."""
    one = read(tmp_path, "a.md", "---\ntitle: One\n---\nwords\n\nmore\n")
    two = read(tmp_path, "a.md", "\ufeff---\r\ntitle: One\r\n---\r\nwords\r\n\r\nmore\r\n\r\n")
    assert (one.mark, one.length) == (two.mark, two.length)


def test_words_to_compare(tmp_path: Path) -> None:
    """A file's words without its front matter; none where it cannot be read."""
    write(tmp_path, "a.md", "---\ntitle: T\n---\nsome words")
    write(tmp_path, "b.txt", "Judul\n\nIsi berita.")
    assert text_of(tmp_path, "a.md", DEFAULTS).strip() == "some words"
    assert "Isi berita." in text_of(tmp_path, "b.txt", DEFAULTS)
    assert text_of(tmp_path, "gone.md", DEFAULTS) == ""


# ---------------------------------------------------------------- html


PAGE = (
    '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Judul — Situs</title><meta '
    'property="article:published_time" content="2026-02-05T07:00:00+07:00"><meta name="description" '
    'content="Ringkas"></head><body><nav>menu</nav><main><h1>Judul</h1><p onclick="x()">Isi &amp; isi</p>'
    "</main><footer>kaki</footer></body></html>"
)


def test_a_whole_page(tmp_path: Path) -> None:
    """A page's head gives title, date and language; only its article is the body."""
    parsed = read(tmp_path, "a.html", PAGE)
    assert (parsed.title, parsed.language, parsed.summary) == ("Judul", "id", "Ringkas")
    assert parsed.when == datetime(2026, 2, 5, tzinfo=UTC)
    assert shown(tmp_path, "a.html", PAGE).html == "<p>Isi &amp; isi</p>"


def test_a_fragment_with_front_matter(tmp_path: Path) -> None:
    """A fragment below front matter is the body as it is; a time element dates it."""
    text = '---\ntitle: T\n---\nHalo <time datetime="2026-02-05">5 Feb</time><h1>Lain</h1>'
    parsed = read(tmp_path, "a.htm", text)
    assert (parsed.title, parsed.when) == ("T", date(2026, 2, 5))
    assert shown(tmp_path, "a.htm", text).html == 'Halo <time datetime="2026-02-05">5 Feb</time><h1>Lain</h1>'


# ---------------------------------------------------------------- media


def test_local_pictures_are_published_beside_the_page(tmp_path: Path) -> None:
    """Pictures and linked files inside the folder become media with names unique in the article."""
    for name in ("blog/a b.png", "a b.png", "blog/p.pdf", "static/x.jpg"):
        write(tmp_path, name, "x")
    parsed = shown(
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
    parsed = shown(
        folder, "a.md", "![](../secret.png) ![](link.png) ![](.hidden/k.png) ![](/../secret.png) text"
    )
    assert parsed.media == ()


def test_the_first_picture_of_the_text_is_the_articles(tmp_path: Path) -> None:
    """Without one in the front matter the first picture in the body counts, with its size."""
    parsed = shown(tmp_path, "a.md", 'x <img src="https://x.org/a.png" alt="A" width="640" height="480">')
    assert parsed.picture == Picture("https://x.org/a.png", "A", 640, 480)


@pytest.mark.parametrize(
    "text",
    [
        "![A](a.png)", "![A][ref]\n\n[ref]: a.png", 'x <img src="a.png">', 'x <IMG SRC="a.png">',
        'x <picture><img src="a.png"></picture>', 'x\n\n<video src="a.mp4"></video>', "![[a.png]]",
        'x {{< figure src="a.png" >}}',
    ],
)  # fmt: skip
def test_a_head_tells_whether_the_text_may_hold_a_picture(tmp_path: Path, text: str) -> None:
    """Where it does not, no feed has to read the text; so it must never be wrong the other way."""
    assert read(tmp_path, "a.md", text).pictured
    assert not read(tmp_path, "a.md", "Only words, [a link](x.md) and `code`.").pictured
    assert read(tmp_path, "a.md", "---\nimage: a.png\n---\nx").pictured
    assert read(tmp_path, "bundle/index.md", "x").pictured  # its folder may hold a cover
    page = '<meta property="og:image" content="https://x.org/a.png"><main><p>Words</p></main>'
    assert read(tmp_path, "a.html", f"<html><head><title>T</title>{page}</html>").pictured


def test_a_picture_that_is_none_is_told(tmp_path: Path) -> None:
    """An address that would run something is left out of the article, and its author hears of it."""
    text = '---\nimage: "javascript:alert(1)"\n---\nx'
    assert shown(tmp_path, "a.md", text).picture is None
    assert read(tmp_path, "a.md", text).warnings == (
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
    with pytest.raises(ContentError, match="longer than"):
        body(tmp_path, write(tmp_path, "a.md", "x"), Parsed("a.md", "x"), DEFAULTS)
    assert time.monotonic() - started < 2
    assert shown(tmp_path, "a.txt", "x").html == "<p>x</p>"


def test_a_bug_is_a_fault_of_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in a reader costs one article, and the fault says whose it is."""

    def break_down(_source: Source) -> Reading:
        raise KeyError("nobody expected this")

    def fall(_source: Source) -> Reading:
        return fall(_source)

    monkeypatch.setitem(FORMATS, ".md", Format(break_down, break_down))
    monkeypatch.setitem(FORMATS, ".txt", Format(fall, fall))
    assert "fault inside syndicate (KeyError)" in fault_of(tmp_path, "a.md", "x").message
    assert "too deeply" in fault_of(tmp_path, "a.txt", "x").message


def test_files_that_are_none(tmp_path: Path) -> None:
    """A fifo, a folder and a vanished file are faults, at once."""
    os.mkfifo(tmp_path / "f.md")
    (tmp_path / "d.md").mkdir()
    for name in ("f.md", "d.md", "gone.md"):
        with pytest.raises(ContentError):
            head(tmp_path, SourceFile(name, 1, 1), DEFAULTS)
        with pytest.raises(ContentError):
            body(tmp_path, SourceFile(name, 1, 1), Parsed(name, name), DEFAULTS)


@pytest.mark.parametrize(
    "bomb", ["[" * 5_000, "*a_ " * 5_000, "> " * 5_000 + "x", "`" * 9_999 + "a", "| a " * 5_000]
)
def test_markdown_bombs_end(tmp_path: Path, bomb: str) -> None:
    """Patterns that make parsers crawl end in the article's time limit."""
    started = time.monotonic()
    try:
        shown(tmp_path, "a.md", f"# T\n\n{bomb}")
    except ContentError as error:
        assert "fault inside" not in error.message
    assert time.monotonic() - started < parsing.SECONDS + 1


BODIES = st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
FRONT = st.sampled_from(
    ["", "---\n", "---\ntitle: x\n---\n", "---\ndate: ", "---\ntags: [", "\ufeff---\na: &a [*a]\n---\n"]
)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@given(front=FRONT, text=BODIES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_an_article_or_a_fault(tmp_path: Path, suffix: str, front: str, text: bytes) -> None:
    """Whatever is in a file, it gives what the cache keeps, or a ContentError that is no bug."""
    source = write(tmp_path, f"a{suffix}", front.encode() + text)
    try:
        parsed = head(tmp_path, source, DEFAULTS)
        made = body(tmp_path, source, parsed, DEFAULTS)
    except ContentError as error:
        assert "fault inside" not in error.message
        assert error.line is None or error.line >= 1
    else:
        assert parsed.title and len(parsed.title) <= 500 and "\n" not in parsed.title
        assert load_head(dump_head(parsed)) == parsed
        assert load_body(dump_body(made)) == made
        assert parsed.pictured or made.picture is None


# ---------------------------------------------------------------- the version


def test_the_version_follows_what_a_reading_hangs_on() -> None:
    """Another language, zone, author, news source or rule makes cached readings old."""
    others = [
        replace(DEFAULTS, language="id"),
        replace(DEFAULTS, zone=ZoneInfo("Asia/Makassar")),
        replace(DEFAULTS, author="Ani"),
        replace(DEFAULTS, copies=False),
        replace(DEFAULTS, rules="links"),
        replace(DEFAULTS, news=(NewsSource(drop=("Baca juga",)),)),
    ]
    versions = {version(one) for one in (DEFAULTS, *others)}
    assert len(versions) == 7 and version(DEFAULTS) in versions

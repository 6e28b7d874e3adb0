"""Each kind of block of fields is told from text, read whole, and named with its line where it is broken."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.frontmatter import FrontMatter, split
from syndicate.content.naming import date_of
from syndicate.errors import ContentError

ZONE = ZoneInfo("Asia/Jakarta")
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "blogs"

YAML = "---\ntitle: Satu\ndate: 2026-02-05\ntags: [a, b]\n---\nIsi.\n"
TOML = '+++\ntitle = "Satu"\ndate = 2026-02-05\n[taxonomies]\ntags = ["a", "b"]\n+++\nIsi.\n'
JSON = '{\n  "title": "Satu",\n  "date": "2026-02-05", "tags": ["a", "b"]\n}\nIsi.\n'
HEADERS = "Title: Satu\nDate: 2026-02-05\nTags: a,\n    b\n\nIsi.\n"
FIELD_LIST = ":title: Satu\n:date: 2026-02-05\n:tags: a,\n   b\n\nIsi.\n"
NIKOLA = ".. title: Satu\n.. slug: satu\n.. date: 2026-02-05\n.. tags: a, b\n\nIsi.\n"
COMMENT = "<!--\n.. title: Satu\n.. date: 2026-02-05\n.. tags: a, b\n-->\nIsi.\n"
KINDS = [
    ("a.md", YAML), ("a.md", YAML.replace("---\nIsi", "...\nIsi")), ("a.md", TOML), ("a.md", JSON),
    ("a.md", JSON.replace("\n", "")), ("a.md", HEADERS), ("a.rst", FIELD_LIST), ("a.rst", NIKOLA),
    ("a.md", NIKOLA), ("a.txt", NIKOLA), ("a.html", COMMENT), ("a.md", COMMENT),
    ("a.md", f"---json\n{JSON[:-6]}\n---\nIsi.\n"),
    ("a.md", TOML.replace("+++\ntitle", "---toml\ntitle").replace("+++", "---")),
    ("a.rst", YAML), ("a.html", YAML),
    ("a.txt", HEADERS.replace("\n\n", "\n---\n")),
]  # fmt: skip


def when(matter: FrontMatter) -> date | datetime | None:
    return matter.moment("when", language="en", zone=ZONE)


def fault_of(path: str, text: str, meta: str = "") -> ContentError:
    with pytest.raises(ContentError) as caught:
        split(path, text, meta)
    return caught.value


@pytest.mark.parametrize(("path", "text"), KINDS)
@pytest.mark.parametrize("dress", ["plain", "dos", "mark", "blank"])
def test_every_kind_says_the_same(path: str, text: str, dress: str) -> None:
    """Fields and text come out whatever the kind, with a byte-order mark, CR LF or blank lines above too."""
    dressed = {
        "plain": text, "dos": text.replace("\n", "\r\n"), "mark": f"\ufeff{text}", "blank": f"\n\n{text}"
    }  # fmt: skip
    matter = split(path, dressed[dress])
    assert (matter.text("title"), when(matter), matter.tags()) == ("Satu", date(2026, 2, 5), ("a", "b"))
    assert matter.body.strip() == "Isi."
    whole = dressed[dress].replace("\r\n", "\n").removeprefix("\ufeff")
    shown = "\n" * (matter.body_line - 1) + matter.body
    at = shown[: shown.index("Isi.")].count("\n")
    assert at == whole[: whole.index("Isi.")].count("\n")
    assert matter.warnings == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.md", "Just words"),
        ("a.md", "---\n\nSome words\n\n---\n\nmore"),
        ("a.md", "Summary: this is a sentence, and no field\n\nText"),
        ("a.md", "Note: this\n\nText"),
        ("a.md", "Title: x\nand then a line of text\n\nText"),
        ("a.html", "Title: x\n\nText"),
        ("a.md", "{% include x.html %}\n\nText"),
        ("a.md", "{{< figure >}}\n\nText"),
        ("a.md", "{not: json}\n\nText"),
        ("a.md", "{\n\nText"),
        ("a.md", "+++ words"),
        ("a.rst", ".. image:: x.png\n\nText"),
        ("a.rst", ".. _target: https://x.org\n\nText"),
        ("a.rst", ".. a comment\n\nText"),
        ("a.rst", ":Version: 1\n:Colour: red\n\nText"),
        ("a.rst", ":doc:`x` is a role\n\nText"),
        ("a.md", ":smile: words"),
        ("a.html", "<!-- a comment -->\n<p>Text</p>"),
        ("a.html", "<!--\n.. title: x\n<p>never closed"),
        ("a.md", ""),
        ("a.md", "Title: Setext\n---\n\nText"),
    ],
)
def test_text_is_no_block(path: str, text: str) -> None:
    """What only begins like a block stays text, to the last character."""
    matter = split(path, text)
    assert (matter.body, matter.values, matter.body_line) == (text, {}, 1)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Judul\n#####\n\n:date: 2026-02-05\n:tags: a;b, c\n\nIsi.\n", "Judul\n#####"),
        ("=====\nJudul\n=====\n:date: 2026-02-05\n:tags: a;b, c\n\nIsi.\n", "=====\nJudul\n====="),
        ("Judul\n=====\n\n:date: 2026-02-05\n\n:tags: a;\n   b, c\n\nIsi.\n", "Judul\n====="),
    ],
)
def test_a_field_list_below_the_title(text: str, title: str) -> None:
    """Pelican's fields stand below the title, which stays where it was; lines keep their numbers."""
    matter = split("a.rst", text)
    assert (when(matter), matter.tags()) == (date(2026, 2, 5), ("a", "b, c"))
    assert matter.body.startswith(title) and ":" not in matter.body
    assert matter.body.index("Isi") and matter.body.count("\n") == text.count("\n")
    assert matter.lines["date"] == text[: text.index(":date")].count("\n") + 1


def test_values_stay_as_they_were_written() -> None:
    """YAML 1.1 makes 420 of 7:00 and False of NO, TOML 1.1 of 1.10: here they are texts."""
    for text in (
        "---\ntitle: 7:00\ntags: [NO, 017, 1.10, 0x1F, 1_000, ~x]\n---\n",
        "---\ntitle: '7:00'\ntags:\n- NO\n- 017\n- !!float 1.10\n- 0x1F\n- 1_000\n- ~x\n---\n",
        '{"title": "7:00", "tags": ["NO", "017", 1.10, "0x1F", "1_000", "~x"]}\n',
        '+++\ntitle = "7:00"\ntags = ["NO", "017", 1.10, "0x1F", "1_000", "~x"]\n+++\n',
    ):
        matter = split("a.md", text)
        assert matter.text("title") == "7:00"
        assert matter.tags() == ("NO", "017", "1.10", "0x1F", "1_000", "~x")


def test_toml_dates_are_dates() -> None:
    """A local date and time is in the publication's zone, an offset counts."""
    for written, meant in (
        ("2026-02-05", date(2026, 2, 5)),
        ("2026-02-05T07:30:00", datetime(2026, 2, 5, 0, 30, tzinfo=UTC)),
        ("2026-02-05T07:30:00Z", datetime(2026, 2, 5, 7, 30, tzinfo=UTC)),
        ('"5 Feb 2026"', date(2026, 2, 5)),
    ):
        assert when(split("a.md", f"+++\ndate = {written}\n+++\n")) == meant


# ---------------------------------------------------------------- .meta


def test_a_meta_file_holds_the_fields() -> None:
    """Nikola's fields beside the text outrank those in it, and neither is shown."""
    matter = split("posts/a.txt", ".. title: Lama\n.. author: Budi\n\nIsi.", NIKOLA.replace("Isi.", ""))
    assert (matter.text("title"), matter.slug(), matter.authors()) == ("Satu", "satu", ("Budi",))
    assert matter.body.strip() == "Isi."


def test_an_old_meta_file_has_bare_lines() -> None:
    """Title, slug, date, tags, link and description, in this order."""
    meta = "Satu\nsatu-dua\n2012/03/30 23:00\na, b\nhttps://x.org/\nRingkas\n"
    matter = split("posts/a.txt", "Isi.", meta)
    assert (matter.text("title"), matter.slug(), matter.summary()) == ("Satu", "satu-dua", "Ringkas")
    assert when(matter) == datetime(2012, 3, 30, 16, 0, tzinfo=UTC)
    assert (matter.tags(), matter.canonical()) == (("a", "b"), "https://x.org/")


def test_a_fault_in_a_meta_file_names_it() -> None:
    """The article is at fault, the line is that of the file beside it."""
    matter = split("posts/a.txt", "Isi.", ".. title: x\n.. date: soon\n")
    with pytest.raises(ContentError) as caught:
        when(matter)
    assert (caught.value.path, caught.value.line) == ("posts/a.txt", None)
    assert caught.value.message.startswith("a.meta line 2: date: 'soon' is no date")
    fault = fault_of("posts/a.txt", "Isi.", "---\ntitle: a: b\n---\n")
    assert fault.line is None and fault.message.startswith("a.meta line 2: ")
    matter = split("posts/a.txt", "Isi.", ".. title: x\n.. lang: ???\n")
    matter.language()
    assert matter.warnings[0].startswith("a.meta line 2: lang: ")


# ---------------------------------------------------------------- what is broken


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\ntitle: a: b\n---\nx", 2, "YAML"),
        ("\n\n---\ntitle: T\n\tx: 1\n---\nx", 5, "YAML"),
        ("---\ntitle: T\nx", 1, "no end"),
        ("---\ntitle: T\n- x\n---\n", 3, "YAML"),
        ("---\n{a\n---\n", 3, "YAML"),
        ("---\ntitle: !!python/object:os.system x\n---\nx", 2, "not allowed"),
        ("---\ntitle: x\na: &a [*a]\n---\nx", 3, "an alias holds itself"),
        (f"---\ntitle: x\nb: {'[' * 20_000}\n---\nx", 3, "levels"),
        (f"---\nx: {'a' * 70_000}\n---\nx", 1, "64 KB"),
        ("---\n? [a]\n: b\n---\n", 2, "YAML"),
        ("+++\ntitle = 'a'\nb = [\n+++\nx", 3, "TOML"),
        ("+++\ntitle = 'a'\ntitle = 'b'\n+++\nx", 3, "TOML"),
        ("+++\ntitle = 'a'\nx", 1, "no end"),
        (f"+++\nb = {'[' * 20_000}\n+++\nx", 2, "nested too deeply"),
        (f"+++\nb = {'9' * 20_000}\n+++\nx", 2, "TOML"),
        ('{\n"title": "a",\n"b" 1\n}\nx', 3, "JSON"),
        ('\n{"title": "a", "b": ' + "[" * 20_000, 2, "JSON"),
        ('{"title": "' + "a" * 70_000 + '"}', 1, "64 KB"),
        ('---json\n["a"]\n---\n', 2, "JSON"),
    ],
)
def test_what_is_broken_is_named_with_its_line(text: str, line: int, words: str) -> None:
    """A block that cannot be read is a fault of this article, at once."""
    started = time.monotonic()
    fault = fault_of("a.md", text)
    assert (fault.line, words in fault.message) == (line, True), fault
    assert time.monotonic() - started < 1


def test_bombs_end_at_once() -> None:
    """Aliases of aliases, and names that go on for ever, take no time and no memory."""
    rows = "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]" for n in range(1, 12))
    bombs = [
        f"---\nb0: &b0 [x, x, x]\n{rows}\n---\nx",
        "---\nb0: &b0 [x]\n" + "\n".join(f"b{n}: &b{n} [*b{n - 1}]" for n in range(1, 3000)) + "\n---\nx",
        f"+++\n{'a.' * 30_000}b = 1\n+++\nx",
        '{"a": ' + '{"a": ' * 10_000,
        "---\n" + "- " * 20_000 + "\n---\n",
        "---\ntitle: x\n" + "\n".join(" " * n + "a:" for n in range(300)) + "\n---\n",
        "---\ntitle: " + "'" * 60_000 + "\n---\n",
        "title: " + "a\n " * 200_000,
        ":title: " + "a\n " * 200_000,
        "---\n" * 100_000,
        ".. title: x\n" * 100_000,
        "Judul\n=====\n" + "\n" * 500_000,
    ]
    for bomb in bombs:
        started = time.monotonic()
        try:
            split("a.txt", bomb).tags()
        except ContentError as error:
            assert error.line is None or error.line > 0
        assert time.monotonic() - started < 1.5, bomb[:40]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntags: a\ntitle: x\ntags: b\n---\n", 4),
        ("---\nTags: a\ntags: b\n---\n", 3),
        ('{"tags": "a", "tags": "b"}\n', 1),
        ("Tags: a\nTitle: x\nTags: b\n\n", 3),
        (".. tags: a\n.. title: x\n.. tags: b\n\n", 3),
    ],
)
def test_a_field_given_twice_is_told(text: str, line: int) -> None:
    """The last counts, and the author hears of it."""
    matter = split("a.md", text)
    assert matter.tags() == ("b",)
    written = text.splitlines()[line - 1].lstrip(". ")[:4] if text[0] != "{" else "tags"
    assert matter.warnings == [f"line {line}: {written}: given again on line {line}; the last counts"]


def test_a_map_may_take_over_another() -> None:
    """YAML's << counts as far as there is no field of one's own."""
    matter = split("a.md", "---\nx: &x {title: A, slug: s}\n<<: *x\ntitle: B\n---\n")
    assert (matter.text("title"), matter.slug()) == ("B", "s")


LONG = 50_000


@pytest.mark.parametrize(
    "between", [" ", "\t", "[[", "a", "/", ".", "- ", "' '", ", ", "<", "and ", "a ", "](", "{"]
)
@pytest.mark.parametrize(
    "around",
    [
        "---{}x\ntitle: a\n---\n", "---\ntitle:{}!\n---\n", "---\na:\n-{}!\n---\n",
        "---\nauthor: '{}!'\n---\n",
        "---\ntags: [a{}:]\n---\n", "---\naudio: '{} !'\n---\n", "---\nurl: '{} !'\n---\n", "---\n{}!\n---\n",
        "---\nauthor: '[[{}!'\n---\n", "<!--{}x", ".. title{}x", ".. title: {}!", "+++\na ={}!\n+++\n",
        "+++\ntags = [{}'a'!]\n+++\n", "{{{}!", '{{"a": "{}"', "title:{}!\n", "T\n=\n\n:date:{}!\n", "{}!",
        "---\ndate: '{}1999'\n---\n", "---\nimage: '![[{}|'\n---\n", "---\nauthor: '{}<{}>'\n---\n",
    ],
)  # fmt: skip
def test_what_repeats_takes_no_time(around: str, between: str) -> None:
    """Every pattern is linear: 50,000 characters of anything, in the block or before it, are read at once."""
    text = around.replace("{}", between * (LONG // len(between))).replace("{{", "{")
    started = time.process_time()
    for path in ("a.md", "a.rst"):
        try:
            read_all(split(path, text, text))
        except ContentError:
            continue
    assert time.process_time() - started < 1.5


TEXTS = st.text(alphabet=st.characters(exclude_characters="\x00"), max_size=60)
OPENINGS = st.sampled_from(
    [
        "", "---\n", "+++\n", "{", '{"a": ', ".. ", ".. title: ", "<!--\n.. title: x", ":date: ", "Title: ",
        "T\n=\n\n:date: ", "---toml\n",
    ]
)  # fmt: skip
MARKS = st.text(alphabet="-+.:<>!{}[]\"'=\n #tidleash09/\\&*|", max_size=60)


def read_all(matter: FrontMatter) -> None:
    """Ask for everything; only ContentError may come."""
    for reader in (
        lambda: when(matter), lambda: matter.moment("updated", language="id", zone=ZONE),
        lambda: matter.moment("expires", language="", zone=ZONE), matter.draft, matter.marked,
        matter.identity,
    ):  # fmt: skip
        try:
            reader()
        except ContentError as error:
            assert error.line is None or error.line > 0
    for name in ("title", "summary", "key"):
        assert "\n" not in matter.text(name)
    assert all(matter.tags()) and all(matter.categories()) and all(matter.authors())
    assert ".." not in matter.url().split("/")
    assert all(alias.startswith(("/", "http")) for alias in matter.aliases())
    assert (matter.canonical() or "http").lower().startswith("http")
    str((matter.picture(), matter.enclosures(), matter.language(), matter.summary(), matter.slug()))
    str((matter.key(), matter.correction())).encode()


@given(OPENINGS, st.one_of(TEXTS, MARKS), st.sampled_from([".md", ".rst", ".txt", ".html"]), MARKS)
@settings(max_examples=400, deadline=None)
def test_any_text_is_fields_and_body_or_a_fault(opening: str, text: str, suffix: str, meta: str) -> None:
    """Nothing but ContentError is raised, whatever the texts of article and .meta file hold."""
    for beside in ("", meta):
        try:
            matter = split(f"a/b{suffix}", opening + text, beside)
        except ContentError as error:
            assert error.path == f"a/b{suffix}"
        else:
            read_all(matter)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize(
    ("folder", "glob", "count"),
    [
        ("brew", "_posts/*.md", 45), ("jekyll-site", "docs/_posts/*", 102), ("fahdlabs-ar", "**/index.md", 6),
        ("nikola-site", "posts/*.[!m]*", 71), ("pelican-blog", "content/news/*", 18),
    ],
)  # fmt: skip
def test_the_fields_of_real_blogs(folder: str, glob: str, count: int) -> None:
    """Every article of the samples has a date, and a title in its fields or above them; no marks are left."""
    found = sorted((SAMPLES / folder).glob(glob))
    assert len(found) == count
    for file in found:
        path = str(file.relative_to(SAMPLES / folder))
        meta = file.with_suffix(".meta")
        matter = split(path, file.read_text(encoding="utf-8"), meta.read_text() if meta.exists() else "")
        read_all(matter)
        assert when(matter) or date_of(path), path
        assert matter.text("title") or matter.body.splitlines()[1][:3] in ("###", "===", "I18", "Pel"), path
        assert not matter.body.lstrip().startswith(("---\n", ".. title", ":date", "title:")), path
        assert not matter.draft()

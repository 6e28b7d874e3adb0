"""`syndicate extract`: any file as the article it would be, and which rule removed which line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.app.extracting import as_text, extract
from syndicate.app.founding import Answers, found
from syndicate.cli import main
from syndicate.configfile import load_config
from syndicate.errors import ContentError

Run = Callable[..., tuple[int, str, str]]
FIRST = "Paragraf pertama berita ini cukup panjang, sehingga ia adalah sebuah paragraf yang utuh."
SECOND = "Paragraf kedua juga cukup panjang, karena sebuah berita tidak hanya terdiri dari satu saja."
PAGE = f"""Judul berita
Ini kalimat pembuka berita yang panjang.
Oleh: Budi Santoso
Rabu, 18 Jun 2025 16:18 WITA

Jakarta - {FIRST}
Baca Juga
Sub-judul
{SECOND}
(kha)
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in an empty folder; give its exit status and what it printed."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["extract", *arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return command


def test_the_article_is_shown_as_text(run: Run, tmp_path: Path) -> None:
    """Title, standfirst and text, with a blank line between; no configuration is needed."""
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    expected = "\n\n".join(
        ("Judul berita", "Ini kalimat pembuka berita yang panjang.", FIRST, "Sub-judul", SECOND)
    )
    assert run("a.txt") == (0, f"{expected}\n", "")


def test_each_line_is_explained(run: Run, tmp_path: Path) -> None:
    """Fields first, then every line with its number, what it is, and the rule that took it."""
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    status, said, _ = run("a.txt", "--explain")
    assert status == 0
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[:8] == [
        "title Judul berita",
        "summary Ini kalimat pembuka berita yang panjang.",
        "date 2025-06-18 16:18+08:00",
        "updated -",
        "language id",
        "authors Budi Santoso",
        "tags -",
        "",
    ]
    assert lines[8:] == [
        "1 title Judul berita",
        "2 standfirst Ini kalimat pembuka berita yang panjang.",
        "3 byline id: byline Oleh: Budi Santoso",
        "4 date Rabu, 18 Jun 2025 16:18 WITA",
        f"6 text id: place Jakarta - {FIRST}"[: 100 + len("6 text id: place ")],
        "7 removed id: read also Baca Juga",
        "8 heading Sub-judul",
        f"9 text {SECOND}",
        "10 removed id: initials (kha)",
    ]


def test_a_machine_gets_all_of_it(run: Run, tmp_path: Path) -> None:
    """JSON holds the fields, the text and the lines."""
    (tmp_path / "a.txt").write_text(PAGE, "utf-8")
    status, said, _ = run("a.txt", "--json")
    told = json.loads(said)
    assert status == 0
    assert (told["title"], told["when"], told["language"]) == (
        "Judul berita",
        "2025-06-18T16:18:00+08:00",
        "id",
    )
    assert told["text"].split("\n\n") == [FIRST, "Sub-judul", SECOND]
    assert told["lines"][5] == {
        "number": 7,
        "text": "Baca Juga",
        "role": "removed",
        "rule": "id: read also",
        "kept": "",
    }


def test_a_file_of_no_known_format_is_plain_text(run: Run, tmp_path: Path) -> None:
    """A name without a suffix, or with a strange one, and front matter above the text."""
    (tmp_path / "2025-06-18-berita.news").write_text(f"---\nlang: id\n---\nJudul\n\n{FIRST}\n", "utf-8")
    found_ = extract(tmp_path / "2025-06-18-berita.news", None)
    assert (found_.title, found_.when, found_.text) == ("Judul", date(2025, 6, 18), FIRST)
    assert [(line.number, line.role) for line in found_.lines] == [(4, "title"), (6, "text")]


def test_marked_formats_are_read_too(run: Run, tmp_path: Path) -> None:
    """Markdown and HTML come out as text; no rule removes their lines."""
    (tmp_path / "a.md").write_text("---\ntags: [a]\n---\n# Title\n\nSome *text*.\n\n- one\n- two\n", "utf-8")
    found_ = extract(tmp_path / "a.md", None)
    assert (found_.title, found_.tags) == ("Title", ("a",))
    assert found_.text == "Some text.\n\n- one\n- two"
    assert found_.lines == ()
    assert "no rule removes a line" in run("a.md", "--explain")[1]


def test_rules_of_the_configuration_count(run: Run, tmp_path: Path) -> None:
    """A source of content.news is told by its folder, relative to the content folder."""
    home = tmp_path / "kabar"
    now = datetime(2026, 3, 1, tzinfo=UTC)
    found(home, Answers("Kabar", "http://127.0.0.1:8000", "id", "Asia/Makassar", ""), demo=False, now=now)
    config = home / "config.yaml"
    rules = 'content:\n  news:\n    harian:\n      folder: kliping\n      drop: "Klik .*"\n'
    config.write_text(config.read_text("utf-8").replace("\ncontent:\n", f"\n{rules}", 1), "utf-8")
    clip = home / "content" / "kliping" / "a.txt"
    clip.parent.mkdir(parents=True)
    clip.write_text(f"Judul\n18 Juni 2025, 07.00\n\n{FIRST}\n\nKlik iklan kami\n\n{SECOND}\n", "utf-8")
    found_ = extract(clip, load_config(config))
    assert found_.text == f"{FIRST}\n\n{SECOND}"
    assert isinstance(found_.when, datetime) and found_.when.utcoffset() in (timedelta(hours=8), timedelta())
    assert [line.rule for line in found_.lines if line.role == "removed"] == ["harian: drop"]
    assert run("--config", str(config), str(clip))[0] == 0


@pytest.mark.parametrize("name", ["none.txt", "folder", "wrong.txt", "none.xyz"])
def test_a_file_that_cannot_be_read_is_one_line(run: Run, tmp_path: Path, name: str) -> None:
    """Exit status 1, and the file with what is wrong."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "wrong.txt").write_bytes(b"ok\ncaf\xe9\n")
    status, out, said = run(name)
    assert (status, out) == (1, "")
    assert said.startswith("Error: ") and name in said and said.count("\n") == 1
    with pytest.raises(ContentError):
        extract(tmp_path / name, None)


def test_html_as_text() -> None:
    """Blocks are apart, items have dashes, breaks are lines, entities are letters."""
    html = (
        "<h2>A &amp; B</h2>\n<p>one<br>two</p><ul><li>x</li><li>y</li></ul><blockquote><p>q</p></blockquote>"
    )
    assert as_text(html) == "A & B\n\none\ntwo\n\n- x\n- y\n\nq"

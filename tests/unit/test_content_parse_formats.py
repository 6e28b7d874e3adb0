"""What a file's fields and script say of it beside its suffix: how it is read, and in what language."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.content.defaults import Defaults
from syndicate.content.parse import body, head
from syndicate.model import Body, Parsed, SourceFile

DEFAULTS = Defaults("id", ZoneInfo("Asia/Jakarta"), "")
TEXT = "A *word* and `a link <https://a.example/>`_.\n\nParts\n-----\n\n* one\n* two\n"
HEADER = ".. title: A title\n.. date: 2026-02-05 10:00\n\n"


def read(folder: Path, name: str, text: str, meta: str = "") -> tuple[Parsed, Body]:
    (folder / name).write_text(text, encoding="utf-8")
    if meta:
        (folder / name).with_suffix(".meta").write_text(meta, encoding="utf-8")
    source = SourceFile(name, 1, 1, bool(meta))
    parsed = head(folder, source, DEFAULTS)
    return parsed, body(folder, source, parsed, DEFAULTS)


@pytest.mark.parametrize("meta", ["", HEADER])
def test_nikolas_text_is_restructuredtext(tmp_path: Path, meta: str) -> None:
    """A .txt with Nikola's fields, in it or beside it, is read as Nikola reads it."""
    parsed, text = read(tmp_path, "x.txt", TEXT if meta else HEADER + TEXT, meta)
    assert parsed.title == "A title"
    assert '<em>word</em> and <a href="https://a.example/">a link</a>' in text.html
    assert "<li>" in text.html and "`" not in text.html and "---" not in text.html


def test_other_text_is_plain(tmp_path: Path) -> None:
    """A .txt without such fields is plain text, whatever stands in it."""
    _, text = read(tmp_path, "x.txt", "A title\n\nA *word* and a `tick`.\n")
    assert "A *word* and a `tick`." in text.html


@pytest.mark.parametrize(
    ("name", "front", "language"),
    [
        ("x.md", "", "ar"),
        ("x.html", "", "ar"),
        ("x.md", "lang: fa\n", "fa"),
        ("x.ur.md", "", "ur"),
    ],
)
def test_a_foreign_script_is_a_language(tmp_path: Path, name: str, front: str, language: str) -> None:
    """Where neither file nor folder names one, the script does before the publication."""
    text = f"---\ntitle: كيف توثق إيميلك الشخصي\n{front}---\n\nكلنا متعودين نشوف علامة التوثيق\n"
    parsed, _ = read(tmp_path, name, text)
    assert parsed.language == language
    assert read(tmp_path, "y.md", "---\ntitle: Biasa\n---\n\nKata كلنا\n")[0].language == "id"

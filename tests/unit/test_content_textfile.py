"""Bytes become text, or a line that says where they are wrong and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.textfile import LARGEST, Unopened, decode, read_bytes
from syndicate.errors import ContentError


@pytest.mark.parametrize(
    "body",
    [
        "Ätna\nB".encode(),
        "\ufeffÄtna\nB".encode(),
        "\ufeffÄtna\r\nB".encode("utf-16-le"),
        "\ufeffÄtna\rB".encode("utf-16-be"),
        "A\u0308tna\nB".encode(),
        "Ä\u200btna\nB".encode(),
    ],
)
def test_texts_are_read_alike(body: bytes) -> None:
    """UTF-8 with or without its mark and UTF-16 with it, any line ends, composed or not, are one text."""
    assert decode("a.txt", body) == "Ätna\nB"


@pytest.mark.parametrize(
    ("body", "line", "advice"),
    [
        (b"ok\nd\xe9j\xe0 vu\n", 2, "Windows-1252"),
        (b"ok\r\n\r\nd\xe9j\xe0\r\n", 3, "Windows-1252"),
        (b"ok\rok\rd\xe9j\xe0\r", 3, "Windows-1252"),
        ("déjà\nvu\n".encode() + b"caf\xe9\n", 3, "mixes encodings"),
        (b"caf\xe9\n" + "déjà".encode(), 1, "mixes encodings"),
        (b"GIF89a\x01\x00\xff\xd8", 1, "no text"),
        (b"ok\nno\x00pe", 2, "NUL"),
        ("a\nb".encode("utf-16-le"), 1, "NUL"),
        (b"\xff\xfea\x00\n\x00b", 2, "broken UTF-16"),
        (b"\xff\xfea\x00\n\x00\x00\xd8b\x00", 2, "broken UTF-16"),
        ("\ufeffa".encode("utf-32-le"), 1, "UTF-32"),
        (b"\xed\xa0\x80", 1, "UTF-8"),
        (b"ok\n" + b"\x01" * 9, 2, "9 control characters"),
    ],
)
def test_a_wrong_byte_is_found_and_what_to_do_is_said(body: bytes, line: int, advice: str) -> None:
    """The line is the one an editor shows; the advice fits what the file seems to be."""
    with pytest.raises(ContentError) as raised:
        decode("a.txt", body)
    assert (raised.value.path, raised.value.line) == ("a.txt", line)
    assert advice in raised.value.message


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_a_content_error(body: bytes) -> None:
    """Nothing else is ever raised, and a text never holds what no feed may carry."""
    try:
        text = decode("a.txt", body)
    except ContentError:
        return
    text.encode()
    assert "\x00" not in text and "\r" not in text


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """A fifo, a device, a folder, a file that is too large or not there: each is said at once."""
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    for name in ("fifo.txt", "folder.txt", "zero.txt", "large.txt"):
        with pytest.raises(ContentError):
            read_bytes(tmp_path / name, name)
    with pytest.raises(Unopened):
        read_bytes(tmp_path / "none.txt", "none.txt")
    with pytest.raises(ContentError):
        read_bytes(tmp_path / "nul\x00.txt", "nul")

"""A file that ends builds is refused after the second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.app.poison import PoisonGuard
from syndicate.errors import ContentError
from syndicate.model import SourceFile

BOMB = SourceFile("bomb.md", 10, 1)
GOOD = SourceFile("good.md", 10, 1)


def build_dies_over(note: Path, source: SourceFile) -> None:
    guard = PoisonGuard(note)
    guard.begin(GOOD)
    guard.end()
    guard.begin(source)


def test_the_third_build_refuses_what_ended_two(tmp_path: Path) -> None:
    """Two deaths over the same bytes are enough; its neighbours are read all the same."""
    note = tmp_path / "reading"
    build_dies_over(note, BOMB)
    build_dies_over(note, BOMB)
    guard = PoisonGuard(note)
    guard.begin(GOOD)
    guard.end()
    with pytest.raises(ContentError, match=r"bomb\.md: .*2 times"):
        guard.begin(BOMB)


def test_a_changed_file_is_tried_again(tmp_path: Path) -> None:
    """Other bytes are another chance."""
    note = tmp_path / "reading"
    build_dies_over(note, BOMB)
    build_dies_over(note, BOMB)
    PoisonGuard(note).begin(SourceFile("bomb.md", 11, 2))


def test_one_death_may_be_chance(tmp_path: Path) -> None:
    """A kill -9 in the middle of an innocent file costs nothing."""
    note = tmp_path / "reading"
    build_dies_over(note, BOMB)
    guard = PoisonGuard(note)
    guard.begin(BOMB)
    guard.end()
    assert not note.exists()
    PoisonGuard(note).begin(BOMB)


def test_a_damaged_note_is_no_note(tmp_path: Path) -> None:
    """Whatever a crash left in the note does not stop a build."""
    note = tmp_path / "reading"
    note.write_bytes(b'["x", \xff')
    PoisonGuard(note).begin(BOMB)

"""A file that ends builds is refused after the second time, whichever process read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.app.poison import PoisonGuard
from syndicate.errors import ContentError
from syndicate.model import SourceFile

BOMB = SourceFile("bomb.md", 10, 1)
GOOD = SourceFile("good.md", 10, 1)
LONG = SourceFile("a name that is much longer than the bomb's.md", 10, 1)


def build_dies_over(folder: Path, source: SourceFile, name: str = "reading") -> None:
    guard = PoisonGuard(folder, name)
    guard.begin(GOOD)
    guard.begin(source)


def refuses(folder: Path, source: SourceFile, name: str = "reading") -> bool:
    """Tell whether a build refuses `source`; it ends well."""
    guard = PoisonGuard(folder, name)
    guard.begin(GOOD)
    try:
        guard.begin(source)
    except ContentError:
        return True
    finally:
        guard.close()
    return False


def test_the_third_build_refuses_what_ended_two(tmp_path: Path) -> None:
    """Two deaths over the same bytes are enough; its neighbours are read all the same."""
    build_dies_over(tmp_path, BOMB)
    build_dies_over(tmp_path, BOMB)
    guard = PoisonGuard(tmp_path)
    guard.begin(GOOD)
    with pytest.raises(ContentError, match=r"bomb\.md: .*2 times"):
        guard.begin(BOMB)
    guard.begin(GOOD)
    guard.close()


def test_a_changed_file_is_tried_again(tmp_path: Path) -> None:
    """Other bytes are another chance."""
    build_dies_over(tmp_path, BOMB)
    build_dies_over(tmp_path, BOMB)
    assert not refuses(tmp_path, SourceFile("bomb.md", 11, 2))


def test_one_death_may_be_chance(tmp_path: Path) -> None:
    """A kill -9 in the middle of an innocent file costs nothing."""
    build_dies_over(tmp_path, BOMB)
    assert not refuses(tmp_path, BOMB)
    assert list(tmp_path.iterdir()) == []
    build_dies_over(tmp_path, BOMB)
    assert not refuses(tmp_path, BOMB)


def test_deaths_count_whichever_process_died(tmp_path: Path) -> None:
    """A helper's death and that of the main process, which reads the file again, are two."""
    build_dies_over(tmp_path, BOMB, "reading.77")
    build_dies_over(tmp_path, BOMB)
    assert refuses(tmp_path, BOMB, "reading.99")


@pytest.mark.parametrize(
    "names", [("reading.1", "reading.2"), ("reading.2", "reading.1"), ("reading", "reading.1")]
)
def test_of_two_notes_of_one_file_the_worse_counts(tmp_path: Path, names: tuple[str, str]) -> None:
    """The order of the processes' numbers means nothing."""
    for name in names:
        build_dies_over(tmp_path, BOMB, name)
    assert refuses(tmp_path, BOMB)


def test_a_helper_that_ended_well_leaves_no_strike(tmp_path: Path) -> None:
    """What was read last before a process rested or ended is innocent, however often that is so."""
    for number in range(4):
        helper = PoisonGuard(tmp_path, f"reading.{number}")
        helper.begin(BOMB)
        helper.rest()
    assert not refuses(tmp_path, BOMB)


def test_a_death_after_another_ones_is_noted_whole(tmp_path: Path) -> None:
    """A short name written over the note of a long one is read back as itself."""
    build_dies_over(tmp_path, LONG)
    build_dies_over(tmp_path, BOMB)
    build_dies_over(tmp_path, BOMB)
    assert refuses(tmp_path, BOMB)
    assert not refuses(tmp_path, LONG)


@pytest.mark.parametrize("note", [b"10 1 0 2 \xff", b"", b"\0\0", b"x", b"1 2 3", b"1 2 0 many bomb.md"])
def test_a_damaged_note_is_no_note(tmp_path: Path, note: bytes) -> None:
    """Whatever a crash left in a note does not stop a build."""
    (tmp_path / "reading").write_bytes(note)
    (tmp_path / "reading.1").write_bytes(note)
    assert not refuses(tmp_path, BOMB)


def test_a_note_that_is_a_folder_is_no_note(tmp_path: Path) -> None:
    """Only files are notes."""
    (tmp_path / "reading.d").mkdir()
    assert not refuses(tmp_path, BOMB)


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=30)


@given(NAMES.filter(bool), st.booleans())
@settings(max_examples=50, deadline=None)
def test_any_name_can_be_noted(tmp_path_factory: pytest.TempPathFactory, path: str, meta: bool) -> None:
    """A name with spaces, line ends, lone surrogates or signs of any script counts as any other."""
    folder = tmp_path_factory.mktemp("notes")
    source = SourceFile(path, 1, 2**62, meta)
    build_dies_over(folder, source)
    build_dies_over(folder, source)
    assert refuses(folder, source)

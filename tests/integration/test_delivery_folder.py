"""Letters as files: whole, private, the very bytes, and one file per letter."""

from __future__ import annotations

import asyncio
import resource
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from delivery_servers import BODY, letter

from syndicate.delivery.folder import FolderRelay, letter_path
from syndicate.errors import RelayUnavailable
from syndicate.model import Letter, Outcome, Refused, Returned, Sent


def written(folder: Path, *letters: Letter) -> list[Outcome]:
    async def main() -> list[Outcome]:
        connection = await FolderRelay(folder).open()
        outcomes = [await connection.send(one) for one in letters]
        await connection.close()
        return outcomes

    return asyncio.run(main())


def test_a_letter_becomes_a_private_file_with_its_very_bytes(tmp_path: Path) -> None:
    """The file holds the letter with its CRLF, readable by its owner alone, and nothing else is left."""
    folder = tmp_path / "var" / "mail"
    (outcome,) = written(folder, letter())
    path = folder / "ani.eml"
    assert outcome == Sent(f"written to {path}")
    assert path.read_bytes() == BODY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == [path]


def test_the_same_letter_again_is_the_same_file(tmp_path: Path) -> None:
    """A second attempt replaces the first one's file, so that nobody has two copies."""
    written(tmp_path, letter(), letter())
    assert [path.name for path in tmp_path.iterdir()] == ["ani.eml"]


def test_long_names_stay_apart(tmp_path: Path) -> None:
    """Letters whose long names differ only at the end are two files, also when written at once."""
    ones = [replace(letter(), name="x" * 300 + end, body=end.encode()) for end in "ab"]

    async def main() -> None:
        relay = FolderRelay(tmp_path)
        connections = [await relay.open() for _ in ones]
        sending = (connection.send(one) for connection, one in zip(connections, ones, strict=True))
        outcomes = await asyncio.gather(*sending)
        assert all(isinstance(outcome, Sent) for outcome in outcomes)

    asyncio.run(main())
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"a", b"b"]
    assert letter_path(tmp_path, ones[0]).read_bytes() == b"a"


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a\0b", "a\nb"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    """A letter whose name is no file name is refused, and nothing is written anywhere."""
    folder = tmp_path / "mail"
    (outcome,) = written(folder, replace(letter(), name=name))
    assert isinstance(outcome, Refused)
    assert list(folder.iterdir()) == []
    assert list(tmp_path.iterdir()) == [folder]


def test_a_name_with_a_dot_in_front_is_not_hidden(tmp_path: Path) -> None:
    """No letter becomes a hidden file."""
    written(tmp_path, replace(letter(), name=".ani"))
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_made_is_an_unavailable_relay(tmp_path: Path) -> None:
    """Where a file is in the way, the relay is unavailable and the text names the folder."""
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(RelayUnavailable, match=str(tmp_path / "mail")):
        written(tmp_path / "mail", letter())


def test_a_disk_that_takes_no_more_gives_the_letter_back(tmp_path: Path) -> None:
    """A write that fails leaves no half file, returns the letter and makes the connection unusable."""

    async def main() -> None:
        connection = await FolderRelay(tmp_path).open()
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        try:
            outcome = await connection.send(letter())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert isinstance(outcome, Returned)
        assert "File too large" in outcome.text
        assert not connection.room
        assert list(tmp_path.iterdir()) == []

    asyncio.run(main())

"""The disk that forgets: what was synced is there after the power went, nothing else need be."""

from __future__ import annotations

import errno

import pytest

from .disk import SECTOR, Disk, Refusal


def test_only_what_was_synced_survives() -> None:
    """Bytes need their file's fsync, names their folder's."""
    disk = Disk()
    file = disk.make(1, "file", 0o100644)
    disk.nodes[file].write(0, b"one")
    disk.sync(file)
    disk.cut(0)
    with pytest.raises(Refusal) as refused:
        disk.find(1, "file")
    assert refused.value.args == (errno.ENOENT,)
    file = disk.make(1, "file", 0o100644)
    disk.sync(1)
    disk.nodes[file].write(0, b"one")
    disk.sync(file)
    disk.nodes[file].write(1, b"xx")
    disk.nodes[file].write(1, None)
    disk.cut(0)
    assert disk.nodes[disk.find(1, "file")].data == b"one"


def test_a_part_of_what_was_not_synced_may_survive() -> None:
    """With an odd seed some sectors are there, each old or new as a whole."""
    disk = Disk()
    file = disk.make(1, "file", 0o100644)
    disk.sync(1)
    disk.nodes[file].write(0, b"a" * 8 * SECTOR)
    disk.sync(file)
    disk.nodes[file].write(SECTOR // 2, b"b" * 4 * SECTOR)
    disk.cut(7)
    data = disk.nodes[file].data
    kept = {bytes(data[start : start + SECTOR]) for start in range(SECTOR, 4 * SECTOR, SECTOR)}
    assert len(data) == 8 * SECTOR
    assert kept == {b"a" * SECTOR, b"b" * SECTOR}


def test_an_armed_sync_is_not_done() -> None:
    """The sync at which the power goes is not done, and no call after it."""
    disk = Disk()
    disk.arm(1, 2**22 + 1)  # no process has this number
    with pytest.raises((Refusal, ProcessLookupError)):
        disk.sync(1)
    assert disk.dead

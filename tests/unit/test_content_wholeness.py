"""A file that somebody is still writing waits; one that came whole does not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.wholeness import QUIET_NS, is_whole

NOW = 1_795_417_200 * 10**9
SECOND = 10**9


@pytest.mark.parametrize(
    ("age", "changed_later", "whole"),
    [
        (0, 0, False),
        (SECOND, 0, False),
        (QUIET_NS - 1, 0, False),
        (QUIET_NS, 0, True),
        (3600 * SECOND, 0, True),
        (SECOND, 1, True),
        (-SECOND, 0, True),
    ],
)
def test_a_file_is_whole_when_it_is_quiet_or_was_put_in_place(
    age: int, changed_later: int, whole: bool
) -> None:
    """Unchanged for 2 s, or renamed or dated after its last byte; a time in the future says nothing."""
    written = NOW - age
    assert is_whole(written, written + changed_later, now_ns=NOW) is whole


@given(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
def test_every_file_is_whole_in_the_end(mtime_ns: int, ctime_ns: int) -> None:
    """Whatever times a file has, it is read at the latest 2 s after them."""
    assert is_whole(mtime_ns, ctime_ns, now_ns=mtime_ns + QUIET_NS)


def test_the_times_of_real_files(tmp_path: Path) -> None:
    """A file that was just written is not whole; renamed, or copied with its times, it is."""

    def looks_whole(file: Path) -> bool:
        status = file.stat()
        return is_whole(status.st_mtime_ns, status.st_ctime_ns, now_ns=time.time_ns())

    file = tmp_path / "a.md"
    file.write_text("half of it")
    assert not looks_whole(file)
    time.sleep(0.02)  # the kernel's clock for files ticks some hundred times a second
    file.rename(tmp_path / "b.md")
    assert looks_whole(tmp_path / "b.md")
    copy = tmp_path / "c.md"
    copy.write_text("whole")
    os.utime(copy, (1_000_000_000, 1_000_000_000))
    assert looks_whole(copy)

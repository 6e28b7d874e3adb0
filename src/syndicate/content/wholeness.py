"""Whether a file is whole, or somebody is still writing it. Pure."""

from __future__ import annotations

QUIET_NS = 2_000_000_000  # so long a file must not have changed


def is_whole(mtime_ns: int, ctime_ns: int, *, now_ns: int) -> bool:
    """Return whether a file with these times may be read at `now_ns`.

    One that was renamed into its place, or given its times by a copy that keeps them, is whole at once: that
    changes the inode after the last byte. Else it must be unchanged for 2 s. A time in the future says
    nothing, so such a file is read.
    """
    age = now_ns - mtime_ns
    return not 0 <= age < QUIET_NS or ctime_ns > mtime_ns

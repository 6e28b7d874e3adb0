"""A second look at the few paths that are said to have changed, in place of one at the whole folder."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from syndicate.content import habits
from syndicate.content.scan import Rules, Scan, scan_one
from syndicate.content.suffixes import SUFFIXES, suffix_of


def look_again(folder: Path, rules: Rules, before: Scan, paths: Collection[str]) -> Scan | None:
    """Return `before` with what became of `paths`, or None where only a look at the whole folder can tell.

    That is so for a new folder, for one that cannot be read, and for a file that is no article: articles may
    show it.
    """
    wanted = [path for path in sorted(paths) if not _is_noise(path)]
    if not all(suffix_of(path) in SUFFIXES for path in wanted):
        return None
    files, faults, left_out = dict(before.files), list(before.faults), list(before.left_out)
    for prefix in sorted({_parent(path) for path in wanted}):
        names = {path[len(prefix) :] for path in wanted if _parent(path) == prefix}
        there, others = scan_one(folder, rules, prefix, names)
        if prefix and not any(f"{prefix}{name}" in before.files for name in (*others, *names)):
            return None  # a folder that nothing was known in: it may be one that is not looked into
        if any(fault.path in (prefix, ".") for fault in there.faults):
            return None
        told = {prefix + name for name in names}
        faults = [one for one in faults if one.path not in told] + list(there.faults)
        left_out = [one for one in left_out if one.path.rstrip("/") not in told] + list(there.left_out)
        for path in wanted:
            if _parent(path) != prefix:
                continue
            if path in there.files:
                files[path] = there.files[path]
            elif os.path.isdir(folder / path):  # noqa: PTH112 - the same question of the same name
                return None
            else:
                files.pop(path, None)
    return replace(
        before,
        files=files,
        faults=tuple(sorted(faults, key=lambda fault: fault.path)),
        left_out=tuple(sorted(left_out)),
    )


def _parent(path: str) -> str:
    """Return the folder that `path` lies in, with a slash behind."""
    return path[: path.rfind("/") + 1]


def _is_noise(path: str) -> bool:
    *folders, name = path.split("/")
    return habits.is_noise(name) or any(habits.is_closed(folder) for folder in folders)

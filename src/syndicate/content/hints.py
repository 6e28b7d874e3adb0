"""A second look at the few paths that are said to have changed, in place of one at the whole folder."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from syndicate.content import habits
from syndicate.content.scan import Rules, Scan, files_in
from syndicate.content.suffixes import SUFFIXES


def look_again(folder: Path, rules: Rules, before: Scan, paths: Collection[str]) -> Scan | None:
    """Return `before` with what became of `paths`, or None where only a look at the whole folder can tell.

    That is so for a new folder, and for a file that is no article: articles may show it.
    """
    wanted = [path for path in sorted(paths) if not _is_noise(path)]
    if not all(path[path.rfind(".") :].lower() in SUFFIXES and "." in path for path in wanted):
        return None
    files = dict(before.files)
    for prefix in sorted({path[: path.rfind("/") + 1] for path in wanted}):
        names = {path[len(prefix) :] for path in wanted if path[: path.rfind("/") + 1] == prefix}
        there, others = files_in(folder, rules, prefix, names)
        if prefix and not any(f"{prefix}{name}" in before.files for name in (*others, *names)):
            return None  # a folder that nothing was known in: it may be one that is not looked into
        for path in wanted:
            if path[: path.rfind("/") + 1] != prefix:
                continue
            if path in there:
                files[path] = there[path]
            elif os.path.isdir(folder / path):  # noqa: PTH112 - the same question of the same name
                return None
            else:
                files.pop(path, None)
    return replace(before, files=files)


def _is_noise(path: str) -> bool:
    *folders, name = path.split("/")
    return habits.is_noise(name) or any(habits.is_closed(folder) for folder in folders)

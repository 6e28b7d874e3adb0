"""What a publishing remembers of the pages until the next: a file beside the database, safe to delete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from syndicate.app.shelf import Told
from syndicate.durable import write_whole

NAME: Final = "pages.json"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class PageMarks:
    """What is remembered. `pages` are marks of what was published, by path, under the `sign` of templates,
    settings and code; `told` is what the articles' texts told, by id, which hangs on none of these."""

    sign: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Told] = field(default_factory=dict)


def load(folder: Path) -> PageMarks:
    """Return what is remembered in the private `folder`, nothing where that cannot be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        data = json.loads((folder / NAME).read_bytes())
        if data["version"] == _VERSION:
            told = {str(key): Told.loaded(one) for key, one in data["told"].items()}
            return PageMarks(str(data["sign"]), {str(k): str(v) for k, v in data["pages"].items()}, told)
    return PageMarks()


def save(folder: Path, marks: PageMarks) -> None:
    """Remember `marks` in the private `folder`. OSError where the disk refuses."""
    told = {key: one.dumped() for key, one in marks.told.items()}
    data = {"version": _VERSION, "sign": marks.sign, "pages": dict(marks.pages), "told": told}
    write_whole(folder / NAME, json.dumps(data, separators=(",", ":")).encode(), mode=0o600)

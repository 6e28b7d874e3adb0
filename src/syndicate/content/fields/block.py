"""A block of fields, whatever its kind; the rest of the line knows no kinds. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from syndicate.errors import ContentError

LONGEST = 64 * 1024  # bytes of UTF-8, of one block

Value = str | date | None | list["Value"] | dict[str, "Value"]
"""A field: text as it was written, a date where the kind has dates, or several of them."""


@dataclass(slots=True)
class Block:
    """The fields of one file under their folded names, and the text below them.

    `lines` has the line of each in the file, counting from 1, as far as it is known. `repeated` names the
    fields that were given again, with the later line, `written` the names that are not folded ones, for
    messages. `body_line` is the line at which `body` begins.
    """

    body: str
    body_line: int = 1
    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    repeated: list[tuple[str, int]] = field(default_factory=list)
    nikola: bool = False
    written: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, value: Value, line: int) -> None:
        """Put a field in; the last of one name counts."""
        folded = fold(key)
        if folded in self.values:
            self.repeated.append((folded, line))
        self.values[folded] = value
        self.lines[folded] = line
        self.written.pop(folded, None)
        if folded != key:
            self.written[folded] = key


Read = Callable[[str, str, int], Block | None]
"""(path, text, start of its first line that is not blank) -> its block, None where it has none of the kind.

Raises ContentError with the line where there is one that is broken.
"""


def fold(key: str) -> str:
    """Return `key` without case, "_", "-" and spaces: all of these name one field."""
    return _remembered(key) if len(key) < 100 else _fold(key)


def _fold(key: str) -> str:
    return "".join(key.replace("-", "").replace("_", "").split()).lower()


_remembered = lru_cache(maxsize=2048)(_fold)


def line_at(text: str, position: int) -> int:
    """Return the line of `position` in `text`, counting from 1."""
    return text.count("\n", 0, position) + 1


def check_length(path: str, block: str, line: int) -> None:
    """Raise ContentError where a block is too long to be one."""
    if len(block) > LONGEST or (len(block) * 4 > LONGEST and len(block.encode("utf-8", "replace")) > LONGEST):
        raise ContentError(path, "the front matter is longer than 64 KB; shorten it", line=line)

"""Long lists on several pages, of which one more article changes the first alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.pages.stories import Story

PER_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a page of a list stands. Its number is 0 for the first, and counts from the oldest for others.

    The paths are "" at the ends.
    """

    number: int
    newer: str
    older: str


def listed(prefix: str, stories: Sequence[Story]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield path and context of each page of a list; the first exists also where the list is empty.

    The pages behind the first are blocks of equal length counted from the oldest article: they keep their
    addresses and what is on them. The first has what no block has yet, and the last block: with 20 to a
    page, 20 to 39 articles.
    """
    others = max(0, len(stories) // PER_PAGE - 1)
    first = len(stories) - others * PER_PAGE
    older = path_of(prefix, others) if others else ""
    yield path_of(prefix, 0), {"stories": stories[:first], "pager": Pager(0, "", older)}
    for number in range(others, 0, -1):
        start = first + (others - number) * PER_PAGE
        newer = path_of(prefix, number + 1 if number < others else 0)
        older = path_of(prefix, number - 1) if number > 1 else ""
        pager = Pager(number, newer, older)
        yield path_of(prefix, number), {"stories": stories[start : start + PER_PAGE], "pager": pager}


def path_of(prefix: str, number: int) -> str:
    """Return the path of a page of the list at `prefix`, which is "" or ends with a slash."""
    return f"{prefix}page/{number}/index.html" if number else f"{prefix}index.html"

"""Which articles go into the next archives of the main feed (RFC 5005, section 4). Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def volumes(loose: Sequence[str], window: Collection[str], size: int) -> list[list[str]]:
    """Return the ids of each archive that is to be made now, the oldest first.

    `loose` are the articles that are in none, the first one first, `window` those that the main feed shows.
    An archive is made of the oldest `size` as soon as there are so many, so that it never changes for being
    filled; and of what the main feed does not show any more, so that a reader who follows the links misses
    nothing.
    """
    made = []
    rest = list(loose)
    while len(rest) >= size:
        made.append(rest[:size])
        rest = rest[size:]
    lost = [one for one in rest if one not in window]
    return [*made, lost] if lost else made

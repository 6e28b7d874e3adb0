"""What was made of an article for one feed, kept for the next: most articles have several tags."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by name, each with a mark of what it was made from, up to the weight `most`.

    The longest unused goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[str, tuple[int, int, T]] = {}
        self._weight = 0

    def get(self, name: str, mark: int) -> T | None:
        """Return the value kept under `name`, None where there is none of this `mark`."""
        found = self._held.get(name)
        if found is None or found[0] != mark:
            return None
        self._held[name] = self._held.pop(name)
        return found[2]

    def put(self, name: str, mark: int, value: T, weight: int) -> None:
        """Keep `value` under `name`, unless it alone would push out a large part of the others."""
        before = self._held.pop(name, None)
        self._weight -= before[1] if before else 0
        if weight > self._most // 16:
            return
        self._held[name] = (mark, weight, value)
        self._weight += weight
        while self._weight > self._most:
            self._weight -= self._held.pop(next(iter(self._held)))[1]

"""Fixtures of the delivery tests, which name this module among their plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from delivery_ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Callable[[int], Ledger]]:
    """Make ledgers with an edition frozen for so many people; they are closed at the end."""
    made: list[Ledger] = []

    def make(people: int) -> Ledger:
        made.append(Ledger(tmp_path / "var", people))
        return made[-1]

    yield make
    for one in made:
        one.store.close()

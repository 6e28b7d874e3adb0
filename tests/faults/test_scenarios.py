"""A short seeded selection of the fault suite; the whole is `python -m tests.faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .suite import IN_CI, SCENARIOS, why_not

SEED = 1


@pytest.mark.parametrize("name", IN_CI)
def test_the_promise_holds(name: str, tmp_path: Path) -> None:
    """Nobody is lost, no copy is beyond the promise, none is changed, and the sums hold."""
    reason = why_not(name)
    if reason:
        pytest.skip(reason)
    counts = SCENARIOS[name](tmp_path, SEED, True)
    assert counts.good, "\n".join((str(counts), *counts.words))

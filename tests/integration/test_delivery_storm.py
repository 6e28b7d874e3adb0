"""A storm: whatever relays, the operator, the store and the clock do, nobody is missed or mailed twice.

STORMS sets how many seeds are run, from STORM_FROM on.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from delivery_ledger import Ledger
from delivery_weather import ENDED, PEOPLE, Storm

from syndicate.store import freezing

FIRST = int(os.environ.get("STORM_FROM", "32"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("STORMS", "8")))


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr(freezing, "CHUNK", 7)
    made = Ledger(tmp_path / "var", PEOPLE)
    yield made
    made.store.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_missed_or_mailed_twice(people: Ledger, seed: int) -> None:
    """Everyone is sent his letter, failed for a reason or has left; a copy only where no answer was heard."""
    storm = Storm(people, Random(seed))  # noqa: S311
    asyncio.run(storm.run())
    taken: Counter[str] = Counter()
    for server in storm.servers:
        taken += server.taken
    for email, state, reply, unknown in storm.rows():
        assert state in ENDED, (email, state, reply)
        assert state == "sent" or reply, (email, state)
        assert state != "skipped" or email in storm.gone, email
        assert taken[email] <= 1 + unknown, (email, taken[email], unknown)
        assert state != "sent" or taken[email] >= 1, email

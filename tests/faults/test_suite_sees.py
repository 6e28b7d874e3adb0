"""The suite as a whole sees what a sender does wrong: each sin of a plain sender, and none of a good one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from .oracle import Counts
from .plan import Plan
from .processes import running
from .server import Manner
from .sinner import SINS
from .world import Setting, World, world

# A relay that now and then says 4xx, and takes a letter without saying so.
_PLAN: Final = Plan(at=("rcpt:4xx:12", "dot:4xx:17", "dot:taken-drop:21", "rcpt:4xx:24"))
_SEEN_AS: Final = {
    "none": (),
    "sent before it is sent": ("lost",),
    "never recorded": ("beyond",),
    "other bytes": ("changed",),
    "other id": ("changed",),
    "a 4xx is forgotten": ("lost",),
}


@pytest.mark.parametrize("sin", SINS)
def test_a_sin_is_seen(sin: str, tmp_path: Path) -> None:
    """A plain sender with a relay's faults and two kills: good, unless it sins."""
    counts = _life_of_a_sinner(tmp_path, sin)
    found = tuple(name for name in ("lost", "beyond", "changed", "other") if getattr(counts, name))
    assert found == _SEEN_AS[sin], "\n".join((str(counts), *counts.words))


def _life_of_a_sinner(place: Path, sin: str) -> Counts:
    setting = Setting(45, 1, Manner(_PLAN, latency=0.002), program=("tests.faults.sinner", f"--sin={sin}"))
    with world(place, setting) as here:
        for number in (27,):
            with running(here.sender()) as process:
                here.letters_come(number, process)
                here.cut_off(process)
        here.finish()
        return here.verdict()


def test_a_world_without_disturbance_has_no_copy(tmp_path: Path) -> None:
    """Nobody disturbs the plain sender: one letter each, and the gone are failed with the relay's words."""
    with world(tmp_path, Setting(100, 1, program=("tests.faults.sinner",))) as here:
        _finished(here)
        assert here.verdict() == Counts(runs=1, people=100, letters=99, failed=1)


def _finished(here: World) -> None:
    here.finish()
    assert not here.open_letters()

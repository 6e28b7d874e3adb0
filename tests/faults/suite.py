"""The table of scenarios: each a function from a folder, a seed and `quick` to its counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from . import clocks, disks, kills, races, stages, tracing
from .oracle import Counts

Scenario = Callable[[Path, int, bool], Counts]

SCENARIOS: Final[Mapping[str, Scenario]] = {
    "every-fault": stages.every_fault,
    "storm": stages.a_storm,
    "tls": stages.tls_that_is_not_to_be_trusted,
    "kills": kills.calm_kills,
    "kills-in-storm": kills.kills_in_a_storm,
    "kills-in-doubt": kills.kills_with_many_in_doubt,
    "kills-two-relays": kills.kills_with_two_relays,
    "kills-at-freeze-syncs": kills.kills_at_syncs_of_the_freeze,
    "kills-at-send-syncs": kills.kills_at_syncs_of_the_sending,
    "terms": kills.terms,
    "stops": kills.stops_past_the_lease,
    "two-at-once": kills.two_at_once,
    "full-disk": disks.a_full_disk,
    "disk-errors": disks.errors_at_syncs,
    "locked": disks.a_locked_database,
    "power-loss": disks.power_loss,
    "unsubscribes": races.unsubscribes_racing_letters,
    "clocks": clocks.editions_over_clocks,
}

# Those whose quick selection runs with every change, in half a minute together.
IN_CI: Final = (
    *("every-fault", "kills-in-storm", "kills-at-send-syncs", "stops"),
    *("full-disk", "power-loss", "unsubscribes", "clocks"),
)

# Why a scenario cannot run here, asked before it runs; nothing where it can.
NEEDS: Final[Mapping[str, Callable[[], str]]] = {
    "kills-at-freeze-syncs": tracing.why_not,
    "kills-at-send-syncs": tracing.why_not,
    "disk-errors": tracing.why_not,
    "full-disk": disks.why_no_mount,
    "power-loss": disks.why_no_fuse,
}


def why_not(name: str) -> str:
    """Return why a scenario cannot run on this machine, or nothing."""
    return NEEDS[name]() if name in NEEDS else ""

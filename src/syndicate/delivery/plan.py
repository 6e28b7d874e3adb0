"""How a pass is to be made, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from syndicate.model import DeliveryState, Retry


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds the loop waits: for lanes about to finish, for answers after a stop, between passes.

    `persist` is how long it goes on trying to record outcomes while the store fails, unless it is stopped:
    what is never recorded is sent again.
    """

    gather: float = 0.002
    grace: float = 8.0
    persist: float = 120.0
    persist_every: float = 1.0
    idle: float = 30.0
    rest: float = 30.0
    longest_rest: float = 300.0
    shortest_rest: float = 5.0


@dataclass(frozen=True, slots=True)
class SendPlan:
    """How letters leave: how many connections at once, when to try again, how long to wait."""

    connections: int
    retry: Retry
    pace: Pace = Pace()


@dataclass(frozen=True, slots=True)
class Progress:
    """Outcomes that a pass has recorded so far, by fate; `returned` ones were not attempted."""

    sent: int = 0
    deferred: int = 0
    unknown: int = 0
    failed: int = 0
    returned: int = 0

    @classmethod
    def of(cls, counts: Mapping[DeliveryState, int]) -> Progress:
        return cls(**{name: counts.get(state, 0) for state, name in _FATES.items()})

    @property
    def settled(self) -> int:
        """How many deliveries got an outcome; those given back got none."""
        return self.sent + self.deferred + self.unknown + self.failed

    def __str__(self) -> str:
        parts = [f"{getattr(self, f.name)} {f.name}" for f in fields(self) if getattr(self, f.name)]
        return ", ".join(parts) or "nothing was due"


_FATES: Final = {
    DeliveryState.SENT: "sent",
    DeliveryState.DEFERRED: "deferred",
    DeliveryState.UNKNOWN: "unknown",
    DeliveryState.FAILED: "failed",
    DeliveryState.PENDING: "returned",
}


@dataclass(frozen=True, slots=True)
class Report:
    """How a pass ended. `relay_error` is set where it ended because no connection could be had."""

    counts: Progress
    relay_error: str | None
    next_due: datetime | None

    def __str__(self) -> str:
        return str(self.counts)


def pause(report: Report, failures: int, pace: Pace, *, now: datetime) -> tuple[float, float]:
    """Return the seconds to sleep after a pass: at least (whatever wakes us) and at most.

    `failures` counts the passes in a row, this one included, that no connection could be had for.
    """
    if failures:
        return pace.shortest_rest, min(pace.rest * 2.0 ** min(failures - 1, 30), pace.longest_rest)
    if report.next_due is None:
        return 0.0, pace.idle
    # What is due and was yet not claimed must not make the loop spin.
    soonest = 0.05 if report.counts.settled else 1.0
    until_due = (report.next_due - now).total_seconds()
    return 0.0, min(max(until_due, soonest), pace.idle)

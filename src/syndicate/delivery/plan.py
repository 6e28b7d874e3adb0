"""How a pass is to be made, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Final

from syndicate.delivery.limits import Limits
from syndicate.delivery.ports import Relay
from syndicate.model import DeliveryState, Retry


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds the loop waits: for lanes about to finish, for answers after a stop, between passes.

    `persist` is how long it goes on trying to record outcomes while the store fails, unless it is stopped:
    what is never recorded is sent again.
    """

    gather: float = 0.0005
    grace: float = 8.0
    persist: float = 120.0
    persist_every: float = 1.0
    idle: float = 30.0
    longest_rest: float = 300.0
    shortest_rest: float = 5.0


@dataclass(frozen=True, slots=True)
class RelaySpec:
    """A configured relay: how to open it, how many connections at once, its share and its limits.

    Letters go to the relays of the lowest `priority` that can take them, by `weight` among those.
    """

    name: str
    relay: Relay
    connections: int = 4
    weight: int = 1
    priority: int = 0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class SendPlan:
    """How letters leave: when they are tried again, and how many may be in doubt.

    In doubt is a letter that was handed over and has no durable outcome; None allows one per connection.
    `hold_unknown` leaves a letter whose answer was never heard to the operator.
    """

    retry: Retry
    in_doubt: int | None = None
    hold_unknown: bool = False
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
    """How a pass ended. `relay_error` is set where it ended because no relay takes letters.

    `back_in` is then in how many seconds the first may again. `editions` are the numbers of those whose
    letters were at hand.
    """

    counts: Progress
    relay_error: str | None
    next_due: datetime | None
    back_in: float = 0.0
    editions: frozenset[int] = frozenset()

    def __str__(self) -> str:
        return str(self.counts)


def pause(report: Report, pace: Pace, *, now: datetime) -> tuple[float, float]:
    """Return the seconds to sleep after a pass: at least (whatever wakes us) and at most."""
    if report.relay_error:
        return pace.shortest_rest, max(min(report.back_in, pace.longest_rest), pace.shortest_rest)
    if report.next_due is None:
        return 0.0, pace.idle
    # What is due and was yet not taken must not make the loop spin.
    soonest = 0.05 if report.counts.settled else 1.0
    until_due = (report.next_due - now).total_seconds()
    return 0.0, min(max(until_due, soonest), pace.idle)

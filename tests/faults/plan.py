"""Which fault an SMTP server commits at which step: a seed and rates, the same each time. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

STAGES: Final = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot")

# What a server may do instead of its good answer. `split` and `glued` are good answers in odd packets.
REPLIES: Final = ("4xx", "5xx", "421")
SILENCES: Final = ("drop", "stall")
ODD: Final = ("garbage", "split", "glued")
TAKEN: Final = ("taken-drop", "taken-stall", "taken-garbage")  # the letter is kept, its 250 never leaves


def kinds_at(stage: str) -> tuple[str, ...]:
    """Return every fault that there is at `stage`; in the body nothing can be answered."""
    if stage == "body":
        return SILENCES
    if stage == "dot":
        return (*REPLIES, *SILENCES, *ODD, *TAKEN)
    return (*REPLIES, *SILENCES, *ODD)


def all_faults(stages: Iterable[str] = STAGES) -> Iterator[tuple[str, str]]:
    """Give each stage with each of its faults."""
    return ((stage, kind) for stage in stages for kind in kinds_at(stage))


@dataclass(frozen=True, slots=True)
class Plan:
    """Rates of faults by ``stage:kind``, and faults at set visits of a stage by ``stage:kind:number``.

    The n-th visit of a stage meets the same fault in every run with the same seed, in whatever order the
    stages come. Visits are counted from 1.
    """

    seed: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    at: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (*self.rates, *(entry.rpartition(":")[0] for entry in self.at)):
            stage, _, kind = name.partition(":")
            if stage not in STAGES or kind not in kinds_at(stage):
                raise ValueError(f"no fault is named {name!r}")

    def fault(self, stage: str, visit: int) -> str | None:
        """Return the fault at the `visit`-th coming of `stage`, None for a good answer."""
        for kind in kinds_at(stage) if self.at else ():
            if f"{stage}:{kind}:{visit}" in self.at:
                return kind
        if not self.rates:
            return None
        dice = Random(f"{self.seed}:{stage}:{visit}").random()  # noqa: S311
        for kind in kinds_at(stage):
            dice -= self.rates.get(f"{stage}:{kind}", 0.0)
            if dice < 0:
                return kind
        return None

    def to_json(self) -> str:
        return json.dumps({"seed": self.seed, "rates": dict(self.rates), "at": self.at})

    @classmethod
    def from_json(cls, text: str) -> Plan:
        found = json.loads(text)
        return cls(found["seed"], found["rates"], tuple(found["at"]))


def storm(seed: int, *, rate: float = 0.01, seldom: float = 0.1) -> Plan:
    """Return a plan with every fault of a letter's stages at `rate`.

    What takes a connection's time, makes the sender rest its relay or pause the edition, comes at `seldom`
    times that.
    """
    rare = {"stall", "taken-stall", "421", "5xx"}
    rates = {
        f"{stage}:{kind}": rate * (seldom if kind in rare else 1)
        for stage, kind in all_faults(("mail", "rcpt", "data", "body", "dot"))
    }
    return Plan(seed, rates | {"greeting:drop": 0.02, "ehlo:drop": 0.02, "greeting:split": 0.2})

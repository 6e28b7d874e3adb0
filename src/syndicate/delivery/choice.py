"""Which relay takes the next letter, and how long one rests that met trouble. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from syndicate.delivery.limits import RelayLimits
from syndicate.delivery.verdicts import Cause, RestKind


@dataclass(frozen=True, slots=True)
class Rest:
    """A relay is not to be used before `until` (seconds since the epoch)."""

    until: float
    reason: str
    kind: RestKind


PATIENCE: Final = 1.0  # seconds

# The first rest of each kind and the longest, in seconds; each is twice the one before.
LENGTHS: Final = {
    RestKind.UNREACHABLE: (30.0, 300.0),
    RestKind.REFUSED: (300.0, 3600.0),
    RestKind.QUOTA: (3600.0, 3600.0),
    RestKind.BUSY: (30.0, 900.0),
}


class Rests:
    """One relay's rests, which grow from one to the next until it takes a letter."""

    def __init__(self) -> None:
        self._rest: Rest | None = None
        self._times: dict[RestKind, int] = {}

    def begin(self, cause: Cause, now: float) -> Rest:
        """Return the relay's rest from now on.

        Trouble that letters in flight meet while it rests makes it no longer, but for a kind that is longer.
        """
        resting = self.at(now)
        if resting is not None and resting.kind is cause.kind:
            return resting
        times = self._times.get(cause.kind, 0)
        first, longest = LENGTHS[cause.kind]
        rest = Rest(now + min(first * 2.0 ** min(times, 30), longest), cause.reason, cause.kind)
        self._times[cause.kind] = times + 1
        if resting is None or rest.until > resting.until:
            self._rest = rest
            return rest
        return resting

    def at(self, now: float) -> Rest | None:
        """Return the rest that the relay is in, or None.

        One that would last longer than its kind can began before the clock went back, and is over.
        """
        rest = self._rest
        if rest is None or not 0 < rest.until - now <= LENGTHS[rest.kind][1]:
            return None
        return rest

    def taken(self) -> None:
        """Let the next rest be a first one: the relay took a letter. The rest it is in goes on."""
        if self._times:
            self._times.clear()


class Candidate:
    """A relay as the choice sees it. `has_room` tells whether it could be handed one more letter now."""

    __slots__ = ("current", "full_since", "has_room", "limits", "name", "priority", "rests", "weight")

    def __init__(
        self,
        name: str,
        limits: RelayLimits,
        has_room: Callable[[], bool],
        *,
        weight: int = 1,
        priority: int = 0,
    ) -> None:
        self.name = name
        self.limits = limits
        self.has_room = has_room
        self.weight = weight
        self.priority = priority
        self.rests = Rests()
        self.current = 0
        self.full_since: float | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The relay that takes the letter; its limits have been taken from."""

    relay: Candidate


@dataclass(frozen=True, slots=True)
class Later:
    """No relay may take it before `until`; the letter is given back."""

    until: float


@dataclass(frozen=True, slots=True)
class Full:
    """A relay may take it once one of its connections is free."""


@dataclass(frozen=True, slots=True)
class NoRelay:
    """All rest; the first is back at `until`."""

    until: float


Choice = Chosen | Later | Full | NoRelay


class Chooser:
    """Chooses among relays: the lowest priority that can first, by weight within one (smooth round robin).

    Where weights within a priority differ they are shares: a letter waits for the relay whose turn it is,
    for `PATIENCE` seconds at most. Where they are equal each relay takes as many as it can.
    """

    def __init__(self, relays: Sequence[Candidate]) -> None:
        if not relays:
            raise ValueError("there is no relay to choose from")
        self._relays = sorted(relays, key=lambda relay: relay.priority)
        self._chosen = {relay.name: Chosen(relay) for relay in relays}
        shares = {(relay.priority, relay.weight) for relay in relays}
        self._shared = {priority for priority, count in Counter(p for p, _ in shares).items() if count > 1}
        self._only = self._relays[0] if len(relays) == 1 else None

    def choose(self, domain: str, now: float, *, avoid: str | None = None) -> Choice:
        """Return who takes a letter to `domain`.

        The relay to `avoid` gets it only where the others rest or may not take it by their limits.
        """
        only = self._only
        if only is not None and only.limits.free and only.rests.at(now) is None:
            return self._chosen[only.name] if only.has_room() else _FULL
        awake = [relay for relay in self._relays if relay.rests.at(now) is None]
        if not awake:
            return NoRelay(min(rest.until for relay in self._relays if (rest := relay.rests.at(now))))
        others = [relay for relay in awake if relay.name != avoid] or awake
        choice = self._among(others, domain, now)
        if isinstance(choice, Later) and len(others) < len(awake):
            second = self._among([relay for relay in awake if relay.name == avoid], domain, now)
            return Later(min(choice.until, second.until)) if isinstance(second, Later) else second
        return choice

    def _among(self, relays: Sequence[Candidate], domain: str, now: float) -> Choice:
        """Return who of `relays` takes it: by priority the first that has room and that its limits let."""
        until: float | None = None
        ready = [relay for relay in relays if relay.has_room()]
        full = len(ready) < len(relays)
        awaited = [relay for relay in relays if relay.priority in self._shared and _is_awaited(relay, now)]
        turn = [*ready, *awaited]
        for relay in _in_turn(turn):
            if relay in awaited:
                return _FULL
            when = None if relay.limits.free else relay.limits.take(domain, now)
            if when is None:
                if len(turn) > 1:
                    _take_turn(relay, turn)
                return self._chosen[relay.name]
            turn.remove(relay)
            until = when if until is None else min(until, when)
        return Later(until) if until is not None and not full else _FULL


_FULL: Final = Full()


def _is_awaited(relay: Candidate, now: float) -> bool:
    """Tell whether a relay without room has been so for a short time only."""
    if relay.has_room():
        relay.full_since = None
        return False
    if relay.full_since is None:
        relay.full_since = now
    return 0 <= now - relay.full_since < PATIENCE


def _in_turn(relays: Sequence[Candidate]) -> list[Candidate]:
    if len(relays) == 1:
        return [*relays]
    return sorted(relays, key=lambda relay: (relay.priority, -(relay.current + relay.weight)))


def _take_turn(chosen: Candidate, ready: Sequence[Candidate]) -> None:
    """Move the round on: each that could have taken it gains its weight, the one chosen pays for all."""
    group = [relay for relay in ready if relay.priority == chosen.priority]
    for relay in group:
        relay.current += relay.weight
    chosen.current -= sum(relay.weight for relay in group)

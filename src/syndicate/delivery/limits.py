"""How fast one relay may be used, in all and for each recipient domain. Pure.

Times are seconds since the epoch. A limit answers `take` with None, or with the earliest time at which it
is worth asking again.
"""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

BINS: Final = 96
_SOON: Final = 1e-6  # added to a time that is told, so that it is not a rounding too early

HALVE_EVERY: Final = 10.0  # seconds between two halvings of a domain's pace
GROW_EVERY: Final = 60.0  # seconds without a 4xx before it grows
GROWTH: Final = 1.5
SLOWEST: Final = 0.1  # letters per second
UNMEASURED: Final = 20.0  # letters per second that a domain is thought to have had
_MEASURED: Final = 10.0  # seconds that "recently" means


class _Rate(Protocol):
    """So many letters in so many seconds; the configuration brings its own."""

    @property
    def count(self) -> int: ...
    @property
    def seconds(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` letters in `seconds`."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What is configured for one relay; `domains` are A-labels in lower case."""

    per_second: float | None = None
    per_hour: int | None = None
    per_day: int | None = None
    domains: Mapping[str, _Rate] = field(default_factory=dict)


class Bucket:
    """At most `rate` letters a second, and those of one second (at least one) at once."""

    __slots__ = ("_at", "_most", "_tokens", "rate")

    def __init__(self, rate: float) -> None:
        self.rate = float(rate)
        self._most = max(self.rate, 1.0)
        self._tokens = self._most
        self._at = 0.0

    def take(self, now: float) -> float | None:
        passed = now - self._at
        self._at = now
        if passed > 0:
            self._tokens = min(self._most, self._tokens + passed * self.rate)
        if self._tokens >= 1:
            self._tokens -= 1
            return None
        return now + (1 - self._tokens) / self.rate + _SOON

    def give_back(self, taken_at: float) -> None:  # noqa: ARG002 a bucket keeps no dates
        self._tokens = min(self._most, self._tokens + 1)

    def change(self, rate: float) -> None:
        """Go on at another rate, with what is left but for a longer burst."""
        self.rate = rate
        self._most = max(rate, 1.0)
        self._tokens = min(self._tokens, self._most)

    def state(self) -> Any:
        return [self._tokens, self._at]

    def restore(self, state: Any) -> None:
        tokens, at = state
        self._tokens, self._at = min(max(_finite(tokens), 0.0), self._most), _finite(at)


class Window:
    """Never more than `count` letters in any `seconds`: counted in bins, as long as they may reach in."""

    __slots__ = ("_bins", "_count", "_total", "_width")

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._width = seconds / BINS
        self._bins: deque[list[int]] = deque()  # [number of the bin, letters in it], oldest first
        self._total = 0

    def take(self, now: float) -> float | None:
        bins, current = self._bins, int(now // self._width)
        if not bins or bins[-1][0] != current or bins[0][0] < current - BINS:
            self._turn(current)
        if self._total >= self._count:
            return (bins[0][0] + BINS + 1) * self._width + _SOON
        if bins and bins[-1][0] == current:
            bins[-1][1] += 1
        else:
            bins.append([current, 1])
        self._total += 1
        return None

    def give_back(self, taken_at: float) -> None:
        """Forget a letter that was taken at that time and not attempted."""
        bins, wanted = self._bins, int(taken_at // self._width)
        for index in range(len(bins) - 1, -1, -1):
            if bins[index][0] <= wanted:
                bins[index][1] -= 1
                self._total -= 1
                if not bins[index][1]:
                    del bins[index]
                return

    def _turn(self, current: int) -> None:
        """Drop bins that are over; where the clock went back, date what lies ahead as now: it is past."""
        bins, ahead = self._bins, 0
        while bins and bins[0][0] < current - BINS:
            self._total -= bins.popleft()[1]
        while bins and bins[-1][0] > current:
            ahead += bins.pop()[1]
        if ahead and bins and bins[-1][0] == current:
            bins[-1][1] += ahead
        elif ahead:
            bins.append([current, ahead])

    def state(self) -> Any:
        return [self._width * BINS, [*map(list, self._bins)]]

    def restore(self, state: Any) -> None:
        seconds, bins = state
        if seconds != self._width * BINS:
            return
        counted: dict[int, int] = {}
        for number, letters in bins:
            if not 0 < letters <= 2**40 or abs(number) > 2**60:
                raise ValueError("no count")
            counted[int(number)] = counted.get(int(number), 0) + int(letters)
        self._bins = deque([number, counted[number]] for number in sorted(counted))
        self._total = sum(counted.values())


def _limit(rate: _Rate) -> Bucket | Window:
    return Bucket(rate.count / rate.seconds) if rate.seconds <= 60 else Window(rate.count, rate.seconds)


class DomainPace:
    """The pace of a domain that answered 4xx: halved, then grown by steps until it is what it was."""

    __slots__ = ("_bucket", "_goal", "_halved_at", "_quiet_at")

    def __init__(self, achieved: float, now: float) -> None:
        self._goal = max(achieved, SLOWEST)
        self._bucket = Bucket(max(self._goal / 2, SLOWEST))
        self._bucket.restore([1.0, now])
        self._halved_at = self._quiet_at = now

    @property
    def rate(self) -> float:
        """Letters per second at present."""
        return self._bucket.rate

    def slower(self, now: float) -> None:
        """Halve it, if that was not done just now; in any case it does not grow for a while."""
        self._quiet_at = now
        if not 0 <= now - self._halved_at < HALVE_EVERY:
            self._halved_at = now
            self._bucket.change(max(self._bucket.rate / 2, SLOWEST))

    def grow(self, now: float) -> bool:
        """Grow by what quiet minutes have passed; return whether it is free again."""
        if now < self._quiet_at:
            self._quiet_at = now
        while now - self._quiet_at >= GROW_EVERY and self._bucket.rate < self._goal:
            self._quiet_at += GROW_EVERY
            self._bucket.change(self._bucket.rate * GROWTH)
        return self._bucket.rate >= self._goal

    def take(self, now: float) -> float | None:
        return self._bucket.take(now)

    def give_back(self, taken_at: float) -> None:
        self._bucket.give_back(taken_at)

    def state(self) -> Any:
        return [self._goal, self._bucket.rate, self._halved_at, self._quiet_at]

    @classmethod
    def restored(cls, state: Any) -> DomainPace:
        goal, rate, halved_at, quiet_at = map(_finite, state)
        if not 0 < rate <= 1e6 or not 0 < goal <= 1e6:
            raise ValueError("no pace")
        pace = cls(goal, quiet_at)
        pace._bucket.change(max(rate, SLOWEST))
        pace._halved_at = halved_at
        return pace


class RelayLimits:
    """All limits of one relay. Where `free` is True none holds, and `take` need not be called."""

    def __init__(self, limits: Limits) -> None:
        self._all: dict[str, Bucket | Window] = {}
        if limits.per_second is not None:
            self._all["second"] = Bucket(limits.per_second)
        if limits.per_hour is not None:
            self._all["hour"] = Window(limits.per_hour, 3600)
        if limits.per_day is not None:
            self._all["day"] = Window(limits.per_day, 86400)
        self._relays = tuple(self._all.values())
        self._domains = {domain: _limit(rate) for domain, rate in limits.domains.items()}
        self._slowed: dict[str, DomainPace] = {}
        self._measured: dict[str, list[float]] = {}  # domain: [began, letters, letters per second before]
        self._grown_at = 0.0
        self.full_until = 0.0  # when a limit for all domains together may let a letter through again

    @property
    def free(self) -> bool:
        """Whether nothing limits: no limit is set, and no domain is slowed."""
        return not (self._relays or self._domains or self._slowed)

    def take(self, domain: str, now: float) -> float | None:
        """Take one letter to `domain` from every limit; else None from any, and the time to ask again."""
        if self._slowed and not 0 <= now - self._grown_at < GROW_EVERY / 4:
            self._grow(now)
        those = self._that_hold(domain)
        for index, limit in enumerate(those):
            when = limit.take(now)
            if when is not None:
                for each in those[:index]:
                    each.give_back(now)
                if index >= len(those) - len(self._relays):
                    self.full_until = when
                return when
        self._measure(domain, now)
        return None

    def give_back(self, domain: str, taken_at: float) -> None:
        """Undo a `take` at that time: the letter was not attempted."""
        for limit in self._that_hold(domain):
            limit.give_back(taken_at)

    def slower(self, domain: str, now: float, *, achieved: float | None = None) -> None:
        """Halve the domain's pace after a 4xx of it.

        `achieved` is what the relay sent lately in letters per second, for where nothing was limited and so
        nothing was measured here.
        """
        pace = self._slowed.get(domain)
        if pace is not None:
            pace.slower(now)
            return
        self._slowed[domain] = DomainPace(self._achieved(domain, now) or achieved or UNMEASURED, now)
        self._grown_at = now

    def to_json(self) -> str:
        """Return what is to be remembered over a restart."""
        return json.dumps(
            {
                "all": {name: limit.state() for name, limit in self._all.items()},
                "domains": {name: limit.state() for name, limit in self._domains.items()},
                "slowed": {name: pace.state() for name, pace in self._slowed.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str, limits: Limits) -> RelayLimits:
        """Return the limits with what was remembered of them; what cannot be read starts empty."""
        made = cls(limits)
        try:
            made._restore(json.loads(text))
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
            return cls(limits)
        return made

    def _restore(self, states: Any) -> None:
        for limits, key in ((self._all, "all"), (self._domains, "domains")):
            for name, limit in limits.items():
                if name in states[key] and _same_kind(limit, states[key][name]):
                    limit.restore(states[key][name])
        self._slowed = {str(name): DomainPace.restored(state) for name, state in states["slowed"].items()}

    def _that_hold(self, domain: str) -> list[Bucket | Window | DomainPace]:
        limits: list[Bucket | Window | DomainPace] = []
        if self._slowed and domain in self._slowed:
            limits.append(self._slowed[domain])
        if self._domains and domain in self._domains:
            limits.append(self._domains[domain])
        limits.extend(self._relays)
        return limits

    def _grow(self, now: float) -> None:
        self._grown_at = now
        for domain in [domain for domain, pace in self._slowed.items() if pace.grow(now)]:
            del self._slowed[domain]

    def _measure(self, domain: str, now: float) -> None:
        seen = self._measured.get(domain)
        if seen is None:
            if len(self._measured) >= 10_000:
                self._measured.clear()
            self._measured[domain] = [now, 1, 0.0]
        elif 0 <= now - seen[0] < _MEASURED:
            seen[1] += 1
        else:
            seen[:] = now, 1, seen[1] / _MEASURED if 0 <= now - seen[0] < 2 * _MEASURED else 0.0

    def _achieved(self, domain: str, now: float) -> float:
        """Letters per second to `domain` lately, 0 where none was counted."""
        began, letters, before = self._measured.get(domain, (now, 0, 0.0))
        passed = now - began
        if not 0 <= passed < 2 * _MEASURED:
            return 0.0
        return max(letters / max(passed, 1.0), before)


def _same_kind(limit: Bucket | Window, state: Any) -> bool:
    return isinstance(limit, Window) == isinstance(state[1], list)


def _finite(number: Any) -> float:
    if isinstance(number, (int, float)) and math.isfinite(number):
        return float(number)
    raise ValueError("no number")

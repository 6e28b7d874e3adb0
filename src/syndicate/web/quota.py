"""How often visitors may ask: token buckets in memory, one for each visitor and one over all.

A visitor is an IPv4 address or a /64 of IPv6 (`subscribers/visitors.py`). After a restart all are full again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from syndicate.subscribers.visitors import counted_as

MOST_VISITORS: Final = 50_000  # that are remembered, about 10 MB; then whoever asked longest ago is forgotten


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` at once, and then one each `every` seconds."""

    burst: int
    every: float


SIGN_UPS: Final = Allowance(20, 180.0)  # of one visitor: 20 an hour; an office or a lecture hall is one
ALL_SIGN_UPS: Final = Allowance(200, 3.6)  # 1,000 an hour, whoever asks
GUESSES: Final = Allowance(60, 1.0)  # links of one visitor that lead nowhere


class Bucket(NamedTuple):
    """What was left at a moment, in seconds since the epoch."""

    left: float
    at: float


def take(bucket: Bucket | None, allowance: Allowance, now: float) -> tuple[Bucket, float]:
    """Return the bucket after one more, and the seconds to wait for it; 0 where it was given.

    None is one that is full. A clock that goes back gives nothing and takes nothing.
    """
    left, at = bucket or (float(allowance.burst), now)
    left = min(float(allowance.burst), left + max(0.0, now - at) / allowance.every)
    if left < 1:
        return Bucket(left, now), (1 - left) * allowance.every
    return Bucket(left - 1, now), 0.0


class _Buckets:
    """The buckets of visitors, the one who asked longest ago first."""

    def __init__(self, allowance: Allowance, most: int) -> None:
        self._allowance = allowance
        self._most = most
        self._of: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._of)

    def take(self, name: str, now: float) -> float:
        bucket, wait = take(self._of.get(name), self._allowance, now)
        self._of[name] = bucket
        self._of.move_to_end(name)
        if len(self._of) > self._most:
            self._of.popitem(last=False)
        return wait

    def give_back(self, name: str) -> None:
        if bucket := self._of.get(name):
            self._of[name] = bucket._replace(left=min(bucket.left + 1, float(self._allowance.burst)))


class Quotas:
    """What visitors have left in one process. A call is a look-up: no lock, for the event loop alone."""

    def __init__(
        self,
        *,
        most: int = MOST_VISITORS,
        sign_ups: Allowance = SIGN_UPS,
        together: Allowance = ALL_SIGN_UPS,
    ) -> None:
        self._sign_ups = _Buckets(sign_ups, most)
        self._all = _Buckets(together, 1)
        self._guesses = _Buckets(GUESSES, most)

    def sign_up(self, visitor: str, now: datetime) -> float | None:
        """Return how many seconds a visitor has to wait until he may sign up; None where he may now.

        `visitor` is his IP address. What he typed in is not asked: the answer cannot hang on it.
        """
        moment, name = now.timestamp(), counted_as(visitor)
        if wait := self._sign_ups.take(name, moment):
            return wait
        wait = self._all.take("", moment)
        if wait:  # that others have used up all is no fault of his
            self._sign_ups.give_back(name)
        return wait or None

    def unasked(self, visitor: str) -> None:
        """Give back what `sign_up` took: the form was not filled in right, or is to be sent again."""
        self._sign_ups.give_back(counted_as(visitor))
        self._all.give_back("")

    def guess(self, visitor: str, now: datetime) -> float | None:
        """Count a link that led nowhere; return how many seconds until the next one is answered as such."""
        return self._guesses.take(counted_as(visitor), now.timestamp()) or None

    @property
    def remembered(self) -> int:
        """How many buckets are kept."""
        return len(self._sign_ups) + len(self._all) + len(self._guesses)

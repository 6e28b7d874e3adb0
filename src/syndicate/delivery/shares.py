"""How many letters each relay would take, and how long that takes by their limits, if nothing fails. Pure.

The sender's own choice among relays is played with a clock of its own, so that weights, priorities and limits
count as they do when letters leave. A relay is thought to answer at once: one that is slower hands letters to
the next only while all its connections are busy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from syndicate.delivery.choice import Candidate, Chooser, Chosen, Later
from syndicate.delivery.limits import Limits, RelayLimits

OTHERS: Final = ""  # all domains for which no relay has a limit of its own
_LONGEST: Final = 10 * 366 * 86_400.0  # seconds after which nobody waits any more


class Terms(Protocol):
    """What counts of a relay here; `plan.RelaySpec` has it."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> int: ...
    @property
    def priority(self) -> int: ...
    @property
    def limits(self) -> Limits: ...


@dataclass(frozen=True, slots=True)
class Shares:
    """Letters by relay, in the relays' order; `seconds` is how long the limits make it take, 0 for no time.

    `left` letters would not leave within ten years.
    """

    letters: Mapping[str, int]
    seconds: float = 0.0
    left: int = 0


def share_out(
    relays: Sequence[Terms],
    letters: Mapping[str, int],
    *,
    now: float = 0.0,
    remembered: Mapping[str, str] | None = None,
) -> Shares:
    """Return how `letters`, counted by domain, would be shared out from `now` on (seconds since the epoch).

    Only domains that some relay limits need a count of their own, the rest is under `OTHERS`. `remembered` is
    what each relay has used up of its limits, as the outbox keeps it.
    """
    kept = remembered or {}
    if all(RelayLimits(relay.limits).free for relay in relays):
        return Shares(_by_weight(relays, sum(letters.values())))
    posts = [
        Candidate(
            relay.name,
            RelayLimits.from_json(kept.get(relay.name, "{}"), relay.limits),
            _always,
            weight=relay.weight,
            priority=relay.priority,
        )
        for relay in relays
    ]
    return _played(posts, {domain: number for domain, number in letters.items() if number > 0}, now)


def _by_weight(relays: Sequence[Terms], letters: int) -> dict[str, int]:
    """Share out where nothing limits: among those of the lowest priority, in rounds of all their weights."""
    first = min(relay.priority for relay in relays)
    group = [
        Candidate(one.name, RelayLimits(Limits()), _always, weight=one.weight)
        for one in relays
        if one.priority == first
    ]
    rounds, rest = divmod(letters, sum(one.weight for one in group))
    taken = dict.fromkeys((relay.name for relay in relays), 0)
    taken |= {one.name: rounds * one.weight for one in group}
    for name, number in _played(group, {OTHERS: rest} if rest else {}, 0.0).letters.items():
        taken[name] += number
    return taken


def _always() -> bool:
    return True


def _played(posts: Sequence[Candidate], letters: Mapping[str, int], start: float) -> Shares:
    chooser, taken = Chooser(posts), dict.fromkeys((post.name for post in posts), 0)
    waiting, ready_at = dict(letters), dict.fromkeys(letters, start)
    now = last = start
    while waiting and now - start <= _LONGEST:
        domain = _next(waiting, letters, ready_at, now)
        now = max(now, ready_at[domain])
        left = waiting[domain]
        # one letter after another while it is this domain's turn; alone it is so until it has to wait
        for _ in range(left if len(waiting) == 1 else 1):
            choice = chooser.choose(domain, now)
            if not isinstance(choice, Chosen):
                break
            taken[choice.relay.name] += 1
            left -= 1
            last = now
        waiting[domain] = left
        if not left:
            del waiting[domain]
        elif isinstance(choice, Later):
            ready_at[domain] = choice.until
    return Shares(taken, last - start, sum(waiting.values()))


def _next(
    waiting: Mapping[str, int], letters: Mapping[str, int], ready_at: Mapping[str, float], now: float
) -> str:
    """Return the domain that goes first: ready first, and of those the one that is least far."""
    if len(waiting) == 1:
        return next(iter(waiting))
    return min(waiting, key=lambda one: (max(ready_at[one], now), -waiting[one] / letters[one]))

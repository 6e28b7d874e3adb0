"""The relays at work: what each may still take, whether it rests, and which one takes the next letter."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from syndicate.delivery.choice import Candidate, Choice, Chooser, Rest
from syndicate.delivery.limits import RelayLimits
from syndicate.delivery.plan import RelaySpec
from syndicate.delivery.verdicts import Cause, RestKind
from syndicate.delivery.watches import RelayWatch
from syndicate.model import Alert

if TYPE_CHECKING:
    from syndicate.delivery.lane import Lane

log = logging.getLogger("syndicate.delivery.fleet")

_TOLD: Final = frozenset({RestKind.REFUSED, RestKind.QUOTA})  # rests that an operator must know of at once
_LONG: Final = 240.0  # seconds of a rest from which he must know of any


class Post:
    """One relay at work. `roomy` are its lanes that can be given one more letter."""

    def __init__(self, spec: RelaySpec, remembered: str | None) -> None:
        self.spec = spec
        self.limits = RelayLimits.from_json(remembered or "{}", spec.limits)
        self.candidate = Candidate(
            spec.name, self.limits, self._has_room, weight=spec.weight, priority=spec.priority
        )
        self.watch = RelayWatch(clear_after=max(10, 2 * spec.connections))
        self.roomy: deque[Lane] = deque()
        self.lanes: list[Lane] = []

    @property
    def name(self) -> str:
        return self.spec.name

    def _has_room(self) -> bool:
        return bool(self.roomy)

    def rest(self, cause: Cause, now: float) -> Alert | None:
        """Let the relay rest; return what the operator is to be told, if anything."""
        before = self.candidate.rests.at(now)
        rest = self.candidate.rests.begin(cause, now)
        if rest == before:
            return None
        seconds = rest.until - now
        log.warning("relay %s rests for %.0f s: %s", self.name, seconds, cause.reason)
        if cause.kind not in _TOLD and seconds < _LONG:
            return None
        words = f"The relay {self.name} takes no letters from us now. It said: {cause.reason}"
        return Alert("relay refuses", self.name, words, relay=self.name)


class Fleet:
    """All relays, for as long as the sender lives."""

    def __init__(self, specs: Sequence[RelaySpec], remembered: Mapping[str, str] | None = None) -> None:
        kept = remembered or {}
        self.posts = {spec.name: Post(spec, kept.get(spec.name)) for spec in specs}
        self._chooser = Chooser([post.candidate for post in self.posts.values()])

    @property
    def has_room(self) -> bool:
        """Whether any lane of any relay can be given one more letter."""
        return any(post.roomy for post in self.posts.values())

    @property
    def connections(self) -> int:
        """How many letters can be under way at once."""
        return sum(post.spec.connections for post in self.posts.values())

    def choose(self, domain: str, now: float, *, avoid: str | None = None) -> Choice:
        """Return which relay takes a letter to `domain`."""
        return self._chooser.choose(domain, now, avoid=avoid)

    def is_full(self, now: float) -> bool:
        """Whether each relay that does not rest has used up what it may send in all, to whatever domain."""
        awake = [post for post in self.posts.values() if post.candidate.rests.at(now) is None]
        return all(post.limits.full_until > now for post in awake)

    def rests(self, now: float) -> dict[str, Rest]:
        """Return the rest of each relay that rests."""
        found = {name: post.candidate.rests.at(now) for name, post in self.posts.items()}
        return {name: rest for name, rest in found.items() if rest is not None}

    def trouble(self, now: float) -> tuple[str, float] | None:
        """Return why no relay takes letters and when the first may again; None where one does."""
        rests = self.rests(now)
        if len(rests) < len(self.posts):
            return None
        words = "; ".join(
            rest.reason if len(rests) == 1 else f"{name}: {rest.reason}" for name, rest in rests.items()
        )
        return words, min(rest.until for rest in rests.values())

    def state(self) -> dict[str, str]:
        """Return what each relay that has limits must remember over a restart."""
        return {name: post.limits.to_json() for name, post in self.posts.items() if not post.limits.free}

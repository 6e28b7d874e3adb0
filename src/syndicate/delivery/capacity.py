"""Whether the relays' limits let a newsletter's letters out within its period. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from syndicate.delivery.limits import Limits

_DAY: Final = 86_400.0
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Mailing:
    """How many letters an edition has, to which of the limited domains, and when the next one is due."""

    letters: int
    period: timedelta
    domains: Mapping[str, int] = field(default_factory=dict)


def too_slow(mailing: Mailing, relays: Sequence[Limits]) -> str | None:
    """Return in words why the relays together cannot keep up with a newsletter, or None where they can."""
    if not relays:
        return None
    loads = [("", mailing.letters), *sorted(mailing.domains.items())]
    rates = {domain: sum(_rate(limits, domain) for limits in relays) for domain, _ in loads}
    domain, letters = max(loads, key=lambda load: load[1] / rates[load[0]])
    seconds = letters / rates[domain]
    if seconds <= mailing.period.total_seconds() + _ROUNDING:
        return None
    to = f" to {domain}" if domain else ""
    return (
        f"{letters:,} letters{to} at {_rate_words(rates[domain])} take {_length_words(seconds)}: "
        f"{_period_words(mailing.period)} cannot keep up"
    )


def too_much(mailings: Sequence[Mailing], relays: Sequence[Limits]) -> str | None:
    """Return in words that several newsletters together need more than the relays' limits, or None."""
    need = sum(mailing.letters / mailing.period.total_seconds() for mailing in mailings)
    rate = sum(_rate(limits, "") for limits in relays)
    if len(mailings) < 2 or need <= rate + _ROUNDING:
        return None
    letters = f"{math.ceil(need * _DAY - _ROUNDING):,} letters a day"
    return f"all newsletters together have {letters}, and only {_rate_words(rate)} may leave"


def _rate(limits: Limits, domain: str) -> float:
    """Return the letters a second that a relay takes to `domain` in the long run; infinity for no limit."""
    its = limits.domains.get(domain)
    return min(
        limits.per_second or math.inf,
        limits.per_hour / 3600 if limits.per_hour else math.inf,
        limits.per_day / _DAY if limits.per_day else math.inf,
        its.count / its.seconds if its else math.inf,
    )


def _rate_words(rate: float) -> str:
    if rate >= 1:
        return f"{rate:,.4g} a second"
    return f"{math.floor(rate * _DAY + _ROUNDING):,} a day"


def _length_words(seconds: float) -> str:
    unit, name = (_DAY, "days") if seconds >= 2 * _DAY else (3600.0, "hours")
    return f"{math.ceil(seconds / unit - _ROUNDING):,} {name}"


def _period_words(period: timedelta) -> str:
    days = round(period.total_seconds() / _DAY)
    return {1: "a daily digest", 7: "a weekly digest"}.get(days, f"a digest every {days} days")

"""What an outcome means for a delivery: its next state, and when it is tried again. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from syndicate.delivery.plan import SendPlan
from syndicate.delivery.verdicts import counts_against_address, status_of
from syndicate.model import (
    Attempt,
    Deferred,
    DeliveryState,
    Outcome,
    Refused,
    Retry,
    Returned,
    Sent,
    Settled,
    Unknown,
)

# A delay is shortened by up to this share, so that letters deferred together do not come back together.
JITTER: Final = 0.2


def next_attempt(attempt: Attempt, retry: Retry, *, now: datetime) -> datetime | None:
    """Return when to try this delivery again, or None when it is given up.

    The delay doubles with each attempt from ``retry.first`` to at most ``retry.longest`` (RFC 5321
    section 4.5.4.1), less up to a fifth of it, always the same for the same delivery and attempt. The
    last try is at ``retry.give_up`` after the delivery was queued, or a first delay from now where that
    is later; once that moment has passed there is none.
    """
    deadline = attempt.queued_at + retry.give_up
    if now >= deadline:
        return None
    doublings = min(max(attempt.attempts - 1, 0), 60)
    longest = retry.longest.total_seconds()
    delay = min(retry.first.total_seconds() * 2.0**doublings, longest)
    shortest = min(retry.first.total_seconds(), longest) * (1 - JITTER)
    due = now + timedelta(seconds=delay * (1 - JITTER * _fraction(attempt)))
    return max(min(due, deadline), now + timedelta(seconds=shortest))


def settle(attempt: Attempt, outcome: Outcome, plan: SendPlan, *, now: datetime, relay: str = "") -> Settled:
    """Return what the ledger writes for `outcome`.

    An unknown letter is tried again like a deferred one, with the same bytes and by the same doubling
    delay: each further try may make one more copy, so they must grow rare. With ``plan.hold_unknown`` it
    waits for the operator. A returned one is due at once and costs no attempt. A try that would come after
    ``give_up`` is a failure with the last words.
    """
    state, code, due = _STATES[type(outcome)], None, None
    if isinstance(outcome, Deferred | Refused):
        code = outcome.code
    if isinstance(outcome, Returned):
        return Settled(attempt, state, now, reply=outcome.text, burnt=False, relay=relay)
    if isinstance(outcome, Deferred | Unknown):
        due = next_attempt(attempt, plan.retry, now=now)
        if due is None:
            return Settled(
                attempt, DeliveryState.FAILED, None, code, _last_words(attempt, outcome), relay=relay
            )
        if isinstance(outcome, Unknown) and plan.hold_unknown:
            due = None
    bad = isinstance(outcome, Refused) and counts_against_address(status_of(outcome.text))
    return Settled(attempt, state, due, code, outcome.text, relay=relay, bounced=bad)


def _last_words(attempt: Attempt, outcome: Deferred | Unknown) -> str:
    if isinstance(outcome, Deferred):
        return outcome.text
    tries = attempt.attempts
    return f"no answer after the letter was handed over, given up after {tries} tries: {outcome.text}"


_STATES: Final[Mapping[type[Outcome], DeliveryState]] = {
    Sent: DeliveryState.SENT,
    Deferred: DeliveryState.DEFERRED,
    Refused: DeliveryState.FAILED,
    Unknown: DeliveryState.UNKNOWN,
    Returned: DeliveryState.PENDING,
}


def _fraction(attempt: Attempt) -> float:
    return zlib.crc32(f"{attempt.delivery_id}:{attempt.attempts}".encode()) / 2**32

"""What an outcome means for a delivery: its next state, and when it is tried again. Pure."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Final

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


def settle(attempt: Attempt, outcome: Outcome, retry: Retry, *, now: datetime) -> Settled:
    """Return what the ledger writes for `outcome`.

    An unknown letter is tried again like a deferred one, with the same bytes and by the same doubling
    delay: each further try may make one more copy, so they must grow rare. A returned one is due at once
    and costs no attempt. A try that would come after ``retry.give_up`` is a failure with the last words.
    """
    match outcome:
        case Sent(text):
            return Settled(attempt, DeliveryState.SENT, now, reply=text)
        case Refused(code, text):
            return Settled(attempt, DeliveryState.FAILED, now, code, text)
        case Returned(text):
            return Settled(attempt, DeliveryState.PENDING, now, reply=text, burnt=False)
        case Deferred(code, text):
            return _again(attempt, DeliveryState.DEFERRED, retry, now=now, words=(code, text))
        case Unknown(text):
            return _again(attempt, DeliveryState.UNKNOWN, retry, now=now, words=(None, text))


def _again(
    attempt: Attempt, state: DeliveryState, retry: Retry, *, now: datetime, words: tuple[int | None, str]
) -> Settled:
    code, text = words
    due = next_attempt(attempt, retry, now=now)
    if due is not None:
        return Settled(attempt, state, due, code, text)
    if state is DeliveryState.UNKNOWN:
        text = f"no answer after the letter was handed over, given up after {attempt.attempts} tries: {text}"
    return Settled(attempt, DeliveryState.FAILED, now, code, text)


def _fraction(attempt: Attempt) -> float:
    return zlib.crc32(f"{attempt.delivery_id}:{attempt.attempts}".encode()) / 2**32

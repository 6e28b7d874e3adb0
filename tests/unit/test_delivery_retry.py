"""When a letter is tried again, and what each outcome makes of its delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.delivery.plan import SendPlan
from syndicate.delivery.retry import JITTER, next_attempt, settle
from syndicate.model import (
    Attempt,
    Deferred,
    DeliveryState,
    Outcome,
    Refused,
    Retry,
    Returned,
    Sent,
    Unknown,
)

QUEUED = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
RETRY = Retry(timedelta(minutes=5), timedelta(hours=4), timedelta(days=4))
PLAN = SendPlan(RETRY)
ATTEMPT = Attempt(7, 1, "abc", "daily", "2026-03-01", 3, "ani@example.org", "token", 1, QUEUED)

ages = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=10))
lengths = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3660))
rules = st.builds(Retry, lengths, lengths, lengths)
attempts = st.builds(
    lambda number, tries: replace(ATTEMPT, delivery_id=number, attempts=tries),
    st.integers(1, 2**62),
    st.integers(0, 10**9),
)


@given(attempts, rules, ages)
@settings(max_examples=200, deadline=None)
def test_a_next_attempt_keeps_its_distance_and_ends(attempt: Attempt, retry: Retry, age: timedelta) -> None:
    """A try is due at least four fifths of a first delay from now, at most the longest, until give-up."""
    now = QUEUED + age
    due = next_attempt(attempt, retry, now=now)
    if age >= retry.give_up:
        assert due is None
        return
    assert due is not None
    microsecond = timedelta(microseconds=1)
    shortest = min(retry.first, retry.longest)
    assert now + shortest * (1 - JITTER) - microsecond <= due <= now + retry.longest + microsecond
    assert due <= max(QUEUED + retry.give_up, now + shortest)


def test_delays_double_up_to_the_longest() -> None:
    """Each delay is about twice the one before, until it is four hours."""
    delays = []
    for number in range(1, 12):
        due = next_attempt(replace(ATTEMPT, attempts=number), RETRY, now=QUEUED)
        assert due is not None
        delays.append((due - QUEUED) / timedelta(minutes=1))
    for number, delay in enumerate(delays):
        full = min(5 * 2**number, 240)
        assert full * (1 - JITTER) <= delay <= full


def test_letters_deferred_together_come_back_apart_but_always_alike() -> None:
    """The jitter differs by delivery and is the same each time it is asked."""
    dues = [next_attempt(replace(ATTEMPT, delivery_id=n), RETRY, now=QUEUED) for n in range(100)]
    again = [next_attempt(replace(ATTEMPT, delivery_id=n), RETRY, now=QUEUED) for n in range(100)]
    assert dues == again
    assert len(set(dues)) > 90


@pytest.mark.parametrize(
    ("outcome", "state", "code", "burnt"),
    [
        (Sent("250 ok"), DeliveryState.SENT, None, True),
        (Refused(550, "no such user"), DeliveryState.FAILED, 550, True),
        (Deferred(451, "later"), DeliveryState.DEFERRED, 451, True),
        (Deferred(None, "dropped"), DeliveryState.DEFERRED, None, True),
        (Unknown("silent"), DeliveryState.UNKNOWN, None, True),
        (Returned("no relay"), DeliveryState.PENDING, None, False),
    ],
)
def test_each_outcome_has_its_state(
    outcome: Outcome, state: DeliveryState, code: int | None, burnt: bool
) -> None:
    """A young delivery takes the state of its outcome, with the code; only a returned one is not burnt."""
    settled = settle(ATTEMPT, outcome, PLAN, now=QUEUED)
    assert (settled.state, settled.code, settled.burnt) == (state, code, burnt)
    assert settled.attempt is ATTEMPT
    assert settled.reply == outcome.text


def test_a_deferred_delivery_fails_with_the_last_words_once_it_is_too_old() -> None:
    """After give_up a 4xx is final and says what the server said last."""
    settled = settle(ATTEMPT, Deferred(452, "mailbox full"), PLAN, now=QUEUED + RETRY.give_up)
    assert (settled.state, settled.code, settled.reply) == (DeliveryState.FAILED, 452, "mailbox full")


def test_an_unknown_delivery_fails_without_an_answer_once_it_is_too_old() -> None:
    """After give_up an unknown letter stays failed and says that no answer came."""
    settled = settle(ATTEMPT, Unknown("dropped"), PLAN, now=QUEUED + RETRY.give_up)
    assert settled.state is DeliveryState.FAILED
    assert settled.reply.startswith("no answer")


def test_an_unknown_delivery_is_due_after_the_first_delay() -> None:
    """An unknown letter waits about `first`, since the relay may still be busy with it."""
    settled = settle(ATTEMPT, Unknown("dropped"), PLAN, now=QUEUED)
    assert settled.due_at is not None
    assert QUEUED + RETRY.first * (1 - JITTER) <= settled.due_at <= QUEUED + RETRY.first


def test_a_returned_delivery_is_due_at_once_however_old() -> None:
    """A letter that was never attempted waits for the relay, and never fails for its age."""
    late = QUEUED + timedelta(days=30)
    settled = settle(ATTEMPT, Returned("no relay"), PLAN, now=late)
    assert (settled.state, settled.due_at) == (DeliveryState.PENDING, late)


def test_an_unknown_delivery_may_be_held_for_the_operator() -> None:
    """With hold_unknown a letter whose answer was never heard is not due by itself."""
    settled = settle(ATTEMPT, Unknown("dropped"), SendPlan(RETRY, hold_unknown=True), now=QUEUED)
    assert (settled.state, settled.due_at) == (DeliveryState.UNKNOWN, None)


@pytest.mark.parametrize(
    ("text", "bounced"),
    [("5.1.1 no such user", True), ("5.1.10 null MX", True), ("5.2.2 full", False), ("5.7.1 spam", False)],
)
def test_only_a_bad_address_counts_against_the_address(text: str, bounced: bool) -> None:
    """A refusal counts against the address for 5.1.1, 5.1.2, 5.1.3, 5.1.6 and 5.1.10 alone."""
    assert settle(ATTEMPT, Refused(550, text), PLAN, now=QUEUED).bounced is bounced

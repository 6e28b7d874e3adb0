"""What a hub's answer means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.app.hubanswers import GIVE_UP, Again, judge, retry_after
from syndicate.app.outgoing import Answer, NoAnswer, PrivateAddress

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def judged(answer: Answer | NoAnswer, attempts: int = 0, age: timedelta = timedelta()) -> Again | None:
    return judge(answer, attempts=attempts, noted_at=NOW - age, now=NOW)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_is_taken(status: int) -> None:
    """Hubs answer as they like: 204 in PubSubHubbub 0.3, 202 elsewhere."""
    assert judged(Answer(status, {})) is None


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 599])
def test_what_may_pass_is_tried_again_twice_as_late(status: int) -> None:
    """The delay doubles from 30 s to an hour."""
    delays = [judged(Answer(status, {}), attempts) for attempts in (0, 1, 2, 30)]
    seconds = [(one.due_at - NOW).total_seconds() for one in delays if one and one.due_at]
    assert seconds == [30, 60, 120, 3600]


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410, 422])
def test_what_will_not_pass_is_the_last_word(status: int) -> None:
    """A redirect counts as such too: it is not followed."""
    told = judged(Answer(status, {}))
    assert told is not None
    assert (told.due_at, told.busy) == (None, False)


def test_no_answer_passes_but_a_private_address_does_not() -> None:
    """A hub that is down comes back; one within the operator's network is never asked."""
    down, private = judged(NoAnswer("Connection refused")), judged(PrivateAddress("private"))
    assert down and down.due_at and down.answer == "Connection refused"
    assert private and private.due_at is None


def test_a_day_after_the_change_it_is_given_up() -> None:
    """The last try is a day after the change at the latest, also where Retry-After asks for longer."""
    late = judged(Answer(503, {}), 9, GIVE_UP - timedelta(minutes=59))
    assert late and late.due_at is None and "told no more" in late.answer
    asked = judged(Answer(503, {"retry-after": "90000"}))
    assert asked and asked.due_at is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 23 Nov 2026 07:05:00 GMT", 300),
        ("Mon, 23 Nov 2026 06:00:00 GMT", 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: int) -> None:
    """What cannot be read asks for nothing."""
    assert retry_after(value, now=NOW) == timedelta(seconds=seconds)


@given(st.text(max_size=60), st.binary(max_size=300), st.integers(100, 599))
def test_whatever_a_hub_says_is_one_printable_line(value: str, body: bytes, status: int) -> None:
    """Foreign headers and bodies break nothing, and nothing of them controls a terminal."""
    told = judged(Answer(status, {"retry-after": value, "content-type": "text/plain"}, body))
    assert told is None or (told.answer.isprintable() and len(told.answer) < 250)

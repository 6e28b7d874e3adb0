"""How long the loop sleeps between passes, and what an operator is told to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.delivery.plan import Pace, Progress, Report, pause
from syndicate.delivery.probe import advice
from syndicate.model import DeliveryState

NOW = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def report(*, due_in: float | None = None, sent: int = 0, error: str | None = None) -> Report:
    due = None if due_in is None else NOW + timedelta(seconds=due_in)
    return Report(Progress(sent=sent), error, due)


def test_a_rest_lasts_until_a_relay_is_back_and_no_wake_ends_its_first_seconds() -> None:
    """While no relay takes letters the loop rests until one may, 5 s at least and 5 min at most."""
    reports = [replace(report(error="x"), back_in=seconds) for seconds in (-1.0, 30.0, 3600.0)]
    rests = [pause(one, Pace(), now=NOW) for one in reports]
    assert rests == [(5.0, 5.0), (5.0, 30.0), (5.0, 300.0)]


@pytest.mark.parametrize(
    ("due_in", "sent", "seconds"), [(None, 0, 30), (3600, 0, 30), (12, 5, 12), (-3, 5, 0.05), (-3, 0, 1)]
)
def test_the_loop_sleeps_until_the_next_delivery_is_due(
    due_in: float | None, sent: int, seconds: float
) -> None:
    """It sleeps to the next due moment, 30 s at most, and never spins on what could not be claimed."""
    assert pause(report(due_in=due_in, sent=sent), Pace(), now=NOW) == (0.0, seconds)


def test_progress_speaks_in_words() -> None:
    """A report names each fate that occurred, and says when there was nothing to do."""
    counts = Progress.of({DeliveryState.SENT: 3, DeliveryState.FAILED: 1, DeliveryState.PENDING: 2})
    assert str(counts) == "3 sent, 1 failed, 2 returned"
    assert counts.settled == 4
    assert str(report()) == "nothing was due"


@pytest.mark.parametrize(
    ("step", "words", "code", "told"),
    [
        ("connect", "localhost:587: Connect call failed: Connection refused", None, "Nothing listens"),
        ("connect", "mial.example:587: the name was not found: Name or service not known", None, "spelling"),
        ("connect", "mail.example:587: timed out", None, "firewall"),
        ("tls", "the certificate is not accepted: self-signed certificate", None, "does not trust"),
        (
            "tls",
            "the certificate is not accepted: Hostname mismatch, not valid for 'x'",
            None,
            "another name",
        ),
        ("tls", "the certificate is not accepted: certificate has expired", None, "clock"),
        ("tls", "mail.example offers no STARTTLS, and nothing is sent in clear", None, "port 465"),
        ("login", "mail.example:587 said 535 5.7.8 authentication failed", 535, "app password"),
        ("send", "554 5.7.1 <x@y.example>: Relay access denied", 554, "login"),
        ("send", "550 5.7.1 Unable to relay", 550, "login"),
        ("send", "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user", 553, "mail.from"),
        ("send", "554 Message rejected: Email address is not verified", 554, "verify"),
        ("send", "550 5.1.1 user unknown", 550, "does not exist"),
        ("send", "550 5.4.5 Daily user sending limit exceeded", 550, "limit"),
        ("send", "451 4.7.1 try again", 451, "patience"),
        ("send", "550 no", 550, "provider"),
    ],
)
def test_the_usual_causes_have_an_advice(step: str, words: str, code: int | None, told: str) -> None:
    """Each usual failure of a mail test comes with what to do about it."""
    assert told in advice(step, words, code)

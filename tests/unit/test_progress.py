"""How far work is, in words."""

from __future__ import annotations

import pytest

from syndicate.cli.progress import Meter, how_far


def test_the_rate_leaves_out_what_was_done_before() -> None:
    """A send that goes on at half of a million has the rate of what it does now."""
    meter = Meter()
    assert meter.hear(500_000, at=100.0) == 0
    assert meter.hear(500_000, at=100.0) == 0
    assert meter.hear(502_000, at=101.0) == 2000
    assert meter.hear(503_000, at=103.0) == 1000


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    """What was quick at first and is slow now is slow; what stands still comes to nothing."""
    meter = Meter()
    for second in range(31):
        meter.hear(second * 1000, at=float(second))
    for second in range(31, 62):
        rate = meter.hear(30_000 + second, at=float(second))
    assert rate == pytest.approx(1.0)
    assert meter.hear(30_061, at=100.0) == 0


def test_what_is_done_with_many_calls_a_second_is_measured_over_the_whole_window() -> None:
    """Calls in quick succession leave as much of the window as slow ones."""
    meter = Meter()
    rates = [meter.hear(tick * 10, at=tick / 100) for tick in range(10_000)]
    assert rates[-1] == pytest.approx(1000)


@pytest.mark.parametrize(
    ("done", "total", "rate", "said"),
    [
        (12_000, 90_000, 3100.4, "12,000 of 90,000 letters, 3,100/s, 25 s left"),
        (0, 90_000, 0.0, "0 of 90,000 letters"),
        (5, 600, 5.0, "5 of 600 letters, 5.0/s, 2 min left"),
        (5, 905, 0.05, "5 of 905 letters, 3.0/min, 5 h left"),
        (0, 3000, 300 / 86400, "0 of 3,000 letters, 0.2/min, 10 days left"),
        (7, 7, 3.0, "7 of 7 letters"),
        (0, 0, 0.0, "0 of 0 letters"),
    ],
)
def test_rate_and_time_left_are_told_as_far_as_they_are_known(
    done: int, total: int, rate: float, said: str
) -> None:
    """In units that a person takes in at a glance."""
    assert how_far(done, total, "letters", rate) == said

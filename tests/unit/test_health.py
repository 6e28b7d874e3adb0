"""When a scan or an edition counts as overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate.app.health import overdue
from syndicate.configfile import load_config
from syndicate.model import Tick

CONFIG = load_config(Path(__file__).resolve().parents[2] / "config.yaml")
START = {"daily": datetime(2026, 11, 22, 0, 0, tzinfo=UTC)}
SEVEN = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # in Jakarta


def tick(name: str, ended: datetime, detail: str = "", error: str | None = None) -> dict[str, Tick]:
    return {name: Tick(name, ended, ended, detail, error)}


def problems(ticks: dict[str, Tick], now: datetime, since: datetime | None = None) -> list[str]:
    return overdue(ticks, START, CONFIG, now=now, running_since=since)


def test_all_is_well_while_scans_end_and_the_occasion_is_decided() -> None:
    """A recent scan and a decided occasion are no problem, whatever was decided."""
    now = SEVEN + timedelta(hours=3)
    ticks = tick("scan", now - timedelta(minutes=4)) | tick(
        "newsletter:daily", SEVEN, "2026-11-23: nothing new"
    )
    assert problems(ticks, now) == []


def test_a_scan_is_overdue_after_twice_its_time_and_ten_minutes() -> None:
    """With a scan every five minutes, twenty minutes without one are the limit."""
    now = SEVEN - timedelta(hours=5)
    ticks = tick("newsletter:daily", now, "2026-11-22: made")
    assert problems(ticks | tick("scan", now - timedelta(minutes=20)), now) == []
    [problem] = problems(ticks | tick("scan", now - timedelta(minutes=21)), now)
    assert "scan" in problem


def test_an_edition_is_overdue_ten_minutes_after_its_hour() -> None:
    """Nothing decided for the latest occasion is a problem once the grace is over."""
    scanned = tick("scan", SEVEN + timedelta(minutes=9))
    assert problems(scanned, SEVEN + timedelta(minutes=9)) == []
    [problem] = problems(scanned, SEVEN + timedelta(minutes=11))
    assert "daily for 2026-11-23 is overdue" in problem


def test_a_process_that_just_began_has_time_to_catch_up() -> None:
    """Off over the hour, the service gets the grace from its start."""
    now = SEVEN + timedelta(hours=5)
    assert problems({}, now, since=now - timedelta(minutes=9)) == []
    assert len(problems({}, now, since=now - timedelta(minutes=30))) == 2


def test_a_failed_edition_is_told_at_once() -> None:
    """A template that broke at seven is a problem at seven."""
    ticks = tick("scan", SEVEN) | tick(
        "newsletter:daily", SEVEN, "2026-11-23: not made", "digest.html:3: oops"
    )
    [problem] = problems(ticks, SEVEN)
    assert "digest.html:3: oops" in problem

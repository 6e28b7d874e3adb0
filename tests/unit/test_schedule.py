"""The one thing asked of APScheduler: to call when an occasion is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from threading import Event
from zoneinfo import ZoneInfo

from syndicate.digest.occasions import Schedule
from syndicate.schedule import Ticker, WallClockTrigger


def test_the_trigger_fires_once_a_day_over_both_changes() -> None:
    """A midnight job in Berlin, which CronTrigger would skip in spring, fires each local day."""
    zone = ZoneInfo("Europe/Berlin")
    trigger = WallClockTrigger(Schedule(time(0, 30), frozenset(range(7)), zone))
    fired: list[datetime] = []
    now = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
    while len(fired) < 364:
        fired.append(trigger.get_next_fire_time(fired[-1] if fired else None, now))
    days = [when.astimezone(zone).date() for when in fired]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


def test_the_ticker_calls_and_stops() -> None:
    """A short interval is called; after stop nothing is."""
    called = Event()
    ticker = Ticker(called.set, every=timedelta(milliseconds=20), schedules={})
    ticker.start()
    assert called.wait(5)
    ticker.stop()
    called.clear()
    assert not called.wait(0.1)

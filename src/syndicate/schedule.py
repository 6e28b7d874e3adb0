"""When the recurring work is due, kept by APScheduler. The only file that knows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from syndicate.digest.occasions import Schedule, following


class WallClockTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler carries no types
    """Fires at each occasion of a schedule, by the wall clock of its zone.

    APScheduler's CronTrigger skips the day after a spring change for midnight jobs and fires twice in
    autumn; `digest.occasions` does neither, and the scheduler itself stays in UTC.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the next occasion's instant, strictly after `previous` (after `now` at the first call)."""
        return following(self.schedule, previous or now).at


class Ticker:
    """Calls `tick` every `every` and at each occasion of `schedules`, until stopped.

    A call that comes late (the machine slept) is made once, however late: what is due is decided by the
    work itself from the database and the clock.
    """

    def __init__(self, tick: Callable[[], None], *, every: timedelta, schedules: dict[str, Schedule]) -> None:
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.add_job(tick, IntervalTrigger(seconds=every.total_seconds(), timezone=UTC), id="scan")
        for name, schedule in schedules.items():
            self._scheduler.add_job(tick, WallClockTrigger(schedule), id=f"newsletter:{name}")

    def start(self) -> None:
        """Begin to call, from a thread of the scheduler's own."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call no more; a call under way ends first."""
        self._scheduler.shutdown(wait=True)

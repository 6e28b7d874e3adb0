"""Whether the work that should have happened did. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from syndicate.config import Config
from syndicate.digest.occasions import latest, schedule_of
from syndicate.model import Alert, Tick

GRACE = timedelta(minutes=10)


def overdue(
    ticks: Mapping[str, Tick],
    starts: Mapping[str, datetime],
    config: Config,
    *,
    now: datetime,
    running_since: datetime | None,
) -> list[str]:
    """Return a sentence for each scan or edition that should be done by `now` and is not; see `judge`."""
    return [one.message for one in judge(ticks, starts, config, now=now, running_since=running_since)]


def judge(
    ticks: Mapping[str, Tick],
    starts: Mapping[str, datetime],
    config: Config,
    *,
    now: datetime,
    running_since: datetime | None,
) -> list[Alert]:
    """Return an alert for each scan or edition that should be done by `now` and is not.

    `starts` gives each newsletter's start mark. A process that began at `running_since` gets the grace
    time to catch up with what fell due while it was off.
    """
    problems: list[Alert] = []
    scan = ticks.get("scan")
    last = scan.ended_at if scan else None
    allowed = 2 * config.content.every + GRACE
    if (
        now - max(filter(None, (last, running_since)), default=datetime.min.replace(tzinfo=now.tzinfo))
        > allowed
    ):
        when = f"the last ended {last:%Y-%m-%d %H:%M} UTC" if last else "none has ended yet"
        words = f"the scan of the content folder is overdue: {when}"
        problems.append(Alert("scan overdue", "content", words))
    for name, newsletter in config.newsletters.items():
        problems += _of_others(name, ticks)
        if newsletter.frequency == "instant":
            continue
        occasion = latest(schedule_of(newsletter, config.publication.timezone), now)
        start = starts.get(name)
        if start is None or occasion.at <= start:
            continue
        tick = ticks.get(f"newsletter:{name}")
        decided = tick is not None and tick.detail.startswith(f"{occasion.text}: ")
        about, words = f"{name}/{occasion.text}", f"the edition of {name} for {occasion.text}"
        if tick is not None and decided and tick.error:
            problems.append(Alert("edition not made", about, f"{words} was not made: {tick.error}"))
        elif not decided and now - max(filter(None, (occasion.at, running_since))) > GRACE:
            problems.append(Alert("edition not made", about, f"{words} is overdue"))
    return problems


def _of_others(name: str, ticks: Mapping[str, Tick]) -> list[Alert]:
    """Return an alert for each edition for subscribers' own hours that was not made."""
    return [
        Alert("edition not made", f"{name}/{tick.detail.partition(': ')[0]}", f"{tick.name}: {tick.error}")
        for tick in ticks.values()
        if tick.error and tick.name.startswith(f"newsletter:{name}/")
    ]

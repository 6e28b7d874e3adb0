"""When a newsletter's subscribers get it: those choices together that have the same occasions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.app.site import Site
from syndicate.config import Newsletter
from syndicate.digest.occasions import Schedule, following, latest, schedule_of
from syndicate.errors import UsageError
from syndicate.model import Chosen, Occasion, Tick
from syndicate.store import choices


@dataclass(frozen=True, slots=True)
class Timetable:
    """Those choices of a newsletter's subscribers that have the same occasions."""

    newsletter: str
    schedule: Schedule
    among: tuple[Chosen, ...]
    own: bool  # whether the newsletter's own schedule

    @property
    def tick(self) -> str:
        """The name under which it is remembered what was decided."""
        if self.own:
            return f"newsletter:{self.newsletter}"
        return f"newsletter:{self.newsletter}/{self.schedule.frequency}{self.schedule.name}"


def newsletter_of(site: Site, name: str) -> Newsletter:
    """Return the configured newsletter; UsageError names those that there are."""
    found = site.config.newsletters.get(name)
    if found is None:
        known = ", ".join(site.config.newsletters) or "none; add one under newsletters: in the configuration"
        raise UsageError(f"no newsletter is named {name!r} (there are: {known})")
    return found


def timetables(site: Site, name: str) -> list[Timetable]:
    """Return when a newsletter's subscribers get it, its own schedule first; it may have no choices yet."""
    newsletter, zone = newsletter_of(site, name), site.config.publication.timezone
    own = schedule_of(newsletter, zone)
    found: dict[Schedule, list[Chosen]] = {own: []}
    schedules: dict[tuple[str, str, str], Schedule] = {}  # many choices differ in nothing that it hangs on
    with site.store.read() as conn:
        for one in choices.chosen(conn, name):
            when = (one.choice.frequency, one.choice.zone, one.choice.at)
            if when not in schedules:
                schedules[when] = schedule_of(newsletter, zone, one.choice)
            found.setdefault(schedules[when], []).append(one)
    return [Timetable(name, schedule, tuple(those), schedule == own) for schedule, those in found.items()]


def next_occasion(site: Site, *, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which an edition may be due, None without newsletters."""
    found = [
        following(table.schedule, now).at
        for name in site.config.newsletters
        for table in timetables(site, name)
        if table.schedule.frequency != "instant"
    ]
    return min(found, default=None)


def pending(table: Timetable, tick: Tick | None, start: datetime | None, now: datetime) -> Occasion | None:
    """Return the latest occasion of a timetable, None where all is decided or nobody waited for it."""
    occasion = latest(table.schedule, now)
    if start is None or occasion.at <= start:
        return None
    decided = tick is not None and tick.error is None and tick.detail.startswith(f"{occasion.text}: ")
    waiting = any(one.occasion != occasion.text and one.created_at < occasion.at for one in table.among)
    return occasion if waiting or (table.own and not table.among and not decided) else None

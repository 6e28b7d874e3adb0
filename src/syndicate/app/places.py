"""Tells the operator of a place of `publish.to` that fails, once, and once when it takes files again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from syndicate.app.site import Site
from syndicate.model import Alert, Fault
from syndicate.store import ids

_TROUBLES: Final = (
    "places_failing"  # JSON: by the name of a place, since when it fails, and whether that was told
)
GRACE: Final = timedelta(minutes=15)  # a store that stumbles is mended by the next build


@dataclass(frozen=True, slots=True)
class Trouble:
    """Since when a place fails, and whether the operator knows."""

    since: datetime
    told: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """The places that there are and those that a build tried, by name, and what these did not take."""

    places: Sequence[str]
    tried: Sequence[str]
    faults: Sequence[Fault]


def judge(
    before: Mapping[str, Trouble], now_tried: Tried, *, now: datetime
) -> tuple[dict[str, Trouble], list[Alert]]:
    """Return which places fail after a build, and what the operator is to be told. Pure.

    He is told of one that fails at a try `GRACE` after it first did, and of its end where he was told. One
    that was not tried stands as it did; one that is no longer configured is forgotten.
    """
    words = {fault.path: fault.message for fault in reversed(now_tried.faults)}
    after: dict[str, Trouble] = {}
    alerts: list[Alert] = []
    for name in now_tried.places:
        trouble = before.get(name)
        if name not in now_tried.tried:
            after |= {name: trouble} if trouble else {}
        elif name in words:
            after[name] = trouble or Trouble(now)
            if not after[name].told and now - after[name].since >= GRACE:
                after[name] = replace(after[name], told=True)
                alerts.append(_fails(name, words[name], after[name].since))
        elif trouble and trouble.told:
            alerts.append(_is_back(name, trouble.since, now))
    return after, alerts


def _fails(name: str, words: str, since: datetime) -> Alert:
    message = f"{name} has not taken all that was published since {_moment(since)}: {words}"
    return Alert("place fails", f"{name} (since {_moment(since)})", message)


def _is_back(name: str, since: datetime, now: datetime) -> Alert:
    message = f"{name} has all that is published; it had failed from {_moment(since)} to {_moment(now)}"
    return Alert("place is back", f"{name} (failed since {_moment(since)})", message)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def tell(site: Site, now_tried: Tried, *, now: datetime) -> None:
    """Tell the operator what `judge` finds, and remember it; a kill in between tells him twice at most."""
    with site.store.read() as conn:
        before = _remembered(conn)
    after, found = judge(before, now_tried, now=now)
    if found:
        from syndicate.app.alerts import raise_alert  # heavy, and seldom needed

        for alert in found:
            raise_alert(site, alert, now=now)
    if after != before:
        with site.store.write() as tx:
            ids.set_setting(tx, _TROUBLES, _text(after.items()))


def _text(troubles: Iterable[tuple[str, Trouble]]) -> str:
    return json.dumps({name: [one.since.isoformat(), one.told] for name, one in troubles})


def _remembered(conn: Any) -> dict[str, Trouble]:
    try:
        found = json.loads(ids.get_setting(conn, _TROUBLES) or "{}")
        return {name: Trouble(datetime.fromisoformat(at), bool(told)) for name, (at, told) in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}

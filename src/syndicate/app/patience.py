"""When an article's page is asked for again, and when it is late. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from syndicate.config import Config
from syndicate.content.articles import link_of
from syndicate.links import on_host
from syndicate.store.waiting import Held

_SOON, _SHORT, _LONG = timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=15)


def next_ask(one: Held, *, wait: timedelta) -> datetime:
    """Return when the page is asked for next: at once, then every 20 to 60 s.

    A page that is late, for longer than `wait`, is asked for ever more seldom, up to every 15 minutes.
    """
    if one.asked_at is None:
        return one.since
    waited = one.asked_at - one.since
    if waited < wait:
        return one.asked_at + min(max(waited / 4, _SOON), _SHORT)
    return one.asked_at + min(max(waited / 20, _SHORT), _LONG)


def to_ask(waiting: Sequence[Held], *, now: datetime, wait: timedelta, most: int) -> list[Held]:
    """Return the articles whose pages are to be asked for at `now`: the longest due, at most so many."""
    due = [(next_ask(one, wait=wait), one.path, one) for one in waiting]
    return [one for when, _, one in sorted(due, key=lambda each: each[:2]) if when <= now][:most]


def late(waiting: Sequence[Held], *, now: datetime, wait: timedelta) -> list[Held]:
    """Return the articles whose pages were asked for and are not there after `wait`."""
    return [one for one in waiting if one.asked_at and now - one.since >= wait]


def elsewhere(waiting: Sequence[Held], base: str) -> list[Held]:
    """Return the articles whose pages are on another host by now than that of the publication at `base`."""
    return [one for one in waiting if not on_host(one.address, base)]


def address_of(one: Held, config: Config) -> str:
    """Return the absolute URL of the page that an article waits for."""
    return link_of(one.address, config.publication.url)


def words_of(one: Held, config: Config) -> str:
    """Return what an article waits for, since when, and what was answered last."""
    zone = config.publication.timezone
    since = f"{one.since.astimezone(zone):%Y-%m-%d %H:%M}"
    answer = f" ({one.answer})" if one.answer else ""
    return f"{one.path} waits since {since} for its page {address_of(one, config)}{answer}"

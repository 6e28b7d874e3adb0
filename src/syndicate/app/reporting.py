"""What `syndicate status` tells, gathered as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syndicate.app import patience
from syndicate.app.health import overdue
from syndicate.app.hubs import standings_of, wrong_with
from syndicate.app.ledger import accounts_with_open_letters, failures
from syndicate.app.patience import words_of
from syndicate.app.site import Site
from syndicate.digest.occasions import following
from syndicate.durable import locked
from syndicate.errors import Busy
from syndicate.model import Tally, Tick
from syndicate.store import alerts, articles, editions, notes, subscribers, waiting
from syndicate.store.alerts import Told
from syndicate.store.operations import Account
from syndicate.store.pings import HubStanding

_MOST_NAMED: Final = 10  # late articles


@dataclass(frozen=True, slots=True)
class NewsletterStatus:
    """A newsletter: who gets it, when it leaves next, and its latest edition."""

    name: str
    title: str
    subscribers: int
    next_at: datetime
    last_occasion: str | None
    last_tally: Tally | None


@dataclass(frozen=True, slots=True)
class Status:
    """The whole, at one moment. `wrong` is empty when all is well."""

    running: bool
    articles: dict[str, int]
    newsletters: tuple[NewsletterStatus, ...]
    editions: int
    deliveries: Tally
    ticks: dict[str, Tick]
    wrong: tuple[str, ...]
    unfinished: tuple[tuple[Account, int], ...] = ()  # editions with open letters, and how many are held
    hubs: tuple[HubStanding, ...] = ()  # that are still to be told something, or have refused it
    waiting: tuple[str, ...] = ()  # articles that wait for their pages, each with what it waits for
    alerts: tuple[Told, ...] = ()  # what the operator was told last, newest first


def status_of(site: Site) -> Status:
    """Return how the publication stands now."""
    now = site.clock()
    running = is_running(site)
    with site.store.read() as conn:
        ticks = notes.ticks(conn)
        faults = notes.faults(conn)
        states = articles.count(conn)
        marks = {name: editions.newsletter_start(conn, name) for name in site.config.newsletters}
        tally = editions.tally(conn)
        total = editions.count_editions(conn)
        audiences = subscribers.audiences(conn)
        told = alerts.latest(conn)
        newsletters = []
        lasts = []
        for name, newsletter in site.config.newsletters.items():
            last = editions.last_edition(conn, name)
            lasts += [last] if last else []
            newsletters.append(
                NewsletterStatus(
                    name=name,
                    title=newsletter.title,
                    subscribers=audiences.get(name, 0),
                    next_at=following(site.schedule(name), now).at,
                    last_occasion=last.edition.occasion if last else None,
                    last_tally=editions.tally(conn, last.id) if last else None,
                )
            )
    unfinished = accounts_with_open_letters(site)
    starts = {name: mark for name, mark in marks.items() if mark}
    wrong = overdue(ticks, starts, site.config, now=now, running_since=None) if running else []
    wrong += [f"{name}: {tick.error}" for name, tick in ticks.items() if tick.error]
    wrong += [str(fault) for fault in faults]
    hubs = standings_of(site)
    wrong += wrong_with(hubs)
    patient, late = _held(site, now)
    wrong += late
    wrong += [line for one, held in unfinished for line in _stopped(one, held)]
    wrong += [line for last in lasts for line in _failures(last, failures(site, last.id))]
    wrong += [
        f"{name}: is not in the configuration, and its subscribers ({people:,}) get nothing"
        for name, people in sorted(audiences.items())
        if name not in site.config.newsletters
    ]
    return Status(
        running=running,
        articles=states,
        newsletters=tuple(newsletters),
        editions=total,
        deliveries=tally,
        ticks=ticks,
        wrong=tuple(dict.fromkeys(wrong)),
        unfinished=tuple(unfinished),
        hubs=tuple(hubs),
        waiting=tuple(patient),
        alerts=tuple(told),
    )


def _held(site: Site, now: datetime) -> tuple[list[str], list[str]]:
    """Return what the articles wait for whose pages are not there: those in time, and those that are late."""
    wait = site.config.wait
    if wait is None:
        return [], []
    with site.store.read() as conn:
        held = waiting.waiting(conn, now=now)
    late = patience.late(held, now=now, wait=wait)
    words = [f"{words_of(one, site.config)}; it is shown once that answers 200" for one in late[:_MOST_NAMED]]
    if len(late) > _MOST_NAMED:
        words.append(f"and {len(late) - _MOST_NAMED:,} more, which `syndicate articles waiting` lists")
    return [words_of(one, site.config) for one in held if one not in late], words


def _stopped(one: Account, held: int) -> list[str]:
    """Return a line for each thing that keeps an edition waiting for the operator, with what he can do."""
    lines = []
    if one.state == "paused":
        resume = f"`syndicate editions resume {one.name}` lets it go on"
        lines.append(f"{one.name} is paused ({one.reason}), letters waiting: {one.tally.open:,}; {resume}")
    if held:
        again = f"`syndicate deliveries retry --edition {one.name} --state unknown` sends them again"
        lines.append(f"{one.name}: letters held, which the relay may have: {held:,}; {again}")
    return lines


def _failures(last: editions.EditionRow, refusals: Sequence[tuple[str, int]]) -> list[str]:
    name = f"{last.edition.newsletter}/{last.edition.occasion}"
    return [f"{name}: {number:,} failed with: {words}" for words, number in refusals]


def is_running(site: Site) -> bool:
    """Return whether a `syndicate run` lives on this publication."""
    try:
        with locked(site.config.var / "run.lock"):
            return False
    except Busy:
        return True

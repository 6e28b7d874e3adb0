"""What `syndicate status` tells, gathered as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.app.health import overdue
from syndicate.app.site import Site
from syndicate.digest.occasions import following
from syndicate.durable import locked
from syndicate.errors import Busy
from syndicate.model import Tally, Tick
from syndicate.store import articles, editions, notes, subscribers


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


def status_of(site: Site) -> Status:
    """Return how the publication stands now."""
    now = site.clock()
    running = is_running(site)
    with site.store.read() as conn:
        ticks = notes.ticks(conn)
        faults = notes.faults(conn)
        states = Counter(str(record.state.value) for record in articles.records(conn))
        marks = {name: editions.newsletter_start(conn, name) for name in site.config.newsletters}
        tally = editions.tally(conn)
        total = editions.count_editions(conn)
        audiences = subscribers.audiences(conn)
        newsletters = []
        failed = []
        for name, newsletter in site.config.newsletters.items():
            last = editions.last_edition(conn, name)
            failed += _failures(last, editions.refusals(conn, last.id)) if last else []
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
    starts = {name: mark for name, mark in marks.items() if mark}
    wrong = overdue(ticks, starts, site.config, now=now, running_since=None) if running else []
    wrong += [f"{name}: {tick.error}" for name, tick in ticks.items() if tick.error]
    wrong += [str(fault) for fault in faults]
    wrong += failed
    wrong += [
        f"{name}: is not in the configuration, and its subscribers ({people:,}) get nothing"
        for name, people in sorted(audiences.items())
        if name not in site.config.newsletters
    ]
    return Status(running, dict(states), tuple(newsletters), total, tally, ticks, tuple(dict.fromkeys(wrong)))


def _failures(last: editions.EditionRow, refusals: Sequence[tuple[str, int]]) -> list[str]:
    name = f"{last.edition.newsletter} {last.edition.occasion}"
    return [f"{name}: {number:,} failed with: {words or 'no reason'}" for words, number in refusals]


def is_running(site: Site) -> bool:
    """Return whether a `syndicate run` lives on this publication."""
    try:
        with locked(site.config.var / "run.lock"):
            return False
    except Busy:
        return True

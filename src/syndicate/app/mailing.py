"""Articles -> editions: which are due, composed once, frozen with their recipients."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syndicate.app.composing import NEWEST, Content, new_edition, renditions_of
from syndicate.app.library import Library
from syndicate.app.site import Site
from syndicate.config import Newsletter
from syndicate.digest.due import due, is_too_late, newest, start_mark
from syndicate.digest.occasions import latest, previous
from syndicate.errors import StoreError, SyndicateError, TemporaryError, UsageError
from syndicate.model import Article, DeliveryState, Edition, Occasion, Rendition, Tally
from syndicate.store import editions, notes, subscribers
from syndicate.store.editions import EditionRow

log = logging.getLogger("syndicate.edition")

AT_ONCE = "/now"  # marks the occasion of an edition that no schedule minted


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one occasion. `edition_id` is None where nothing is to be delivered."""

    newsletter: str
    occasion: Occasion
    fate: Literal["made", "exists", "nothing new", "too late", "no subscribers", "planned"]
    edition_id: int | None = None
    articles: tuple[Article, ...] = ()
    recipients: int = 0
    repeated: bool = False  # its articles were all in an earlier edition


@dataclass(frozen=True, slots=True)
class Preview:
    """An edition that is only looked at."""

    made: Made
    edition: Edition
    rendition: Rendition


def newsletter_of(site: Site, name: str) -> Newsletter:
    """Return the configured newsletter; UsageError names those that there are."""
    found = site.config.newsletters.get(name)
    if found is None:
        known = ", ".join(site.config.newsletters) or "none; add one under newsletters: in the configuration"
        raise UsageError(f"no newsletter is named {name!r} (there are: {known})")
    return found


def make_due_editions(site: Site, articles: Library, *, now: datetime) -> list[Made]:
    """Make the edition of each newsletter whose latest occasion has none yet and is not too late.

    The caller holds the build lock. What goes wrong with one newsletter, such as a broken template, stops
    only that one: it is noted, and tried again at the next call.
    """
    made = []
    for name in site.config.newsletters:
        occasion = latest(site.schedule(name), now)
        with site.store.read() as conn:
            start = editions.newsletter_start(conn, name)
            tick = notes.ticks(conn).get(f"newsletter:{name}")
        decided = tick is not None and tick.error is None and tick.detail.startswith(f"{occasion.text}: ")
        if decided or start is None or occasion.at <= start:
            continue
        try:
            made.append(_decide(site, name, articles, occasion, now=now))
        except (StoreError, TemporaryError):
            raise
        except SyndicateError as error:
            log.error("newsletter %s, %s: %s", name, occasion.text, error)
            _note(site, name, occasion, "not made", now=now, error=str(error))
        except Exception as error:
            log.exception("a bug met newsletter %s, %s; the others go on", name, occasion.text)
            _note(site, name, occasion, "not made", now=now, error=f"a bug: {type(error).__name__}: {error}")
    return made


def make_edition(site: Site, name: str, articles: Library, *, now: datetime, dry_run: bool = False) -> Made:
    """Make the edition of the latest occasion at `now`, however late; `now` is the planning clock."""
    newsletter_of(site, name)
    occasion = latest(site.schedule(name), now)
    made = _make(site, name, articles, occasion, dry_run=dry_run)
    if made.edition_id is not None:
        _note(site, name, occasion, made.fate, now=site.clock())
    return made


def make_edition_now(
    site: Site, name: str, articles: Library, *, now: datetime, dry_run: bool = False
) -> Made:
    """Make an edition at once from the newest articles.

    One a day: a second call goes on with an edition that is still open, or makes another from the
    articles that came since; it never mails an article of the day's first again. One that was cut short
    before midnight, with letters never tried, is gone on with after it.
    """
    newsletter_of(site, name)
    day = now.astimezone(site.config.publication.timezone).date().isoformat()
    with site.store.read() as conn:
        made_at_once = [row for row in editions.editions(conn, name) if AT_ONCE in row.edition.occasion]
        rows = [row for row in made_at_once if row.edition.occasion.startswith(day + AT_ONCE)]
        mailed = editions.mailed_articles(conn, name)
        tallies = {row.id: editions.tally(conn, row.id) for row in made_at_once}
    running = next((row for row in rows if tallies[row.id].open), None) or next(
        (row for row in made_at_once if _cut_short(tallies[row.id])), None
    )
    if running:
        return _exists(running, tallies[running.id], dry_run=dry_run)
    occasion = Occasion(f"{day}{AT_ONCE}-{len(rows) + 1}" if rows else f"{day}{AT_ONCE}", now)
    unmailed = articles.newest(now=now, count=NEWEST, without=mailed)
    chosen = tuple(
        dict.fromkeys((*newest(unmailed, now=now, count=NEWEST), *_due(site, name, articles, now)))
    )
    repeated = not chosen and not rows
    if repeated:
        chosen = _newest(articles, now)
    if not chosen:
        return Made(name, occasion, "nothing new")
    content = Content(chosen, articles, repeated)
    return _freeze(site, name, occasion, content, dry_run=dry_run)


def preview(site: Site, name: str, articles: Library, *, now: datetime) -> Preview:
    """Return what the next edition would be if it left at `now`, and its letter; nothing is remembered.

    With nothing due it shows the newest articles and says so in `Made.repeated`. Raises UsageError
    where there is no article at all.
    """
    newsletter_of(site, name)
    occasion = Occasion(latest(site.schedule(name), now).text, now)
    chosen = _due(site, name, articles, now)
    repeated = not chosen
    chosen = chosen or _newest(articles, now)
    if not chosen:
        raise UsageError(f"{site.config.content.folder} holds no article to show; write one and try again")
    edition = new_edition(site, name, occasion, now=now)
    made = Made(name, occasion, "planned", None, chosen, recipients_of(site, name), repeated)
    [rendition], _ = renditions_of(site, edition, Content(chosen, articles), dry_run=True)
    return Preview(made, edition, rendition)


def recipients_of(site: Site, name: str) -> int:
    """Return how many people would get an edition of this newsletter now."""
    with site.store.read() as conn:
        return subscribers.count_active(conn, name)


def _decide(site: Site, name: str, articles: Library, occasion: Occasion, *, now: datetime) -> Made:
    if is_too_late(occasion, site.config.newsletters[name].late_by, now):
        made = Made(name, occasion, "too late")
        log.warning(
            "newsletter %s: %s is too late to send; its articles wait for the next", name, occasion.text
        )
    else:
        made = _make(site, name, articles, occasion)
    if made.fate == "no subscribers":
        # nobody was there to get them: the first subscriber is not to get weeks of articles at once
        with site.store.write() as tx:
            editions.set_newsletter_start(tx, name, occasion.at)
    _note(site, name, occasion, made.fate, now=now)
    return made


def _make(site: Site, name: str, articles: Library, occasion: Occasion, *, dry_run: bool = False) -> Made:
    with site.store.read() as conn:
        row = editions.find(conn, name, occasion.text)
    if row:
        return _exists(row, _tally(site, row.id), dry_run=dry_run)
    chosen = _due(site, name, articles, occasion.at)
    if not chosen:
        return Made(name, occasion, "nothing new")
    return _freeze(site, name, occasion, Content(chosen, articles), dry_run=dry_run)


def _exists(row: EditionRow, tally: Tally, *, dry_run: bool) -> Made:
    """Return what there is to go on with; a plan must not make anybody deliver it."""
    occasion = Occasion(row.edition.occasion, row.edition.occasion_at)
    number = None if dry_run else row.id
    return Made(row.edition.newsletter, occasion, "exists", number, recipients=tally.frozen)


def _cut_short(tally: Tally) -> bool:
    return bool(tally[DeliveryState.PENDING] or tally[DeliveryState.SENDING])


def _due(site: Site, name: str, articles: Library, until: datetime) -> tuple[Article, ...]:
    with site.store.read() as conn:
        mark = _mark(
            site, name, until, editions.newsletter_start(conn, name), editions.has_editions(conn, name)
        )
        mailed = editions.mailed_articles(conn, name)
    new = articles.became_visible(after=mark, until=until)
    return due(new, after=mark, until=until, mailed=mailed)


def _newest(articles: Library, now: datetime) -> tuple[Article, ...]:
    return newest(articles.newest(now=now, count=NEWEST), now=now, count=NEWEST)


def _mark(site: Site, name: str, until: datetime, started: datetime | None, has_editions: bool) -> datetime:
    """Return the newsletter's start mark: one period before its first edition, which may be this one."""
    schedule = site.schedule(name)
    if has_editions and started is not None:
        return started
    return start_mark(started, previous(schedule, latest(schedule, until)).at)


def _freeze(site: Site, name: str, occasion: Occasion, content: Content, *, dry_run: bool) -> Made:
    chosen, recipients = content.chosen, recipients_of(site, name)
    if not recipients:
        return Made(name, occasion, "no subscribers", None, chosen)
    edition = new_edition(site, name, occasion, now=site.clock())
    renditions, audiences = renditions_of(site, edition, content, dry_run=dry_run)
    if dry_run:
        return Made(name, occasion, "planned", None, chosen, recipients, content.repeated)
    with site.store.write() as tx:
        first = AT_ONCE not in occasion.text and not editions.has_editions(tx, name)
        frozen = editions.freeze(tx, edition, renditions, now=edition.frozen_at, audiences=audiences)
        if frozen is not None and first:
            started = editions.newsletter_start(tx, name)
            editions.set_newsletter_start(tx, name, _mark(site, name, occasion.at, started, False))
    if frozen is None:
        with site.store.read() as conn:
            row = editions.find(conn, name, occasion.text)
        return Made(name, occasion, "exists", row.id if row else None)
    log.info("newsletter %s: edition %s made for %d people", name, occasion.text, frozen.deliveries)
    return Made(name, occasion, "made", frozen.edition_id, chosen, frozen.deliveries, content.repeated)


def _tally(site: Site, edition_id: int) -> Tally:
    with site.store.read() as conn:
        return editions.tally(conn, edition_id)


def _note(
    site: Site, name: str, occasion: Occasion, fate: str, *, now: datetime, error: str | None = None
) -> None:
    """Remember what was decided for an occasion, for `status` and `/health`."""
    with site.store.write() as tx:
        notes.start_tick(tx, f"newsletter:{name}", now=now)
        notes.end_tick(tx, f"newsletter:{name}", now=now, detail=f"{occasion.text}: {fate}", error=error)

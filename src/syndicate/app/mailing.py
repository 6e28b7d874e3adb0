"""Articles -> editions: which are due, composed once for all who get the same, frozen with their people."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, count
from typing import Any, Literal

from syndicate.app.alerts import raise_alert
from syndicate.app.composing import NEWEST, new_edition, renditions_of
from syndicate.app.library import Library
from syndicate.app.planning import Helping, Occasioned, Plan, plan
from syndicate.app.site import Site
from syndicate.app.timetables import Timetable, newsletter_of, pending, timetables
from syndicate.digest.due import is_too_late
from syndicate.digest.occasions import Schedule, is_quiet, latest
from syndicate.errors import StoreError, SyndicateError, TemporaryError
from syndicate.model import Alert, Article, DeliveryState, Edition, Occasion, Tally
from syndicate.store import choices, editions, notes
from syndicate.store.editions import Changed, EditionRow, Frozen, Sharing

log = logging.getLogger("syndicate.edition")

AT_ONCE = "/now"  # marks the occasion of an edition that no schedule minted
_TRIES = 3  # freezes, where somebody changes meanwhile


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one occasion. `edition_id` is None where nothing is to be delivered.

    `articles` are all that are in it, without their texts; `helpings` tell who shares which rendition.
    """

    newsletter: str
    occasion: Occasion
    fate: Literal["made", "exists", "nothing new", "too late", "no subscribers", "planned"]
    edition_id: int | None = None
    articles: tuple[Article, ...] = ()
    recipients: int = 0
    repeated: bool = False  # its articles were all in an earlier edition
    helpings: tuple[Helping, ...] = ()
    held: bool = False  # until the operator resumes it


def make_due_editions(site: Site, articles: Library, *, now: datetime) -> list[Made]:
    """Make the edition of each timetable whose latest occasion has none yet and is not too late.

    The caller holds the build lock. What goes wrong with one, such as a broken template, stops only that
    one: it is noted, and tried again at the next call.
    """
    made: list[Made] = []
    for name in site.config.newsletters:
        with site.store.read() as conn:
            start, ticks = editions.newsletter_start(conn, name), notes.ticks(conn)
        for table in timetables(site, name) if start is not None else ():
            occasion = pending(table, ticks.get(table.tick), start, now)
            if table.schedule.frequency == "instant":
                make = partial(make_instant, site, table, articles)
                made += _tried(site, table, Occasion("instant", now), make)
            elif occasion is not None:
                made += _tried(site, table, occasion, partial(_decide, site, table, articles))
    return made


def _tried(
    site: Site, table: Timetable, occasion: Occasion, make: Callable[[Occasion], list[Made]]
) -> list[Made]:
    """Return what `make` made; what goes wrong is noted."""
    name, now = table.newsletter, site.clock()
    try:
        return make(occasion)
    except (StoreError, TemporaryError):
        raise
    except SyndicateError as error:
        log.error("newsletter %s, %s: %s", name, occasion.text, error)
        _note(site, table, occasion, "not made", now=now, error=str(error))
    except Exception as error:
        log.exception("a bug met newsletter %s, %s; the others go on", name, occasion.text)
        _note(site, table, occasion, "not made", now=now, error=f"a bug: {type(error).__name__}: {error}")
    return []


def _decide(site: Site, table: Timetable, articles: Library, occasion: Occasion) -> list[Made]:
    name = table.newsletter
    if is_too_late(occasion, site.config.newsletters[name].late_by, site.clock()):
        log.warning(
            "newsletter %s: %s is too late to send; its articles wait for the next", name, occasion.text
        )
        with site.store.write() as tx:
            choices.decide(tx, [one.id for one in table.among], occasion.text, {})
        made = Made(name, occasion, "too late")
    else:
        made = _make(site, table, articles, occasion)
    _note(site, table, occasion, made.fate, now=site.clock())
    return [made]


def make_editions(
    site: Site, name: str, articles: Library, *, now: datetime, dry_run: bool = False
) -> list[Made]:
    """Make the edition of each timetable's latest occasion at `now`, however late.

    That of the newsletter's own is the first. `now` is the planning clock.
    """
    made = []
    for table in timetables(site, name):
        if table.schedule.frequency == "instant":
            made += _instant_asked_for(site, table, articles, Occasion("instant", now), dry_run=dry_run)
            continue
        occasion = latest(table.schedule, now)
        one = _make(site, table, articles, occasion, dry_run=dry_run)
        if one.edition_id is not None:
            _note(site, table, occasion, one.fate, now=site.clock())
        made.append(one)
    return made


def _instant_asked_for(
    site: Site, table: Timetable, articles: Library, occasion: Occasion, *, dry_run: bool
) -> list[Made]:
    if not dry_run:
        made = make_instant(site, table, articles, occasion)
        return made or ([Made(table.newsletter, occasion, "nothing new")] if table.own else [])
    wanted = Occasioned(table.newsletter, table.among, occasion.at, limited=False)
    return [_freeze(site, wanted, occasion, articles, dry_run=True)]


def make_edition(site: Site, name: str, articles: Library, *, now: datetime, dry_run: bool = False) -> Made:
    """Make the edition of the latest occasion of the newsletter's own schedule; see `make_editions`."""
    return make_editions(site, name, articles, now=now, dry_run=dry_run)[0]


def make_edition_now(
    site: Site, name: str, articles: Library, *, now: datetime, dry_run: bool = False
) -> Made:
    """Make an edition at once, for all subscribers, from the newest articles and what is due.

    One a day: a second call goes on with an edition that is still open, or makes another from what people
    have not had; with nothing new the day's first brings the newest once more. One that was cut short
    before midnight, with letters never tried, is gone on with after it.
    """
    newsletter_of(site, name)
    day = now.astimezone(site.config.publication.timezone).date().isoformat()
    with site.store.read() as conn:
        made_at_once = [row for row in editions.editions(conn, name) if AT_ONCE in row.edition.occasion]
        rows = [row for row in made_at_once if row.edition.occasion.startswith(day + AT_ONCE)]
        tallies = {row.id: editions.tally(conn, row.id) for row in made_at_once}
        among = choices.chosen(conn, name)
    running = next((row for row in rows if tallies[row.id].open), None) or next(
        (row for row in made_at_once if _cut_short(tallies[row.id])), None
    )
    if running:
        return _exists(running, tallies[running.id], dry_run=dry_run)
    occasion = Occasion(f"{day}{AT_ONCE}-{len(rows) + 1}" if rows else f"{day}{AT_ONCE}", now)
    newest = articles.newest(now=now, count=NEWEST)
    wanted = Occasioned(name, among, now, beyond=newest, limited=False)
    made = _freeze(site, wanted, occasion, articles, dry_run=dry_run)
    if made.fate == "nothing new" and newest and not rows:
        again = _freeze(site, replace(wanted, again=True), occasion, articles, dry_run=dry_run)
        return replace(again, repeated=True)
    return made


def make_instant(site: Site, table: Timetable, articles: Library, occasion: Occasion) -> list[Made]:
    """Make an edition of each article that is due to people who get each at once, the oldest first.

    Who lacks articles that had their edition before, as after a switch to instant letters, gets all of them
    in one more.
    """
    if is_quiet(table.schedule, occasion.at) or not table.among:
        return []
    editions.expire(site.store, table.newsletter, now=site.clock())
    made: list[Made] = []
    while True:
        with site.store.read() as conn:
            numbers = {one.id for one in table.among}
            among = tuple(one for one in choices.chosen(conn, table.newsletter) if one.id in numbers)
        wanted = Occasioned(table.newsletter, among, occasion.at, limited=False)
        planned = plan(site, wanted, articles)
        one = _next_instant(site, table, wanted, planned, articles)
        if one is None or one.fate != "made":
            break
        made.append(one)
    if one is None and (made or planned.portions):
        with site.store.write() as tx:
            settle(tx, planned, moments=True)
    if made:
        _note(site, table, made[-1].occasion, made[-1].fate, now=site.clock())
    return made


def _next_instant(
    site: Site, table: Timetable, wanted: Occasioned, planned: Plan, articles: Library
) -> Made | None:
    """Make the next of the instant editions that `planned` asks for, None where nothing is left."""
    at = wanted.until
    due = sorted(articles.with_ids(planned.articles, now=at), key=lambda one: (one.mail_at, one.id))
    for article in due:
        if not _is_made(site, table.newsletter, article.id):
            alone = replace(wanted, alone=article.id)
            return _freeze(site, alone, Occasion(article.id, at), articles, schedule=table.schedule)
    if due:
        text = _unused(site, table.newsletter, at.strftime("%Y-%m-%dT%H:%M:%S"))
        return _freeze(site, wanted, Occasion(text, at), articles, schedule=table.schedule)
    return None


def _is_made(site: Site, name: str, occasion: str) -> bool:
    with site.store.read() as conn:
        return editions.find(conn, name, occasion) is not None


def _unused(site: Site, name: str, text: str) -> str:
    """Return `text`, with a number behind it where an occasion is named so."""
    numbered = (f"{text}-{number}" for number in count(2))
    return next(one for one in chain([text], numbered) if not _is_made(site, name, one))


def _make(
    site: Site, table: Timetable, articles: Library, occasion: Occasion, *, dry_run: bool = False
) -> Made:
    with site.store.read() as conn:
        row = editions.find(conn, table.newsletter, occasion.text)
    if row:
        if not dry_run:
            with site.store.write() as tx:
                choices.decide(tx, [one.id for one in table.among], occasion.text, {})
        return _exists(row, _tally(site, row.id), dry_run=dry_run)
    wanted = Occasioned(table.newsletter, table.among, occasion.at)
    return _freeze(site, wanted, occasion, articles, schedule=table.schedule, dry_run=dry_run)


def _exists(row: EditionRow, tally: Tally, *, dry_run: bool) -> Made:
    """Return what there is to go on with; a plan must not make anybody deliver it."""
    occasion = Occasion(row.edition.occasion, row.edition.occasion_at)
    number = None if dry_run else row.id
    return Made(row.edition.newsletter, occasion, "exists", number, recipients=tally.frozen)


def _cut_short(tally: Tally) -> bool:
    return bool(tally[DeliveryState.PENDING] or tally[DeliveryState.SENDING])


def _freeze(
    site: Site,
    wanted: Occasioned,
    occasion: Occasion,
    articles: Library,
    *,
    schedule: Schedule | None = None,
    dry_run: bool = False,
) -> Made:
    """Plan, compose and freeze an edition; where somebody changes meanwhile, once more."""
    name = wanted.newsletter
    editions.expire(site.store, name, now=site.clock())  # for a plan too: what is stale leaves no more
    for attempt in range(_TRIES):
        planned = plan(site, wanted, articles)
        if not planned.helpings or dry_run:
            break
        edition = new_edition(site, name, occasion, now=site.clock(), schedule=schedule)
        try:
            frozen = _write(site, edition, planned, articles, strict=attempt < _TRIES - 1)
        except Changed:
            continue
        return _frozen(site, planned, occasion, frozen, articles)
    if planned.helpings:
        shown = _shown(articles, planned, occasion)
        return Made(name, occasion, "planned", None, shown, planned.people, helpings=planned.helpings)
    if not dry_run and not wanted.alone:
        with site.store.write() as tx:
            settle(tx, planned, _scheduled(occasion), moments=True)
    return Made(name, occasion, "nothing new" if planned.reached else "no subscribers")


def _shown(articles: Library, planned: Plan, occasion: Occasion) -> tuple[Article, ...]:
    """Return the articles of a plan in its order, without their texts."""
    found = {one.id: one for one in articles.with_ids(planned.articles, now=occasion.at)}
    return tuple(found[one] for one in planned.articles if one in found)


def _write(site: Site, edition: Edition, planned: Plan, articles: Library, *, strict: bool) -> Frozen | None:
    renditions = renditions_of(site, edition, planned, articles)
    held = _is_held(site, edition.newsletter, Occasion(edition.occasion, edition.occasion_at))
    sharing = Sharing(planned.audience, planned.portions, strict)
    with site.store.write() as tx:
        frozen = editions.freeze(tx, edition, renditions, now=edition.frozen_at, sharing=sharing, held=held)
        if frozen is not None:
            settle(tx, planned, _scheduled(Occasion(edition.occasion, edition.occasion_at)))
    return frozen


def settle(tx: Any, planned: Plan, occasion: str = "", *, moments: bool = False) -> None:
    """Remember up to when people had all that is for them, and that `occasion` was decided.

    With `moments` also those that people have of their own, which else an edition's freeze writes.
    """
    if moments and planned.settles:
        editions.move_on(tx, Sharing(planned.audience, planned.portions))
    choices.decide(tx, planned.audience.choices, occasion if planned.covered else "", planned.covered)


def _is_held(site: Site, name: str, occasion: Occasion) -> bool:
    """Tell whether an edition waits for the operator's word; one that he asked for does not."""
    return site.config.newsletters[name].hold and AT_ONCE not in occasion.text


def _scheduled(occasion: Occasion) -> str:
    """Return the text of an occasion that a schedule minted, "" for others."""
    return "" if AT_ONCE in occasion.text else occasion.text


def _frozen(site: Site, planned: Plan, occasion: Occasion, frozen: Frozen | None, articles: Library) -> Made:
    name = planned.newsletter
    if frozen is None:
        with site.store.read() as conn:
            row = editions.find(conn, name, occasion.text)
        return Made(name, occasion, "exists", row.id if row else None)
    log.info("newsletter %s: edition %s made for %d people", name, occasion.text, frozen.deliveries)
    held = _is_held(site, name, occasion)
    if held:
        words = f"{name}/{occasion.text} is made for {frozen.deliveries:,} people and waits for you"
        raise_alert(site, Alert("edition held", f"{name}/{occasion.text}", words), now=site.clock())
    return Made(
        name,
        occasion,
        "made",
        frozen.edition_id,
        _shown(articles, planned, occasion),
        frozen.deliveries,
        helpings=planned.helpings,
        held=held,
    )


def _tally(site: Site, edition_id: int) -> Tally:
    with site.store.read() as conn:
        return editions.tally(conn, edition_id)


def _note(
    site: Site, table: Timetable, occasion: Occasion, fate: str, *, now: datetime, error: str | None = None
) -> None:
    """Remember what was decided for an occasion, for `status` and `/health`."""
    with site.store.write() as tx:
        notes.start_tick(tx, table.tick, now=now)
        notes.end_tick(tx, table.tick, now=now, detail=f"{occasion.text}: {fate}", error=error)

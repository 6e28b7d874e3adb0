"""What the operator is told when something needs a hand: by letter, by webhook, in the log."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.app.health import judge
from syndicate.app.hooks import NotPosted, post_json
from syndicate.app.ledger import failures, without_addresses
from syndicate.app.letters import alert_letter
from syndicate.app.poison import QUARANTINED
from syndicate.app.site import Site
from syndicate.model import Alert, DeliveryState
from syndicate.store import alerts, editions, letters, notes, operations
from syndicate.store.alerts import Told
from syndicate.store.operations import Account

log = logging.getLogger("syndicate.alert")

LEAVES_WITHIN = timedelta(hours=1)  # an edition of which nothing was sent by then did not leave
STANDS_STILL = timedelta(hours=25)  # one that began and has moved no more: longer than a limit a day rests
POSTED_WITHIN = timedelta(days=1)  # after that a webhook that takes nothing is told no more
_SENT = DeliveryState.SENT
_FRESH = timedelta(minutes=2)  # a webhook's fault is warned of so long, else each minute of a day would be


def raise_alert(site: Site, alert: Alert, *, now: datetime) -> bool:
    """Tell the operator, unless he was told of this cause and matter today (UTC); return whether he is.

    The alert and its letter become durable together; the letter leaves with the next that are sent, the
    webhook with `post_webhooks`. Must not be called inside a write transaction.
    """
    alert = replace(alert, message=" ".join(without_addresses(alert.message).split()))
    with site.store.write() as tx:
        if not alerts.add(tx, alert, now=now):
            return False
        to = site.config.operator.email
        if to is not None:
            key = _key(alert, now)
            body = alert_letter(site.config, to, alert, key=key, now=now)
            letters.enqueue(tx, key=key, email=to.address, body=body, now=now)
    log.warning("%s: %s: %s", alert.cause, alert.about, alert.message)
    return True


def _key(alert: Alert, now: datetime) -> str:
    avoid = f"/avoid/{alert.relay}" if alert.relay else ""
    return f"alert/{alerts.day_key(alert, now)}{avoid}"


def edition_ended(site: Site, edition_id: int, *, now: datetime) -> bool:
    """Tell the operator of an edition that ended with failures; return whether he is told now.

    False where letters are still open, where none failed, or where the same was said on any day.
    """
    with site.store.read() as conn:
        one = operations.account(conn, edition_id)
    if one is None or one.tally.open or not one.tally[DeliveryState.FAILED]:
        return False
    words = "; ".join(f"{number:,} times: {text}" for text, number in failures(site, one.id))
    failed, frozen = one.tally[DeliveryState.FAILED], one.tally.frozen
    message = f"{failed:,} of {frozen:,} letters of {one.name} failed. The commonest reasons: {words}"
    alert = Alert("edition failures", one.name, message)
    with site.store.read() as conn:
        if alerts.was_told(conn, replace(alert, message=" ".join(message.split()))):
            return False
    return raise_alert(site, alert, now=now)


def look(site: Site, *, now: datetime, since: datetime | None = None) -> int:
    """Tell the operator what should have happened and did not; return of how many things he is told now.

    To be called every minute by a process of `syndicate run` that began at `since`: what fell due before
    has a grace time from then.
    """
    return sum([raise_alert(site, alert, now=now) for alert in _wrong(site, now=now, since=since)])


def _wrong(site: Site, *, now: datetime, since: datetime | None) -> list[Alert]:
    with site.store.read() as conn:
        ticks, faults = notes.ticks(conn), notes.faults(conn)
        marks = {name: editions.newsletter_start(conn, name) for name in site.config.newsletters}
        late = [one for one in operations.unfinished(conn) if _is_late(one, now=now, since=since)]
        stuck = [
            one
            for one in late
            if not (one.tally[_SENT] and operations.settled_since(conn, one.id, now - STANDS_STILL))
        ]
    starts = {name: mark for name, mark in marks.items() if mark}
    found = judge(ticks, starts, site.config, now=now, running_since=since)
    found += [
        Alert("articles quarantined", fault.path, f"{fault.path}: {fault.message}")
        for fault in faults
        if QUARANTINED in fault.message
    ]
    return found + [_did_not_leave(one) for one in stuck]


def _is_late(one: Account, *, now: datetime, since: datetime | None) -> bool:
    """Tell whether an edition that nobody stopped has waited for too long. Pure.

    One that has begun to leave may be slow by its relays' limits: only what was never tried counts then.
    """
    tally, waited = one.tally, now - max(filter(None, (one.edition.frozen_at, since)))
    if one.state != "open":
        return False
    if tally[_SENT]:
        return waited >= STANDS_STILL and tally[DeliveryState.PENDING] > 0
    return waited >= LEAVES_WITHIN and tally[DeliveryState.PENDING] + tally[DeliveryState.DEFERRED] > 0


def _did_not_leave(one: Account) -> Alert:
    tally, frozen_at = one.tally, one.edition.frozen_at
    message = (
        f"{one.name} was made at {frozen_at:%Y-%m-%d %H:%M} UTC and does not leave: {tally.open:,} of "
        f"{tally.frozen:,} letters wait, {tally[_SENT]:,} are sent"
    )
    return Alert("edition did not leave", one.name, message)


def post_webhooks(site: Site, *, now: datetime) -> None:
    """POST to the operator's webhook what it has not taken yet; what it refuses is tried at the next call.

    Blocks for 10 s at most where it does not answer, since the others then wait. One alert may come twice
    where the process ends between the answer and our note of it; after a day it is given up.
    """
    url = site.config.operator.webhook
    if url is None:
        return
    with site.store.read() as conn:
        waiting = alerts.unposted(conn, since=now - POSTED_WITHIN)
    for told in waiting:
        try:
            post_json(url, _payload(site, told))
        except NotPosted as error:
            level = logging.WARNING if now - told.raised_at < _FRESH else logging.DEBUG
            log.log(level, "the operator's webhook did not take an alert: %s; it is tried again", error)
            return
        with site.store.write() as tx:
            alerts.mark_posted(tx, [told.id], now=now)


def _payload(site: Site, told: Told) -> dict[str, str]:
    return {
        "cause": told.cause,
        "about": told.about,
        "message": told.message,
        "publication": site.config.publication.title,
        "at": told.raised_at.isoformat(),
    }

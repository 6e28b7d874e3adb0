"""Queries: subscribers by the hundred thousand, each with what he agreed to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from syndicate.model import Consent, Subscriber, SubscriptionState
from syndicate.store.choices import WANTED, wanted_of
from syndicate.store.peopletables import consent, wording
from syndicate.store.tables import choice, subscriber, subscription

_PEOPLE = 500  # at once
Exported = tuple[Subscriber, list[Consent]]


@dataclass(frozen=True, slots=True)
class Which:
    """Which subscriptions: of one newsletter, in one state; None is any."""

    newsletter: str | None = None
    state: SubscriptionState | None = None


ALL: Final = Which()


def subscriptions(conn: sa.Connection, which: Which = ALL) -> Iterator[Subscriber]:
    """Give subscriptions by address and newsletter; read it while `conn` is open."""
    for batch in _batches(conn, which):
        for _, his in batch:
            yield from his


def with_consents(conn: sa.Connection, newsletter: str | None = None) -> Iterator[Exported]:
    """Give each subscription, by address and newsletter, with what the person agreed to about it.

    What is about all newsletters, or about one that he has no subscription of, comes with his first; of one
    `newsletter` alone only what is about that or all.
    """
    for batch in _batches(conn, Which(newsletter)):
        given = _consents(conn, [number for number, _ in batch])
        for number, his in batch:
            yield from _shared_out(his, given.get(number, []), newsletter)


def _shared_out(
    his: Sequence[Subscriber], given: Sequence[Consent], newsletter: str | None
) -> Iterator[Exported]:
    names = {one.newsletter for one in his}
    for at, one in enumerate(his):
        own = [
            each
            for each in given
            if each.newsletter == one.newsletter
            or (at == 0 and each.newsletter not in names and (newsletter is None or not each.newsletter))
        ]
        yield one, own


def _batches(conn: sa.Connection, which: Which) -> Iterator[list[tuple[int, list[Subscriber]]]]:
    """Give people by address, some hundreds at once, each with his number and his subscriptions.

    It walks along the index of addresses: a million rows joined first would have to be sorted.
    """
    wanted = _ROWS
    if which.newsletter is not None:
        wanted = wanted.where(subscription.c.newsletter == which.newsletter)
    if which.state is not None:
        wanted = wanted.where(subscription.c.state == which.state.value)
    last = ""
    while people := conn.execute(_PEOPLE_AFTER, {"last": last}).all():
        last = people[-1].email_key
        his: dict[int, list[Any]] = {}
        for row in conn.execute(wanted, {"numbers": [one.id for one in people]}):
            his.setdefault(row[0], []).append(row)
        yield [(one.id, [_subscriber(one, row) for row in his[one.id]]) for one in people if one.id in his]


_PEOPLE_AFTER: Final = (
    sa.select(subscriber.c.id, subscriber.c.email_key, subscriber.c.email, subscriber.c.extra)
    .where(subscriber.c.email_key > sa.bindparam("last"))
    .order_by(subscriber.c.email_key)
    .limit(_PEOPLE)
)
_OWN: Final = subscription.c
_ROWS: Final = (
    sa.select(
        _OWN.subscriber_id,
        *(_OWN.newsletter, _OWN.state, _OWN.token, _OWN.started_at, _OWN.ended_at),
        *(_OWN.paused_until, _OWN.reason, *WANTED),
    )
    .join_from(subscription, choice, choice.c.id == subscription.c.choice_id)
    .where(_OWN.subscriber_id.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(_OWN.subscriber_id, _OWN.newsletter)
)


def _subscriber(person: Any, row: Any) -> Subscriber:
    _, newsletter, state, token, started_at, ended_at, paused_until, reason, *said = row
    return Subscriber(
        person.email,
        newsletter,
        SubscriptionState(state),
        token,
        started_at,
        ended_at,
        json.loads(person.extra) if person.extra != "{}" else {},
        wanted_of(said),
        paused_until,
        reason,
    )


def _consents(conn: sa.Connection, numbers: Sequence[int]) -> dict[int, list[Consent]]:
    """Return what some people agreed to, by their numbers, each one's oldest first."""
    found: dict[int, list[Consent]] = {}
    for row in conn.execute(_CONSENTS, {"numbers": numbers}):
        number, kind, at, newsletter, source, words, ip, evidence = row
        said = json.loads(evidence) if evidence != "{}" else {}
        found.setdefault(number, []).append(Consent(kind, at, newsletter, source, words, ip, said))
    return found


_CONSENTS: Final = (
    sa.select(
        consent.c.subscriber_id,
        consent.c.kind,
        consent.c.at,
        consent.c.newsletter,
        consent.c.source,
        sa.func.coalesce(wording.c.text, ""),
        consent.c.ip,
        consent.c.evidence,
    )
    .join_from(consent, wording, isouter=True)
    .where(consent.c.subscriber_id.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(consent.c.subscriber_id, consent.c.at, consent.c.id)
)

"""Queries: what has been kept long enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from syndicate.model import DeliveryState, SubscriptionState
from syndicate.store.tables import attempt, chunk, delivery, rendition, subscriber, subscription

_ENDED = tuple(state.value for state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED))


@dataclass(frozen=True, slots=True)
class Ended:
    """A letter of no edition that leaves no more: its delivery, its bytes, and what a relay said of it."""

    delivery_id: int
    rendition_id: int
    reply: str | None


def ended(conn: sa.Connection, prefixes: Sequence[str], *, limit: int) -> list[Ended]:
    """Return letters with keys that begin so, that have ended and still hold their bytes and address."""
    columns = (delivery.c.id, delivery.c.rendition_id, delivery.c.reply)
    free = sa.exists().where(chunk.c.id == delivery.c.chunk_id, chunk.c.owner.is_(None))
    found = sa.select(*columns).where(_ours(prefixes), delivery.c.email != "")
    found = found.where(delivery.c.state.in_(_ENDED), free)
    return [Ended(*row) for row in conn.execute(found.order_by(delivery.c.id).limit(limit))]


def attempts_of(conn: sa.Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return the attempts of some deliveries with a relay's words: their numbers, and those."""
    said = sa.select(attempt.c.id, attempt.c.reply).where(attempt.c.delivery_id.in_(list(ids)))
    return [(number, words) for number, words in conn.execute(said.where(attempt.c.reply.is_not(None)))]


def blank(conn: sa.Connection, letters: Sequence[Ended], attempts: Sequence[tuple[int, str]]) -> None:
    """Take bytes and addresses out of ended letters; what relays said becomes as it is given here."""
    if not letters:
        return
    bodies = [one.rendition_id for one in letters]
    conn.execute(sa.update(rendition).where(rendition.c.id.in_(bodies)).values(body=b""))
    said = sa.bindparam("said", type_=sa.Text)
    his = sa.update(delivery).where(delivery.c.id == sa.bindparam("which"))
    rows = [{"which": one.delivery_id, "said": one.reply} for one in letters]
    conn.execute(his.values(email="", token="", reply=said), rows)
    tried = sa.update(attempt).where(attempt.c.id == sa.bindparam("which")).values(reply=said)
    if attempts:
        conn.execute(tried, [{"which": number, "said": words} for number, words in attempts])


def forget_ended(conn: sa.Connection, prefixes: Sequence[str], *, before: datetime, limit: int) -> int:
    """Delete letters that were blanked and ended before that moment; return how many."""
    columns = (delivery.c.id, delivery.c.rendition_id, delivery.c.chunk_id)
    old = sa.select(*columns).where(_ours(prefixes), delivery.c.email == "", delivery.c.state.in_(_ENDED))
    rows = conn.execute(old.where(delivery.c.changed_at < before).limit(limit)).all()
    if rows:
        letters, bodies, places = (list(one) for one in zip(*rows, strict=True))
        conn.execute(sa.delete(attempt).where(attempt.c.delivery_id.in_(letters)))
        conn.execute(sa.delete(delivery).where(delivery.c.id.in_(letters)))
        conn.execute(sa.delete(rendition).where(rendition.c.id.in_(bodies)))
        conn.execute(sa.delete(chunk).where(chunk.c.id.in_(places)))
    return len(rows)


def left_before(conn: sa.Connection, moment: datetime, *, limit: int) -> list[str]:
    """Return the addresses of people who were subscribed, and to nothing any more since before `moment`."""
    his = subscription.c.subscriber_id == subscriber.c.id
    stays = (subscription.c.state == SubscriptionState.ACTIVE.value) | (subscription.c.ended_at >= moment)
    found = sa.select(subscriber.c.email).where(
        sa.exists().where(his), sa.not_(sa.exists().where(his, stays))
    )
    return list(conn.scalars(found.order_by(subscriber.c.id).limit(limit)))


def _ours(prefixes: Sequence[str]) -> sa.ColumnElement[bool]:
    begins = (delivery.c.key.startswith(prefix, autoescape=True) for prefix in prefixes)
    return (delivery.c.key > "") & sa.or_(sa.false(), *begins)  # as a range, so that the index is used

"""What people are owed: the articles of letters that they did not get because those went stale.

The next edition pays: its freeze gives a person a rendition with those articles too. What he is owed is a
row of its own, since a letter may also be skipped after the next edition was frozen, and several before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from syndicate.model import SubscriptionState
from syndicate.store.batches import batched
from syndicate.store.chunks import STALE, WAITING, count, lock, skip
from syndicate.store.engine import Store
from syndicate.store.plain import Plain, among
from syndicate.store.tables import chunk, delivery, edition, owed, rendition_article, subscription

_AT_ONCE = 20  # chunks in one transaction: the others that write wait for it
_BITS = 64  # of a rendition's number

_OWE = """
INSERT INTO owed (newsletter, subscriber_id, rendition_id)
SELECT e.newsletter, d.subscriber_id, d.rendition_id FROM delivery d JOIN edition e ON e.id = d.edition_id
WHERE d.chunk_id IN {ids} AND d.state IN {waiting} AND d.subscriber_id IS NOT NULL
ON CONFLICT (newsletter, subscriber_id, rendition_id) DO NOTHING
"""


def skip_stale(plain: Plain, ids: Collection[int], *, now: datetime) -> int:
    """Skip what waits in these chunks and owe it; return how many. The caller locks and counts them."""
    if not ids:
        return 0
    plain.run(_OWE.format(ids=among(ids), waiting=WAITING), ())
    return skip(plain, ids, STALE, now=now)


def expire(store: Store, newsletter: str, *, now: datetime) -> int:
    """Skip what waits in the editions of `newsletter` that are stale at `now`; return how many letters.

    In short transactions of its own. To be called before `stale_renditions`: else it waits for a sender to
    be at work, and for a paused edition to be resumed.
    """
    with store.read() as conn:
        late = sa.and_(edition.c.newsletter == newsletter, edition.c.stale_at <= now)
        unfinished = sa.and_(edition.c.state != "cancelled", chunk.c.due_at.is_not(None))
        found = sa.select(chunk.c.id).join_from(chunk, edition).where(late, unfinished).order_by(chunk.c.id)
        chunks = list(conn.scalars(found))
    skipped = 0
    for some in batched(chunks, _AT_ONCE):
        with store.plain() as plain, plain.transaction():
            lock(plain, some)
            skipped += skip_stale(plain, some, now=now)
            count(plain, some)
    return skipped


def stale_renditions(conn: sa.Connection, newsletter: str) -> dict[int, tuple[str, ...]]:
    """Return what articles active subscribers are owed because their letters of `newsletter` went stale.

    By the number of the rendition that those people did not get, its article ids in order; quick, and
    empty, where nobody is owed anything. For people who are owed several renditions there is a number that
    stands for all of these. `freeze` takes the numbers as the keys of its `audiences`: call `expire` first,
    then compose a rendition from the edition's own articles and those of each number, leaving out what is
    withdrawn, and name for each number which of the renditions it is, or 0 where nothing was added. What
    is not named stays owed for the edition after.
    """
    each = _those(conn, owed).where(
        owed.c.newsletter == newsletter, _active(owed.c.subscriber_id, newsletter)
    )
    people = each.group_by(owed.c.subscriber_id).subquery()
    found = conn.scalars(sa.select(people.c.those).distinct())
    return {_number(those): _articles(conn, those) for those in sorted(found)}


def _articles(conn: sa.Connection, those: str) -> tuple[str, ...]:
    """Return the articles of these renditions, each once, the oldest rendition's first."""
    table = rendition_article.c
    found = sa.select(table.article_id).where(table.rendition_id.in_(_split(those)))
    return tuple(dict.fromkeys(conn.scalars(found.order_by(table.rendition_id, table.position))))


def rendition_for(
    conn: sa.Connection,
    newsletter: str,
    person: sa.Column[int],
    audiences: Mapping[int, int],
    default: int | None = None,
) -> Any:
    """Return, as SQL, the rendition that `audiences` names for what a person is owed, else `default`.

    Renditions are named by their numbers in the database.
    """
    mine = owed.alias()
    his = _those(conn, mine).where(mine.c.newsletter == newsletter, mine.c.subscriber_id == person)
    which = {_text(number): sa.literal(rendition) for number, rendition in audiences.items()}
    return sa.case(
        which, value=his.correlate(person.table).scalar_subquery(), else_=sa.literal(default, sa.BigInteger)
    )


def pay(conn: sa.Connection, edition_id: int, newsletter: str, audiences: Mapping[int, int]) -> None:
    """Forget what this edition brings to people, and what was owed to those who left."""
    person = owed.c.subscriber_id
    every = sa.delete(owed).where(owed.c.newsletter == newsletter)
    conn.execute(every.where(~_active(person, newsletter)))
    if audiences:
        his = sa.and_(delivery.c.subscriber_id == person, delivery.c.edition_id == edition_id)
        whose = delivery.c.subscriber_id
        brought = delivery.c.rendition_id == rendition_for(conn, newsletter, whose, audiences)
        conn.execute(every.where(sa.select(delivery.c.id).where(his, brought).correlate(owed).exists()))


def _those(conn: sa.Connection, table: Any) -> sa.Select[Any]:
    """Select the renditions of rows of `owed`, written ``12,15``: SQLite reads them in the key's order."""
    one = sa.cast(table.c.rendition_id, sa.Text)
    if conn.dialect.name == "postgresql":
        comma: Any = aggregate_order_by(sa.literal_column("','"), table.c.rendition_id)
        return sa.select(sa.func.string_agg(one, comma).label("those"))
    return sa.select(sa.func.group_concat(one).label("those"))


def _active(person: Any, newsletter: str) -> sa.ColumnElement[bool]:
    his = sa.select(subscription.c.id).where(
        subscription.c.subscriber_id == person,
        subscription.c.newsletter == newsletter,
        subscription.c.state == SubscriptionState.ACTIVE.value,
    )
    return his.exists()


def _split(those: str) -> list[int]:
    return [int(one) for one in those.split(",")]


def _number(those: str) -> int:
    """Return one number for renditions written ``12,15``; a single one's is its own."""
    return reduce(lambda number, one: number << _BITS | one, _split(those), 0)


def _text(number: int) -> str:
    """Return the renditions that `_number` made a number of."""
    those: list[str] = []
    while number:
        those.insert(0, str(number & (1 << _BITS) - 1))
        number >>= _BITS
    return ",".join(those)

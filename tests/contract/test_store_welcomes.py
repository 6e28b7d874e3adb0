"""The contract of welcomes, and of what has been kept long enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    a_record,
    begun,
    ledger,
    one_leaves,
    people_subscribe,
    records_are_known,
    settled,
    states,
)

from syndicate.model import DeliveryState, Edition, Rendition
from syndicate.store import editions, leaving, letters, retention, subscribers, welcomes
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import attempt, chunk, delivery, rendition

BODY = b"Message-ID: <one@news.example.org>\r\n\r\nHello\r\n"
GONE = replace(a_record("b"), expires_at=NOW - MINUTE)


def edition_is_frozen(store: Store, *renditions: tuple[str, str]) -> int:
    """Freeze an edition whose renditions are pairs of a language and the first letters of its articles."""
    its = [Rendition(tag, tag, BODY, tuple(f"urn:{one}" for one in articles)) for tag, articles in renditions]
    with store.write() as tx:
        made = editions.freeze(tx, Edition("u", "daily", "2026-11-23", NOW, NOW), its, now=NOW)
    assert made is not None
    return made.edition_id


def welcome_is_queued(store: Store, name: str, number: int) -> bool:
    key, to = f"{welcomes.prefix('daily')}{number}", f"{name}@Example.org"
    with store.write() as tx:
        return letters.enqueue(tx, key=key, email=to, body=BODY, now=NOW, subscriber_id=number)


def number_of(store: Store, name: str) -> int:
    with store.read() as conn:
        found = subscribers.number_of_person(conn, f"{name}@example.org")
    assert found is not None
    return found


def letter_ends(store: Store, state: DeliveryState, reply: str) -> None:
    """Let the next letter be tried, and end with a relay's words."""
    outbox = StoreOutbox(store)
    taken, (one,) = begun(outbox)
    outbox.exchange([replace(settled(one, state, due_at=None), reply=reply)], [], now=NOW)
    outbox.give_back(taken, now=NOW)


def test_copies_say_which_language_and_whether_all_is_shown(store_db: Store) -> None:
    """A rendition with an article that is over is not whole; each counts its own articles."""
    records_are_known(store_db, a_record("a"), GONE, a_record("c"))
    number = edition_is_frozen(store_db, ("en", "ac"), ("de", "ab"))
    with store_db.read() as conn:
        found = welcomes.copies(conn, number, now=NOW)
    assert [(one.language, one.articles, one.whole) for one in found] == [("en", 2, True), ("de", 2, False)]


def test_who_was_sent_an_edition_has_it(store_db: Store) -> None:
    """One that waits counts, one that failed does not, and nobody else's."""
    records_are_known(store_db, a_record("a"))
    people_subscribe(store_db, ["ana"], "daily")
    edition = edition_is_frozen(store_db, ("en", "a"))
    people_subscribe(store_db, ["ben"], "daily")
    ana, ben = number_of(store_db, "ana"), number_of(store_db, "ben")
    with store_db.read() as conn:
        [copy] = welcomes.copies(conn, edition, now=NOW)
        assert welcomes.has(conn, ana, copy.rendition_id) and not welcomes.has(conn, ben, copy.rendition_id)
    letter_ends(store_db, DeliveryState.FAILED, "550 no")
    with store_db.read() as conn:
        assert not welcomes.has(conn, ana, copy.rendition_id)


def test_a_welcome_is_queued_once_and_goes_with_the_person(store_db: Store) -> None:
    """Its key is used once for ever; who leaves or is removed is not sent one that waits."""
    people_subscribe(store_db, ["ana", "ben", "cem"], "daily")
    people = {name: number_of(store_db, name) for name in ("ana", "ben", "cem")}
    assert all(welcome_is_queued(store_db, name, number) for name, number in people.items())
    assert not welcome_is_queued(store_db, "ana", people["ana"])
    one_leaves(store_db, "ana-daily")
    with store_db.write() as tx:
        assert subscribers.remove(tx, "ben@example.org", now=NOW)
    assert states(store_db) == ["skipped", "skipped", "pending"]
    assert not welcome_is_queued(store_db, "ana", people["ana"])
    with store_db.write() as tx:
        assert leaving.undo(tx, "ana-daily", now=NOW) == people["ana"]
    assert states(store_db) == ["pending", "skipped", "pending"]


def test_welcomes_of_who_left_otherwise_are_found(store_db: Store) -> None:
    """A subscription that ended in another way than by its link leaves a welcome that waits."""
    people_subscribe(store_db, ["ana", "ben"], "daily")
    for name in ("ana", "ben"):
        welcome_is_queued(store_db, name, number_of(store_db, name))
    with store_db.write() as tx:
        tx.execute(sa.text("UPDATE subscription SET state = 'unsubscribed' WHERE token = 'ana-daily'"))
        places = welcomes.of_who_left(tx, ["daily", "weekly"])
        welcomes.skip(tx, places, now=NOW)
    assert [row[1] for row in ledger(store_db)] == ["skipped", "pending"]


def test_letters_that_ended_lose_bytes_and_addresses(store_db: Store) -> None:
    """Those with the given keys alone, once no sender has them; later they are gone altogether."""
    for key in ("alert/1", "confirm/1", "confirm/2"):
        with store_db.write() as tx:
            letters.enqueue(tx, key=key, email="ana@example.org", body=BODY, now=NOW)
    letter_ends(store_db, DeliveryState.SENT, "250 ok")
    letter_ends(store_db, DeliveryState.FAILED, "550 ana@example.org is unknown")
    with store_db.write() as tx:
        [ended] = retention.ended(tx, ["confirm/"], limit=9)
        said = [(number, "… is unknown") for number, _ in retention.attempts_of(tx, [ended.delivery_id])]
        retention.blank(tx, [replace(ended, reply="… is unknown")], said)
        assert retention.ended(tx, ["confirm/"], limit=9) == []
    assert [(row[0], row[1], row[3]) for row in ledger(store_db)] == [
        ("ana@example.org", "sent", "250 ok"),
        ("", "failed", "… is unknown"),
        ("ana@example.org", "pending", None),
    ]
    with store_db.read() as conn:
        assert list(conn.scalars(sa.select(rendition.c.body).order_by(rendition.c.id))) == [BODY, b"", BODY]
        assert not any("ana" in (words or "") for words in conn.scalars(sa.select(attempt.c.reply)))
    with store_db.write() as tx:
        assert retention.forget_ended(tx, ["confirm/"], before=NOW, limit=9) == 0
        assert retention.forget_ended(tx, ["confirm/"], before=NOW + MINUTE, limit=9) == 1
    with store_db.read() as conn:
        left = [conn.scalar(sa.select(sa.func.count()).select_from(t)) for t in (delivery, rendition, chunk)]
    assert left == [2, 2, 2]


def test_who_left_everything_long_ago_is_found(store_db: Store) -> None:
    """Who still gets something, or left lately, is not."""
    people_subscribe(store_db, ["ana", "ben"], "daily", "weekly")
    people_subscribe(store_db, ["cem"], "daily")
    for token in ("ana-daily", "ana-weekly", "ben-daily", "cem-daily"):
        one_leaves(store_db, token)
    with store_db.read() as conn:
        assert retention.left_before(conn, NOW, limit=9) == []
        found = retention.left_before(conn, NOW + timedelta(seconds=1), limit=9)
    assert found == ["ana@Example.org", "cem@Example.org"]

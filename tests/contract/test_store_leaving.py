"""The contract of leaving and coming back, of moves to another address, of what is held about a person."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from store_filling import MINUTE, NOW, begun, edition_is_frozen, email, ledger, people_subscribe, sent

from syndicate.model import Choice, Consent, Email, SubscriptionState, Suppression, Ticket
from syndicate.store import (
    choices,
    consents,
    leaving,
    letters,
    moving,
    persons,
    subscribers,
    suppressions,
    tickets,
)
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import attempt, delivery, rendition, subscription

HOUR = timedelta(hours=1)


def after(store: Store, token: str) -> object:
    """Return the moment after which a subscription lacks articles."""
    with store.read() as conn:
        return conn.scalar(sa.select(subscription.c.after_at).where(subscription.c.token == token))


def number_of(store: Store, name: str) -> int:
    with store.read() as conn:
        number = subscribers.number_of_person(conn, email(name).key)
    assert number is not None
    return number


def test_an_end_says_since_when_he_lacks_articles(store_db: Store) -> None:
    """His own moment, else what his choice was brought up to; it ends once, and is taken back once."""
    people_subscribe(store_db, ["ana"], "daily")
    covered = NOW + HOUR
    with store_db.write() as tx:
        tx.execute(sa.update(subscription).values(after_at=None))
        choices.decide(tx, [choices.number_of(tx, "daily", now=NOW)], "x", dict.fromkeys(range(9), covered))
    with store_db.write() as tx:
        number = leaving.end(tx, "ana-daily", now=NOW + 2 * HOUR)
        assert number == subscribers.number_of_person(tx, email("ana").key)
        assert leaving.end(tx, "ana-daily", now=NOW) is None and leaving.end(tx, "other", now=NOW) is None
        assert leaving.explain(tx, "ana-daily", "too many") == number
    assert after(store_db, "ana-daily") == covered
    with store_db.write() as tx:
        assert leaving.undo(tx, "ana-daily", now=NOW) == number
        assert leaving.undo(tx, "ana-daily", now=NOW) is None
        assert leaving.explain(tx, "ana-daily", "late") is None
        found = subscribers.by_token(tx, "ana-daily")
    assert found is not None
    assert (found.state, found.ended_at, found.reason) == (SubscriptionState.ACTIVE, None, "")
    assert after(store_db, "ana-daily") == covered


def test_letters_passed_over_wait_again_after_undo(store_db: Store) -> None:
    """Those of an edition that was cancelled do not, nor those of another's; the chunk is due."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    with store_db.write() as tx:
        leaving.end(tx, "ana-daily", now=NOW)
        leaving.end(tx, "budi-daily", now=NOW)
    chunk, none = begun(outbox)
    outbox.give_back(chunk, now=NOW)
    assert none == [] and outbox.next_due() is None
    with store_db.write() as tx:
        leaving.undo(tx, "ana-daily", now=NOW + MINUTE)
    assert ledger(store_db)[0][1:] == ("pending", 0, None)
    assert ledger(store_db)[1][1:] == ("skipped", 0, "unsubscribed")
    assert outbox.next_due() == NOW + MINUTE
    chunk, [one] = begun(outbox, now=NOW + MINUTE)
    outbox.exchange(sent([one]), [], now=NOW + MINUTE)
    outbox.give_back(chunk, now=NOW + MINUTE)
    assert [row[1] for row in ledger(store_db)] == ["sent", "skipped"]


def test_a_move_to_a_free_address_keeps_all(store_db: Store) -> None:
    """Number, links and choices stay; what is frozen keeps its address."""
    people_subscribe(store_db, ["ana"], "daily")
    edition_is_frozen(store_db)
    number = number_of(store_db, "ana")
    with store_db.write() as tx:
        assert moving.move(tx, number, email("New")) == number
        assert moving.move(tx, number, Email("new@Example.org", email("New").key)) == number
        assert moving.move(tx, number + 99, email("x")) is None
        [found] = subscribers.of_person(tx, email("new").key)
        assert subscribers.number_of_person(tx, email("ana").key) is None
    assert (found.email, found.token) == ("new@Example.org", "ana-daily")
    assert ledger(store_db)[0][0] == "ana@Example.org"


def test_a_move_to_somebody_s_address_joins_both(store_db: Store) -> None:
    """He keeps his own, is given the rest with what was mailed of it, and goes on where he had left."""
    people_subscribe(store_db, ["ana"], "daily", "weekly", "monthly")
    people_subscribe(store_db, ["budi"], "daily", "weekly")
    for name in ("daily", "weekly", "monthly"):
        edition_is_frozen(store_db, name)
    ana, budi = number_of(store_db, "ana"), number_of(store_db, "budi")
    with store_db.write() as tx:
        choices.choose(tx, email("ana").key, "weekly", Choice(at="18:00"), now=NOW)
        leaving.end(tx, "budi-weekly", now=NOW)
        consents.record(tx, ana, [Consent("added", NOW, "daily", "hand")])
        tickets.issue(tx, "hash", Ticket("move", NOW + HOUR, subscriber_id=ana, email="x"), now=NOW)
        assert moving.move(tx, ana, email("budi")) == budi
        subscribers.remove(tx, email("ana").key, now=NOW)
        found = {one.newsletter: one for one in subscribers.of_person(tx, email("budi").key)}
        assert [one.kind for one in consents.of_person(tx, budi)] == ["added"]
        assert [one["purpose"] for one in persons.links(tx, budi)] == ["move"]
        his = sa.select(delivery.c.edition_id, delivery.c.email).where(delivery.c.subscriber_id == budi)
        mailed = [tuple(row) for row in tx.execute(his.order_by(delivery.c.edition_id, delivery.c.id))]
    assert {name: one.token for name, one in found.items()} == {
        "daily": "budi-daily",
        "weekly": "budi-weekly",
        "monthly": "ana-monthly",
    }
    assert found["weekly"].state is SubscriptionState.ACTIVE and found["weekly"].choice.at == "18:00"
    assert mailed == [(1, "budi@Example.org"), (2, "budi@Example.org"), (3, "ana@Example.org")]
    assert sorted(state for _, state, _, _ in ledger(store_db)) == ["pending"] * 3 + ["skipped"] * 2


def test_what_is_held_of_a_person_is_found_and_taken_away(store_db: Store) -> None:
    """Letters of editions and of none, whatever case the address has, with what relays said of them."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    edition_is_frozen(store_db)
    with store_db.write() as tx:
        number = subscribers.number_of_person(tx, email("ana").key)
        assert number is not None
        words = "550 <ana@Example.org> and ana@example.org: no"
        tx.execute(sa.update(delivery).values(reply=words, state="failed"))
        said = {"number": 1, "state": "failed", "ended_at": NOW, "reply": words}
        tx.execute(sa.insert(attempt).values(delivery_id=1, **said))
        letters.enqueue(tx, key="account/1", email="ANA@example.org", body=b"secret", now=NOW)
        letters.enqueue(tx, key="account/2", email="budi@Example.org", body=b"his", now=NOW)
        person = persons.find(tx, number)
        assert person is not None and person.email == email("ana")
        held = persons.mailed(tx, person)
        assert [one.about for one in held] == ["daily/2026-11-23", "account"]
        assert [one["reply"] for one in held[0].tried] == [words]
    with store_db.write() as tx:
        subscribers.remove(tx, person.email.key, now=NOW)
        letters.erase(tx, person.email, now=NOW)
        bodies = list(tx.scalars(sa.select(rendition.c.body).order_by(rendition.c.id)))
        reply = tx.scalar(sa.select(delivery.c.reply).where(delivery.c.id == 1))
        tried = tx.scalar(sa.select(attempt.c.reply))
        assert persons.find(tx, number) is None
    assert bodies[1:] == [b"", b"his"]
    assert [row[0] for row in ledger(store_db)] == ["", "budi@Example.org", "", "budi@Example.org"]
    assert reply == tried == "550 <…> and …: no"
    assert [row[1] for row in ledger(store_db)][2] == "skipped"


def test_the_letter_under_way_keeps_what_it_needs(store_db: Store) -> None:
    """An erasure leaves alone what a sender has in its hands."""
    with store_db.write() as tx:
        letters.enqueue(tx, key="account/1", email="ana@example.org", body=b"secret", now=NOW)
    outbox = StoreOutbox(store_db)
    _, [one] = begun(outbox)
    with store_db.write() as tx:
        letters.erase(tx, email("ana"), now=NOW)
        assert tx.scalar(sa.select(rendition.c.body)) == b"secret"
    outbox.exchange(sent([one]), [], now=NOW)
    with store_db.write() as tx:
        letters.erase(tx, email("ana"), now=NOW)
        assert tx.scalar(sa.select(rendition.c.body)) == b""


def test_other_moves_are_closed_and_suppressions_lose_their_address(store_db: Store) -> None:
    """By address and purpose; the hash stays."""
    people_subscribe(store_db, ["ana"], "daily")
    number = number_of(store_db, "ana")
    with store_db.write() as tx:
        for name in ("a", "b"):
            one = Ticket("move", NOW + HOUR, subscriber_id=number, email=f"{name}@example.org")
            tickets.issue(tx, name, one, now=NOW)
        tickets.spend_others(tx, number, "move", email="b@example.org")
        assert tickets.find(tx, "a", "move", now=NOW) is None and tickets.find(tx, "b", "move", now=NOW)
        suppressions.suppress(tx, [Suppression("aa", "daily", "bounced", NOW, "ana@example.org", {"a": "b"})])
        suppressions.forget_email(tx, "aa")
        assert suppressions.of(tx, ["aa"])["aa"] == [Suppression("aa", "daily", "bounced", NOW)]


def test_what_the_operator_is_told_stays_his(store_db: Store) -> None:
    """He may be a subscriber too: erasing that leaves his alerts alone."""
    with store_db.write() as tx:
        letters.enqueue(tx, key="alert/1", email="ana@example.org", body=b"help", now=NOW)
        letters.erase(tx, email("ana"), now=NOW)
    assert ledger(store_db) == [("ana@example.org", "pending", 0, None)]

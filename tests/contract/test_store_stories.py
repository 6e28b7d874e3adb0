"""The contract of what became of single letters."""

from __future__ import annotations

import pytest
from store_filling import MINUTE, NOW, edition_is_frozen, email, people_subscribe

from syndicate.model import DeliveryState, Settled, SubscriptionState
from syndicate.store import letters, operations, stories, subscribers
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.stories import Try

SENT, DEFERRED, SKIPPED = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.SKIPPED


@pytest.fixture
def edition(store_db: Store) -> int:
    """An edition for ana and budi."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    frozen = edition_is_frozen(store_db)
    assert frozen is not None
    return frozen.edition_id


def letters_are_tried(store: Store, *outcomes: Settled | None) -> None:
    """Try the letters that are due, each with its outcome; None leaves one under way."""
    outbox = StoreOutbox(store)
    taken = outbox.take(now=NOW)
    assert taken is not None
    granted = outbox.exchange([], taken.waiting[: len(outcomes)], now=NOW + MINUTE).attempts
    done = [
        Settled(one, fate.state, fate.due_at, fate.code, fate.reply, relay=fate.relay)
        for one, fate in zip(granted, outcomes, strict=True)
        if fate
    ]
    outbox.exchange(done, [], now=NOW + 2 * MINUTE)
    if None not in outcomes:
        outbox.give_back(taken, now=NOW)


def fate(state: DeliveryState, code: int, reply: str, relay: str) -> Settled:
    return Settled(None, state, NOW, code, reply, relay=relay)  # type: ignore[arg-type]


def story(store: Store, name: str) -> list[stories.LetterRow]:
    with store.read() as conn:
        found = stories.person(conn, email(name).key)
        assert found is not None
        return stories.letters_of_person(conn, found.id, limit=10)


def test_a_person_is_found_by_the_whole_address_alone(store_db: Store, edition: int) -> None:
    """Upper and lower case are one; half an address is nobody's."""
    with store_db.read() as conn:
        found = stories.person(conn, email("Ana").key)
        assert found is not None
        assert (found.email, found.created_at, found.bounces) == ("ana@Example.org", NOW, 0)
        assert stories.person(conn, "ana") is None
        assert stories.person(conn, "an_@example.org") is None


def test_a_persons_choices_are_told_with_their_times(store_db: Store, edition: int) -> None:
    """Since when each newsletter is subscribed to, and when it was left."""
    people_subscribe(store_db, ["ana"], "weekly")
    with store_db.write() as conn:
        subscribers.unsubscribe(conn, "ana-weekly", now=NOW + MINUTE)
        found = stories.person(conn, email("ana").key)
        assert found is not None
        daily, weekly = stories.choices(conn, found.id)
    assert daily == stories.Choice("daily", SubscriptionState.ACTIVE, NOW, None)
    assert weekly == stories.Choice("weekly", SubscriptionState.UNSUBSCRIBED, NOW, NOW + MINUTE)


def test_every_attempt_is_told(store_db: Store, edition: int) -> None:
    """Those that failed and the one that was sent, each with time, code, words and relay."""
    letters_are_tried(store_db, fate(DEFERRED, 451, "greylisted", "main"), fate(SENT, 250, "ok", "main"))
    letters_are_tried(store_db, fate(SENT, 250, "queued as 7", "spare"))
    (hers,), (his,) = story(store_db, "ana"), story(store_db, "budi")
    assert (hers.state, hers.attempts, hers.due_at) == (SENT, 2, None)
    ended = NOW + 2 * MINUTE
    assert hers.tries == (
        Try(1, DEFERRED, ended, 451, "greylisted", "main"),
        Try(2, SENT, ended, 250, "queued as 7", "spare"),
    )
    assert his.tries == (Try(1, SENT, ended, 250, "ok", "main"),)


def test_an_attempt_under_way_is_told_without_an_end(store_db: Store, edition: int) -> None:
    """A letter that is being handed over shows its attempt as sending; one never tried shows none."""
    letters_are_tried(store_db, None)
    (hers,), (his,) = story(store_db, "ana"), story(store_db, "budi")
    assert [one.state for one in hers.tries] == [DeliveryState.SENDING]
    assert (his.state, his.tries, his.due_at) == (DeliveryState.PENDING, (), NOW)


def test_an_attempt_counts_as_told_once(store_db: Store, edition: int) -> None:
    """A deferred letter's last attempt stands in two tables and is told once."""
    letters_are_tried(store_db, fate(DEFERRED, 451, "greylisted", "main"))
    (hers,) = story(store_db, "ana")
    assert len(hers.tries) == 1
    with store_db.write() as conn:
        operations.set_state(conn, edition, "cancelled", reason="", of=("open",))
        operations.cancel(conn, operations.chunks_left(conn, edition), now=NOW)
    (hers,) = story(store_db, "ana")
    assert (hers.state, hers.reply, hers.edition_state) == (SKIPPED, "cancelled", "cancelled")
    assert [one.reply for one in hers.tries] == ["greylisted"]


def test_a_persons_letters_come_newest_first(store_db: Store, edition: int) -> None:
    """With their editions, up to the limit."""
    edition_is_frozen(store_db, occasion="2026-11-24")
    assert [one.occasion for one in story(store_db, "ana")] == ["2026-11-24", "2026-11-23"]
    with store_db.read() as conn:
        assert len(stories.letters_of_person(conn, 1, limit=1)) == 1


def test_editions_without_a_persons_letter_are_known(store_db: Store, edition: int) -> None:
    """Those frozen before he came or while he was away, newest first, of this newsletter alone."""
    edition_is_frozen(store_db, "weekly", "2026-W48")
    people_subscribe(store_db, ["citra"], "daily")
    with store_db.read() as conn:
        citra = stories.person(conn, email("citra").key)
        assert citra is not None
        missed = stories.missed(conn, citra.id, "daily", limit=5)
        assert [(one.id, one.occasion, one.frozen_at) for one in missed] == [(edition, "2026-11-23", NOW)]
        assert stories.missed(conn, 1, "daily", limit=5) == []


def test_letters_of_no_edition_are_found_by_address(store_db: Store, edition: int) -> None:
    """They have no subscriber, and those of an edition are not among them."""
    with store_db.write() as conn:
        letters.enqueue(conn, key="alert/one", email="ana@Example.org", body=b"\r\n", now=NOW)
    with store_db.read() as conn:
        (one,) = stories.letters_of_no_edition(conn, "ana@Example.org", limit=5)
        assert stories.letters_of_no_edition(conn, "budi@Example.org", limit=5) == []
    assert (one.key, one.edition_id, one.newsletter, one.frozen_at) == ("alert/one", None, "", NOW)


def test_an_editions_letters_are_listed_by_state(store_db: Store, edition: int) -> None:
    """All, or those in the states asked for, in the order they were queued, up to the limit."""
    letters_are_tried(store_db, fate(SENT, 250, "ok", "main"))
    with store_db.read() as conn:
        every = stories.letters_of_edition(conn, edition, limit=10)
        sent = stories.letters_of_edition(conn, edition, [SENT], limit=10)
        assert stories.letters_of_edition(conn, edition, [DeliveryState.FAILED], limit=10) == []
        assert stories.letters_of_edition(conn, edition + 1, limit=10) == []
        assert len(stories.letters_of_edition(conn, edition, limit=1)) == 1
    assert [one.email for one in every] == ["ana@Example.org", "budi@Example.org"]
    assert [one.email for one in sent] == ["ana@Example.org"]

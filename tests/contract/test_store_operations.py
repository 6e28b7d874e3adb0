"""The contract of what an operator does to editions: looking, pausing, cancelling, retrying, auditing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    a_crowd_subscribes,
    articles_are_known,
    edition_is_frozen,
    email,
    ledger,
    people_subscribe,
)

from syndicate.model import Chunk, DeliveryState, Settled
from syndicate.store import operations, subscribers
from syndicate.store.audits import audit
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.retries import Again, candidates, retry
from syndicate.store.tables import chunk, delivery

SENT, FAILED, DEFERRED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED
UNKNOWN, PENDING, SKIPPED = DeliveryState.UNKNOWN, DeliveryState.PENDING, DeliveryState.SKIPPED
WORDS = {SENT: (250, "ok"), FAILED: (550, "5.1.1 no"), DEFERRED: (450, "later"), UNKNOWN: (None, "no answer")}


def edition_is_made(store: Store, occasion: str = "2026-11-23") -> int:
    frozen = edition_is_frozen(store, occasion=occasion)
    assert frozen is not None
    return frozen.edition_id


def chunk_is_taken(outbox: StoreOutbox) -> Chunk:
    taken = outbox.take(now=NOW)
    assert taken is not None
    return taken


def letters_end(
    outbox: StoreOutbox, taken: Chunk, fates: Sequence[DeliveryState], *, due_at: datetime | None = NOW
) -> None:
    """Try the first letters of a chunk; each ends as `fates` says."""
    granted = outbox.exchange([], taken.waiting[: len(fates)], now=NOW).attempts
    done = [
        Settled(one, fate, due_at, *WORDS[fate], relay="main")
        for one, fate in zip(granted, fates, strict=True)
    ]
    outbox.exchange(done, [], now=NOW)


def letters_are_sent(store: Store, fates: Sequence[DeliveryState], *, due_at: datetime | None = NOW) -> None:
    """Take a chunk, try letters, and give it back."""
    outbox = StoreOutbox(store)
    taken = chunk_is_taken(outbox)
    letters_end(outbox, taken, fates, due_at=due_at)
    outbox.give_back(taken, now=NOW)


def edition_is_cancelled(store: Store, number: int) -> int:
    with store.write() as conn:
        operations.set_state(conn, number, "cancelled", reason="", of=("open", "paused"))
        return operations.cancel(conn, operations.chunks_left(conn, number), now=NOW)


def counts(store: Store, number: int) -> Mapping[DeliveryState, int]:
    with store.read() as conn:
        found = operations.account(conn, number)
    assert found is not None
    return found.tally.counts


@pytest.fixture
def five(store_db: Store) -> int:
    """An edition for ana, budi, citra, dewi and eka."""
    people_subscribe(store_db, ["ana", "budi", "citra", "dewi", "eka"], "daily")
    return edition_is_made(store_db)


def test_editions_are_accounted_for_newest_first(store_db: Store, five: int) -> None:
    """Each comes with its state and its letters by state, of one newsletter or of all."""
    letters_are_sent(store_db, [SENT, FAILED, DEFERRED])
    edition_is_frozen(store_db, "weekly", "2026-W48")
    with store_db.read() as conn:
        weekly, daily = operations.accounts(conn)
        assert operations.accounts(conn, "daily") == [daily]
        assert operations.accounts(conn, limit=1) == [weekly]
        assert operations.account(conn, five) == daily
        assert operations.named(conn, "daily", "2026-11-23") == daily
        assert operations.named(conn, "daily", "2026-11-24") is None
        assert operations.unfinished(conn) == [daily]
    assert (daily.name, daily.state, daily.reason) == ("daily/2026-11-23", "open", "")
    assert daily.tally.counts == {SENT: 1, FAILED: 1, DEFERRED: 1, PENDING: 2}


def test_an_edition_changes_only_from_states_that_allow_it(store_db: Store, five: int) -> None:
    """A paused edition is open again with its reason; nothing pauses one that is cancelled."""
    with store_db.write() as conn:
        assert operations.set_state(conn, five, "paused", reason="too many", of=("open",))
        assert not operations.set_state(conn, five, "paused", reason="again", of=("open",))
        found = operations.account(conn, five)
        assert found is not None
        assert (found.state, found.reason) == ("paused", "too many")
        assert operations.set_state(conn, five, "open", reason="resumed", of=("paused",))
        assert operations.set_state(conn, five, "cancelled", reason="", of=("open", "paused"))
        assert not operations.set_state(conn, five, "paused", reason="", of=("open",))


def test_nothing_of_a_paused_edition_leaves(store_db: Store, five: int) -> None:
    """No chunk of it is taken, and none of one that was taken begins, until it is resumed."""
    outbox = StoreOutbox(store_db)
    taken = chunk_is_taken(outbox)
    with store_db.write() as conn:
        operations.set_state(conn, five, "paused", reason="by hand", of=("open",))
    assert outbox.exchange([], taken.waiting, now=NOW).attempts == []
    assert outbox.take(now=NOW) is None
    with store_db.write() as conn:
        operations.set_state(conn, five, "open", reason="resumed", of=("paused",))
    assert len(chunk_is_taken(outbox).waiting) == 5


def test_a_cancelled_editions_letters_are_skipped_at_once(store_db: Store, five: int) -> None:
    """What waits ends as skipped with its reason; what was sent or failed stays."""
    letters_are_sent(store_db, [SENT, FAILED, DEFERRED])
    assert edition_is_cancelled(store_db, five) == 3
    assert counts(store_db, five) == {SENT: 1, FAILED: 1, SKIPPED: 3}
    assert [row[3] for row in ledger(store_db)] == ["ok", "5.1.1 no", "cancelled", "cancelled", "cancelled"]
    assert StoreOutbox(store_db).take(now=NOW) is None
    with store_db.read() as conn:
        assert operations.chunks_left(conn, five) == []
        assert operations.unfinished(conn) == []


def test_letters_under_way_end_by_themselves_when_their_edition_is_cancelled(
    store_db: Store, five: int
) -> None:
    """A sender's chunk is left to it: its letters end as the relay says, the others when it is given back."""
    outbox = StoreOutbox(store_db)
    taken = chunk_is_taken(outbox)
    (under_way,) = outbox.exchange([], taken.waiting[:1], now=NOW).attempts
    assert edition_is_cancelled(store_db, five) == 0
    outbox.exchange([Settled(under_way, SENT, NOW, 250, "ok")], [], now=NOW)
    outbox.give_back(taken, now=NOW)
    assert counts(store_db, five) == {SENT: 1, SKIPPED: 4}


def test_other_editions_stay_when_one_is_cancelled(store_db: Store, five: int) -> None:
    """Only its own letters are skipped."""
    other = edition_is_made(store_db, "2026-11-24")
    edition_is_cancelled(store_db, five)
    assert counts(store_db, other) == {PENDING: 5}


def test_an_edition_tells_what_it_holds_and_when_it_goes_on(store_db: Store) -> None:
    """Renditions with subject, letters and articles in order; the next letter's time; what is held."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    articles_are_known(store_db, "a", "b")
    frozen = edition_is_frozen(store_db, holds=["b", "a"])
    assert frozen is not None
    letters_are_sent(store_db, [DEFERRED, DEFERRED], due_at=NOW + MINUTE)
    with store_db.read() as conn:
        (one,) = operations.renditions(conn, frozen.edition_id)
        assert (one.subject, one.letters, one.articles) == ("Kabar", 2, ("b.md", "a.md"))
        assert operations.next_due(conn, frozen.edition_id) == NOW + MINUTE
        assert operations.held(conn, frozen.edition_id) == 0


def test_held_letters_are_counted_and_never_due(store_db: Store, five: int) -> None:
    """An unknown letter without a time is the operator's; the edition is not finished with it."""
    letters_are_sent(store_db, [SENT] * 3 + [UNKNOWN] * 2, due_at=None)
    with store_db.read() as conn:
        assert operations.held(conn, five) == 2
        assert operations.next_due(conn, five) is None
        assert [one.id for one in operations.unfinished(conn)] == [five]


def test_whether_an_edition_moved_is_known(store_db: Store, five: int) -> None:
    """It has since a letter got its final state; one that is put off moves nothing."""
    letters_are_sent(store_db, [DEFERRED])
    with store_db.read() as conn:
        assert not operations.settled_since(conn, five, NOW)
    letters_are_sent(store_db, [SENT])
    with store_db.read() as conn:
        assert operations.settled_since(conn, five, NOW)
        assert not operations.settled_since(conn, five, NOW + MINUTE)


def letters_are_retried(store: Store, wish: Again, *, now: datetime = NOW) -> int:
    with store.write() as conn:
        return retry(conn, wish, candidates(conn, wish).chunks, now=now)


def test_failed_and_held_letters_are_due_again(store_db: Store, five: int) -> None:
    """They keep their attempts, and nothing else of the edition is touched."""
    letters_are_sent(store_db, [SENT, FAILED, UNKNOWN], due_at=None)
    wish = Again(five, frozenset({FAILED, UNKNOWN}))
    with store_db.read() as conn:
        found = candidates(conn, wish)
    assert (found.counts.counts, len(found.chunks)) == ({FAILED: 1, UNKNOWN: 1}, 1)
    later = NOW + MINUTE
    assert letters_are_retried(store_db, wish, now=later) == 2
    assert counts(store_db, five) == {SENT: 1, DEFERRED: 1, UNKNOWN: 1, PENDING: 2}
    taken = StoreOutbox(store_db).take(now=later)
    assert taken is not None
    again = [(one.email[:4], one.attempts, one.queued_at) for one in taken.waiting[:2]]
    assert again == [("budi", 2, later), ("citr", 2, later)]
    assert letters_are_retried(store_db, wish) == 0


def test_a_retry_is_narrowed_by_state_and_people(store_db: Store, five: int) -> None:
    """Only the state asked for, and only the people named, as far as their letters can be tried again."""
    letters_are_sent(store_db, [FAILED, FAILED, UNKNOWN, SENT], due_at=None)
    named = Again(
        five, frozenset({FAILED}), tuple(email(name).key for name in ("budi", "citra", "dewi", "x"))
    )
    with store_db.read() as conn:
        assert candidates(conn, named).people == {email("budi").key}
    assert letters_are_retried(store_db, named) == 1
    assert [state for _, state, _, _ in ledger(store_db)] == [
        "failed",
        "deferred",
        "unknown",
        "sent",
        "pending",
    ]


def test_a_retry_reaches_nobody_who_left(store_db: Store, five: int) -> None:
    """Who was removed has no letter any more; who unsubscribed is passed over when it is his turn."""
    letters_are_sent(store_db, [FAILED, FAILED, SENT, SENT, SENT])
    with store_db.write() as conn:
        subscribers.remove(conn, email("ana").key, now=NOW)
        subscribers.unsubscribe(conn, "budi-daily", now=NOW)
    assert letters_are_retried(store_db, Again(five, frozenset({FAILED}))) == 1
    outbox = StoreOutbox(store_db)
    taken = chunk_is_taken(outbox)
    assert outbox.exchange([], taken.waiting, now=NOW).attempts == []
    assert [row[3] for row in ledger(store_db)][1] == "unsubscribed"


def test_a_retry_beside_a_sender_waits_for_its_chunk(store_db: Store, five: int) -> None:
    """In a chunk that a sender owns a failed letter is due again once it is given back; nothing is lost."""
    letters_are_sent(store_db, [FAILED])
    outbox = StoreOutbox(store_db)
    taken = chunk_is_taken(outbox)
    assert letters_are_retried(store_db, Again(five, frozenset({FAILED}))) == 1
    letters_end(outbox, taken, [SENT] * 4)
    outbox.give_back(taken, now=NOW)
    assert counts(store_db, five) == {SENT: 4, DEFERRED: 1}
    assert [one.attempts for one in chunk_is_taken(outbox).waiting] == [2]


def test_an_audit_counts_the_rows(store_db: Store) -> None:
    """Frozen, rows and people agree while a sender works and after it, also when people were removed."""
    a_crowd_subscribes(store_db, 501)
    number = edition_is_made(store_db)
    outbox = StoreOutbox(store_db)
    taken = chunk_is_taken(outbox)
    letters_end(outbox, taken, [SENT, FAILED, DEFERRED])
    with store_db.write() as conn:
        subscribers.remove(conn, email("p0000").key, now=NOW)
    for _ in range(2):
        with store_db.read() as conn:
            found = audit(conn, number)
        assert (found.frozen, found.chunks, found.people, found.removed) == (501, 2, 500, 1)
        assert found.counted.counts == {SENT: 1, FAILED: 1, DEFERRED: 1, PENDING: 498}
        assert (found.differ, found.idle, found.stray, found.silent) == (0, 0, 0, 0)
        outbox.give_back(taken, now=NOW)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (sa.update(delivery).values(state="sent", reply=None), (1, 0, 0, 5)),
        (sa.update(delivery).values(state="sending"), (0, 0, 5, 0)),
        (sa.update(chunk).values(due_at=None), (0, 1, 0, 0)),
        (sa.update(chunk).values(size=6), (1, 0, 0, 0)),
        (sa.delete(delivery), (1, 0, 0, 0)),
    ],
)
def test_an_audit_finds_what_does_not_add_up(
    store_db: Store, five: int, damage: sa.Update, found: tuple[int, ...]
) -> None:
    """Rows lost, counters that differ, letters without an owner, a time or a reply are each found."""
    with store_db.write() as conn:
        conn.execute(damage)
    with store_db.read() as conn:
        result = audit(conn, five)
    assert (result.differ, result.idle, result.stray, result.silent) == found

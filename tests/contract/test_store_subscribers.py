"""The contract of persons and their subscriptions."""

from __future__ import annotations

from store_filling import (
    MINUTE,
    NOW,
    begun,
    edition_is_frozen,
    email,
    ledger,
    people_subscribe,
    sent,
    tokens,
)

from syndicate.model import Choice, Email, Subscriber, SubscriptionState
from syndicate.store import choices, subscribers
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox


def test_a_subscriber_is_added_once_for_each_newsletter(store_db: Store) -> None:
    """Adding the same address in another spelling adds nobody, and tells so."""
    token = tokens()
    with store_db.write() as conn:
        first = subscribers.add(conn, email("Ana"), ["daily", "weekly"], now=NOW, token=token)
        again = subscribers.add(conn, email("ANA"), ["weekly", "monthly"], now=NOW + MINUTE, token=token)
        found = list(subscribers.subscribers(conn))
    assert first == {"daily": "added", "weekly": "added"}
    assert again == {"weekly": "already", "monthly": "added"}
    assert [(one.email, one.newsletter) for one in found] == [
        ("Ana@Example.org", "daily"),
        ("Ana@Example.org", "monthly"),
        ("Ana@Example.org", "weekly"),
    ]


def test_a_subscription_is_read_whole(store_db: Store) -> None:
    """A subscription comes back with address, token, start and what an import knew."""
    with store_db.write() as conn:
        subscribers.add(conn, email("ana"), ["daily"], now=NOW, token=tokens(), extra={"nama": "Añа 漢"})
        found = subscribers.by_token(conn, "token-1")
    active = SubscriptionState.ACTIVE
    assert found == Subscriber("ana@Example.org", "daily", active, "token-1", NOW, None, {"nama": "Añа 漢"})


def test_a_person_s_subscriptions_come_with_his_wishes(store_db: Store) -> None:
    """Only his, by newsletter, each with its choice and its pause."""
    weekly = Choice("weekly", "Asia/Tokyo", "18:00", "ar", ("Politik", "Seni"), False)
    with store_db.write() as conn:
        subscribers.add(conn, email("Ana"), ["weekly", "daily"], now=NOW, token=tokens())
        subscribers.add(conn, email("budi"), ["daily"], now=NOW, token=tokens("x"))
        choices.choose(conn, email("ana").key, "weekly", weekly, now=NOW)
        choices.pause(conn, email("ana").key, "weekly", until=NOW + MINUTE)
        found = subscribers.of_person(conn, email("ANA").key)
        nobody = subscribers.of_person(conn, "nobody@example.org")
    assert [(one.newsletter, one.choice, one.paused_until) for one in found] == [
        ("daily", Choice(), None),
        ("weekly", weekly, NOW + MINUTE),
    ]
    assert nobody == []


def test_extra_columns_join_those_known_before(store_db: Store) -> None:
    """Adding a person again keeps what was known of him and adds what is new."""
    with store_db.write() as conn:
        subscribers.add(conn, email("ana"), ["daily"], now=NOW, token=tokens(), extra={"a": "1", "b": "1"})
        subscribers.add(conn, email("ana"), ["daily"], now=NOW, token=tokens("x"), extra={"b": "2"})
        (found,) = subscribers.subscribers(conn)
    assert found.extra == {"a": "1", "b": "2"}


def test_one_who_left_is_not_brought_back_by_adding(store_db: Store) -> None:
    """Adding an address that unsubscribed changes nothing, unless the person himself asks."""
    token = tokens()
    with store_db.write() as conn:
        subscribers.add(conn, email("ana"), ["daily"], now=NOW, token=token)
        assert subscribers.unsubscribe(conn, "token-1", now=NOW + MINUTE)
        fate = subscribers.add(conn, email("ana"), ["daily", "weekly"], now=NOW + 2 * MINUTE, token=token)
        assert fate == {"daily": "unsubscribed", "weekly": "added"}
        assert subscribers.count_active(conn, "daily") == 0


def test_one_who_comes_back_keeps_his_link(store_db: Store) -> None:
    """Subscribing again starts anew under the same token, so that no old letter's link dies."""
    token = tokens()
    with store_db.write() as conn:
        subscribers.add(conn, email("ana"), ["daily"], now=NOW, token=token)
        subscribers.unsubscribe(conn, "token-1", now=NOW + MINUTE)
        later = NOW + 2 * MINUTE
        fate = subscribers.add(conn, email("ana"), ["daily"], now=later, token=token, resubscribe=True)
        found = subscribers.by_token(conn, "token-1")
    assert fate == {"daily": "added"}
    assert found is not None
    assert (found.state, found.started_at, found.ended_at) == (SubscriptionState.ACTIVE, later, None)


def test_unsubscribing_twice_is_unsubscribing_once(store_db: Store) -> None:
    """A known token is answered with True each time; the first moment stands."""
    people_subscribe(store_db, ["ana"], "daily", "weekly")
    with store_db.write() as conn:
        assert subscribers.unsubscribe(conn, "ana-daily", now=NOW)
        assert subscribers.unsubscribe(conn, "ana-daily", now=NOW + MINUTE)
        found = list(subscribers.subscribers(conn))
    assert [(one.newsletter, one.state.value, one.ended_at) for one in found] == [
        ("daily", "unsubscribed", NOW),
        ("weekly", "active", None),
    ]


def test_an_unknown_token_opens_nothing(store_db: Store) -> None:
    """An unknown or empty token finds nobody and ends nothing, also after a removal left empty ones."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    edition_is_frozen(store_db)
    with store_db.write() as conn:
        assert subscribers.remove(conn, "budi@example.org", now=NOW)
        for token in ("", "ana-dail", "ana-daily ", "%"):
            assert subscribers.by_token(conn, token) is None
            assert not subscribers.unsubscribe(conn, token, now=NOW)
        assert subscribers.count_active(conn, "daily") == 1


def test_a_newsletters_list_holds_its_own(store_db: Store) -> None:
    """The list and the count of a newsletter leave out the others' subscribers."""
    people_subscribe(store_db, ["citra", "ana"], "daily")
    people_subscribe(store_db, ["budi"], "weekly")
    with store_db.read() as conn:
        names = [one.email for one in subscribers.subscribers(conn, "daily")]
        assert names == ["ana@Example.org", "citra@Example.org"]
        assert [subscribers.count_active(conn, name) for name in ("daily", "weekly", "none")] == [2, 1, 0]


def test_an_import_adds_thousands_in_one_call(store_db: Store) -> None:
    """An import counts each pair of person and newsletter under exactly one fate."""
    people_subscribe(store_db, ["p1", "p2"], "daily")
    with store_db.write() as conn:
        subscribers.unsubscribe(conn, "p2-daily", now=NOW)
        rows = [(email(f"p{number}"), {"no": str(number)}) for number in range(2500)]
        rows += [(email("P7"), {"note": "again"}), (email("P2499"), {"note": "at once"})]
        counts = subscribers.add_many(conn, rows, ["daily", "weekly"], now=NOW, token=tokens())
        assert counts == {"added": 2498 + 2500, "already": 1 + 4, "unsubscribed": 1}
        assert subscribers.count_active(conn, "daily") == 2499
        extras = {one.email: one.extra for one in subscribers.subscribers(conn, "weekly")}
    assert extras["p7@Example.org"] == {"no": "7", "note": "again"}
    assert extras["p2499@Example.org"] == {"no": "2499", "note": "at once"}


def test_a_removed_person_leaves_nameless_rows(store_db: Store) -> None:
    """Removing a person forgets him and skips what waits for him; the sums still hold."""
    people_subscribe(store_db, ["ana", "budi"], "daily")
    edition_is_frozen(store_db)
    outbox = StoreOutbox(store_db)
    chunk, attempts = begun(outbox, 1)
    outbox.exchange(sent(attempts), [], now=NOW)
    outbox.give_back(chunk, now=NOW)
    edition_is_frozen(store_db, occasion="2026-11-24")
    with store_db.write() as conn:
        assert subscribers.remove(conn, "ana@example.org", now=NOW + MINUTE)
        assert not subscribers.remove(conn, "ana@example.org", now=NOW + MINUTE)
        assert [one.email for one in subscribers.subscribers(conn)] == ["budi@Example.org"]
    assert ledger(store_db) == [
        ("", "sent", 1, "2.0.0 taken"),
        ("budi@Example.org", "pending", 0, None),
        ("", "skipped", 0, "removed"),
        ("budi@Example.org", "pending", 0, None),
    ]


def test_a_removed_person_may_come_back_as_a_new_one(store_db: Store) -> None:
    """After a removal the address can be added again, with another token."""
    people_subscribe(store_db, ["ana"], "daily")
    with store_db.write() as conn:
        subscribers.remove(conn, "ana@example.org", now=NOW)
        fate = subscribers.add(conn, email("ana"), ["daily"], now=NOW, token=tokens())
        assert fate == {"daily": "added"}
        assert subscribers.by_token(conn, "ana-daily") is None


def test_people_are_counted_by_newsletter_and_domain(store_db: Store) -> None:
    """Only the active ones, and only at that very domain, whatever its case."""
    people = ("a@Narrow.example", "b@narrow.example", "c@sub.narrow.example", "d@narrow.example.org")
    with store_db.write() as conn:
        for number, address in enumerate((*people, "e@other.example")):
            one = Email(address, address.lower())
            names = ["daily", "weekly"] if number == 0 else ["daily"]
            subscribers.add(conn, one, names, now=NOW, token=tokens(address))
        assert subscribers.unsubscribe(conn, "b@narrow.example-1", now=NOW)
    with store_db.read() as conn:
        assert subscribers.audiences_at(conn, ["narrow.example", "other.example", "none.example"]) == {
            "daily": {"narrow.example": 1, "other.example": 1},
            "weekly": {"narrow.example": 1},
        }
        assert subscribers.audiences_at(conn, []) == {}

"""The contract of lists that come in and go out: batches, what is known, walks along the addresses, sums."""

from __future__ import annotations

from datetime import timedelta

from store_filling import MINUTE, NOW, email, people_subscribe, tokens

from syndicate.model import Arrival, Choice, Consent, Signup, Subscriber, SubscriptionState, Suppression
from syndicate.store import consents, exporting, headcount, importing, signups, subscribers, suppressions
from syndicate.store.engine import Store

ACTIVE, LEFT = SubscriptionState.ACTIVE, SubscriptionState.UNSUBSCRIBED
HASH = "ab" * 32


def arrival(name: str, newsletter: str = "daily", **more: object) -> Arrival:
    return Arrival(email(name), newsletter, NOW - MINUTE, **more)  # type: ignore[arg-type]


def written(store: Store, *arrivals: Arrival, **changes: object) -> None:
    with store.write() as tx:
        work = importing.Changes(list(arrivals), **changes)  # type: ignore[arg-type]
        importing.write(tx, work, now=NOW, token=tokens())


def test_a_batch_is_written_whole(store_db: Store) -> None:
    """New people, new newsletters of known ones, ended subscriptions, choices, pauses, links and consents."""
    people_subscribe(store_db, ["budi"], "daily")
    weekly = Choice("weekly", "Asia/Tokyo", "18:00", "ar", ("Politik", "Seni"), pictures=False)
    said = Consent("imported", NOW - MINUTE, "daily", "a.csv", "Send me\x7f", "203.0.113.0", {"x": "\x00é"})
    one = arrival("Ana", choice=weekly, token="a-link", extra={"a": "1\x00"}, consents=(said,))
    two = arrival("ana", "weekly", paused_until=NOW + MINUTE)
    three = arrival("budi", "weekly", state=LEFT, ended_at=NOW, reason="too many")
    written(store_db, one, two, three, arrival("budi", token="not taken over"))
    with store_db.read() as conn:
        found = list(exporting.with_consents(conn))
        number = subscribers.number_of_person(conn, "ana@example.org")
        assert number is not None and consents.of_person(conn, number) == [said]
    assert [(each.email, each.newsletter, each.state, each.choice) for each, _ in found] == [
        ("Ana@Example.org", "daily", ACTIVE, weekly),
        ("Ana@Example.org", "weekly", ACTIVE, Choice()),
        ("budi@Example.org", "daily", ACTIVE, Choice()),
        ("budi@Example.org", "weekly", LEFT, Choice()),
    ]
    ana = Subscriber("Ana@Example.org", "daily", ACTIVE, "a-link", NOW - MINUTE, None, {"a": "1\x00"}, weekly)
    assert found[0] == (ana, [said]) and found[1][0].paused_until == NOW + MINUTE
    assert found[2][0].token == "budi-daily" and (found[3][0].reason, found[3][0].ended_at) == (
        "too many",
        NOW,
    )


def test_what_is_known_is_found_by_address_and_by_hash(store_db: Store) -> None:
    """Persons without subscriptions too; hashes are only asked for where any address is suppressed."""
    people_subscribe(store_db, ["ana", "budi"], "daily", "weekly")
    with store_db.write() as tx:
        subscribers.unsubscribe(tx, "ana-weekly", now=NOW)

        def digests() -> list[str]:
            raise AssertionError("nobody is suppressed")

        known = importing.look(tx, ["ana@example.org", "nobody@example.org"], digests)
        assert {name: state for name, (state, _) in known.standings["ana@example.org"].items()} == {
            "daily": ACTIVE,
            "weekly": LEFT,
        }
        assert set(known.persons) == {"ana@example.org"} and known.suppressed == {}
        suppressions.suppress(tx, [Suppression(HASH, "daily", "bounced", NOW)])
        assert importing.look(tx, [], lambda: [HASH, "cd"]).suppressed == {HASH: {"daily": "bounced"}}
        assert importing.taken_tokens(tx, ["ana-daily", "x"]) == {"ana-daily"}


def test_endings_and_suppressions_are_written(store_db: Store) -> None:
    """Only what is active ends; a suppression that is there stays as it is."""
    people_subscribe(store_db, ["ana"], "daily", "weekly")
    with store_db.read() as conn:
        number = subscribers.number_of_person(conn, "ana@example.org")
    assert number is not None
    left = tuple(Consent("left", NOW, name, "a.csv") for name in ("daily", "gone"))
    stop = Suppression(HASH, "", "unsubscribed", NOW, "ana@example.org", {"k": "v"})
    written(store_db, endings=[(number, NOW, left)], suppressions=[stop], extras={number: {"x": "y"}})
    written(store_db, suppressions=[Suppression(HASH, "", "bounced", NOW + MINUTE)])
    with store_db.read() as conn:
        assert [(one.newsletter, one.state, one.extra) for one in exporting.subscriptions(conn)] == [
            ("daily", LEFT, {"x": "y"}),
            ("weekly", ACTIVE, {"x": "y"}),
        ]
        assert list(suppressions.every(conn)) == [stop]
        which = exporting.Which("weekly", ACTIVE)
        assert [one.newsletter for one in exporting.subscriptions(conn, which)] == ["weekly"]


def test_a_long_list_is_walked_along_its_addresses(store_db: Store) -> None:
    """Each once, in the order of addresses, over the edges of batches; also of one newsletter."""
    arrivals = [arrival(f"p{number:05}", "weekly" if number % 3 else "daily") for number in range(1700)]
    with importing.at_ease(store_db) as rest:
        for start in range(0, 1700, 100):
            with store_db.write() as tx:
                batch = importing.Changes(arrivals[start : start + 100])
                importing.write(tx, batch, now=NOW, token=tokens(f"t{start}-"))
            rest()
    with store_db.read() as conn:
        assert [one.email for one in exporting.subscriptions(conn)] == [
            f"p{n:05}@Example.org" for n in range(1700)
        ]
        assert len(list(exporting.with_consents(conn, "daily"))) == 567


def test_a_persons_consents_are_shared_out(store_db: Store) -> None:
    """Each goes with its newsletter, the others with the first; of one alone its own and those of all."""
    given = [Consent("added", NOW, name) for name in ("daily", "weekly", "", "gone")]
    written(store_db, arrival("ana", consents=tuple(given)), arrival("ana", "weekly"))
    with store_db.read() as conn:
        shares = [[each.newsletter for each in said] for _, said in exporting.with_consents(conn)]
        assert shares == [["daily", "", "gone"], ["weekly"]]
        [(_, said)] = exporting.with_consents(conn, "weekly")
        assert [each.newsletter for each in said] == ["weekly", ""]


def test_subscribers_are_summed_up(store_db: Store) -> None:
    """Who is there, paused, left and confirmed, what they chose, why they left, and who is stopped."""
    long_ago = NOW - timedelta(days=40)
    chosen = Choice("weekly", "Asia/Tokyo", language="ar")
    confirmed = Consent("confirmed", NOW, "daily")
    written(
        store_db,
        arrival("a", choice=chosen, consents=(confirmed, confirmed)),
        arrival("b", paused_until=NOW + MINUTE, consents=(Consent("confirmed", long_ago, "daily"),)),
        arrival("c", state=LEFT, ended_at=NOW, reason="too many letters: each day"),
        arrival("d", state=LEFT, ended_at=long_ago, reason="too many letters"),
        arrival("d", "weekly"),
        suppressions=[Suppression(HASH, "daily", "bounced", NOW), Suppression(HASH, "", "blocked", NOW)],
    )
    with store_db.write() as tx:
        signups.ask(tx, Signup(email("x"), {}), now=NOW)
        found = headcount.of_newsletter(tx, "daily", now=NOW)
        everybody = headcount.totals(tx, now=NOW)
        assert headcount.newsletters(tx) == ["daily", "weekly"]
    assert (found.active, found.paused, found.left) == (2, 1, 2)
    assert (found.confirmed_lately, found.left_lately) == (1, 1)
    assert found.chosen == {
        "frequency": {"": 1, "weekly": 1},
        "language": {"": 1, "ar": 1},
        "zone": {"": 1, "Asia/Tokyo": 1},
    }
    assert found.reasons == {"too many letters": 2}
    assert found.last_reasons == ["too many letters: each day", "too many letters"]
    assert found.suppressed == {"bounced": 1}
    assert everybody == headcount.Totals(4, {"blocked": 1}, 1, 0)

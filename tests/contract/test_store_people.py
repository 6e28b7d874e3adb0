"""The contract of sign-ups, links that expire, consents, suppressions and keys."""

from __future__ import annotations

from datetime import timedelta

from store_filling import NOW

from syndicate.app.keyring import Keyring, token_hash
from syndicate.model import Choice, Consent, Email, Signup, Suppression, Ticket
from syndicate.store import consents, keys, signups, subscribers, suppressions, tickets
from syndicate.store.engine import Store

ADA = Email("Ada@example.org", "ada@example.org")
HOUR = timedelta(hours=1)


def test_a_signup_is_one_row_for_an_address_and_the_last_counts(store_db: Store) -> None:
    """Who asks again asks for that alone; a letter once more changes nothing of it."""
    first = Signup(ADA, {"daily": Choice()}, "id", "https://a.example/", "Send me news", "203.0.113.0")
    second = Signup(ADA, {"weekly": Choice("weekly", topics=("Kota", "Laut"))}, "en")
    with store_db.write() as tx:
        signups.ask(tx, first, now=NOW)
        assert [one.signup for one in signups.due(tx)] == [first]
        signups.ask(tx, second, now=NOW + HOUR)
        (row,) = signups.due(tx)
        assert row.signup == second and row.expires_at == NOW + HOUR + timedelta(days=7)
        assert signups.decide(tx, row) and not signups.due(tx) and signups.waiting(tx) == 0
        signups.ask(tx, Signup(ADA, {}, again=True), now=NOW + 2 * HOUR)
        (again,) = signups.due(tx)
        assert again.signup.wanted == second.wanted and again.signup.again
        assert not signups.decide(tx, row), "he asked anew since that was read"
        assert signups.confirm(tx, row.id, now=NOW) and not signups.confirm(tx, row.id, now=NOW)
        signups.ask(tx, Signup(Email("b@example.org", "b@example.org"), {}, again=True), now=NOW)
        assert signups.forget(tx, now=NOW + timedelta(days=8)) == 1 and signups.find(tx, row.id) is None


def test_a_link_opens_what_it_is_for_until_it_expires(store_db: Store) -> None:
    """Another purpose, another token and another hour open nothing; with its sign-up it is gone."""
    with store_db.write() as tx:
        signups.ask(tx, Signup(ADA, {}), now=NOW)
        (row,) = signups.due(tx)
        one = Ticket("confirm", NOW + HOUR, signup_id=row.id)
        tickets.issue(tx, token_hash("secret"), one, now=NOW)
        assert tickets.find(tx, token_hash("secret"), "confirm", now=NOW) == one
        assert tickets.find(tx, token_hash("secret"), "account", now=NOW) is None
        assert tickets.find(tx, token_hash("Secret"), "confirm", now=NOW) is None
        assert tickets.find(tx, token_hash("secret"), "confirm", now=NOW + HOUR) is None
        signups.forget_person(tx, [ADA.key])
        assert tickets.find(tx, token_hash("secret"), "confirm", now=NOW) is None


def test_consents_are_kept_with_their_words_and_lose_their_ips(store_db: Store) -> None:
    """The same words are kept once; an IP address goes after its time, the rest stays."""
    said = [
        Consent("asked", NOW, "daily", "https://a.example/", "Send me news", "203.0.113.0"),
        Consent(
            "confirmed", NOW + HOUR, "daily", words="Send me news", evidence={"OPTIN_IP": "198.51.100.1"}
        ),
    ]
    with store_db.write() as tx:
        subscribers.add(tx, ADA, ["daily"], now=NOW, token=lambda: "token")
        number = subscribers.number_of_person(tx, ADA.key)
        assert number is not None
        consents.record(tx, number, said)
        assert consents.of_person(tx, number) == said
        assert consents.forget_ips(tx, before=NOW + timedelta(minutes=1)) == 1
        assert [one.ip for one in consents.of_person(tx, number)] == [None, None]
        subscribers.remove(tx, ADA.key, now=NOW)
        assert consents.of_person(tx, number) == []


def test_suppressions_are_found_by_hash_and_lifted_by_newsletter(store_db: Store) -> None:
    """The first reason stays; an address without any is not told of."""
    one = Suppression("aa", "", "erased", NOW)
    other = Suppression("bb", "daily", "bounced", NOW, "b@example.org", {"code": "550"})
    with store_db.write() as tx:
        suppressions.suppress(tx, [one, other])
        suppressions.suppress(tx, [Suppression("aa", "", "blocked", NOW)])
        assert suppressions.of(tx, ["aa", "bb", "cc"]) == {"aa": [one], "bb": [other]}
        assert list(suppressions.every(tx)) == [one, other]
        assert suppressions.lift(tx, "bb", ["", "daily"]) == 1 and suppressions.lift(tx, "aa", ["daily"]) == 0


def test_keys_are_made_once_and_forms_are_marked_for_two_hours(store_db: Store) -> None:
    """The same keys each time; a mark holds for its purpose and subject, and for about two hours."""
    with store_db.write() as tx:
        assert keys.key(tx, "form") is None
        address, form = keys.make_key(tx, "address"), keys.make_key(tx, "form")
        assert (keys.make_key(tx, "address"), keys.make_key(tx, "form")) == (address, form)
    ring = Keyring(address, form)
    mark = ring.form_token("undo", "token", now=NOW)
    assert ring.is_form_token(mark, "undo", "token", now=NOW + timedelta(hours=1, minutes=59))
    for purpose, subject, hours in (("leave", "token", 0), ("undo", "other", 0), ("undo", "token", 3)):
        assert not ring.is_form_token(mark, purpose, subject, now=NOW + timedelta(hours=hours))
    assert not ring.is_form_token("\udcff", "undo", "token", now=NOW)
    assert (
        ring.address_hash(ADA)
        == Keyring(address, bytes(32)).address_hash(ADA)
        != Keyring(form, form).address_hash(ADA)
    )

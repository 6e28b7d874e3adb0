"""Everything held about a person, behind a link mailed afresh: seen, taken away, moved, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from list_steps import comes_in, everyone, goes_out
from mail_steps import comes, got, mailed
from publications import Publication, maker
from visiting import Visitor, contents, known, letters_to, link_in, visiting

from syndicate.app import readdressing
from syndicate.app.erasing import erase
from syndicate.app.keyring import keyring
from syndicate.app.leaving import find, leave
from syndicate.app.people import add_people, remove_person
from syndicate.app.suppressing import suppress
from syndicate.emails import parse_email
from syndicate.model import Choice, Consent, Signup, Suppression
from syndicate.store import consents, signups, subscribers, suppressions
from syndicate.store.tables import attempt, delivery, subscriber

ANA, NEW = "ana@example.org", "ana.new@example.net"
TWO = 'daily: {title: Daily News, at: "07:00"}\n  weekly: {title: Weekly}'


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication of two newsletters; ana gets the first."""
    with maker(tmp_path) as make:
        made = make()
        made.configuration_says('daily: {title: Daily News, at: "07:00"}', TWO)
        made.folder_is_scanned()
        made.people_subscribe(ANA)
        yield made


@pytest.fixture
def visitor(news: Publication) -> Iterator[Visitor]:
    with visiting(news) as one:
        yield one


def opened(news: Publication, visitor: Visitor, email: str = ANA) -> str:
    """Ask for the link to everything about `email`, and open it; return its path."""
    visitor.opens(f"/preferences/{known(news, email).token}")
    visitor.sends("/link")
    link = link_in(letters_to(news, email, "account")[-1], "account")
    assert visitor.opens(link).status_code == 200
    return link


def asked_to_move(news: Publication, visitor: Visitor, to: str = NEW) -> str:
    """Ask for a move of ana to another address, and return the path of its link."""
    opened(news, visitor)
    visitor.sends("/move", {"email": to})
    return link_in(letters_to(news, to, "move")[-1], "move")


def person(news: Publication, email: str) -> int | None:
    with news.site.store.read() as conn:
        return subscribers.number_of_person(conn, email)


def test_the_page_opens_for_an_hour(news: Publication, visitor: Visitor) -> None:
    """It shows the address masked and leads to the preferences; then it says that the link works no more."""
    link = opened(news, visitor)
    assert "a…a@example.org" in visitor.page.text and ANA not in visitor.page.text
    assert f"/preferences/{known(news, ANA).token}" in visitor.page.text
    for path in (f"{link}x", link[:-1], link.replace("/account/", "/move/"), f"{link}x/export"):
        assert visitor.opens(path).status_code == 404
    news.time_passes(minutes=61)
    for path in (link, f"{link}/export"):
        assert visitor.opens(path).status_code == 404
        assert "works no more" in visitor.page.text


def test_the_export_holds_what_every_table_says_of_him(news: Publication, visitor: Visitor) -> None:
    """Whatever row of the database has his number, his address or its hash is in the file."""
    with news.site.store.write() as tx:
        number = subscribers.number_of_person(tx, ANA)
        assert number is not None
        tx.execute(sa.update(subscriber).values(extra=json.dumps({"city": "Bandung"})))
        words = "Send me the news by mail"
        consents.record(tx, number, [Consent("asked", news.now, "daily", "form", words, "203.0.113.0")])
        digest = keyring_hash(news)
        one = Suppression(digest, "weekly", "unsubscribed", news.now, ANA, {"file": "old.csv"})
        suppressions.suppress(tx, [one])
        signups.ask(tx, Signup(parse_email(ANA), {"weekly": Choice("monthly")}, "id"), now=news.now)
        signups.count_letter(tx, digest, "confirm", now=news.now)
    comes(news, "first")
    mailed(news, hours=1.5)
    with news.site.store.write() as tx:
        [number_of_letter] = tx.scalars(sa.select(delivery.c.id).where(delivery.c.subscriber_id == number))
        row = {"delivery_id": number_of_letter, "number": 1, "state": "deferred", "ended_at": news.now}
        tx.execute(sa.insert(attempt).values(**row, code=450, reply="busy"))
    visitor.opens(f"{opened(news, visitor)}/export")
    assert "attachment" in visitor.page.headers["content-disposition"]
    held = visitor.page.json()
    assert held["person"] == {
        "email": ANA, "since": held["person"]["since"], "bounces": 0, "extra": {"city": "Bandung"},
    }  # fmt: skip
    assert [one["newsletter"] for one in held["subscriptions"]] == ["daily"]
    assert (words, "203.0.113.0") in {(one["words"], one["ip"]) for one in held["consents"]}
    assert held["suppressions"][0]["evidence"] == {"file": "old.csv"}
    assert held["signup"]["wanted"]["weekly"]["frequency"] == "monthly"
    assert {one["purpose"] for one in held["letters_asked_for"]} == {"confirm", "account/2026-11-23"}
    assert [one["about"] for one in held["letters"]] == ["daily/2026-11-23", "account"]
    assert held["letters"][0]["state"] == "sent" and held["letters"][0]["tried"][0]["reply"] == "busy"
    assert [one["purpose"] for one in held["links"]] == ["account"]
    secrets = [known(news, ANA).token, link_in(letters_to(news, ANA, "account")[0], "account").split("/")[-1]]
    assert not any(secret in visitor.page.text for secret in secrets)


def keyring_hash(news: Publication, email: str = ANA) -> str:
    with news.site.store.read() as conn:
        there = conn.scalar(sa.text("SELECT count(*) FROM setting WHERE key = 'key:address'"))
    assert there, "make the keys outside a transaction"
    return keyring(news.site).address_hash(parse_email(email))


@pytest.fixture(autouse=True)
def keys_are_made(news: Publication) -> None:
    """Make the publication's keys before a test's transactions."""
    keyring(news.site)


def test_deleting_takes_two_words_and_leaves_a_hash_alone(news: Publication, visitor: Visitor) -> None:
    """Nothing of the whole database holds his address afterwards; sums still hold."""
    comes(news, "first")
    mailed(news, hours=1.5)
    comes(news, "second")
    mailed(news, days=1, leaving=False)
    with news.site.store.write() as tx:
        tx.execute(sa.update(delivery).values(reply=f"550 5.1.1 <{ANA}>: no such user"))
        signups.ask(tx, Signup(parse_email("Ana@Example.org"), {"weekly": Choice()}), now=news.now)
        one = Suppression(keyring_hash(news), "weekly", "bounced", news.now, ANA)
        suppressions.suppress(tx, [one])
    opened(news, visitor)
    assert visitor.sends("/delete").status_code == 422
    assert person(news, ANA) is not None
    assert "Everything is deleted" in visitor.sends("/delete", {"yes": "1"}).text
    tables = contents(news)
    whole = repr(tables).lower()
    assert ANA not in whole and "ana" not in {row[1] for row in tables["subscriber"]}
    assert [tables[name] for name in ("subscriber", "subscription", "consent", "signup", "ticket")] == [
        []
    ] * 5
    hashes = {(row[0], row[1], row[3]) for row in tables["suppression"]}
    digest = keyring_hash(news)
    assert hashes == {(digest, "", "erased"), (digest, "weekly", "bounced")}
    states = sorted(str(row[8]) for row in tables["delivery"])
    assert states == ["sent", "skipped", "skipped"], "a letter, one that waited, and the link to the account"
    assert news.letters_leave() == 0


def test_the_operator_erases_in_the_same_way(news: Publication) -> None:
    """By `subscribers remove`; somebody unknown is not written down, but what he asked for goes."""
    with news.site.store.write() as tx:
        signups.ask(tx, Signup(parse_email("budi@example.org"), {"weekly": Choice()}), now=news.now)
    assert not remove_person(news.site, "budi@example.org")
    assert remove_person(news.site, ANA)
    tables = contents(news)
    assert tables["signup"] == [] and [row[0] for row in tables["suppression"]] == [keyring_hash(news)]


def test_a_move_needs_the_new_address_to_say_so(news: Publication, visitor: Visitor) -> None:
    """Asking changes nothing, nor does looking; the button moves him, once, and tells the old address."""
    before = known(news, ANA)
    link = asked_to_move(news, visitor)
    visitor.opens(link)
    visitor.opens(link)
    assert known(news, ANA) == before
    for _ in range(2):
        visitor.opens(link)
        if "<button" in visitor.page.text:
            form = visitor.page
        visitor.page = form
        assert "Letters go to" in visitor.sends().text
    moved = known(news, NEW)
    assert (moved.token, moved.choice, moved.started_at) == (before.token, before.choice, before.started_at)
    assert person(news, ANA) is None
    [told] = letters_to(news, ANA, "moved")
    assert NEW not in told and ANA in told
    comes(news, "first")
    mailed(news, hours=1.5)
    with news.site.store.read() as conn:
        sent = conn.scalars(sa.select(delivery.c.email).where(delivery.c.edition_id.is_not(None)))
        assert list(sent) == [NEW]
        number = subscribers.number_of_person(conn, NEW)
        assert number is not None
        assert [one.kind for one in consents.of_person(conn, number)][-1] == "moved"


def test_links_at_the_old_address_open_nothing_after_a_move(news: Publication, visitor: Visitor) -> None:
    """The mailbox may be another's by now."""
    account = opened(news, visitor)
    visitor.sends("/move", {"email": NEW})
    visitor.opens(account)
    visitor.sends("/move", {"email": "thief@example.org"})
    link, other = (link_in(letters_to(news, to, "move")[0], "move") for to in (NEW, "thief@example.org"))
    visitor.opens(link)
    visitor.sends()
    assert [visitor.opens(path).status_code for path in (account, other, link)] == [404, 404, 200]


def test_a_move_to_another_subscriber_joins_both(news: Publication, visitor: Visitor) -> None:
    """He keeps his own, gets what he lacked, and nothing that either had comes again."""
    news.people_subscribe(NEW, to=("weekly",))
    comes(news, "first")
    mailed(news, hours=1.5)
    own = known(news, NEW, "weekly")
    link = asked_to_move(news, visitor)
    visitor.opens(link)
    visitor.sends()
    assert "Letters go to" in visitor.opens(link).text
    assert person(news, ANA) is None
    assert known(news, NEW, "weekly") == own
    assert known(news, NEW).state.value == "active"
    comes(news, "second")
    mailed(news, days=1)
    assert got_by(news, NEW) == ["first", "second"]
    with news.site.store.read() as conn:
        assert [(one.reason, one.email) for one in suppressions.every(conn)] == [("unsubscribed", "")]


def test_a_move_lifts_what_suppressed_the_new_address(news: Publication, visitor: Visitor) -> None:
    """Its owner pressed the button; were he subscribed and suppressed at once, an import would end it."""
    suppress(news.site, [NEW], "bounced")
    visitor.opens(asked_to_move(news, visitor))
    visitor.sends()
    assert known(news, NEW).state.value == "active"
    assert comes_in(news, goes_out(news)).account.counts["unsubscribed"] == 0
    assert known(news, NEW).state.value == "active"


def test_nobody_moves_to_an_address_that_was_blocked_since(news: Publication, visitor: Visitor) -> None:
    """Its link opens still, and its button moves nobody."""
    link = asked_to_move(news, visitor)
    suppress(news.site, [NEW], "blocked")
    visitor.opens(link)
    assert "Letters go to" not in visitor.sends().text
    assert known(news, ANA).state.value == "active" and person(news, NEW) is None


def test_no_list_brings_back_an_address_that_was_left(news: Publication, visitor: Visitor) -> None:
    """Neither the list that it came with nor an operator's slip; a move back does."""
    visitor.opens(asked_to_move(news, visitor))
    visitor.sends()
    comes_in(news, f"email\n{ANA}\n".encode())
    [refused] = add_people(news.site, [ANA], ["daily"])
    assert not refused.good and person(news, ANA) is None
    assert ANA not in str(contents(news)["suppression"])
    opened(news, visitor, NEW)
    visitor.sends("/move", {"email": ANA})
    visitor.opens(link_in(letters_to(news, ANA, "move")[-1], "move"))
    visitor.sends()
    assert known(news, ANA).state.value == "active" and person(news, NEW) is None


def test_two_moves_at_once_are_one(news: Publication, visitor: Visitor) -> None:
    """What was opened before another tab moved or erased him changes nothing."""
    link = asked_to_move(news, visitor)
    opened_before = readdressing.find(news.site, link.rpartition("/")[2])
    assert opened_before is not None
    visitor.opens(link)
    visitor.sends()
    elsewhere = replace(opened_before, email=parse_email("third@example.org"))
    assert not readdressing.make(news.site, elsewhere)
    assert person(news, NEW) is not None and person(news, "third@example.org") is None


def got_by(news: Publication, email: str) -> list[str]:
    with news.site.store.write() as tx:
        tx.execute(sa.update(subscriber).where(subscriber.c.email == email).values(email="x@example.org"))
    titles = got(news, "x")
    with news.site.store.write() as tx:
        tx.execute(sa.update(subscriber).where(subscriber.c.email == "x@example.org").values(email=email))
    return titles


def test_of_two_subscriptions_to_one_newsletter_the_living_one_counts(
    news: Publication, visitor: Visitor
) -> None:
    """Who had left it under the new address goes on as under the old, by the links of the new."""
    news.people_subscribe(NEW)
    comes(news, "first")
    mailed(news, hours=1.5)
    leave(news.site, known(news, NEW), by="one click")
    comes(news, "second")
    mailed(news, days=1)
    token, former = known(news, NEW).token, known(news, ANA).token
    visitor.opens(asked_to_move(news, visitor))
    visitor.sends()
    comes(news, "third")
    mailed(news, days=1)
    one = known(news, NEW)
    assert (one.token, one.state.value) == (token, "active")
    assert sorted(got_by(news, NEW)) == ["first", "second", "third"]
    found = find(news.site, former)  # letters keep their links for ever
    assert found == one
    leave(news.site, found, by="one click")
    assert known(news, NEW).state.value == "unsubscribed"


@pytest.mark.parametrize(
    ("typed", "told"), [("nobody", "no e-mail address"), (ANA, "to this address already")]
)
def test_an_address_that_is_none_or_his_own_is_said_so(
    news: Publication, visitor: Visitor, typed: str, told: str
) -> None:
    """422 beside the field, with what he typed."""
    opened(news, visitor)
    answer = visitor.sends("/move", {"email": typed})
    assert answer.status_code == 422 and told in answer.text and f'value="{typed}"' in answer.text


def test_the_spelling_of_an_address_may_change(news: Publication, visitor: Visitor) -> None:
    """It is the same person, told nothing at the old one, which is the same."""
    visitor.opens(asked_to_move(news, visitor, "Ana@example.org"))
    visitor.sends()
    assert known(news, ANA).email == "Ana@example.org"
    assert letters_to(news, ANA, "moved") == []


def test_nobody_is_sent_many_letters_by_a_move(news: Publication, visitor: Visitor) -> None:
    """An address one a day and three in all, a person three; a blocked address none; the page is the same."""
    digest = keyring_hash(news, "blocked@example.org")
    with news.site.store.write() as tx:
        suppressions.suppress(tx, [Suppression(digest, "", "blocked", news.now)])
    pages = set()
    for hour in range(24 * 7):
        if hour % 6 == 0:
            link = opened(news, visitor)
        for to in (NEW, "blocked@example.org", f"x{hour}@example.org"):
            visitor.opens(link)
            if visitor.page.status_code == 200:
                visitor.sends("/move", {"email": to})
                pages.add(visitor.page.status_code)
        news.time_passes(hours=1)
    assert pages == {200}
    assert len(letters_to(news, NEW, "move")) == 3
    assert letters_to(news, "blocked@example.org", "move") == []
    with news.site.store.read() as conn:
        moves = conn.scalar(sa.select(sa.func.count()).where(delivery.c.key.startswith("move/")))
    assert moves is not None and 0 < moves <= 3 * 8


def test_forms_from_elsewhere_move_and_delete_nothing(news: Publication, visitor: Visitor) -> None:
    """Without our mark, with another's, or sent from another site."""
    link = opened(news, visitor)
    marks = {name: visitor.fields(f"/{name}")["mark"] for name in ("move", "delete")}
    for mark, headers in (
        ("", {}),
        (marks["move"], {}),
        (marks["delete"], {"sec-fetch-site": "same-site"}),
        (marks["delete"], {"origin": "https://evil.example"}),
    ):
        form = {"mark": mark, "yes": "1"}
        assert visitor._client.post(f"{link}/delete", data=form, headers=headers).status_code == 403
    assert visitor._client.post(f"{link}/move", data={"email": NEW}).status_code == 403
    assert person(news, ANA) is not None and letters_to(news, NEW, "move") == []
    move = asked_to_move(news, visitor, "b@example.org")
    assert visitor._client.post(move).status_code == 403
    assert person(news, ANA) is not None


def test_a_second_erasure_finds_nobody(news: Publication) -> None:
    """It is no error, and an erased address stays known by its hash."""
    assert erase(news.site, parse_email(ANA)) and not erase(news.site, parse_email(ANA))
    with news.site.store.read() as conn:
        assert [one.reason for one in suppressions.every(conn)] == ["erased"]


def test_no_import_brings_an_erased_person_back(news: Publication) -> None:
    """Nor an operator's slip; the other rows of the list come in, and the sums hold."""
    erase(news.site, parse_email(ANA))
    said = comes_in(news, f"email,name\n{ANA},Ana\nANA@Example.org,Ana\nbudi@example.org,Budi\n".encode())
    assert said.account.rows == 3 and set(everyone(news)) == {"budi@example.org"}
    [refused] = add_people(news.site, [ANA], ["daily"])
    assert not refused.good and person(news, ANA) is None

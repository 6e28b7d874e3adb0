"""Leaving by the link of a letter, taking it back, and saying why, over a real server."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from mail_steps import chooses, comes, got, mailed
from publications import Publication, maker
from visiting import Visitor, known, visiting

from syndicate.app import leaving
from syndicate.app.site import Site
from syndicate.app.suppressing import suppress
from syndicate.model import Choice, Subscriber, SuppressionReason
from syndicate.store import consents, subscribers
from syndicate.store.tables import setting, subscriber

ANA = "ana@example.org"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with one subscriber and one who gets the same."""
    with maker(tmp_path) as make:
        made = make()
        made.folder_is_scanned()
        made.people_subscribe(ANA, "budi@example.org")
        yield made


@pytest.fixture
def visitor(news: Publication) -> Iterator[Visitor]:
    with visiting(news) as one:
        yield one


def kinds(news: Publication, email: str = ANA) -> list[tuple[str, str]]:
    """Return the consents of a person, but that he was added: kind and source."""
    with news.site.store.read() as conn:
        number = subscribers.number_of_person(conn, email)
        assert number is not None
        said = consents.of_person(conn, number)
    return [(one.kind, one.source) for one in said if one.kind != "added"]


def leave_by_page(site: Site, one: Subscriber) -> None:
    leaving.leave(site, one, by="unsubscribe page")


def leave(news: Publication) -> str:
    return f"/unsubscribe/{known(news, ANA).token}"


def test_after_the_button_he_may_undo_and_say_why(news: Publication, visitor: Visitor) -> None:
    """The page after the button offers both; each is written down, once."""
    visitor.opens(leave(news))
    assert visitor.page.text.count("<button") == 1
    page = visitor.sends()
    assert (page.status_code, page.text.count("<button")) == (200, 2)
    said = visitor.sends("/reason", {"reason": "many", "words": "  Every day,\nand twice on Sundays "})
    assert "Thank you" in said.text
    assert known(news, ANA).reason == "too many letters: Every day, and twice on Sundays"
    assert kinds(news) == [("left", "unsubscribe page")]
    with news.site.store.read() as conn:
        number = subscribers.number_of_person(conn, ANA)
        assert number is not None
        left = consents.of_person(conn, number)[-1]
    assert left.evidence == {"reason": "too many letters", "words": "Every day, and twice on Sundays"}


def test_undo_puts_everything_back(news: Publication, visitor: Visitor) -> None:
    """Choice, pause and start are as before; sent again it does nothing more."""
    chooses(news, "ana", Choice("weekly", "Asia/Tokyo", "18:00", topics=("Kota",)))
    before = known(news, ANA)
    visitor.opens(leave(news))
    left = visitor.sends()
    marks = visitor.fields("/undo")
    assert visitor.sends("/undo").status_code == 200
    assert "subscribed again" in visitor.page.text
    assert known(news, ANA) == before
    visitor.page = left
    assert visitor.sends("/undo", marks).status_code == 200
    assert kinds(news) == [("left", "unsubscribe page"), ("undone", "unsubscribe page")]


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_missed_and_nothing_comes_twice(news: Publication, seed: int) -> None:
    """Whenever he leaves and takes it back, while letters wait or editions are made: he got what all did."""
    dice = random.Random(seed)  # noqa: S311 - a test's own
    chooses(news, "ana", dice.choice([Choice(), Choice(at="08:30"), Choice("weekly"), Choice("instant")]))
    away, count = False, 0
    for _ in range(40):
        match dice.choice(["article", "article", "turn", "turn", "hours", "letters", "stale"]):
            case "article":
                count += 1
                comes(news, f"a{count}")
            case "turn":
                (leaving.undo if away else leave_by_page)(news.site, known(news, ANA))
                away = not away
            case "hours":
                mailed(news, hours=dice.randrange(2, 9), leaving=dice.random() < 0.5)
            case "letters":
                news.letters_leave()
            case "stale":
                mailed(news, hours=24, leaving=False)
    if away:
        leaving.undo(news.site, known(news, ANA))
    for _ in range(9 * 6):
        mailed(news, hours=4)
    titles = " ".join(got(news, "ana")).split()
    assert sorted(titles) == sorted(f"a{number + 1}" for number in range(count))
    assert sorted(" ".join(got(news, "budi")).split()) == sorted(titles)


def test_a_letter_passed_over_because_he_left_comes_after_undo(news: Publication, visitor: Visitor) -> None:
    """It waited in the outbox, was skipped, and waits again."""
    comes(news, "first")
    mailed(news, hours=1.5, leaving=False)
    visitor.opens(leave(news))
    visitor.sends()
    assert news.letters_leave() == 1
    assert got(news, "ana") == []
    visitor.sends("/undo")
    assert news.letters_leave() == 1
    assert got(news, "ana") == ["first"]
    assert mailed(news, days=1) == ["2026-11-24 nothing new"]


def test_a_letter_gone_stale_before_undo_is_made_up_for(news: Publication, visitor: Visitor) -> None:
    """Its articles come with the next edition."""
    news.configuration_says('at: "07:00"', 'at: "07:00", stale_after: 1h')
    comes(news, "first")
    mailed(news, hours=1.2, leaving=False)
    token = known(news, ANA).token
    one = known(news, ANA)
    leaving.leave(news.site, one, by="unsubscribe page")
    news.letters_leave()
    news.time_passes(hours=1.5)
    leaving.undo(news.site, one)
    comes(news, "second")
    mailed(news, days=1)
    assert [sorted(text.split()) for text in got(news, "ana")] == [["first", "second"]]
    assert known(news, ANA).token == token


def test_undo_brings_nobody_back_who_is_blocked(news: Publication, visitor: Visitor) -> None:
    """The page still offers the button, to whoever asks for it; a blocked address stays away."""
    suppress(news.site, [ANA], "blocked")
    visitor.opens(leave(news))
    visitor.page = visitor._client.post(leave(news))
    assert "subscribed again" not in visitor.sends("/undo").text
    assert known(news, ANA).state.value == "unsubscribed"
    assert kinds(news) == [("left", "command line")]


def test_undo_ends_with_its_page(news: Publication, visitor: Visitor) -> None:
    """Hours later, with another's mark or from another site nothing is taken back; nor by looking."""
    visitor.opens(leave(news))
    visitor.sends()
    marks = visitor.fields("/undo")
    path = leave(news)
    client = visitor._client
    for mark in ("", "0" * 32, visitor.fields("/reason")["mark"]):
        assert client.post(f"{path}/undo", data={"mark": mark}).status_code == 403
    assert (
        client.post(f"{path}/undo", data=marks, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    )
    assert (
        client.post(f"{path}/undo", data=marks, headers={"origin": "https://evil.example"}).status_code == 403
    )
    answer = client.get(f"{path}/undo")
    assert (answer.status_code, answer.headers["location"]) == (303, f"../{path.rpartition('/')[2]}")
    news.time_passes(hours=3)
    assert client.post(f"{path}/undo", data=marks).status_code == 403
    assert known(news, ANA).state.value == "unsubscribed"
    assert "/subscribe/" in visitor.opens(path).text and "<button" not in visitor.page.text


def test_who_left_long_ago_is_not_brought_back_by_his_old_link(news: Publication, visitor: Visitor) -> None:
    """Letters get forwarded: the button pressed again offers no undo, and an old page takes nothing back."""
    visitor.opens(leave(news))
    visitor.sends()
    news.time_passes(hours=1.9)
    visitor.page = visitor._client.post(leave(news))
    marks = visitor.fields("/undo")
    news.time_passes(hours=1)
    assert visitor._client.post(f"{leave(news)}/undo", data=marks).status_code == 403
    again = visitor._client.post(leave(news))
    assert (again.status_code, again.text.count("<button")) == (200, 0)
    assert known(news, ANA).state.value == "unsubscribed"


@pytest.mark.parametrize("reason", ["blocked", "complained"])
def test_who_was_suppressed_cannot_undo_that(
    news: Publication, visitor: Visitor, reason: SuppressionReason
) -> None:
    """The page of a subscription that the operator ended offers nothing that outweighs him."""
    suppress(news.site, [ANA], reason, "")
    visitor.page = visitor._client.post(leave(news))
    assert "subscribed again" not in visitor.sends("/undo").text
    assert known(news, ANA).state.value == "unsubscribed"


def test_words_cannot_steer_the_operators_terminal(news: Publication, visitor: Visitor) -> None:
    """He reads them with `subscribers stats`: what is no sign to be seen is replaced."""
    visitor.opens(leave(news))
    visitor.sends()
    visitor.sends("/reason", {"words": "bad \x1b]0;title\x07 \u202eword, gut für Zoë"})
    assert known(news, ANA).reason == "bad \ufffd]0;title\ufffd \ufffdword, gut für Zoë"


@pytest.mark.parametrize(
    "post",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
    ],
)
def test_one_click_is_answered_in_a_line(
    news: Publication, visitor: Visitor, post: dict[str, object]
) -> None:
    """RFC 8058: 200, a few bytes, no cookie, no redirect; in force at once, also when it comes again."""
    with httpx.Client(base_url=visitor._client.base_url) as provider:
        for _ in range(2):
            answer = provider.post(leave(news), **post)  # type: ignore[arg-type]
            assert (answer.status_code, answer.text) == (200, "You are unsubscribed.\n")
            assert "set-cookie" not in answer.headers and "location" not in answer.headers
            assert known(news, ANA).state.value == "unsubscribed"
    assert kinds(news) == [("left", "one click")]


@pytest.mark.parametrize(
    "path", ["/subscribe//", "/api/subscribe/", "/health/", "/move/x/", "/unsubscribe/x/"]
)
def test_no_answer_leads_to_the_host_that_a_request_names(visitor: Visitor, path: str) -> None:
    """A slash too many is no address of ours: a redirect would name a host that anybody may write."""
    for method in ("GET", "POST"):
        answer = visitor._client.request(method, path, headers={"host": "evil.example"})
        assert (answer.status_code, answer.headers.get("location")) == (404, None)


def test_links_outlive_the_key_of_forms(news: Publication, visitor: Visitor) -> None:
    """Only pages that lie open must be opened again when that key is deleted."""
    path = leave(news)
    visitor.opens(path)
    visitor.sends()
    marks = visitor.fields("/undo")
    with news.site.store.write() as tx:
        tx.execute(sa.delete(setting).where(setting.c.key == "key:form"))
    assert visitor.sends("/undo", marks).status_code == 403
    assert visitor.opens(path).status_code == 200
    news.people_subscribe("citra@example.org")
    assert visitor._client.post(f"/unsubscribe/{known(news, 'citra@example.org').token}").status_code == 200


def test_an_unsubscribe_address_has_77_characters_at_most(news: Publication) -> None:
    """With a host of 40 characters: libraries that a relay may use break longer ones in headers."""
    host = "n" * 28 + ".example.org"
    assert len(host) == 40
    assert len(f"https://{host}/unsubscribe/{known(news, ANA).token}") <= 77


def test_the_test_letter_s_links_change_nothing(news: Publication, visitor: Visitor) -> None:
    """They say that the letter was a test, to unsubscribe as for the preferences."""
    for path in ("/unsubscribe/test", "/preferences/test"):
        assert "That was a test" in visitor.opens(path).text
    with news.site.store.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(subscriber)) == 2

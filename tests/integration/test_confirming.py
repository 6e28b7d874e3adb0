"""The link of a confirmation letter: one button, once, for a week; and what is decided behind it."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import httpx
import pytest
from publications import Publication
from signup_steps import (
    KIM,
    everything,
    letters_leave,
    link_in,
    offers_several,
    queued,
    signs_up,
    state_of,
    visiting,
)

from syndicate.app.confirming import clear_up, decide_due
from syndicate.app.erasing import erase
from syndicate.app.keyring import keyring
from syndicate.app.notices import notice_letter
from syndicate.app.retention import tidy
from syndicate.emails import parse_email
from syndicate.model import Choice, Suppression
from syndicate.store import choices, consents, persons, signups, subscribers, suppressions

pytest_plugins = ["signup_fixtures"]

# A decision that dies with its process once the letter is written, and before that is committed.
DIES = """
import os, sys
from datetime import datetime
from syndicate.app import confirming
from syndicate.app.site import open_site
from syndicate.configfile import load_config
from pathlib import Path
was = confirming.letters.enqueue
def enqueue(*args, **named):
    was(*args, **named)
    os._exit(9)
confirming.letters.enqueue = enqueue
now = datetime.fromisoformat(sys.argv[2])
with open_site(load_config(Path(sys.argv[1]), {}), lambda: now) as site:
    confirming.decide_due(site)
"""


def is_asked(news: Publication, visitor: httpx.Client, **fields: str | list[str]) -> str:
    """Let Kim sign up; return the link of the letter that comes."""
    assert signs_up(visitor, KIM, **fields).status_code == 200
    [letter] = letters_leave(news)
    return link_in(letter)


def leaves(news: Publication, newsletter: str = "daily") -> None:
    with news.site.store.write() as tx:
        his = {one.newsletter: one for one in subscribers.of_person(tx, KIM.lower())}
        assert subscribers.unsubscribe(tx, his[newsletter].token, now=news.now)


def edition_leaves(news: Publication, title: str) -> None:
    """Let an article appear and the next edition leave with it."""
    news.article_is_dropped("An old one", date="2026-11-01")
    news.folder_is_scanned()
    news.time_passes(minutes=1)
    news.article_is_dropped(title)
    news.folder_is_scanned()
    news.time_passes(hours=1)
    assert "made" in [one.fate for one in news.due_editions_are_made()]
    letters_leave(news)


def test_a_scanner_that_opens_the_link_changes_nothing(news: Publication, visitor: httpx.Client) -> None:
    """GET and HEAD, any number of times, leave every table as it is; the button still works afterwards."""
    link = is_asked(news, visitor)
    keyring(news.site)
    before = everything(news)
    for _ in range(20):
        assert visitor.get(link).status_code == visitor.head(link).status_code == 200
    assert everything(news) == before
    page = visitor.get(link)
    assert '<form method="post"' in page.text and page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store" and KIM not in page.text
    assert visitor.post(link).status_code == 200
    assert state_of(news) == "active"


def test_pressing_twice_is_as_good_as_once(news: Publication, visitor: httpx.Client) -> None:
    """The second press answers the same page, and nothing is doubled."""
    link = is_asked(news, visitor)
    first = visitor.post(link)
    before = everything(news)
    second = visitor.post(link)
    assert first.text == second.text == visitor.get(link).text
    assert "You are subscribed" in first.text and "/preferences/" in first.text
    assert everything(news) == before


def test_a_link_ends_after_a_week(news: Publication, visitor: httpx.Client) -> None:
    """It works until the seventh day; then the page says so, also once the sign-up is forgotten."""
    link = is_asked(news, visitor)
    news.time_passes(days=6, hours=23)
    assert visitor.get(link).status_code == 200
    news.time_passes(hours=2)
    for _ in range(2):
        answers = [visitor.get(link), visitor.post(link)]
        assert [one.status_code for one in answers] == [404, 404]
        assert all("seven days" in one.text and 'href="/subscribe/' in one.text for one in answers)
        tidy(news.site, now=news.now)
    assert state_of(news) == ""


def test_tokens_that_are_none_open_nothing(news: Publication, visitor: httpx.Client) -> None:
    """Cut, changed, too long or foreign tokens all get the page of a link that works no more."""
    link = is_asked(news, visitor)
    token = link.removeprefix("/confirm/")
    wrong = [token[:-1], f"{token}x", token.swapcase(), "x" * 500, "%C3%A9", "%00", token[::-1]]
    for one in wrong:
        assert visitor.post(f"/confirm/{one}").status_code == 404, one
    assert state_of(news) == ""
    assert visitor.post(f"/unsubscribe/{token}").status_code == 404


def test_who_left_stays_away_when_the_button_is_pressed_again(
    news: Publication, visitor: httpx.Client
) -> None:
    """An old page's button does not bring back who unsubscribed in between: it offers the form."""
    link = is_asked(news, visitor)
    visitor.post(link)
    leaves(news)
    answer = visitor.post(link)
    assert answer.status_code == 200 and "unsubscribed since" in answer.text
    assert 'href="/subscribe/' in answer.text
    assert state_of(news) == "unsubscribed"
    news.time_passes(days=1, hours=1)
    visitor.post(is_asked(news, visitor))
    assert state_of(news) == "active"


def test_what_he_chose_is_what_he_gets(news: Publication) -> None:
    """Newsletters, topics, frequency and zone of the form become his choice, with his consent to each."""
    offers_several(news)
    with visiting(news) as visitor:
        fields = {"frequency": "monthly", "zone": "Asia/Tokyo", "topics": "Science"}
        link = is_asked(news, visitor, newsletters=["weekly"], **fields)
        asked = visitor.get(link).text
        page = visitor.post(link).text
    assert "Every month" in asked and "Science" in asked and "Asia/Tokyo" in asked
    assert "December 1, 2026" in page
    with news.site.store.read() as conn:
        [his] = subscribers.of_person(conn, KIM.lower())
        kinds = [
            one.kind for one in consents.of_person(conn, subscribers.number_of_person(conn, KIM.lower()) or 0)
        ]
    assert his.newsletter == "weekly"
    assert his.choice == Choice("monthly", "Asia/Tokyo", topics=("Science",))
    assert kinds == ["asked", "confirmed"]


def test_who_is_subscribed_keeps_what_he_had(news: Publication, visitor: httpx.Client) -> None:
    """A short form confirmed by a subscriber changes none of his choices; a full one does what it says."""
    news.people_subscribe(KIM)
    with news.site.store.write() as tx:
        choices.choose(tx, KIM.lower(), "daily", Choice("weekly"), now=news.now)
    visitor.post(is_asked(news, visitor))
    with news.site.store.read() as conn:
        assert subscribers.of_person(conn, KIM.lower())[0].choice == Choice("weekly")
    news.time_passes(days=2)
    visitor.post(is_asked(news, visitor, frequency="monthly"))
    with news.site.store.read() as conn:
        assert subscribers.of_person(conn, KIM.lower())[0].choice == Choice("monthly")


@pytest.mark.parametrize("reason", ["unsubscribed", "bounced", "complained", "erased"])
def test_signing_up_lifts_a_suppression(news: Publication, visitor: httpx.Client, reason: str) -> None:
    """Who was suppressed comes back by his own word, and not before he has given it."""
    digest = keyring(news.site).address_hash(parse_email(KIM))
    with news.site.store.write() as tx:
        both = [Suppression(digest, name, reason, news.now) for name in ("", "daily")]  # type: ignore[arg-type]
        suppressions.suppress(tx, both)
    link = is_asked(news, visitor)
    with news.site.store.read() as conn:
        assert suppressions.of(conn, [digest])
    visitor.post(link)
    with news.site.store.read() as conn:
        assert not suppressions.of(conn, [digest])
    assert state_of(news) == "active"


def test_who_is_blocked_in_between_is_not_subscribed(news: Publication, visitor: httpx.Client) -> None:
    """The operator's block outweighs a link that was mailed before it."""
    link = is_asked(news, visitor)
    digest = keyring(news.site).address_hash(parse_email(KIM))
    with news.site.store.write() as tx:
        suppressions.suppress(tx, [Suppression(digest, "", "blocked", news.now)])
    assert visitor.post(link).status_code == 404
    assert state_of(news) == ""
    with news.site.store.read() as conn:
        assert suppressions.of(conn, [digest])


def test_the_latest_edition_comes_once(news: Publication) -> None:
    """`welcome: latest` sends it to who is new, with his own links; never twice, and not to who had it."""
    offers_several(news)
    news.people_subscribe("reader@example.org")
    edition_leaves(news, "Bridge opened early")
    with visiting(news) as visitor:
        page = visitor.post(is_asked(news, visitor, newsletters=["daily"])).text
        assert "Bridge opened early" in page and "/editions/daily/" in page
        [letter] = letters_leave(news)
        assert "Bridge opened early" in str(letter["Subject"])
        with news.site.store.read() as conn:
            [his] = subscribers.of_person(conn, KIM.lower())
        assert str(letter["List-Unsubscribe"]).endswith(f"/unsubscribe/{his.token}>")
        assert letter["To"] == "Kim.Lee@example.org"
        leaves(news)
        news.time_passes(days=2)
        visitor.post(is_asked(news, visitor, newsletters=["daily"]))
        assert letters_leave(news) == []
    assert len([key for key in queued(news) if key.startswith("welcome/daily/")]) == 1


def test_who_comes_after_somebody_erased_is_welcomed(news: Publication) -> None:
    """The database gives his number to the next who comes, who is new all the same."""
    offers_several(news)
    news.people_subscribe("reader@example.org")
    edition_leaves(news, "Bridge opened early")
    with visiting(news) as visitor:
        for somebody in (KIM, "lou@example.org"):
            assert signs_up(visitor, somebody, newsletters=["daily"]).status_code == 200
            [asks] = letters_leave(news)
            visitor.post(link_in(asks))
            [welcome] = letters_leave(news)
            assert "Bridge opened early" in str(welcome["Subject"])
            assert erase(news.site, parse_email(somebody))


def test_who_had_the_edition_is_not_sent_it_again(news: Publication) -> None:
    """Who left after an edition and comes back before the next gets no second copy as a welcome."""
    offers_several(news)
    news.people_subscribe(KIM)
    edition_leaves(news, "Bridge opened early")
    leaves(news)
    with visiting(news) as visitor:
        visitor.post(is_asked(news, visitor, newsletters=["daily"]))
    assert state_of(news) == "active" and letters_leave(news) == []


def test_a_withdrawn_article_is_not_sent_as_a_welcome(news: Publication) -> None:
    """An edition with an article that is shown no more welcomes nobody."""
    offers_several(news)
    news.people_subscribe("reader@example.org")
    edition_leaves(news, "Bridge opened early")
    (news.folder / "content" / "Bridge opened early.md").unlink()
    news.folder_is_scanned(accept_removals=True)
    news.time_passes(hours=1)
    news.folder_is_scanned(accept_removals=True)
    with visiting(news) as visitor:
        visitor.post(is_asked(news, visitor, newsletters=["daily"]))
    assert state_of(news) == "active" and letters_leave(news) == []


def test_a_welcome_does_not_follow_who_left(news: Publication) -> None:
    """A welcome that still waits when he unsubscribes is skipped."""
    offers_several(news)
    news.people_subscribe("reader@example.org")
    edition_leaves(news, "Bridge opened early")
    with visiting(news) as visitor:
        visitor.post(is_asked(news, visitor, newsletters=["daily"]))
    leaves(news)
    assert letters_leave(news) == []


def test_a_crash_loses_no_letter_and_doubles_none(news: Publication, visitor: httpx.Client) -> None:
    """A process that dies just before it commits leaves all as it was; the next one queues one letter."""
    assert signs_up(visitor).status_code == 200
    before = everything(news)
    child = [sys.executable, "-c", DIES, str(news.folder / "config.yaml"), news.now.isoformat()]
    done = subprocess.run(child, check=False, timeout=60)
    assert done.returncode == 9
    after = everything(news)
    assert {name: rows for name, rows in after.items() if name != "setting"} == {
        name: rows for name, rows in before.items() if name != "setting"
    }
    assert decide_due(news.site) == 1 and decide_due(news.site) == 0
    assert len(queued(news)) == 1


def test_a_letter_that_left_holds_no_link_any_more(news: Publication, visitor: httpx.Client) -> None:
    """Once it is sent neither its token nor the address is in the database; weeks later nothing of it is."""
    token = is_asked(news, visitor).removeprefix("/confirm/")
    clear_up(news.site)
    kept = repr({name: rows for name, rows in everything(news).items() if name != "signup"})
    assert token not in kept and "kim.lee" not in kept.lower()
    assert len(queued(news)) == 1
    news.time_passes(days=31)
    tidy(news.site, now=news.now)
    assert queued(news) == []
    assert "kim.lee" not in repr(everything(news)).lower()


def test_what_was_kept_long_enough_goes(news: Publication, visitor: httpx.Client) -> None:
    """IP addresses go after 30 days, counts of letters after 90; the consent itself stays."""
    visitor.post(is_asked(news, visitor))
    signs_up(visitor, "other@example.org")
    letters_leave(news)

    def kept() -> tuple[set[str | None], int]:
        with news.site.store.read() as conn:
            number = subscribers.number_of_person(conn, KIM.lower())
            his = consents.of_person(conn, number or 0)
            assert [one.kind for one in his] == ["asked", "confirmed"]
            digest = keyring(news.site).address_hash(parse_email("other@example.org"))
            return {one.ip for one in his}, signups.letters_asked(conn, digest, "confirm")[0]

    assert kept() == ({"127.0.0.0"}, 1)
    news.time_passes(days=31)
    tidy(news.site, now=news.now)
    assert kept() == ({None}, 1)
    news.time_passes(days=60)
    tidy(news.site, now=news.now)
    assert kept() == ({None}, 0)


def test_who_left_long_ago_is_erased_where_asked_for(news: Publication) -> None:
    """With `privacy.forget` he is gone after that time, and who still gets something is not."""
    config = news.folder / "config.yaml"
    config.write_text(f"{config.read_text()}privacy: {{forget: 90d}}\n")
    news.opens()
    assert news.config.privacy.forget == timedelta(days=90)
    news.people_subscribe(KIM, "stays@example.org")
    leaves(news)
    news.time_passes(days=89)
    tidy(news.site, now=news.now)
    assert state_of(news) == "unsubscribed"
    news.time_passes(days=2)
    tidy(news.site, now=news.now)
    assert state_of(news) == ""
    assert state_of(news, email="stays@example.org") == "active"


@pytest.mark.parametrize("language", ["\r\nEnglish", "en\r\n", "a\u200br", "Arabic", " ar ", "PT_br"])
def test_a_language_in_any_spelling_makes_a_sound_letter(news: Publication, language: str) -> None:
    """What is typed stands in no header: one letter that cannot be made would keep all others waiting."""
    with visiting(news) as visitor:
        signs_up(visitor, KIM, language=language)
        signs_up(visitor, "next@example.org")
    said = [letter["Content-Language"] for letter in letters_leave(news)]
    assert len(said) == 2 and set(said) <= {"en", "ar", "pt-BR"}


def test_one_sign_up_that_cannot_be_decided_on_keeps_no_other_waiting(
    news: Publication, visitor: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever went wrong with it: the next one has its letter, and it is told."""
    signs_up(visitor, KIM)
    signs_up(visitor, "next@example.org")
    made = notice_letter

    def fails_for_kim(site: Any, to: Any, *more: Any, **named: Any) -> bytes:
        if to.key == KIM.lower():
            raise ValueError("no letter for this one")
        return made(site, to, *more, **named)

    monkeypatch.setattr("syndicate.app.confirming.notice_letter", fails_for_kim)
    with pytest.raises(ValueError, match="no letter"):
        decide_due(news.site)
    assert len(queued(news)) == 1
    monkeypatch.undo()
    assert len(letters_leave(news)) == 2


def test_who_had_its_articles_at_another_hour_is_not_sent_them_again(news: Publication) -> None:
    """An edition of other hours or zones, with the same articles, is none that he lacks."""
    offers_several(news)
    news.people_subscribe(KIM, "tom@example.org")
    with news.site.store.write() as tx:
        choices.choose(tx, "tom@example.org", "daily", Choice(at="09:00"), now=news.now)
    edition_leaves(news, "Bridge opened early")
    news.time_passes(hours=2)
    assert [one.fate for one in news.due_editions_are_made()] == ["made"]
    letters_leave(news)
    leaves(news)
    with visiting(news) as visitor:
        visitor.post(is_asked(news, visitor, newsletters=["daily"]))
    assert state_of(news) == "active" and letters_leave(news) == []


def test_a_welcome_is_listed_once_in_what_is_held(news: Publication) -> None:
    """It is a letter to the person and to his address, and one letter all the same."""
    offers_several(news)
    news.people_subscribe("tom@example.org")
    edition_leaves(news, "Bridge opened early")
    with visiting(news) as visitor:
        visitor.post(is_asked(news, visitor, newsletters=["daily"]))
    with news.site.store.read() as conn:
        number = subscribers.number_of_person(conn, KIM.lower())
        person = persons.find(conn, number or 0)
        assert person is not None
        assert [one.about for one in persons.mailed(conn, person)] == ["confirm", "welcome"]


def test_who_confirmed_is_told_so_when_nobody_may_sign_up_any_more(news: Publication) -> None:
    """`signup: false` ends no subscription: his link says how it stands, pressed or not."""
    with visiting(news) as visitor:
        link = is_asked(news, visitor)
        visitor.post(link)
    news.configuration_says('at: "07:00"', 'at: "07:00", signup: false')
    with visiting(news) as visitor:
        for answer in (visitor.get(link), visitor.post(link)):
            assert answer.status_code == 200 and "/preferences/" in answer.text

"""Signing up over the web: the form, what it answers to whom, and the letter it leads to."""

from __future__ import annotations

import re

import httpx
import pytest
from click.testing import CliRunner
from publications import Publication
from signup_steps import (
    KIM,
    everything,
    letters_leave,
    link_in,
    offers_several,
    parts,
    queued,
    signs_up,
    state_of,
    visiting,
)

from syndicate.app import signing_up
from syndicate.app.keyring import keyring
from syndicate.cli import cli
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import Suppression
from syndicate.store import consents, signups, subscribers, suppressions
from syndicate.store.engine import Store

pytest_plugins = ["signup_fixtures"]


def waiting(store: Store) -> int:
    with store.read() as conn:
        return signups.waiting(conn)


def is_suppressed(news: Publication, email: str, reason: str) -> None:
    digest = keyring(news.site).address_hash(parse_email(email))
    with news.site.store.write() as tx:
        suppressions.suppress(tx, [Suppression(digest, "", reason, news.now)])  # type: ignore[arg-type]


def test_the_form_names_what_is_offered(news: Publication) -> None:
    """It has the newsletters for everybody and their topics, and is closed to script and other frames."""
    offers_several(news)
    with visiting(news) as visitor:
        answer = visitor.get("/subscribe/?newsletters=weekly", headers={"accept-language": "ja-JP,en"})
    text = answer.text
    assert answer.status_code == 200
    assert "Daily News" in text and "Science" in text and "For Us" not in text
    assert 'value="weekly" checked' in text and 'value="daily" checked' not in text
    assert '<option value="Asia/Tokyo" selected>' in text
    assert "<script" not in text and "set-cookie" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_addresses_without_a_slash_lead_to_the_form(visitor: httpx.Client) -> None:
    """/subscribe and a reloaded /subscribe/again lead to the form; HEAD is answered as GET."""
    for path in ("/subscribe", "/subscribe/again"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "./subscribe/" if path == "/subscribe" else "./",
        )
    assert visitor.head("/subscribe/").status_code == 200


def test_the_page_names_the_letter_that_comes(news: Publication, visitor: httpx.Client) -> None:
    """Sender and subject on the page are those of the letter, which goes to the address alone."""
    answer = signs_up(visitor)
    [letter] = letters_leave(news)
    assert answer.status_code == 200
    assert str(letter["Subject"]) in answer.text
    assert "news@news.example.org" in answer.text and str(letter["From"]).startswith("Daily News")
    assert letter["To"] == "Kim.Lee@example.org"
    assert letter["Auto-Submitted"] == "auto-generated" and letter["List-Unsubscribe"] is None
    assert link_in(letter)


def test_the_letter_holds_nothing_that_was_typed(news: Publication) -> None:
    """Neither choices nor names, nor the page it was asked from, stand in a letter that anybody can order."""
    offers_several(news)
    with visiting(news) as visitor:
        answer = visitor.post(
            "/subscribe/",
            data={
                "email": KIM,
                "newsletters": "weekly",
                "topics": "Science",
                "name": "Pay at spam.example",
                "zone": "Asia/Tokyo",
            },
            headers={"referer": "https://spam.example/pay"},
        )
        assert answer.status_code == 200
        [letter] = letters_leave(news)
    text, html = parts(letter)
    assert "The Week" in text and "The Week" in html
    for typed in ("spam", "Pay", "Science", "Tokyo"):
        assert typed not in letter.as_string() + text + html


def test_all_addresses_are_answered_alike(news: Publication, visitor: httpx.Client) -> None:
    """Known, unknown, erased, blocked and mailed too often: the same bytes but for the address."""
    news.people_subscribe("known@example.org", "left@example.org")
    with news.site.store.write() as tx:
        [left] = subscribers.of_person(tx, "left@example.org")
        subscribers.unsubscribe(tx, left.token, now=news.now)
    is_suppressed(news, "gone@example.org", "erased")
    is_suppressed(news, "block@example.org", "blocked")
    signs_up(visitor, "often@example.org")
    letters_leave(news)
    people = [f"{name}@example.org" for name in ("known", "left", "gone", "block", "often", "other")]
    answers = [signs_up(visitor, one) for one in people]
    mark = re.compile(r'name="mark" value="\w+"')
    texts = {mark.sub("", answer.text.replace(one, "X")) for answer, one in zip(answers, people, strict=True)}
    assert len(texts) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    mailed = sorted(str(letter["To"]) for letter in letters_leave(news))
    assert mailed == sorted(f"{name}@example.org" for name in ("known", "left", "gone", "other"))


def test_a_bad_address_comes_back_with_the_form(news: Publication) -> None:
    """What is no address is said beside the field, and what was chosen is kept; nothing is written."""
    offers_several(news)
    before = everything(news)
    with visiting(news) as visitor:
        answer = signs_up(
            visitor, '"><script>alert(1)</script>', choose="1", newsletters=["weekly"], zone="Asia/Tokyo"
        )
        empty = signs_up(visitor, "", choose="1")
        endless = signs_up(visitor, "name@gmail")
    assert [one.status_code for one in (answer, empty, endless)] == [422, 422, 422]
    assert 'aria-describedby="email-wrong"' in answer.text and 'id="email-wrong"' in answer.text
    assert "<script" not in answer.text and "&lt;script" in answer.text
    assert 'value="weekly" checked' in answer.text and 'value="Asia/Tokyo" selected' in answer.text
    assert 'id="newsletters-wrong"' in empty.text
    assert everything(news) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"newsletters": "closed"},
        {"newsletters": "nothing"},
        {"zone": "Mars/Base"},
        {"frequency": "hourly"},
        {"topics": "Gossip"},
        {"language": "xx-nothing"},
    ],
)
def test_a_choice_that_is_not_there_is_refused(news: Publication, fields: dict[str, str]) -> None:
    """A tampered form is shown again with a word, and subscribes nobody."""
    offers_several(news)
    with visiting(news) as visitor:
        answer = signs_up(visitor, KIM, **fields)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert waiting(news.site.store) == 0


def test_topics_go_to_the_newsletters_that_have_them(news: Publication) -> None:
    """Of two newsletters only one has the topic that is chosen; the other comes whole."""
    offers_several(news)
    with visiting(news) as visitor:
        assert signs_up(visitor, newsletters=["daily", "weekly"], topics=["Science"]).status_code == 200
    with news.site.store.read() as conn:
        [row] = signups.due(conn)
    assert {name: one.topics for name, one in row.signup.wanted.items()} == {
        "daily": (),
        "weekly": ("Science",),
    }


def test_a_robot_is_answered_and_not_heard(news: Publication, visitor: httpx.Client) -> None:
    """Who fills in the field that no person sees gets the usual answer, and nothing is written."""
    answer, usual = signs_up(visitor, KIM, website="https://spam.example"), signs_up(visitor, "a@example.org")
    assert answer.status_code == usual.status_code == 200
    assert "Check your mail" in answer.text
    assert waiting(news.site.store) == 1


def test_the_letter_can_be_had_once_more(news: Publication, visitor: httpx.Client) -> None:
    """The page's button sends a second letter, whose link works as the first one's; a third comes not."""
    page = signs_up(visitor)
    [first] = letters_leave(news)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    again = visitor.post("/subscribe/again", data=form)
    assert again.status_code == 200 and "once more" in again.text and 'name="mark"' not in again.text
    [second] = letters_leave(news)
    assert visitor.post("/subscribe/again", data=form).status_code == 200
    assert letters_leave(news) == []
    assert link_in(first) != link_in(second)
    assert visitor.get(link_in(first)).status_code == visitor.get(link_in(second)).status_code == 200


def test_nobody_elses_button_orders_a_letter(news: Publication, visitor: httpx.Client) -> None:
    """Without the page's mark, with another address's, or after hours the form is shown anew."""
    page = signs_up(visitor)
    letters_leave(news)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    bad = [{"email": KIM}, {**form, "mark": "0" * 32}, {**form, "email": "other@example.org"}]
    assert [visitor.post("/subscribe/again", data=one).status_code for one in bad] == [403, 403, 403]
    news.time_passes(hours=3)
    assert visitor.post("/subscribe/again", data=form).status_code == 403
    assert letters_leave(news) == []


def test_a_thousand_sign_ups_are_three_letters(news: Publication, visitor: httpx.Client) -> None:
    """However often, from wherever and over however many days an address is typed in, three letters leave."""
    page = signs_up(visitor)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    sent = len(letters_leave(news))
    for day in range(10):
        for number in range(100):
            asked = signing_up.Asked(KIM, ip=f"198.51.{day}.{number}")
            signing_up.ask(news.site, signing_up.checked(news.site, asked))
            if number % 25 == 0:
                visitor.post("/subscribe/again", data=form)
                sent += len(letters_leave(news))
        news.time_passes(days=1)
    assert sent == len(queued(news)) == 3


def test_too_many_at_once_are_asked_to_come_back(
    news: Publication, visitor: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where thousands wait to be decided on, everybody hears so, and nothing is written."""
    monkeypatch.setattr(signing_up, "MOST_WAITING", 1)
    assert signs_up(visitor, "a@example.org").status_code == 200
    answer = signs_up(visitor, "b@example.org")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
    assert waiting(news.site.store) == 1


def test_a_form_in_another_language_brings_its_letter(news: Publication, visitor: httpx.Client) -> None:
    """?language= is that of the page and the letter; a language that he picks is that of his letters too."""
    answer = visitor.post("/subscribe/?language=ar", data={"email": KIM})
    assert 'lang="ar" dir="rtl"' in answer.text
    visitor.post("/subscribe/", data={"email": "b@example.org", "language": "de"})
    letters = {str(one["To"]): one for one in letters_leave(news)}
    assert letters["Kim.Lee@example.org"]["Content-Language"] == "ar"
    assert letters["b@example.org"]["Content-Language"] == "de"
    visitor.post(link_in(letters["b@example.org"]))
    with news.site.store.read() as conn:
        [his] = subscribers.of_person(conn, "b@example.org")
    assert his.choice.language == "de"


def test_another_sites_page_may_have_the_form(news: Publication, visitor: httpx.Client) -> None:
    """The form that `setup form` prints works from a foreign origin, and the consent says from where."""
    printed = CliRunner().invoke(
        cli, ["--config", str(news.folder / "config.yaml"), "setup", "form"], catch_exceptions=False
    )
    assert printed.exit_code == 0
    assert "<script" not in printed.output and "style" not in printed.output
    assert 'action="http://127.0.0.1:8000/subscribe/"' in printed.output
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', printed.output))
    foreign = {"origin": "https://blog.example", "referer": "https://blog.example/about?id=7"}
    foreign["sec-fetch-site"] = "cross-site"
    answer = visitor.post("/subscribe/", data={**hidden, "website": "", "email": KIM}, headers=foreign)
    assert answer.status_code == 200
    [letter] = letters_leave(news)
    assert visitor.post(link_in(letter)).status_code == 200
    with news.site.store.read() as conn:
        number = subscribers.number_of_person(conn, KIM.lower())
        asked, confirmed = consents.of_person(conn, number or 0)
    assert (asked.kind, asked.newsletter, asked.source) == ("asked", "daily", "https://blog.example/about")
    assert (confirmed.kind, confirmed.source) == ("confirmed", "http://127.0.0.1:8000/confirm/")
    assert asked.words == confirmed.words and "Test News" in asked.words
    assert asked.ip == "127.0.0.0"


def test_setup_form_is_for_newsletters_that_are_offered(news: Publication) -> None:
    """One that is closed is refused with the names of those that are not; a language is its words'."""
    offers_several(news)
    config = ["--config", str(news.folder / "config.yaml"), "setup", "form"]
    refused = CliRunner().invoke(cli, [*config, "--newsletter", "closed"])
    assert isinstance(refused.exception, UsageError) and "daily, weekly" in str(refused.exception)
    german = CliRunner().invoke(cli, [*config, "--newsletter", "weekly", "--language", "de"])
    assert 'lang="de"' in german.output and 'value="weekly"' in german.output
    assert "/subscribe/?language=de" in german.output and "checkbox" not in german.output
    assert CliRunner().invoke(cli, [*config, "--language", "no language"]).exit_code == 2


def test_the_front_page_has_the_form(news: Publication, visitor: httpx.Client) -> None:
    """The published front page's form leads here; where nothing is offered there is none."""
    news.article_is_dropped("first", date="2026-11-20")
    news.is_built()
    page = visitor.get("/").text
    assert '<form method="post" action="http://127.0.0.1:8000/subscribe/">' in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert visitor.post("/subscribe/", data={**hidden, "email": KIM}).status_code == 200
    assert waiting(news.site.store) == 1
    news.configuration_says('at: "07:00"}', 'at: "07:00", signup: false}')
    news.is_built()
    assert "<form" not in (news.config.publish.folder / "index.html").read_text()
    with visiting(news) as closed:
        assert closed.get("/subscribe/").status_code == 404
        assert signs_up(closed).status_code == 404


def test_what_is_no_form_is_refused(news: Publication, visitor: httpx.Client) -> None:
    """Bodies too big, of another kind or of no text are the sender's fault, and nothing is written."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answers = [
        visitor.post("/subscribe/", content=b"email=" + b"x" * 20_000, headers=kind),
        visitor.post("/subscribe/", content=b"email=%ff", headers=kind),
        visitor.post("/subscribe/", json={"email": KIM}),
    ]
    assert [one.status_code for one in answers] == [413, 400, 415]
    assert waiting(news.site.store) == 0
    assert state_of(news) == ""


def test_a_form_may_be_sent_in_parts(news: Publication, visitor: httpx.Client) -> None:
    """multipart/form-data is read as well."""
    assert visitor.post("/subscribe/", files={"email": (None, KIM)}).status_code == 200
    assert len(letters_leave(news)) == 1

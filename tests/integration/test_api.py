"""Signing up by the JSON API, and what scripts of other sites may ask, over a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from publications import Publication, maker
from signup_steps import INTO_FOLDER, KIM, everything, letters_leave, offers_several, parts, visiting

from syndicate.app import signing_up
from syndicate.store import signups

BLOG = "https://blog.example.org"
WEB = f"web: {{form_origins: [{BLOG}]}}\n"
PATH = "/api/subscribe"


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publication]:
    """A publication with several newsletters, whose letters go into a folder."""
    with maker(tmp_path_factory.mktemp("api")) as make:
        publication = make(more=INTO_FOLDER + WEB)
        offers_several(publication)
        yield publication


@pytest.fixture(scope="module")
def client(news: Publication) -> Iterator[httpx.Client]:
    with visiting(news) as opened:
        yield opened


def waits(news: Publication) -> list[signups.SignupRow]:
    """Return the sign-ups that were written down since, and let them be decided on."""
    with news.site.store.read() as conn:
        found = signups.due(conn)
    letters_leave(news)
    return found


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return a problem, which says itself which status it is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["type"]) == (status, "about:blank")
    assert body["title"] and body["detail"]
    return body


def test_a_sign_up_is_written_down_and_mailed_a_link(news: Publication, client: httpx.Client) -> None:
    """202 with the sender and subject of the letter that comes; the choice is what was asked for."""
    asked = {
        "email": KIM,
        "newsletters": ["weekly"],
        "topics": ["Science"],
        "zone": "Asia/Tokyo",
        "at": "08:30",
        "language": "ja",
        "pictures": False,
    }
    answer = client.post(PATH, json=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
    with news.site.store.read() as conn:
        [row] = signups.due(conn)
    [letter] = letters_leave(news)
    assert answer.json() == {
        "status": "check your mail",
        "sender": "news@news.example.org",
        "subject": str(letter["Subject"]),
    }
    assert "/confirm/" in parts(letter)[0]
    choice = row.signup.wanted["weekly"]
    assert (choice.topics, choice.zone, choice.at, choice.language, choice.pictures) == (
        ("Science",), "Asia/Tokyo", "08:30", "ja", False
    )  # fmt: skip
    assert row.signup.language == "ja"
    assert row.signup.words in client.get("/api/openapi.json").json()["paths"][PATH]["post"]["description"]
    assert row.signup.source == "http://127.0.0.1:8000/api/subscribe"


def test_an_address_alone_is_enough(news: Publication, client: httpx.Client) -> None:
    """Each newsletter that is offered, as it is."""
    assert client.post(PATH, json={"email": "alone@example.org"}).status_code == 202
    [row] = waits(news)
    assert list(row.signup.wanted) == ["daily", "weekly"]


def test_every_address_is_answered_with_the_same_bytes(news: Publication, client: httpx.Client) -> None:
    """Known or unknown: nothing in the answer tells."""
    news.people_subscribe("known@example.org")
    answers = [client.post(PATH, json={"email": one}) for one in ("known@example.org", "other@example.org")]
    assert len({(one.status_code, one.content) for one in answers}) == 1
    assert len({tuple(pair for pair in one.headers.items() if pair[0] != "date") for one in answers}) == 1
    waits(news)


def test_who_falls_into_the_trap_is_answered_the_same(news: Publication, client: httpx.Client) -> None:
    """The field that no person sees is filled in: nothing is written, the answer is as ever."""
    right = client.post(PATH, json={"email": "person@example.org", "website": ""})
    waits(news)
    before = everything(news)
    answer = client.post(PATH, json={"email": "person@example.org", "website": "https://spam.example"})
    assert (answer.status_code, answer.content) == (202, right.content)
    assert everything(news) == before


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({}, "#/email", "is missing"),
        ({"email": 5}, "#/email", "must be a text"),
        ({"email": ""}, "#/email", "must not be empty"),
        ({"email": "a" * 321}, "#/email", "at most 320"),
        ({"email": "a\x00@example.org"}, "#/email", "a character that is none"),
        ({"email": KIM, "topics": ["\ud800"]}, "#/topics/0", "a character that is none"),
        ({"email": KIM, "newsletters": "daily"}, "#/newsletters", "must be a list"),
        ({"email": KIM, "newsletters": ["daily", "closed"]}, "#/newsletters/1", "one of 'daily', 'weekly'"),
        ({"email": KIM, "newsletters": ["daily"] * 101}, "#/newsletters", "at most 100"),
        ({"email": KIM, "frequency": "hourly"}, "#/frequency", "one of '', 'instant'"),
        ({"email": KIM, "pictures": "yes"}, "#/pictures", "true or false"),
        ({"email": KIM, "newsletter": "daily"}, "#", "there is no field 'newsletter' (there are: email, "),
        ([], "#", "must be an object"),
        (None, "#", "must be an object"),
    ],
)
def test_what_is_wrong_is_named(client: httpx.Client, body: Any, pointer: str, words: str) -> None:
    """Each fault with its place, and what to write instead."""
    answer = client.post(PATH, content=json.dumps(body), headers={"content-type": "application/json"})
    [fault] = problem(answer, 422)["errors"]
    assert fault["pointer"] == pointer
    assert words in fault["detail"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nobody", "nobody"),
        ("zone", "Asia/Tokio", "did you mean Asia/Tokyo?"),
        ("at", "25:00", "no time"),
        ("language", "xx", "xx"),
    ],
)
def test_what_there_is_not_is_named(client: httpx.Client, field: str, value: str, words: str) -> None:
    """In the words that the command line has for it."""
    answer = client.post(PATH, json={"email": KIM, field: value})
    assert words in problem(answer, 422)["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"email": "\xff"}', b"[" * 16000, b"9" * 16000, b"NaN,", b"\xef\xbb\xbf{}"]
)
def test_what_is_no_json_is_refused(client: httpx.Client, body: bytes) -> None:
    """400, also for what would take a parser long or deep."""
    headers = {"content-type": "application/json"}
    problem(client.post(PATH, content=body, headers=headers), 400)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_another_kind_of_body_is_refused(client: httpx.Client, kind: str) -> None:
    """415: no page elsewhere can make a browser send JSON without asking first."""
    problem(client.post(PATH, content=b'{"email": "a@example.org"}', headers={"content-type": kind}), 415)
    assert client.post(
        PATH,
        content=b'{"email": "a@example.org"}',
        headers={"content-type": "Application/JSON; charset=utf-8"},
    ).is_success


def test_other_methods_and_paths_are_problems_too(client: httpx.Client) -> None:
    """405 with Allow, 404, 413."""
    answer = client.get(PATH)
    problem(answer, 405)
    assert answer.headers["allow"] == "OPTIONS, POST"
    problem(client.post("/api/other", json={}), 404)
    problem(client.post(PATH, content=b" " * 16385, headers={"content-type": "application/json"}), 413)


def test_too_many_that_wait_are_asked_to_come_back(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with a time, whoever asks."""
    monkeypatch.setattr(signing_up, "MOST_WAITING", 0)
    answer = client.post(PATH, json={"email": KIM})
    problem(answer, 503)
    assert answer.headers["retry-after"] == "120"


def test_a_script_of_a_site_that_may_can_ask(news: Publication, client: httpx.Client) -> None:
    """Its browser asks first, is told yes for this site alone, and reads the answer; no cookie is let in."""
    waits(news)
    asks = {"origin": BLOG, "access-control-request-method": "POST"}
    first = client.options(PATH, headers={**asks, "access-control-request-headers": "content-type"})
    assert first.status_code == 204
    assert first.headers["access-control-allow-origin"] == BLOG
    assert first.headers["access-control-allow-methods"] == "POST"
    assert first.headers["access-control-allow-headers"] == "content-type"
    assert "access-control-allow-credentials" not in first.headers
    for body in ({"email": KIM}, {"email": 5}):
        answer = client.post(PATH, json=body, headers={"origin": BLOG})
        assert answer.headers["access-control-allow-origin"] == BLOG
        assert answer.headers["access-control-expose-headers"] == "retry-after"
        assert "Origin" in answer.headers["vary"]
    [row] = waits(news)
    assert row.signup.source == BLOG


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://blog.example.org", f"{BLOG}:8443", "null", "", f"{BLOG}/"),
        *(f"{BLOG}.evil.example", "https://BLOG.example.org", "https://sub.blog.example.org"),
    ],
)
def test_scripts_of_other_sites_may_not(news: Publication, client: httpx.Client, origin: str) -> None:
    """403 to both, and nothing that lets the script read it: the origin is compared whole."""
    waits(news)
    for answer in (
        client.options(PATH, headers={"origin": origin, "access-control-request-method": "POST"}),
        client.post(PATH, json={"email": KIM}, headers={"origin": origin}),
    ):
        problem(answer, 403)
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"
    assert not waits(news)


def test_our_own_pages_may(client: httpx.Client) -> None:
    """Of the address of the configuration."""
    answer = client.post(PATH, json={"email": KIM}, headers={"origin": "http://127.0.0.1:8000"})
    assert answer.status_code == 202


def test_the_document_describes_what_is_offered(client: httpx.Client) -> None:
    """OpenAPI 3.1 with the newsletters, topics and every status that is answered."""
    answer = client.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    made = answer.json()
    assert made["openapi"] == "3.1.0" and made["servers"] == [{"url": "http://127.0.0.1:8000"}]
    fields = made["components"]["schemas"]["SignUp"]["properties"]
    assert fields["newsletters"]["items"]["enum"] == ["daily", "weekly"]
    assert fields["topics"]["items"]["enum"] == ["Politics", "Science"]
    statuses = set(made["paths"][PATH]["post"]["responses"])
    assert statuses == {"202", "400", "403", "413", "415", "422", "429", "503"}


def test_without_anything_to_offer_nothing_can_be_asked(tmp_path: Path) -> None:
    """Where no newsletter is for everybody, each sign-up is refused, and the document still stands."""
    with maker(tmp_path) as make:
        news = make(more=INTO_FOLDER)
        news.configuration_says('{title: Daily News, at: "07:00"}', "{title: Daily News, signup: false}")
        with visiting(news) as client:
            assert "no newsletter" in problem(client.post(PATH, json={"email": KIM}), 422)["detail"]
            answer = client.post(PATH, json={"email": KIM, "newsletters": ["daily"]})
            assert problem(answer, 422)["errors"][0]["detail"] == "nothing is offered"
            assert client.get("/api/openapi.json").status_code == 200

"""How often visitors may sign up and try links, as they see it, over a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import loopback
import pytest
from publications import Publication, maker
from signup_steps import INTO_FOLDER, everything

from syndicate.store import subscribers
from syndicate.web.limiting import proxy_unbelieved
from syndicate.web.quota import SIGN_UPS
from syndicate.web.routes import make_web

MINUTES = "180"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        publication = make(more=INTO_FOLDER + "web: {form_origins: [https://blog.example.org]}\n")
        publication.people_subscribe("reader@example.org")
        yield publication


@contextmanager
def visiting(news: Publication) -> Iterator[httpx.Client]:
    """A visitor through a proxy that is believed: the header X-Forwarded-For says who he is."""
    app = make_web(news.site, started=news.now)
    trusted = ["127.0.0.1", "10.0.0.0/8"]
    with (
        loopback.answering(app, app.files, trusted) as address,
        httpx.Client(base_url=address, timeout=10) as client,
    ):
        yield client


def signs_up(client: httpx.Client, ip: str, number: int = 0, **more: Any) -> httpx.Response:
    fields = {"email": f"one{number}@example.org"}
    return client.post("/subscribe/", data=fields, headers={"x-forwarded-for": ip}, **more)


def test_a_visitor_signs_up_a_few_times_and_then_waits(news: Publication) -> None:
    """After some he is asked to come back, with a time, and nothing is written; others go on."""
    with visiting(news) as client:
        answers = [signs_up(client, "203.0.113.7", number) for number in range(SIGN_UPS.burst)]
        before = everything(news)
        late = signs_up(client, "203.0.113.7")
        assert [one.status_code for one in answers] == [200] * SIGN_UPS.burst
        assert (late.status_code, late.headers["retry-after"]) == (429, MINUTES)
        assert "come back in a few minutes" in late.text and "one0@" not in late.text
        assert late.headers["content-security-policy"].startswith("default-src 'none'")
        api = client.post(
            "/api/subscribe",
            json={"email": "a@example.org"},
            headers={"x-forwarded-for": "203.0.113.7", "origin": "https://blog.example.org"},
        )
        assert (api.status_code, api.headers["retry-after"]) == (429, MINUTES)
        assert api.headers["content-type"] == "application/problem+json"
        assert api.headers["access-control-allow-origin"] == "https://blog.example.org"
        assert everything(news) == before
        assert signs_up(client, "203.0.113.8").status_code == 200
        news.time_passes(minutes=6)
        assert signs_up(client, "203.0.113.7").status_code == 200


def test_the_answer_to_too_many_hangs_on_nothing_that_was_typed(news: Publication) -> None:
    """A subscriber's address, another one, none at all, the trap: the same bytes."""
    with visiting(news) as client:
        for number in range(SIGN_UPS.burst):
            signs_up(client, "203.0.113.7", number)
        there = {"x-forwarded-for": "203.0.113.7"}
        forms = [
            {"email": "reader@example.org"},
            {"email": "nobody@example.org"},
            {},
            {"email": "x@example.org", "website": "y"},
        ]
        answers = [client.post("/subscribe/", data=form, headers=there) for form in forms]
    assert len({(one.status_code, one.content) for one in answers}) == 1
    assert answers[0].status_code == 429


def test_a_household_counts_once(news: Publication) -> None:
    """All addresses of a /64 are one visitor, the next /64 is another."""
    with visiting(news) as client:
        for number in range(SIGN_UPS.burst):
            assert signs_up(client, f"2001:db8:1:2::{number}", number).status_code == 200
        assert signs_up(client, "2001:db8:1:2:ffff::1").status_code == 429
        assert signs_up(client, "2001:db8:1:3::1").status_code == 200


def test_mistypes_do_not_count(news: Publication) -> None:
    """However often an address is no address, the right one is taken."""
    with visiting(news) as client:
        for _ in range(20):
            answer = client.post(
                "/subscribe/", data={"email": "no address"}, headers={"x-forwarded-for": "203.0.113.7"}
            )
            assert answer.status_code == 422
        assert signs_up(client, "203.0.113.7").status_code == 200


def test_what_a_visitor_says_of_himself_does_not_count(news: Publication) -> None:
    """Behind two proxies of ours the address that the outer one saw counts, whatever stands before it."""
    with visiting(news) as client:
        for number in range(SIGN_UPS.burst):
            chain = f"198.51.100.{number}, 203.0.113.7, 10.1.2.3"
            assert signs_up(client, chain, number).status_code == 200
        assert signs_up(client, "198.51.100.99, 203.0.113.7, 10.1.2.3").status_code == 429
        assert signs_up(client, "203.0.113.8, 10.1.2.3").status_code == 200


def test_nobody_is_believed_but_proxies_of_ours(news: Publication) -> None:
    """From another peer X-Forwarded-For changes nothing: he is one visitor, whoever he says he is."""
    app = make_web(news.site, started=news.now)
    away = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        loopback.answering(app, app.files, ["127.0.0.1"]) as address,
        httpx.Client(base_url=address, transport=away, timeout=10) as client,
    ):
        answers = [
            signs_up(client, f"203.0.113.{number}", number).status_code
            for number in range(SIGN_UPS.burst + 1)
        ]
    assert answers == [200] * SIGN_UPS.burst + [429]


def test_a_proxy_that_is_not_believed_is_named_to_the_operator(
    news: Publication, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, when its visitors are held up together; not who writes such a header from afar."""
    app = make_web(news.site, started=news.now)
    with (
        loopback.answering(app, app.files, ["10.0.0.1"]) as address,
        httpx.Client(base_url=address) as client,
    ):
        many = range(SIGN_UPS.burst + 3)
        assert [signs_up(client, f"203.0.113.{number}").status_code for number in many].count(429) == 3
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "sign-ups are held up: 127.0.0.1 hands visitors on, but web.trusted_proxies does not name it"
    ]
    fields = [(b"x-forwarded-for", b"203.0.113.7")]
    for peer in ("203.0.113.7", "8.8.8.8", "", "unix:"):
        assert not proxy_unbelieved({"client": (peer, 1), "headers": fields})
    assert not proxy_unbelieved({"client": ("172.17.0.1", 1), "headers": []})
    assert proxy_unbelieved({"client": ("172.17.0.1", 1), "headers": fields}) == "172.17.0.1"


def test_guesses_are_slowed_down_and_known_links_never(news: Publication) -> None:
    """After 60 links that lead nowhere a visitor gets a line; a link that is known works 200 times."""
    with news.site.store.read() as conn:
        [person] = subscribers.subscribers(conn)
    there = {"x-forwarded-for": "203.0.113.7"}
    with visiting(news) as client:
        places = ("unsubscribe", "confirm", "preferences", "account", "move")
        guesses = [
            client.get(f"/{places[number % 5]}/guess{number}", headers=there).status_code
            for number in range(70)
        ]
        assert guesses == [404] * 60 + [429] * 10
        late = client.post("/unsubscribe/guess", headers=there)
        assert (late.status_code, late.headers["retry-after"]) == (429, "1")
        assert len(late.content) < 200 and late.headers["cache-control"] == "no-store"
        began = time.monotonic()
        for number in range(200):
            method = "POST" if number % 2 else "GET"
            answer = client.request(method, f"/unsubscribe/{person.token}", headers=there)
            assert answer.status_code == 200
        assert time.monotonic() - began < 60
        assert client.get("/unsubscribe/guess", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 404


def test_who_came_by_https_is_told_to_stay(news: Publication) -> None:
    """As the proxy that is believed says it; who came by http is told nothing."""
    with visiting(news) as client:
        for path in ("/subscribe/", "/unsubscribe/nobody", "/api/openapi.json", "/health"):
            by_https = client.get(path, headers={"x-forwarded-proto": "https"})
            assert by_https.headers["strict-transport-security"] == "max-age=31536000"
            assert "strict-transport-security" not in client.get(path).headers
